"""Who tries in a slot, and what becomes of stored pairs.

A policy says by its fields what it does, and by one number per link who comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp


@dataclass(frozen=True)
class Moment:
    """What a policy sees in a slot; arrays have the shape (nodes,).

    Attributes:
        slot: The slot.
        release: Release slots of the jobs.
        missing: Pairs that a job still lacks, stored ones counted as there.
        last: Slot of the last attempt of every link, -1 before the first.
        plan: What the policy planned for this slot; None without a plan.
        dice: Uniform random numbers.
    """

    slot: jax.Array
    release: jax.Array
    missing: jax.Array
    last: jax.Array
    plan: jax.Array | None
    dice: jax.Array


@dataclass(frozen=True)
class Policy:
    """A rule for the stations and memories.

    Attributes:
        rank: The links with the largest positive numbers try; shape (nodes,).
        waits: Whether a link tries only after its job's release.
        discards: Whether pairs too old to be useful are thrown away.
        newest_first: Whether the newest pair is used first.
        overwrites: Whether a full memory drops its oldest pair for a new one.
        plans: Kind of plan that it needs: none, of single links, or of all links together.
    """

    rank: Callable[[Moment], jax.Array]
    waits: bool = False
    discards: bool = True
    newest_first: bool = False
    overwrites: bool = False
    plans: Literal["none", "single", "joint"] = "none"


def _in_turn(moment: Moment) -> jax.Array:
    """The link that has waited longest for a station."""
    return moment.slot + 1.0 - moment.last


def _released_first(moment: Moment) -> jax.Array:
    return 1.0 / (1.0 + moment.release)


def _at_random(moment: Moment) -> jax.Array:
    return moment.dice


def _most_worth(moment: Moment) -> jax.Array:
    """The rank in the plan, (nodes, pairs), with as many pairs missing."""
    assert moment.plan is not None
    place = jnp.maximum(moment.missing - 1, 0)[:, None]
    return jnp.take_along_axis(moment.plan, place, axis=-1)[:, 0]


def _jointly(moment: Moment) -> jax.Array:
    """What the plan, (m + 1, ..., m + 1, nodes), says of the pairs that all links miss."""
    assert moment.plan is not None
    return moment.plan[tuple(jnp.maximum(moment.missing, 0))]


POLICIES = {
    "ceas": Policy(_most_worth, plans="single"),
    "edf": Policy(_released_first, waits=True),
    "fifo": Policy(_in_turn, discards=False),
    "freshest": Policy(_in_turn, discards=False, newest_first=True, overwrites=True),
    "random": Policy(_at_random),
    "oracle": Policy(_jointly, plans="joint"),
}
"""CEAS, earliest job first, two that know nothing of ages, chance, the optimum of few links."""
