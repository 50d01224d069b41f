"""Training of graph networks on all folds at once, in one compiled program."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from numpy.typing import NDArray

from ebit.communication.graphs.batches import Schedule
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.hops import hop_features
from ebit.communication.graphs.network import (
    ACTIVATIONS,
    Activation,
    Norm,
    Parameters,
    initial_parameters,
    node_form,
)
from ebit.communication.graphs.observable import GraphClassifier
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.spread import Spread, spread_over_margin
from ebit.communication.graphs.tables import Batch, Table, table_of
from ebit.errors import EbitError, TrainingDivergedError
from ebit.learning import Checkpoint
from ebit.random_keys import random_key

HALVING = 50
"""Epochs after which the step size is halved."""
MOMENTUM = 0.1
"""Share of a batch in the running mean and variance."""
CHUNK = 10
"""Epochs between two calls of `progress`."""
EVERY_SECONDS = 10.0
"""Shortest time between two writes of a checkpoint."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Curves:
    """What all runs of a training did to every graph after every epoch.

    Attributes:
        correct: Whether the class was right, shape (runs, epochs, graphs); false if not judged.
        loss: Cross-entropy, same shape; 0 if not judged.
        classifiers: The trained network of every run; none if the activation is no polynomial.
    """

    correct: NDArray[np.bool_]
    loss: NDArray[np.float32]
    classifiers: tuple[GraphClassifier, ...]


class Data:
    """The arrays that a training needs.

    Attributes:
        heard: Number of features that a node hears.
        table: The graphs.
    """

    def __init__(self, graphs: Graphs, settings: GraphSettings, schedule: Schedule) -> None:
        seen = graphs.with_degrees() if settings.degrees else graphs
        heard = hop_features(seen.features, seen.sources, seen.targets, settings.hops)
        self.heard = heard.shape[1]
        quadratic = ACTIVATIONS[settings.activation].is_quadratic
        self.table = table_of(heard, graphs.starts, seen.features.shape[1], quadratic, schedule)
        self.labels = jnp.asarray(graphs.labels, jnp.int32)
        self.spread = None
        if settings.shot_weight:
            if not self.table.has_all_graphs:
                raise EbitError(
                    f"Argument `shot_weight` must be 0 for {graphs.name!r}, whose nodes hear "
                    f"{self.heard} numbers: take fewer hops."
                )
            self.spread = Spread.of(seen, heard, settings.hops)

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""
        return {"labels": self.labels, "spread": self.spread, **self.table.arrays()}


