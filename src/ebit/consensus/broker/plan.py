r"""Who is worth a station in which slot: the priced dynamic programme of single links.

Pairs of a job that is released at slot a are used at once from then on, so a pair made in slot s is
used with the Werner parameter

.. math:: w(s) = w_0\,e^{-\max(a - s, 0)/T}, \qquad \rho(s) = \beta v\,(w(s)^2 - 1)

With r pairs missing, an attempt in slot s is worth

.. math:: A(r, s) = p\,[\rho(s) + V(r-1, s+1) - V(r, s+1)], \qquad
    V(r, s) = V(r, s+1) + \max(0, A(r, s) - \lambda_s)

with :math:`V(0, s) = v m` and :math:`V(r, D) = 0`. The prices :math:`\lambda_s` of the stations are
found by subgradient steps. The programme is a restless bandit with a common budget; joint states,
of which there are :math:`(m+1)^n`, never appear.

At the right prices many links are indifferent between this slot and a later one, and all of them
would put their last pair off until the round is over. So those whose attempt is worth its price
come first, in the order of :math:`p/r`, the job that is nearest its end before the others; the rest
follow by A.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ebit.consensus.broker.links import Array, Jobs, Links
from ebit.jax_settings import own_settings

USELESS = -1e9
"""Worth of a pair that would be too old when it is used."""

SMALLEST_STEP = 0.05
"""Prices of 0 move as those of this size."""


class Plan(NamedTuple):
    """What the stations should do.

    Attributes:
        rank: Of an attempt with r = 1..m pairs missing, larger is earlier, not positive for one
            that
            is worth nothing; shape (slots, runs, nodes, pairs).
        price: Of a station in every slot, shape (runs, slots).
    """

    rank: Array
    price: Array


@own_settings
def plan_round(
    links: Links,
    jobs: Jobs,
    price: Array,
    *,
    pairs: int,
    stations: int,
    quality: float,
    iterations: int = 40,
) -> Plan:
    """Ranks of all links under prices that bring the demand down to the stations.

    Args:
        links: What is known of the links.
        jobs: What the nodes ask for.
        price: Prices to begin with, such as those of the round before, shape (runs, slots).
        pairs: Pairs of a job, m.
        stations: Attempts in one slot, C.
        quality: What a pair without any worth costs, as a share of the job's value: beta.
        iterations: Steps of the prices.

    Returns:
        The plan.

    Example:
        >>> links = Links(np.array([[0.5]]), np.array([[20.0]]), fresh=0.9, least=0.6)
        >>> jobs = Jobs(np.array([[0]]), np.array([[1.0]]))
        >>> plan = plan_round(links, jobs, np.zeros((1, 2)), pairs=1, stations=1, quality=0.0)
        >>> (plan.rank[:, 0, 0, 0] > 0).tolist()  # worth trying in both slots
        [True, True]
    """
    with jax.enable_x64(True):
        inputs = (links.success, links.coherence, jobs.release, jobs.value, price)
        options = jnp.array([links.fresh, links.least, stations, quality])
        rank, after = _plans(*map(jnp.asarray, inputs), options, pairs, iterations)
        return Plan(np.asarray(rank), np.asarray(after))


@own_settings
def completion_bound(links: Links, jobs: Jobs, price: Array, *, pairs: int, stations: int) -> Array:
    r"""No schedule completes a larger share of the jobs, by worth, in expectation.

    The stations of a slot are sold at its price instead of being limited (weak duality):

    .. math:: \frac{\sum_k V_k(m, 0) + C \sum_s \lambda_s}{m \sum_k v_k}

    Any prices give a bound; those of `plan_round` with a quality of 0 give a close one.

    Args:
        links: The true links.
        jobs: What the nodes ask for.
        price: Prices, not negative, shape (runs, slots).
        pairs: Pairs of a job, m.
        stations: Attempts in one slot, C.

    Returns:
        The bound, shape (runs,).

    Example:
        >>> links = Links(np.array([[0.5]]), np.array([[20.0]]), fresh=0.9, least=0.6)
        >>> jobs = Jobs(np.array([[0]]), np.array([[1.0]]))
        >>> completion_bound(links, jobs, np.zeros((1, 2)), pairs=1, stations=1).tolist()
        [0.75]
    """
    with jax.enable_x64(True):
        options = jnp.array([links.fresh, links.least, stations, 0.0])
        inputs = (links.success, links.coherence, jobs.release, jobs.value, price)
        worth = _worth(*map(jnp.asarray, inputs), options, pairs)
        return np.asarray(worth) / (pairs * jobs.value.sum(axis=1))


@partial(jax.jit, static_argnums=6)
def _worth(
    success: jax.Array,
    coherence: jax.Array,
    release: jax.Array,
    value: jax.Array,
    price: jax.Array,
    options: jax.Array,
    pairs: int,
) -> jax.Array:
    def one(
        success: jax.Array,
        coherence: jax.Array,
        release: jax.Array,
        value: jax.Array,
        price: jax.Array,
    ) -> jax.Array:
        rewards = pair_rewards(jnp.arange(len(price)), release, coherence, value, options)
        start, _ = backward(success, value, rewards, price, pairs)
        return start[:, pairs].sum() + options[2] * price.sum()

    return jax.vmap(one)(success, coherence, release, value, price)


def pair_rewards(
    slots: jax.Array, release: jax.Array, coherence: jax.Array, value: jax.Array, options: jax.Array
) -> jax.Array:
    """Reward of a pair that is made in a slot, shape (slots, nodes)."""
    fresh, least, _, quality = options
    wait = jnp.maximum(release - slots[:, None], 0)  # (slots, nodes)
    worth = fresh * jnp.exp(-wait / coherence)
    return jnp.where(worth >= least, quality * value * (worth**2 - 1), USELESS)


def backward(
    success: jax.Array, value: jax.Array, rewards: jax.Array, price: jax.Array, pairs: int
) -> tuple[jax.Array, jax.Array]:
    """Values in slot 0, shape (nodes, pairs + 1), and advantages, shape (slots, nodes, pairs)."""

    def step(after: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        reward, price = given
        gain = success[:, None] * (reward[:, None] + after[:, :-1] - after[:, 1:])
        return after.at[:, 1:].add(jnp.maximum(0, gain - price)), gain

    end = jnp.zeros((len(value), pairs + 1)).at[:, 0].set(value * pairs)
    return jax.lax.scan(step, end, (rewards, price), reverse=True)


def expected_attempts(success: jax.Array, advantage: jax.Array, price: jax.Array) -> jax.Array:
    """Expected attempts of all links in every slot under some prices, shape (slots,)."""

    def step(share: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        gain, price = given
        trying = share[:, 1:] * (gain > price)
        made = trying * success[:, None]
        share = share.at[:, 1:].add(-made).at[:, :-1].add(made)
        return share, trying.sum()

    start = jnp.zeros((advantage.shape[1], advantage.shape[2] + 1)).at[:, -1].set(1.0)
    return jax.lax.scan(step, start, (advantage, price))[1]


@partial(jax.jit, static_argnums=(6, 7))
def _plans(
    success: jax.Array,
    coherence: jax.Array,
    release: jax.Array,
    value: jax.Array,
    price: jax.Array,
    options: jax.Array,
    pairs: int,
    iterations: int,
) -> tuple[jax.Array, jax.Array]:
    stations = options[2]

    def one(
        success: jax.Array,
        coherence: jax.Array,
        release: jax.Array,
        value: jax.Array,
        price: jax.Array,
    ) -> tuple[jax.Array, jax.Array]:
        rewards = pair_rewards(jnp.arange(len(price)), release, coherence, value, options)

        def improve(k: jax.Array, price: jax.Array) -> jax.Array:
            _, advantage = backward(success, value, rewards, price, pairs)
            excess = expected_attempts(success, advantage, price) / stations - 1
            step = 0.5 / (1 + 0.2 * k)
            return jnp.maximum(0, price + step * excess * jnp.maximum(price, SMALLEST_STEP))

        price = jax.lax.fori_loop(0, iterations, improve, price)
        _, advantage = backward(success, value, rewards, price, pairs)
        return _ranks(success, advantage, price), price

    return jax.vmap(one, out_axes=(1, 0))(success, coherence, release, value, price)


def _ranks(success: jax.Array, advantage: jax.Array, price: jax.Array) -> jax.Array:
    """Those worth their price, nearest to the end first; then the others, shape as `advantage`."""
    nearness = success[:, None] / jnp.arange(1, advantage.shape[-1] + 1)  # (nodes, pairs)
    worth_it = (advantage > 0) & (advantage >= price[:, None, None])
    others = advantage / (1 + jnp.abs(advantage))  # below 1
    return jnp.where(worth_it, 1 + nearness, others)
