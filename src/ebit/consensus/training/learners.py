"""What a node trains: its parameters as one vector, its data, and the gradient of one batch."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Protocol

import jax
import numpy as np
from jax.flatten_util import ravel_pytree
from numpy.typing import NDArray

from ebit.consensus.training.dqnn import Dqnn
from ebit.data import load
from ebit.errors import EbitError
from ebit.learning import batch_gradient
from ebit.models import make_loss, model_from_string
from ebit.random_keys import random_key

DIGITS = "digits"
"""The data set of scikit-learn."""

SPREAD = 0.5
"""Standard deviation of every feature, in radians."""

TEST_SHARE = 1 / 3


@dataclass(frozen=True, eq=False)
class Samples:
    """Features and labels, with a test part.

    Attributes:
        x: Features in radians, shape (samples, features).
        y: Labels, shape (samples,).
        x_test: Those of the test part.
        y_test: Its labels.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int32]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int32]


class Learner(Protocol):
    """A model as a node of the network sees it."""

    @property
    def size(self) -> int:
        """Number of parameters P."""

    @property
    def dimension(self) -> int:
        """Dimension of the state that is measured."""

    def init(self, key: jax.Array) -> jax.Array:
        """First parameters, shape (P,)."""

    def gradient(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Gradient of the mean loss of a batch, shape (P,)."""

    def correct(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Share of samples with the right label."""


@dataclass(frozen=True)
class Distributed:
    """One of ebit's own models, each node with all of it.

    Args:
        resource: What its QPUs share, such as `bell:1`.
        features: Features of a sample.
        depth: Convolution layers per stage.

    Example:
        >>> import jax.numpy as jnp
        >>> learner = Distributed("bell:1", features=4, depth=1)
        >>> theta = learner.init(jax.random.key(0))
        >>> gradient = jax.jit(learner.gradient)
        >>> gradient(theta, jnp.ones((3, 4)), jnp.array([0, 1, 1])).shape == theta.shape
        True
    """

    resource: str
    features: int
    depth: int = 2

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.init(random_key(0)))

    @property
    def dimension(self) -> int:
        """Dimension of the state of all QPUs."""
        return 2**self.features

    def init(self, key: jax.Array) -> jax.Array:
        """Random parameters."""
        return self._flat(key)[0]

    def gradient(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Gradient of the mean squared error, labels 0 and 1."""
        inputs = self._model.encode(x)
        _, found = batch_gradient(
            self._model, make_loss("mse"), self._tree(theta), inputs, self._signs(labels)
        )
        return ravel_pytree(found)[0]

    def correct(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Share of samples on the right side of 0."""
        value = self._model.expectation(self._tree(theta), self._model.encode(x))
        return ((value > 0) == (labels > 0)).mean()

    @property
    def _model(self) -> Any:
        return model_from_string(self.resource, qubits=self.features // 2, depth=self.depth)

    def _flat(self, key: jax.Array) -> tuple[jax.Array, Callable[[jax.Array], Any]]:
        return ravel_pytree(self._model.init(key))

    def _tree(self, theta: jax.Array) -> Any:
        return self._flat(random_key(0))[1](theta)

    def _signs(self, labels: jax.Array) -> jax.Array:
        return 2.0 * labels - 1


def learner_of(model: str, data: str) -> Learner:
    """The learner of a name: `dqnn`, or a resource string of ebit.

    Args:
        model: The name.
        data: Name of the data set, which says how many features there are.

    Returns:
        The learner.

    Raises:
        EbitError: If they do not fit.

    Example:
        >>> learner_of("dqnn", "digits").size
        56
    """
    if model == "dqnn":
        if data != DIGITS:
            raise EbitError(f"Argument `data` must be {DIGITS!r} for model dqnn, but is {data!r}.")
        return Dqnn()
    if data == DIGITS:
        raise EbitError(
            f"Argument `data` is {DIGITS!r}, which has four classes: model {model!r} takes two, "
            "such as clusters:0."
        )
    return Distributed(model, load(data).features)


def samples_of(data: str, seed: int) -> Samples:
    """The samples of one run.

    Args:
        data: `digits`, or a data set of ebit with two classes.
        seed: Seed of the split into training and test part; for digits only.

    Returns:
        Training and test part.

    Raises:
        EbitError: If the data cannot be had.

    Example:
        >>> samples = samples_of("digits", 0)
        >>> samples.x.shape, samples.x_test.shape
        ((480, 8), (240, 8))
    """
    if data == DIGITS:
        return _digits(seed)
    found = load(data)
    return Samples(
        found.x_train.astype(np.float32),
        (found.y_train > 0).astype(np.int32),
        found.x_validation.astype(np.float32),
        (found.y_validation > 0).astype(np.int32),
    )


@lru_cache(maxsize=64)
def _digits(seed: int) -> Samples:
    """Handwritten digits 0 to 3: eight principal components of the training part."""
    if find_spec("sklearn") is None:
        raise EbitError("Data set digits needs scikit-learn: install ebit[sklearn].")
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(n_class=4, return_X_y=True)
    order = np.random.Generator(np.random.Philox(key=[seed, 2**32])).permutation(len(labels))
    test = round(TEST_SHARE * len(labels))
    first, rest = order[test:], order[:test]
    mean = pixels[first].mean(axis=0)
    axes = np.linalg.svd(pixels[first] - mean, full_matrices=False)[2][:8]
    axes = axes * np.sign(axes[np.arange(8), np.abs(axes).argmax(axis=1)])[:, None]
    train = (pixels[first] - mean) @ axes.T
    scale = SPREAD / train.std(axis=0)
    tested = (pixels[rest] - mean) @ axes.T
    return Samples(
        (train * scale).astype(np.float32),
        labels[first].astype(np.int32),
        (tested * scale).astype(np.float32),
        labels[rest].astype(np.int32),
    )


@dataclass(frozen=True, eq=False)
class Shards:
    """Which samples a node has.

    Attributes:
        rows: Numbers of its samples, padded, shape (nodes, most samples of a node).
        counts: How many it has, shape (nodes,).
    """

    rows: NDArray[np.int32]
    counts: NDArray[np.int32]


def deal(labels: NDArray[np.int32], nodes: int, evenness: float, seed: int) -> Shards:
    """Deal samples out, class by class, with shares from a Dirichlet distribution.

    Args:
        labels: Label of every sample.
        nodes: Number of nodes; none is left without a sample.
        evenness: Concentration of the distribution: large is even.
        seed: Seed.

    Returns:
        The shards.

    Raises:
        EbitError: If there are fewer samples than nodes.

    Example:
        >>> shards = deal(np.array([0, 0, 1, 1], np.int32), 2, 10.0, 0)
        >>> int(shards.counts.sum()), int(shards.counts.min()) >= 1
        (4, True)
    """
    if len(labels) < nodes:
        raise EbitError(
            f"Argument `nodes` must be at most {len(labels)}, the number of training samples, but "
            f"is {nodes}."
        )
    random = np.random.Generator(np.random.Philox(key=[seed, 2**32 + 1]))
    own: list[list[int]] = [[] for _ in range(nodes)]
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        shares = random.dirichlet(np.full(nodes, evenness))
        owner = random.choice(nodes, size=len(rows), p=shares)
        for row, node in zip(rows, owner, strict=True):
            own[node].append(int(row))
    for shard in own:
        if not shard:
            shard.append(max(own, key=len).pop())
    most = max(map(len, own))
    padded = [[*shard, *[shard[0]] * (most - len(shard))] for shard in own]
    return Shards(np.array(padded, np.int32), np.array([len(s) for s in own], np.int32))