@dataclass(frozen=True)
class Program:
    """Pure functions of a training; equal settings share their compiled code."""

    activation: Activation
    table: type[Table]
    side_by_side: bool
    optimizer: optax.GradientTransformation
    dropout: float
    shot_weight: float

    def loss(
        self, parameters: Parameters, batch: Batch, which: jax.Array, arrays: Any, key: jax.Array
    ) -> tuple[jax.Array, Norm]:
        """Mean cross-entropy of a batch, and its mean and variance of the hidden units."""
        keep = jax.random.bernoulli(key, 1 - self.dropout, parameters["scale"].shape)
        head = parameters["head"] * keep[:, None] / (1 - self.dropout)
        used = {**parameters, "head": head}
        scores, norm = batch.scores(self.activation, used)
        labels = arrays["labels"] if self.table.has_all_graphs else arrays["labels"].at[which].get()
        entropy = optax.softmax_cross_entropy_with_integer_labels(scores, labels)
        loss = batch.weight @ entropy / jnp.sum(batch.weight)
        if self.shot_weight:  # then the scores are those of all graphs
            chosen = jnp.minimum(which, len(labels) - 1)
            ratio = spread_over_margin(
                node_form(used, norm), used["bias"], scores[chosen], arrays["spread"].take(chosen)
            )
            present = (which < len(labels)).astype(jnp.float32)
            loss += self.shot_weight * (present @ ratio) / jnp.sum(present)
        return loss, norm

    def batch(self, drawn: Any, arrays: Any) -> Batch:
        """The graphs of one batch of one run; `drawn` has them, and what they take of the table."""
        which, taken = drawn
        return self.table.batch(which, taken, arrays)

    def step(self, state: Any, drawn: Any, arrays: Any) -> Any:
        """One step of the optimiser on one batch of one run."""
        parameters, moments, norm = state
        *chosen, key = drawn
        batch = self.batch(chosen, arrays)
        (_, found), slope = jax.value_and_grad(self.loss, has_aux=True)(
            parameters, batch, chosen[0], arrays, key
        )
        unbiased = found.variance * batch.number / (batch.number - 1)
        norm = Norm(
            (1 - MOMENTUM) * norm.mean + MOMENTUM * found.mean,
            (1 - MOMENTUM) * norm.variance + MOMENTUM * unbiased,
        )
        change, moments = self.optimizer.update(slope, moments, parameters)
        return optax.apply_updates(parameters, change), moments, norm

    def evaluate(self, state: Any, judged: Any, arrays: Any) -> tuple[jax.Array, jax.Array]:
        """Whether each judged graph of one run is right, and its cross-entropy; 0 for others."""
        parameters, _, norm = state
        which, labels = judged[0], arrays["labels"]
        scores, _ = self.batch(judged, arrays).scores(self.activation, parameters, norm)
        if self.table.has_all_graphs:
            scores = scores.at[which].get(mode="clip")
        own = labels.at[which].get(mode="clip")
        entropy = optax.softmax_cross_entropy_with_integer_labels(scores, own)
        right = jnp.argmax(scores, axis=1) == own
        empty = jnp.zeros(len(labels), jnp.float32)
        return (
            empty.astype(jnp.uint8).at[which].set(right.astype(jnp.uint8), mode="drop"),
            empty.at[which].set(entropy, mode="drop"),
        )

    @partial(jax.jit, static_argnums=0, donate_argnums=1)
    def epochs(
        self, state: Any, drawn: Any, judged: Any, arrays: Any
    ) -> tuple[Any, tuple[jax.Array, jax.Array]]:
        """Some epochs of all runs, with the state of every graph after each of them."""

        def each(function: Any, *arguments: Any) -> Any:
            if self.side_by_side:
                return jax.vmap(partial(function, arrays=arrays))(*arguments)
            return lax.map(lambda own: function(*own, arrays), arguments)  # less memory

        def epoch(state: Any, batches: Any) -> tuple[Any, tuple[jax.Array, jax.Array]]:
            state, _ = lax.scan(lambda s, batch: (each(self.step, s, batch), None), state, batches)
            return state, each(self.evaluate, state, judged)

        with jax.default_matmul_precision("highest"):  # single precision on every device
            return lax.scan(epoch, state, drawn)


