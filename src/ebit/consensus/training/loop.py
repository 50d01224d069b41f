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
from ebit.consensus.training.learners import Shards, deal, samples_of
from ebit.consensus.training.partitions import Partition, partition_of
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

    A node that runs a circuit of its own is a team.

    Attributes:
        theta: Shared parameters, (runs, P).
        momentum: Of every team, not corrected for its start, (runs, teams, P).
        sent: Updates of every team so far, (runs, teams).
        own: Parameters that teams keep for themselves, (runs, teams, ...); () if there are none.
    """

    theta: jax.Array
    momentum: jax.Array
    sent: jax.Array
    own: Any = ()


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
    honest_share: jax.Array  # weight of every sample in the honest teams' loss
    owner: jax.Array  # the team that has a sample
    judge: jax.Array  # the honest team that is asked for a test sample
    liars: jax.Array
    key: jax.Array


class _Round(NamedTuple):
    """Of one run and round; after stacking the rounds come first."""

    present: jax.Array
    worth: jax.Array
    pairs: jax.Array
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

    partition: Partition
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
        self.partition = partition_of(own.partition, own.members, own.model, own.data)
        self.transport = deliver(own, self.partition)
        teams = own.nodes // self.partition.members
        samples = [samples_of(own.data, seed) for seed in seeds(own)]
        shards = [
            deal(one.y, teams, own.evenness, seed)
            for one, seed in zip(samples, seeds(own), strict=True)
        ]
        most = max(one.rows.shape[1] for one in shards)
        rows = [np.pad(one.rows, ((0, 0), (0, most - one.rows.shape[1])), "edge") for one in shards]
        dealt = list(zip(samples, shards, self.transport.liars, strict=True))
        shares = [
            _honest_share(len(one.y), shard.rows, shard.counts, liars)
            for one, shard, liars in dealt
        ]
        owners = [_owners(len(one.y), shard) for one, shard, _ in dealt]
        judges = [_judges(len(one.y_test), liars) for one, _, liars in dealt]
        self._data = _Data(
            x=jnp.asarray(np.stack([one.x for one in samples])),
            y=jnp.asarray(np.stack([one.y for one in samples])),
            x_test=jnp.asarray(np.stack([one.x_test for one in samples])),
            y_test=jnp.asarray(np.stack([one.y_test for one in samples])),
            rows=jnp.asarray(np.stack(rows)),
            counts=jnp.asarray(np.stack([one.counts for one in shards])),
            honest_share=jnp.asarray(np.stack(shares)),
            owner=jnp.asarray(np.stack(owners)),
            judge=jnp.asarray(np.stack(judges)),
            liars=jnp.asarray(self.transport.liars),
            key=jnp.stack([random_key(seed) for seed in seeds(own)]),
        )
        attack, arm = ATTACKS[own.attack], ARMS[own.arm]
        self._kind = _Kind(
            partition=self.partition,
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
        options: Any = {"size": self.partition.size, "noise": noise, "momentum": own.momentum}
        return floor(found.weight, found.worth, **options).mean(axis=0)

    @own_settings
    def start(self) -> State:
        """Parameters and momenta before the first round."""
        keys = [jax.random.fold_in(key, 2**31) for key in self._data.key]
        theta = jnp.stack([self.partition.init(key) for key in keys])
        shape = self.transport.liars.shape
        kept = jax.vmap(self.partition.init_own)(jnp.stack(keys))
        own = jax.tree.map(lambda a: jnp.repeat(a[:, None], shape[1], axis=1), kept)
        momentum = jnp.zeros((*shape, theta.shape[1]), theta.dtype)
        return State(theta, momentum, jnp.zeros(shape, jnp.int32), own)

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
                for name in ("worth", "pairs", "witness", "weight")
            },
        )
        numbered = jnp.asarray(turns, jnp.int32)
        return _advance(self._kind, state, self._data, rounds, numbered, self._numbers)


def _honest_share(samples: int, rows: Any, counts: Any, liars: Any) -> Any:
    """Weight of every sample in the mean over honest teams of their mean losses, (samples,)."""
    share = np.zeros(samples, np.float32)
    honest = max(1, int((~liars).sum()))
    for team in np.flatnonzero(~liars):
        share[rows[team, : counts[team]]] = 1 / counts[team] / honest
    return share


def _owners(samples: int, shards: Shards) -> Any:
    """The team that has a sample, (samples,)."""
    owner = np.zeros(samples, np.int32)
    for team, (rows, count) in enumerate(zip(shards.rows, shards.counts, strict=True)):
        owner[rows[:count]] = team
    return owner


def _judges(samples: int, liars: Any) -> Any:
    """Honest teams in turn, (samples,)."""
    return np.resize(np.flatnonzero(~liars), samples).astype(np.int32)


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
    full = _full_gradient(kind.partition, theta, state.own, data)
    norms = jnp.linalg.norm(full) * jnp.linalg.norm(direction)
    asked = jax.tree.map(lambda a: a[data.judge], state.own)
    right = jax.vmap(kind.partition.correct, (None, 0, 0, 0))
    return state, Evaluation(
        accuracy=right(state.theta, asked, data.x_test, data.y_test).mean(),
        gradient_error=((direction - full) ** 2).sum(),
        cosine=direction @ full / jnp.maximum(norms, 1e-12),
    )


def _full_gradient(partition: Partition, theta: jax.Array, own: Any, data: _Data) -> jax.Array:
    """Gradient of the honest teams' loss on all their samples without noise, in slices."""
    slices = 8
    pad = -len(data.y) % slices
    x = jnp.pad(data.x, ((0, pad), (0, 0))).reshape(slices, -1, data.x.shape[1])
    y = jnp.pad(data.y, (0, pad)).reshape(slices, -1)
    share = jnp.pad(data.honest_share, (0, pad)).reshape(slices, -1)
    owner = jnp.pad(data.owner, (0, pad)).reshape(slices, -1)
    perfect = jnp.ones(partition.members)

    def one(x: jax.Array, y: jax.Array, own: Any) -> jax.Array:
        return partition.local_update(theta, own, x[None], y[None], perfect)[0]

    def add(total: jax.Array, given: tuple[jax.Array, ...]) -> tuple[jax.Array, None]:
        x, y, share, owner = given
        each = jax.vmap(one)(x, y, jax.tree.map(lambda a: a[owner], own))
        return total + share @ each, None

    return jax.lax.scan(add, jnp.zeros_like(theta), (x, y, share, owner))[0]


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
    teams, size = state.momentum.shape
    place = jax.random.uniform(draw, (teams, kind.batch)) * data.counts[:, None]
    rows = jnp.take_along_axis(data.rows, place.astype(jnp.int32), axis=1)
    labels = data.y[rows]
    wrong = jnp.where(data.liars & numbers.flips, 1, 0)[:, None]
    labels = jnp.where(wrong == 1, kind.classes - 1 - labels, labels)
    update = jax.vmap(kind.partition.local_update, (None, 0, 0, 0, 0))
    gradient, kept = update(state.theta, state.own, data.x[rows], labels, given.pairs)
    noise = jnp.sqrt(numbers.noise) * jax.random.normal(shot, gradient.shape, gradient.dtype)
    message = given.worth[:, None] * gradient + noise

    mu = numbers.momentum
    there = given.present[:, None]
    momentum = jnp.where(there, mu * state.momentum + (1 - mu) * message, state.momentum)
    sent = state.sent + given.present
    x = momentum / (1 - mu ** jnp.maximum(sent, 1))[:, None]
    x = jnp.round(x / RESOLUTION) * RESOLUTION

    latest = jnp.maximum(jnp.where(given.present, sent, 0).max(), 1)
    block = partial(
        _aggregate, kind, given=given, liars=data.liars, latest=latest, key=dress, numbers=numbers
    )
    blocks = x.reshape(teams, kind.partition.members, -1).swapaxes(
        0, 1
    )  # (members, teams, P / members)
    direction = jax.lax.map(block, blocks).reshape(size)
    step = numbers.step * jnp.minimum(1, 2 * (1 - turn / numbers.rounds))
    own = _own_steps(state.own, kept, given, jax.random.fold_in(shot, 1), step, numbers)
    return State(state.theta - step * direction, momentum, sent, own), direction


