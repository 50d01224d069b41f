r"""The training loop: rounds of updates, lies, filter, and one step of everybody.

Node k sends the momentum of :math:`g_k = w_k \nabla_k + \mathcal N(0, \sigma^2/S)`, corrected for
its start. The aggregate of these raw vectors is divided once by :math:`\bar w = \sum_k p_k w_k`;
dividing every vector by a witness of its own before the filter would let a small witness blow up a
lie.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ebit.consensus.aggregation import AGGREGATORS
from ebit.consensus.attacks import ATTACKS, attacked, most_harmful
from ebit.consensus.broker import REGIMES
from ebit.consensus.convergence import floor
from ebit.consensus.filter import robust_mean
from ebit.consensus.training.arms import ARMS, ROBUST
from ebit.consensus.training.learners import Learner, deal, learner_of, samples_of
from ebit.consensus.training.settings import ConsensusSettings
from ebit.consensus.training.transport import deliver, seeds
from ebit.consensus.twins import momentum_floor
from ebit.consensus.witness import LEAST_WORTH
from ebit.jax_settings import own_settings
from ebit.random_keys import random_key

CHUNK = 5
"""Rounds between two evaluations."""

RESOLUTION = 2.0**-20
"""What is sent is fixed point with this step."""

STEEPEST = 8.0
"""No entry of a gradient of the cross-entropy of scores 4 Z is larger."""


class State(NamedTuple):
    """What a training is between two rounds; runs on the first axis.

    Attributes:
        theta: Parameters, (runs, P).
        momentum: Of every node, not corrected for its start, (runs, nodes, P).
        sent: Updates of every node so far, (runs, nodes).
    """

    theta: jax.Array
    momentum: jax.Array
    sent: jax.Array


class Evaluation(NamedTuple):
    """Numbers after some rounds, shape (runs,).

    Attributes:
        accuracy: On the test part.
        gradient_error: Squared distance of the last direction from the honest nodes' full gradient.
        cosine: Cosine of the angle between them.
    """

    accuracy: jax.Array
    gradient_error: jax.Array
    cosine: jax.Array


class _Data(NamedTuple):
    """Of one run."""

    x: jax.Array
    y: jax.Array
    x_test: jax.Array
    y_test: jax.Array
    rows: jax.Array
    counts: jax.Array
    honest_share: jax.Array  # weight of every sample in the honest nodes' loss
    liars: jax.Array
    key: jax.Array


class _Round(NamedTuple):
    """Of one run and round; after stacking the rounds come first."""

    present: jax.Array
    worth: jax.Array
    witness: jax.Array
    weight: jax.Array


class _Numbers(NamedTuple):
    """Traced settings, the same for all runs."""

    faulty: jax.Array
    shares: jax.Array
    flips: jax.Array
    momentum: jax.Array
    noise: jax.Array  # variance of an entry of one message
    step: jax.Array
    rounds: jax.Array


class _Kind(NamedTuple):
    """What decides which program is compiled."""

    learner: Learner
    filter: str
    lies: bool
    adapts: str
    batch: int
    classes: int


@dataclass
class Training:
    """One arm under one attack, all runs side by side.

    Args:
        settings: What to train.

    Raises:
        EbitError: If the settings do not fit together.

    Example:
        >>> training = Training(ConsensusSettings(nodes=4, rounds=5, seeds=1, arm="edf+robust"))
        >>> state, found = training.advance(training.start(), 0)
        >>> found.accuracy.shape
        (1,)
    """

    settings: ConsensusSettings

    def __post_init__(self) -> None:
        own = self.settings
        self.learner = learner_of(own.model, own.data)
        self.transport = deliver(own, self.learner.dimension)
        samples = [samples_of(own.data, seed) for seed in seeds(own)]
        shards = [
            deal(one.y, own.nodes, own.evenness, seed)
            for one, seed in zip(samples, seeds(own), strict=True)
        ]
        most = max(one.rows.shape[1] for one in shards)
        rows = [np.pad(one.rows, ((0, 0), (0, most - one.rows.shape[1])), "edge") for one in shards]
        shares = [
            _honest_share(len(one.y), shard.rows, shard.counts, liars)
            for one, shard, liars in zip(samples, shards, self.transport.liars, strict=True)
        ]
        self._data = _Data(
            x=jnp.asarray(np.stack([one.x for one in samples])),
            y=jnp.asarray(np.stack([one.y for one in samples])),
            x_test=jnp.asarray(np.stack([one.x_test for one in samples])),
            y_test=jnp.asarray(np.stack([one.y_test for one in samples])),
            rows=jnp.asarray(np.stack(rows)),
            counts=jnp.asarray(np.stack([one.counts for one in shards])),
            honest_share=jnp.asarray(np.stack(shares)),
            liars=jnp.asarray(self.transport.liars),
            key=jnp.stack([random_key(seed) for seed in seeds(own)]),
        )
        attack, arm = ATTACKS[own.attack], ARMS[own.arm]
        self._kind = _Kind(
            learner=self.learner,
            filter=arm.filter,
            lies=attack.lies,
            adapts=own.attack if attack.adapts else "",
            batch=own.batch_size,
            classes=int(max(one.y.max() for one in samples)) + 1,
        )
        numbers = (
            own.faulty,
            attack.shares(own.strength),
            attack.flips_labels,
            own.momentum,
            own.sigma**2 / REGIMES[own.regime].shots,
            own.step,
            own.rounds,
        )
        types = (jnp.int32, jnp.float32, bool, *[jnp.float32] * 4)
        self._numbers = _Numbers(*map(jnp.asarray, numbers, types))

    @property
    def chunks(self) -> int:
        """Number of calls of `advance` until the training is over."""
        return -(-self.settings.rounds // CHUNK)

    @property
    def noise_floor(self) -> Any:
        """Mean squared error that shot noise alone leaves in a direction, shape (runs,)."""
        own, found = self.settings, self.transport
        noise = own.sigma**2 / REGIMES[own.regime].shots
        size = self.learner.size
        options: Any = {"size": size, "noise": noise, "momentum": own.momentum}
        return floor(found.weight, found.worth, **options).mean(axis=0)

    @own_settings
    def start(self) -> State:
        """Parameters and momenta before the first round."""
        own = self.settings
        theta = jnp.stack(
            [self.learner.init(jax.random.fold_in(key, 2**31)) for key in self._data.key]
        )
        momentum = jnp.zeros((own.seeds, own.nodes, theta.shape[1]), theta.dtype)
        return State(theta, momentum, jnp.zeros((own.seeds, own.nodes), jnp.int32))

    @own_settings
    def advance(self, state: State, chunk: int) -> tuple[State, Evaluation]:
        """Play the rounds of one chunk, and evaluate.

        Args:
            state: State before it.
            chunk: Number of the chunk, from 0.

        Returns:
            State after it, and its evaluation.
        """
        first = chunk * CHUNK
        turns = np.arange(first, min(first + CHUNK, self.settings.rounds))
        own = self.transport
        rounds = _Round(
            present=jnp.asarray(own.present[turns]),
            **{
                name: jnp.asarray(getattr(own, name)[turns], jnp.float32)
                for name in ("worth", "witness", "weight")
            },
        )
        numbered = jnp.asarray(turns, jnp.int32)
        return _advance(self._kind, state, self._data, rounds, numbered, self._numbers)


def _honest_share(samples: int, rows: Any, counts: Any, liars: Any) -> Any:
    """Weight of every sample in the mean over honest nodes of their mean losses, (samples,)."""
    share = np.zeros(samples, np.float32)
    honest = max(1, int((~liars).sum()))
    for node in np.flatnonzero(~liars):
        share[rows[node, : counts[node]]] = 1 / counts[node] / honest
    return share


@partial(jax.jit, static_argnums=0)
def _advance(
    kind: _Kind,
    state: State,
    data: _Data,
    rounds: _Round,
    turns: jax.Array,
    numbers: _Numbers,
) -> tuple[State, Evaluation]:
    one = partial(_advance_run, kind)
    axes = (0, 0, 1, None, None)
    return jax.vmap(one, in_axes=axes)(state, data, rounds, turns, numbers)


def _advance_run(
    kind: _Kind,
    state: State,
    data: _Data,
    rounds: _Round,
    turns: jax.Array,
    numbers: _Numbers,
) -> tuple[State, Evaluation]:
    def play(
        carry: tuple[State, jax.Array, jax.Array], given: tuple[_Round, jax.Array]
    ) -> tuple[tuple[State, jax.Array, jax.Array], None]:
        before = carry[0]
        after, direction = _round(kind, before, data, *given, numbers)
        return (after, before.theta, direction), None

    nothing = jnp.zeros_like(state.theta)
    (state, theta, direction), _ = jax.lax.scan(play, (state, nothing, nothing), (rounds, turns))
    full = _full_gradient(kind.learner, theta, data)
    norms = jnp.linalg.norm(full) * jnp.linalg.norm(direction)
    return state, Evaluation(
        accuracy=kind.learner.correct(state.theta, data.x_test, data.y_test),
        gradient_error=((direction - full) ** 2).sum(),
        cosine=direction @ full / jnp.maximum(norms, 1e-12),
    )


def _full_gradient(learner: Learner, theta: jax.Array, data: _Data) -> jax.Array:
    """Gradient of the honest nodes' loss on all their samples, in slices."""
    slices = 8
    pad = -len(data.y) % slices
    x = jnp.pad(data.x, ((0, pad), (0, 0))).reshape(slices, -1, data.x.shape[1])
    y = jnp.pad(data.y, (0, pad)).reshape(slices, -1)
    share = jnp.pad(data.honest_share, (0, pad)).reshape(slices, -1)

    def add(
        total: jax.Array, given: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[jax.Array, None]:
        x, y, share = given
        each = jax.vmap(lambda a, b: learner.gradient(theta, a[None], b[None]))(x, y)
        return total + share @ each, None

    return jax.lax.scan(add, jnp.zeros_like(theta), (x, y, share))[0]


def _round(
    kind: _Kind,
    state: State,
    data: _Data,
    given: _Round,
    turn: jax.Array,
    numbers: _Numbers,
) -> tuple[State, jax.Array]:
    """State after one round, and the direction of its step."""
    draw, shot, dress = jax.random.split(jax.random.fold_in(data.key, turn), 3)
    nodes, size = state.momentum.shape
    place = jax.random.uniform(draw, (nodes, kind.batch)) * data.counts[:, None]
    rows = jnp.take_along_axis(data.rows, place.astype(jnp.int32), axis=1)
    labels = data.y[rows]
    wrong = jnp.where(data.liars & numbers.flips, 1, 0)[:, None]
    labels = jnp.where(wrong == 1, kind.classes - 1 - labels, labels)
    gradient = jax.vmap(kind.learner.gradient, (None, 0, 0))(state.theta, data.x[rows], labels)
    noise = jnp.sqrt(numbers.noise) * jax.random.normal(shot, gradient.shape, gradient.dtype)
    message = given.worth[:, None] * gradient + noise

    mu = numbers.momentum
    there = given.present[:, None]
    momentum = jnp.where(there, mu * state.momentum + (1 - mu) * message, state.momentum)
    sent = state.sent + given.present
    x = momentum / (1 - mu ** jnp.maximum(sent, 1))[:, None]
    x = jnp.round(x / RESOLUTION) * RESOLUTION

    honest = given.present & ~data.liars
    latest = jnp.maximum(jnp.where(given.present, sent, 0).max(), 1)
    floor = momentum_floor(size, numbers.noise, mu, latest)
    longest = STEEPEST * size**0.5 + 6 * jnp.sqrt(size * numbers.noise)

    def aggregate(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        sane = jnp.isfinite(x).all(axis=1) & (jnp.linalg.norm(x, axis=1) <= longest)
        x = jnp.where(sane[:, None], x, 0)
        p = jnp.where(sane, given.weight, 0)
        p = p / jnp.maximum(p.sum(), 1e-9)
        f = numbers.faulty
        if kind.filter == ROBUST:
            return robust_mean(x, p, f, floor)
        return AGGREGATORS[kind.filter](x, p, f), p

    if kind.adapts:
        attack = ATTACKS[kind.adapts]
        x = most_harmful(attack, x, honest, dress, lambda y: aggregate(y)[0])
    elif kind.lies:
        x = attacked(x, honest, numbers.shares, dress)
    raw, p = aggregate(x)
    direction = raw / jnp.maximum(p @ given.witness, float(LEAST_WORTH))
    enough = given.present.sum() > 2 * numbers.faulty
    direction = jnp.where(enough & jnp.isfinite(direction).all(), direction, 0)
    step = numbers.step * jnp.minimum(1, 2 * (1 - turn / numbers.rounds))
    return State(state.theta - step * direction, momentum, sent), direction