def train_graphs(
    graphs: Graphs,
    training: NDArray[np.bool_],
    settings: GraphSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    judged: NDArray[np.bool_] | None = None,
    only: Sequence[int] | None = None,
) -> Curves:
    """Train a network for each choice of training graphs.

    Args:
        graphs: The graphs.
        training: Which graphs a run is trained on, shape (runs, graphs).
        settings: The network and its training.
        progress: Called now and then with the epochs done and those there are.
        checkpoint: Where the state is kept, so that an interrupted training goes on with the same
            numbers; a finished one is read from it.
        judged: The graphs that are looked at after every epoch, same shape; by default all.
        only: Numbers of the runs that are trained; by default all. The numbers of a run do not
            depend on which others are trained with it.

    Returns:
        Accuracy and loss of every graph after every epoch, and the networks.

    Raises:
        EbitError: If the data do not fit the settings.
        TrainingDivergedError: If the loss of a run stops being finite.

    Example:
        >>> from ebit.communication.graphs.generate import ring_and_path
        >>> from ebit.communication.graphs.hops import Hops
        >>> graphs = ring_and_path(20, seed=0)
        >>> settings = GraphSettings(Hops(raw=2), hidden=4, epochs=80, learning_rate=0.02)
        >>> curves = train_graphs(graphs, np.ones((1, 20), bool), settings)
        >>> curves.correct.shape, bool(curves.correct[0, -1].mean() > 0.8)
        ((1, 80, 20), True)
    """
    runs = np.arange(len(training)) if only is None else np.asarray(only)
    schedule = Schedule.of(training, settings.batch_size, settings.epochs, settings.seed)
    looks = Schedule.in_order(np.ones_like(training) if judged is None else judged)
    data = Data(graphs, settings, schedule)
    budgets = [data.table.budget(own) for own in (schedule, looks)]
    batches = schedule.graphs.shape[2]
    activation = ACTIVATIONS[settings.activation]
    program = Program(
        activation,
        type(data.table),
        data.table.has_all_graphs or jax.default_backend() != "cpu",
        _optimizer(settings.learning_rate, settings.weight_decay, batches),
        settings.dropout,
        settings.shot_weight,
    )
    key = random_key(settings.seed)
    init = partial(
        initial_parameters,
        features=data.heard,
        hidden=settings.hidden * (1 + settings.hops.number),
        classes=len(graphs.classes),
        activation=activation,
    )
    parameters = jax.vmap(init)(jax.random.split(jax.random.fold_in(key, 0), len(training))[runs])
    hidden = parameters["scale"].shape
    state = (
        parameters,
        jax.vmap(program.optimizer.init)(parameters),
        Norm(jnp.zeros(hidden, jnp.float32), jnp.ones(hidden, jnp.float32)),
    )
    arrays = data.arrays()
    watched = _drawn(looks.of_runs(runs), data, slice(0, 1), budgets[1])
    watched = jax.tree.map(lambda a: a[:, 0, 0], watched)
    shape = (len(runs), settings.epochs, len(graphs))
    correct, loss = np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
    done, written = 0, time.monotonic()
    saved = None if checkpoint is None else checkpoint.load((state, correct, loss))
    if saved is not None:
        (state, correct, loss), done = jax.tree.map(np.array, saved[0]), saved[1]["epochs"]
    for first in range(done, settings.epochs, CHUNK):
        chosen = slice(first, min(first + CHUNK, settings.epochs))
        which, places = _drawn(schedule.of_runs(runs), data, chosen, budgets[0])
        number = (len(training), *which.shape[1:3])
        keys = jax.random.split(jax.random.fold_in(key, 1 + first), number)
        drawn = jax.tree.map(lambda a: jnp.moveaxis(a, 0, 2), (which, places, keys[runs]))
        state, (right, entropy) = program.epochs(state, drawn, watched, arrays)
        correct[:, chosen] = np.asarray(right).swapaxes(0, 1)
        loss[:, chosen] = np.asarray(entropy).swapaxes(0, 1)
        if not np.all(np.isfinite(loss[:, chosen])):
            raise TrainingDivergedError(
                f"The loss is not finite after epoch {chosen.stop}: lower the learning rate."
            )
        due = chosen.stop == settings.epochs or time.monotonic() - written > EVERY_SECONDS
        if checkpoint is not None and due:
            checkpoint.save((state, correct, loss), {"epochs": chosen.stop})
            written = time.monotonic()
        if progress is not None:
            progress(chosen.stop, settings.epochs)
    trained = _classifiers(state, settings) if activation.is_quadratic else ()
    return Curves(correct.astype(bool), loss, trained)


def _drawn(schedule: Schedule, data: Data, epochs: slice, budget: Any) -> tuple[jax.Array, Any]:
    """Graphs of the batches of some epochs, and what these take of the table."""
    taken = data.table.drawn(schedule, epochs, budget)
    return jnp.asarray(schedule.graphs[:, epochs]), jax.tree.map(jnp.asarray, taken)


@lru_cache  # equal settings give the same object, so that they share their compiled program
def _optimizer(
    learning_rate: float, weight_decay: float, batches: int
) -> optax.GradientTransformation:
    schedule = optax.exponential_decay(learning_rate, HALVING * batches, 0.5, staircase=True)
    return optax.chain(optax.add_decayed_weights(weight_decay), optax.adam(schedule))


def _classifiers(state: Any, settings: GraphSettings) -> tuple[GraphClassifier, ...]:
    parameters, _, norm = state
    forms = jax.vmap(node_form)(parameters, norm)
    return tuple(
        GraphClassifier(np.asarray(form, np.float64), np.asarray(bias, np.float64), settings.hops)
        for form, bias in zip(forms, parameters["bias"], strict=True)
    )