def _aggregate(
    kind: _Kind,
    x: jax.Array,
    *,
    given: _Round,
    liars: jax.Array,
    latest: jax.Array,
    key: jax.Array,
    numbers: _Numbers,
) -> jax.Array:
    """The direction of one block, from what the teams' members that hold it send, (teams, size)."""
    size = x.shape[1]
    honest = given.present & ~liars
    floor = momentum_floor(size, numbers.noise, numbers.momentum, latest)
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
        x = most_harmful(ATTACKS[kind.adapts], x, honest, key, lambda y: aggregate(y)[0])
    elif kind.lies:
        x = attacked(x, honest, numbers.shares, key)
    raw, p = aggregate(x)
    direction = raw / jnp.maximum(p @ given.witness, float(LEAST_WORTH))
    enough = given.present.sum() > 2 * numbers.faulty
    return jnp.where(enough & jnp.isfinite(direction).all(), direction, 0)


def _own_steps(
    own: Any, gradient: Any, given: _Round, key: jax.Array, step: jax.Array, numbers: _Numbers
) -> Any:
    """Steps of what teams keep for themselves.

    A team alone has the shot noise of one message, so its steps are smaller by the root of the
    number of teams.
    """
    teams = len(given.present)
    worth, witness = given.worth[:, None], jnp.maximum(given.witness, float(LEAST_WORTH))[:, None]

    def moved(own: jax.Array, gradient: jax.Array) -> jax.Array:
        noise = jnp.sqrt(numbers.noise) * jax.random.normal(key, own.shape, own.dtype)
        direction = (worth * gradient + noise) / witness
        return jnp.where(given.present[:, None], own - step / teams**0.5 * direction, own)

    return jax.tree.map(moved, own, gradient)
