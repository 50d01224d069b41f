"""One round of the stations and memories, slot by slot: one program for all runs and links."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker.links import Array, Jobs, Links, Whole
from ebit.consensus.broker.policies import Moment, Policy
from ebit.jax_settings import own_settings

EMPTY = 2**30
"""Slot of birth where a memory is empty, so that sorting puts the oldest pair first."""


@dataclass(frozen=True)
class Played:
    """What happened in a round; arrays of shape (runs, nodes) unless told otherwise.

    Attributes:
        slots: Slots of the round.
        attempts: Attempts.
        made: Pairs made.
        used_age: Ages in slots of the pairs that carried the update, (runs, nodes, pairs); NaN for
            those that were missing.
        finished: Slot of completion; -1 if the job was not completed.
        tested_age: Age of the pair that was measured to learn from it; NaN if none was.
        stale: Pairs thrown away because of their age.
        dropped: Pairs overwritten, or still stored when the round ended.
        left_age: Ages of the pairs still stored at the end, (runs, nodes, memories), or NaN.
    """

    slots: int
    attempts: Whole
    made: Whole
    used_age: Array
    finished: Whole
    tested_age: Array
    stale: Whole
    dropped: Whole
    left_age: Array

    @property
    def done(self) -> NDArray[np.bool_]:
        """Whether a job was completed."""
        return self.finished >= 0


@own_settings
def play_round(
    policy: Policy,
    links: Links,
    jobs: Jobs,
    luck: Array,
    *,
    pairs: int,
    stations: int,
    memories: int,
    limit: Array,
    plan: Array | None = None,
    tests: float = 0.0,
) -> Played:
    """Let a policy run for one round.

    Args:
        policy: Who tries, and what becomes of stored pairs.
        links: The true links.
        jobs: What the nodes ask for.
        luck: Uniform numbers, shape (3, slots, runs, nodes), see `draw_luck`.
        pairs: Pairs of a job.
        stations: Attempts in one slot.
        memories: Pairs that a link can store.
        limit: Largest useful age in slots, as far as the policy knows, shape (runs, nodes).
        plan: What the policy planned, shape (slots, runs, ...).
        tests: Probability with which an aged pair is measured when its job is released.

    Returns:
        What happened.
    """
    with jax.enable_x64(True):
        inputs = [jnp.asarray(a) for a in (links.success, jobs.release, luck, limit)]
        ahead = None if plan is None else jnp.asarray(plan)
        sizes = (pairs, min(stations, luck.shape[-1]), memories)
        found = _play(policy, sizes, *inputs, ahead, jnp.asarray(tests))
        return Played(luck.shape[1], *map(np.asarray, found))


class _State(NamedTuple):
    """Of one run; shape (nodes,) unless told otherwise."""

    born: jax.Array  # (nodes, memories), oldest first
    used: jax.Array
    last: jax.Array
    attempts: jax.Array
    made: jax.Array
    used_age: jax.Array  # (nodes, pairs)
    finished: jax.Array
    tested_age: jax.Array
    stale: jax.Array
    dropped: jax.Array


@partial(jax.jit, static_argnums=(0, 1))
def _play(
    policy: Policy,
    sizes: tuple[int, int, int],
    success: jax.Array,
    release: jax.Array,
    luck: jax.Array,
    limit: jax.Array,
    plan: jax.Array | None,
    tests: jax.Array,
) -> tuple[jax.Array, ...]:
    one = partial(_play_run, policy, sizes)
    axes = (0, 0, 2, 0, None if plan is None else 1, None)
    return jax.vmap(one, in_axes=axes)(success, release, luck, limit, plan, tests)


def _play_run(
    policy: Policy,
    sizes: tuple[int, int, int],
    success: jax.Array,
    release: jax.Array,
    luck: jax.Array,
    limit: jax.Array,
    plan: jax.Array | None,
    tests: jax.Array,
) -> tuple[jax.Array, ...]:
    pairs, stations, memories = sizes
    slots, nodes = luck.shape[1:]

    def step(state: _State, given: Any) -> tuple[_State, None]:
        slot, dice, ahead = given
        old = (slot - state.born > limit[:, None]) & (state.born != EMPTY) & policy.discards
        born = _without(state.born, old)
        stored = _stored(born)
        missing = pairs - state.used - stored

        allowed = (state.used < pairs) if policy.overwrites else (missing > 0) & (stored < memories)
        if policy.waits:
            allowed &= release <= slot
        rank = policy.rank(Moment(slot, release, missing, state.last, ahead, dice[1]))
        trying = _best(jnp.where(allowed, rank, 0.0), stations)
        new = trying & (dice[0] < success)
        full = new & (stored == memories)
        born = _with_new(born, new, full, slot)

        measured = (release == slot) & (born[:, 0] < slot) & (dice[2] < tests * stored)
        tested_age = jnp.where(measured, slot - born[:, 0], state.tested_age)
        born = _without_oldest(born, measured)

        take = jnp.where(release <= slot, jnp.minimum(_stored(born), pairs - state.used), 0)
        born, used_age = _taken(policy, born, take, state, slot)
        used = state.used + take
        return _State(
            born=born,
            used=used,
            last=jnp.where(trying, slot, state.last),
            attempts=state.attempts + trying,
            made=state.made + new,
            used_age=used_age,
            finished=jnp.where((take > 0) & (used == pairs), slot, state.finished),
            tested_age=tested_age,
            stale=state.stale + old.sum(axis=-1),
            dropped=state.dropped + full,
        ), None

    zero = jnp.zeros(nodes, int)
    start = _State(
        born=jnp.full((nodes, memories), EMPTY),
        used=zero,
        last=zero - 1,
        attempts=zero,
        made=zero,
        used_age=jnp.full((nodes, pairs), jnp.nan),
        finished=zero - 1,
        tested_age=jnp.full(nodes, jnp.nan),
        stale=zero,
        dropped=zero,
    )
    given = (jnp.arange(slots), luck.transpose(1, 0, 2), plan)  # luck (slots, 3, nodes)
    end = jax.lax.scan(step, start, given)[0]
    left = end.born != EMPTY
    return (
        end.attempts,
        end.made,
        end.used_age,
        end.finished,
        end.tested_age,
        end.stale,
        end.dropped + left.sum(axis=-1),
        jnp.where(left, slots - end.born, jnp.nan),
    )


def _stored(born: jax.Array) -> jax.Array:
    """Pairs that every link stores, (nodes,)."""
    return (born != EMPTY).sum(axis=-1)


def _without(born: jax.Array, gone: jax.Array) -> jax.Array:
    """Stored pairs, oldest first, without some of them."""
    return jnp.sort(jnp.where(gone, EMPTY, born), axis=-1)


def _without_oldest(born: jax.Array, links: jax.Array) -> jax.Array:
    """Stored pairs, oldest first, without the oldest one of some links."""
    return jnp.sort(born.at[:, 0].set(jnp.where(links, EMPTY, born[:, 0])), axis=-1)


def _with_new(born: jax.Array, new: jax.Array, full: jax.Array, slot: jax.Array) -> jax.Array:
    """Stored pairs with a new one of some links, for which the oldest goes where all is full."""
    born = _without_oldest(born, full)
    return jnp.sort(born.at[:, -1].set(jnp.where(new, slot, born[:, -1])), axis=-1)


def _taken(
    policy: Policy, born: jax.Array, take: jax.Array, state: _State, slot: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Stored pairs without those that are used now, and the ages of all used pairs."""
    nodes, memories = born.shape
    place = jnp.arange(memories)
    first = (_stored(born) - take if policy.newest_first else jnp.zeros_like(take))[:, None]
    taken = (place >= first) & (place < first + take[:, None])  # (nodes, memories)
    beyond = state.used_age.shape[1]
    where = jnp.where(taken, state.used[:, None] + place - first, beyond)
    rows = jnp.arange(nodes)[:, None]
    used_age = state.used_age.at[rows, where].set(slot - born, mode="drop")
    return _without(born, taken), used_age


def _best(rank: jax.Array, stations: int) -> jax.Array:
    """The links with the largest positive numbers, at most one per station; ties by number."""
    order = jnp.argsort(-rank, stable=True)[:stations]
    return jnp.zeros(rank.shape, bool).at[order].set(True) & (rank > 0)
