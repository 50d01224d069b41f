"""Classes of the nodes of one graph: the same network with a map for each hop and no sum."""

from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from numpy.typing import NDArray

from ebit import checks
from ebit.checks import one_of, real, seed, whole
from ebit.communication.graphs.graphs import MOST_FEATURES, Whole, undirected, whole_numbers
from ebit.communication.graphs.hops import Hops, hop_features
from ebit.communication.graphs.network import ACTIVATIONS, Activation
from ebit.communication.graphs.read import read_arrays
from ebit.errors import EbitError, TrainingDivergedError
from ebit.random_keys import random_key
from ebit.statistics import Sample

ARRAYS = (
    "feature_row", "feature_column", "shape", "node_label", "edge_source", "edge_target",
    "train_index", "validation_index", "test_index",
)  # fmt: skip
"""Arrays of an NPZ file with one graph whose nodes have classes."""
LOOK = 10
"""Epochs between two looks at validation and test nodes."""


@dataclass(frozen=True, eq=False)
class NodeSet:
    """One graph with classes of its nodes, and which nodes are for what.

    Attributes:
        name: What it is called.
        features: Features of the nodes, each row with sum 1 or 0, shape (nodes, features).
        sources: One end of every edge, both ways, shape (edges,).
        targets: The other end, shape (edges,).
        labels: Class of every node, counted from 0, shape (nodes,).
        training: Nodes to train on.
        validation: Nodes that choose the epoch.
        test: Nodes whose accuracy is told.
    """

    name: str
    features: NDArray[np.float32]
    sources: Whole
    targets: Whole
    labels: Whole
    training: Whole
    validation: Whole
    test: Whole


def read_nodes(path: str | Path) -> NodeSet:
    """A graph with classes of nodes from an NPZ file.

    Arrays: `feature_row` and `feature_column` (where a feature is 1), `shape` (nodes, features),
    `node_label`, `edge_source`, `edge_target`, and the nodes of each part in `train_index`,
    `validation_index` and `test_index`.

    Args:
        path: The file.

    Returns:
        The graph; features of a node are divided by their number.

    Raises:
        EbitError: If it cannot be read, or its numbers make no graph.
    """
    path = checks.path("data", path)
    where, raw = path.stem, read_arrays(path, ARRAYS)
    arrays = {name: whole_numbers(where, name, array) for name, array in raw.items()}
    shape, labels = arrays["shape"], arrays["node_label"]
    if len(shape) != 2 or shape.min() < 1 or shape[0] != len(labels):
        raise EbitError(
            f"Graph {where!r} must have in `shape` the numbers of nodes ({len(labels)}, as in "
            f"`node_label`) and of features, but has {shape.tolist()}."
        )
    nodes, kinds = int(shape[0]), int(shape[1])
    if nodes * kinds > MOST_FEATURES:
        raise EbitError(
            f"Graph {where!r} has {nodes} nodes of {kinds} features, but at most {MOST_FEATURES} "
            "values are read: keep fewer features."
        )
    rows, columns = arrays["feature_row"], arrays["feature_column"]
    if len(rows) != len(columns):
        raise EbitError(
            f"Graph {where!r} must have as many numbers in `feature_row` as in `feature_column`, "
            f"but has {len(rows)} and {len(columns)}."
        )
    parts = ("train_index", "validation_index", "test_index")
    for name, most in (
        ("feature_row", nodes), ("feature_column", kinds), *((part, nodes) for part in parts),
    ):  # fmt: skip
        found = arrays[name]
        if found.size == 0 or found.min() < 0 or found.max() >= most:
            raise EbitError(
                f"Graph {where!r} must have numbers from 0 to {most - 1} in `{name}`, and one at "
                "least: correct it."
            )
    chosen = np.concatenate([arrays[part] for part in parts])
    if len(np.unique(chosen)) < len(chosen):
        raise EbitError(
            f"Graph {where!r} has a node twice in {', '.join(f'`{part}`' for part in parts)}: a "
            "node belongs to one part."
        )
    features = np.zeros((nodes, kinds), np.float32)
    features[rows, columns] = 1
    features /= np.maximum(features.sum(axis=1, keepdims=True), 1)
    sources, targets = undirected(where, arrays["edge_source"], arrays["edge_target"], nodes)
    classes = np.unique(labels, return_inverse=True)[1]
    return NodeSet(where, features, sources, targets, classes, *(arrays[part] for part in parts))


