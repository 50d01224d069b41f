"""Training of graph networks on all folds at once, in one compiled program."""

from collections.abc import Callable
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
    Batch,
    Moments,
    Nodes,
    Norm,
    Parameters,
    initial_parameters,
    moments_of,
    node_form,
)
from ebit.communication.graphs.observable import GraphClassifier
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.spread import Spread, spread_over_margin
from ebit.errors import EbitError, TrainingDivergedError
from ebit.random_keys import random_key

HALVING = 50
"""Epochs after which the step size is halved."""
MOMENTUM = 0.1
"""Share of a batch in the running mean and variance."""
MOST_MOMENTS = 1_000_000_000
"""Most bytes of second moments; beyond, polynomials are trained on nodes."""
CHUNK = 10
"""Epochs between two calls of `progress`."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Curves:
    """What all runs of a training did to every graph after every epoch.

    Attributes:
        correct: Whether the class was right, shape (runs, epochs, graphs).
        loss: Cross-entropy, same shape.
        classifiers: The trained network of every run; none if the activation is no polynomial.
    """

    correct: NDArray[np.bool_]
    loss: NDArray[np.float32]
    classifiers: tuple[GraphClassifier, ...]


class Data:
    """The arrays that a training needs: moments where they are cheaper, else nodes."""

    def __init__(self, graphs: Graphs, settings: GraphSettings) -> None:
        self.graphs = graphs.with_degrees() if settings.degrees else graphs
        heard = hop_features(
            self.graphs.features, self.graphs.sources, self.graphs.targets, settings.hops
        )
        self.heard = heard.shape[1]
        activation = ACTIVATIONS[settings.activation]
        size = 2 * len(graphs) * (1 + self.heard) * (2 + self.heard)
        self.has_moments = activation.is_quadratic and size <= MOST_MOMENTS
        if self.has_moments:
            self.table = moments_of(heard, graphs.starts)
        else:
            self.table = jnp.asarray(heard)
        self.labels = jnp.asarray(graphs.labels, jnp.int32)
        self.of_node = jnp.asarray(self.graphs.graph_of_node, jnp.int32)
        self.spread = None
        if settings.shot_weight:
            if not self.has_moments:
                raise EbitError(
                    f"Argument `shot_weight` must be 0 for {graphs.name!r}, whose nodes hear "
                    f"{self.heard} numbers: take fewer hops."
                )
            self.spread = Spread.of(self.graphs, heard, settings.hops)

    def everything(self) -> Batch:
        """All graphs as one batch."""
        weight = jnp.ones(len(self.labels), jnp.float32)
        if self.has_moments:
            return Moments(self.table, weight)
        return Nodes(self.table, self.of_node, jnp.ones(len(self.of_node), jnp.float32), weight)

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""
        return {
            "table": self.table,
            "labels": self.labels,
            "everything": self.everything(),
            "spread": self.spread,
        }


@dataclass(frozen=True)
class Program:
    """Pure functions of a training; equal settings share their compiled code."""

    activation: Activation
    has_moments: bool
    optimizer: optax.GradientTransformation
    dropout: float
    shot_weight: float

    def loss(
        self, parameters: Parameters, batch: Batch, which: jax.Array, arrays: Any, key: jax.Array
    ) -> tuple[jax.Array, Norm]:
        """Mean cross-entropy of a batch, and its mean and variance of the hidden units."""
        norm = batch.norm(parameters["weights"])
        keep = jax.random.bernoulli(key, 1 - self.dropout, parameters["scale"].shape)
        head = parameters["head"] * keep[:, None] / (1 - self.dropout)
        used = {**parameters, "head": head}
        scores = batch.scores(self.activation, used, norm)
        labels = arrays["labels"] if self.has_moments else arrays["labels"].at[which].get()
        entropy = optax.softmax_cross_entropy_with_integer_labels(scores, labels)
        loss = batch.weight @ entropy / jnp.sum(batch.weight)
        if self.shot_weight:  # with moments, so the scores are those of all graphs
            chosen = jnp.minimum(which, len(labels) - 1)
            ratio = spread_over_margin(
                node_form(used, norm), used["bias"], scores[chosen], arrays["spread"].take(chosen)
            )
            present = (which < len(labels)).astype(jnp.float32)
            loss += self.shot_weight * (present @ ratio) / jnp.sum(present)
        return loss, norm

    def step(self, state: Any, drawn: Any, arrays: Any) -> tuple[Any, None]:
        """One step of the optimiser on one batch of one run."""
        parameters, moments, norm = state
        which, places, key = drawn
        batch: Batch
        if self.has_moments:  # all graphs: one product for all runs is cheaper than picking them
            graphs = len(arrays["labels"])
            weight = jnp.zeros(graphs, jnp.float32).at[which].set(1, mode="drop")
            batch = Moments(arrays["table"], weight)
        else:
            node, place = places
            present = (node < len(arrays["table"])).astype(jnp.float32)
            weight = (which < len(arrays["labels"])).astype(jnp.float32)
            batch = Nodes(arrays["table"][node], place, present, weight)
        (_, found), slope = jax.value_and_grad(self.loss, has_aux=True)(
            parameters, batch, which, arrays, key
        )
        unbiased = found.variance * batch.number / (batch.number - 1)
        norm = Norm(
            (1 - MOMENTUM) * norm.mean + MOMENTUM * found.mean,
            (1 - MOMENTUM) * norm.variance + MOMENTUM * unbiased,
        )
        change, moments = self.optimizer.update(slope, moments, parameters)
        return (optax.apply_updates(parameters, change), moments, norm), None

    def evaluate(self, state: Any, arrays: Any) -> tuple[jax.Array, jax.Array]:
        """Whether each graph is right, and its cross-entropy, for one run."""
        parameters, _, norm = state
        scores = arrays["everything"].scores(self.activation, parameters, norm)
        entropy = optax.softmax_cross_entropy_with_integer_labels(scores, arrays["labels"])
        return jnp.argmax(scores, axis=1) == arrays["labels"], entropy

    @partial(jax.jit, static_argnums=0, donate_argnums=1)
    def epochs(self, state: Any, drawn: Any, arrays: Any) -> tuple[Any, tuple[Any, Any]]:
        """Some epochs of all runs, with the state of every graph after each of them."""

        def epoch(state: Any, batches: Any) -> tuple[Any, tuple[Any, Any]]:
            def step(state: Any, batch: Any) -> tuple[Any, None]:
                return jax.vmap(lambda s, b: self.step(s, b, arrays))(state, batch)

            state, _ = lax.scan(step, state, batches)
            evaluate = partial(self.evaluate, arrays=arrays)
            if self.has_moments:
                return state, jax.vmap(evaluate)(state)
            return state, lax.map(evaluate, state)  # one run at a time, for the memory

        return lax.scan(epoch, state, drawn)


def train_graphs(
    graphs: Graphs,
    training: NDArray[np.bool_],
    settings: GraphSettings,
    progress: Progress | None = None,
) -> Curves:
    """Train a network for each choice of training graphs.

    Args:
        graphs: The graphs.
        training: Which graphs a run is trained on, shape (runs, graphs).
        settings: The network and its training.
        progress: Called now and then with the epochs done and those there are.

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
    data, runs = Data(graphs, settings), len(training)
    schedule = Schedule.of(training, settings.batch_size, settings.epochs, settings.seed)
    batches = schedule.graphs.shape[2]
    activation = ACTIVATIONS[settings.activation]
    program = Program(
        activation,
        data.has_moments,
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
    parameters = jax.vmap(init)(jax.random.split(jax.random.fold_in(key, 0), runs))
    hidden = parameters["scale"].shape
    state = (
        parameters,
        jax.vmap(program.optimizer.init)(parameters),
        Norm(jnp.zeros(hidden, jnp.float32), jnp.ones(hidden, jnp.float32)),
    )
    arrays, budget = data.arrays(), schedule.most_nodes(graphs.nodes)
    correct, loss = [], []
    for first in range(0, settings.epochs, CHUNK):
        chosen = slice(first, min(first + CHUNK, settings.epochs))
        which = schedule.graphs[:, chosen]
        places = None if data.has_moments else schedule.nodes(data.graphs, chosen, budget)
        keys = jax.random.split(jax.random.fold_in(key, 1 + first), which.shape[:3])
        drawn = jax.tree.map(lambda a: jnp.moveaxis(a, 0, 2), (jnp.asarray(which), places, keys))
        state, (right, entropy) = program.epochs(state, drawn, arrays)
        entropy = np.asarray(entropy)
        if not np.all(np.isfinite(entropy)):
            raise TrainingDivergedError(
                f"The loss is not finite after epoch {chosen.stop}: lower the learning rate."
            )
        correct.append(np.asarray(right).swapaxes(0, 1))
        loss.append(entropy.swapaxes(0, 1))
        if progress is not None:
            progress(chosen.stop, settings.epochs)
    trained = _classifiers(state, settings) if activation.is_quadratic else ()
    return Curves(np.concatenate(correct, axis=1), np.concatenate(loss, axis=1), trained)


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