@dataclass(frozen=True)
class NodeSettings:
    """A network on nodes and its training.

    Args:
        hops: What every node hears.
        hidden: Hidden units for each step of `hops` and one for the node itself.
        activation: `polynomial` or `prelu`, with coefficients for each step.
        learning_rate: Step size of Adam.
        dropout: Share of hidden units that are left out.
        input_dropout: Share of what is heard that is left out.
        epochs: Steps, each on all training nodes.
        runs: Seeds.
        seed: The first one.
    """

    hops: Hops = field(default_factory=lambda: Hops(gcn=5))
    hidden: int = 64
    activation: str = "polynomial"
    learning_rate: float = 0.001
    dropout: float = 0.4
    input_dropout: float = 0.3
    epochs: int = 300
    runs: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every value."""
        for name, rule in {
            "hidden": whole(1, 1024),
            "activation": one_of(ACTIVATIONS),
            "learning_rate": real(above=0),
            "dropout": real(0, 0.95),
            "input_dropout": real(0, 0.95),
            "epochs": whole(LOOK, 10_000),
            "runs": whole(1, 100),
            "seed": seed,
        }.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))


def node_accuracy(nodes: NodeSet, settings: NodeSettings) -> Sample:
    """The honest one of `node_scores`: epochs are chosen on the validation nodes."""
    return node_scores(nodes, settings)["nested"]


def node_scores(nodes: NodeSet, settings: NodeSettings) -> dict[str, Sample]:
    """Accuracy on the test nodes, by how the epoch is chosen.

    `nested`: each run at the look with the best accuracy on the validation nodes. `published`: all
    runs at the look with the best mean accuracy on the test nodes themselves, which is optimistic.

    Args:
        nodes: The graph.
        settings: The network and its training.

    Returns:
        Mean and standard deviation over the runs for each of the two.

    Raises:
        EbitError: If there are too many features.
        TrainingDivergedError: If the loss stops being finite.
    """
    heard = hop_features(nodes.features, nodes.sources, nodes.targets, settings.hops)
    steps = 1 + settings.hops.number
    table = heard.reshape(len(heard), steps, -1)  # (nodes, steps, features)
    parts = [
        (jnp.asarray(table[part]), jnp.asarray(nodes.labels[part], jnp.int32))
        for part in (nodes.training, nodes.validation, nodes.test)
    ]
    activation = ACTIVATIONS[settings.activation]
    classes = int(nodes.labels.max()) + 1
    program = _program(activation, settings.learning_rate, settings.dropout, settings.input_dropout)
    keys = jax.random.split(random_key(settings.seed), settings.runs)
    shape = (steps, table.shape[2], settings.hidden, classes)
    curves = np.asarray(program(keys, parts, shape, settings.epochs // LOOK))
    if not np.all(np.isfinite(curves)):
        raise TrainingDivergedError("The loss is not finite: lower the learning rate.")
    validation, test = curves[:, :, 1], curves[:, :, 2]  # (runs, looks)
    chosen = test[np.arange(settings.runs), validation.argmax(axis=1)]
    best = test[:, test.mean(axis=0).argmax()]
    return {"published": Sample.of(best.tolist()), "nested": Sample.of(chosen.tolist())}


@lru_cache
def _program(
    activation: Activation, learning_rate: float, dropout: float, input_dropout: float
) -> Any:
    """Training of all runs; from keys to (loss, validation, test) at every look of every run."""
    optimizer = optax.adam(learning_rate)

    def initial(key: jax.Array, shape: tuple[int, ...]) -> dict[str, jax.Array]:
        steps, kinds, hidden, classes = shape
        first, second = jax.random.split(key)
        return {
            "weights": jax.random.uniform(first, (steps, kinds, hidden), minval=-1)
            / jnp.sqrt(kinds),
            "shift": jnp.zeros((steps, hidden)),
            "activation": jnp.tile(jnp.array(activation.initial), (steps, 1)),
            "head": jax.random.uniform(second, (steps, hidden, classes), minval=-1)
            / jnp.sqrt(steps * hidden),
            "bias": jnp.zeros(classes),
        }

    def scores(p: dict[str, jax.Array], x: jax.Array, keep: Any, drop: Any) -> jax.Array:
        hidden = jnp.einsum("vsk,skh->svh", x * keep, p["weights"]) + p["shift"][:, None]
        active = jax.vmap(activation.of)(p["activation"], hidden) * drop
        return jnp.einsum("svh,shc->vc", active, p["head"]) + p["bias"]

    def loss(p: dict[str, jax.Array], x: jax.Array, y: jax.Array, key: jax.Array) -> jax.Array:
        first, second = jax.random.split(key)
        keep = jax.random.bernoulli(first, 1 - input_dropout, x.shape) / (1 - input_dropout)
        hidden = p["shift"].shape
        drop = jax.random.bernoulli(second, 1 - dropout, (hidden[0], len(x), hidden[1]))
        found = scores(p, x, keep, drop / (1 - dropout))
        return optax.softmax_cross_entropy_with_integer_labels(found, y).mean()

    def accuracy(p: dict[str, jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
        return jnp.mean(scores(p, x, 1, 1).argmax(axis=1) == y)

    @partial(jax.jit, static_argnums=(2, 3))
    def run(keys: jax.Array, parts: Any, shape: tuple[int, ...], looks: int) -> jax.Array:
        training, validation, test = parts

        def one(key: jax.Array) -> jax.Array:
            parameters = initial(jax.random.fold_in(key, 0), shape)

            def step(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
                parameters, moments = state
                value, slope = jax.value_and_grad(loss)(parameters, *training, key)
                change, moments = optimizer.update(slope, moments)
                return (optax.apply_updates(parameters, change), moments), value

            def look(state: Any, keys: jax.Array) -> tuple[Any, jax.Array]:
                state, values = lax.scan(step, state, keys)
                told = [values[-1], accuracy(state[0], *validation), accuracy(state[0], *test)]
                return state, jnp.stack(told)

            keys = jax.random.split(jax.random.fold_in(key, 1), (looks, LOOK))
            return lax.scan(look, (parameters, optimizer.init(parameters)), keys)[1]

        return jax.vmap(one)(keys)

    return run
