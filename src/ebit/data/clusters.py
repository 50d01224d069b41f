"""Clusters on the corners of a cube: the data set of distributed QCNN papers."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ebit.data.content import MOST_COLUMNS, check_size
from ebit.data.dataset import Dataset
from ebit.data.messages import bad_input, whole_number

MAX_POINTS = 10**7

_MOST_SEED = 2**64 - 1

RADIUS = math.pi / 4

MOST_CLASSES = 256
"""Most classes of a data set."""

_NUMBERED = 62
"""Most dimensions in which the corners of a cube have numbers that a 64-bit generator draws."""


def clusters(
    seed: int,
    *,
    points: int = 4096,
    clusters: int = 64,
    dimensions: int = 8,
    classes: int = 2,
) -> Dataset:
    r"""Draw labelled clusters around corners of a cube.

    Points are uniform in the ball of radius pi/4. Equal clusters of them are moved to distinct
    corners of $\{-\pi/4, \pi/4\}^d$, drawn without replacement; each class has the same number of
    clusters. A random quarter of the points is the validation part. The defaults are those of Kim
    2026; Hwang 2025 takes 2048 points in 32 clusters.

    Args:
        seed: Seed of the NumPy generator, 0 or more; the same seed gives the same data.
        points: Number of points, a multiple of `clusters`.
        clusters: Number of clusters, a multiple of `classes`, at most one per corner.
        dimensions: Number of features d; each QPU has an equal block of them.
        classes: Number of classes: two are -1 and 1, more are 0, 1, 2 and so on.

    Returns:
        The data set, with 3 training rows for each validation row.

    Raises:
        EbitError: If a number is out of range or the numbers do not divide as stated.

    Example:
        >>> from ebit.data import clusters
        >>> data = clusters(0)
        >>> data.x_train.shape, data.x_validation.shape
        ((3072, 8), (1024, 8))
        >>> clusters(0, points=60, clusters=6, dimensions=100, classes=3).class_names
        ('0', '1', '2')

    Source:
        Kim et al., arXiv 2605.03864 (data); Hwang et al., Quantum Sci. Technol. 10 015059.
    """
    seed = whole_number("seed", seed, minimum=0, maximum=_MOST_SEED)
    points = whole_number("points", points, minimum=4, maximum=MAX_POINTS)
    clusters = whole_number("clusters", clusters, minimum=2, maximum=MAX_POINTS)
    dimensions = whole_number("dimensions", dimensions, minimum=2, maximum=MOST_COLUMNS)
    classes = whole_number("classes", classes, minimum=2, maximum=MOST_CLASSES)
    _check_divisible(points, clusters, dimensions, classes)

    rng = np.random.default_rng(seed)
    ball = _uniform_ball(rng, points, dimensions)
    corners = _distinct_corners(rng, clusters, dimensions)
    x = ball + np.repeat(corners, points // clusters, axis=0)
    labels = np.array([1.0, -1.0]) if classes == 2 else np.arange(float(classes))
    y = np.repeat(labels, points // classes)
    order = rng.permutation(points)
    validation, train = order[: points // 4], order[points // 4 :]

    default = (points, clusters, dimensions) == (4096, 64, 8)
    sizes = "" if default else f" ({points} points, {clusters} clusters, {dimensions} dimensions)"
    return Dataset(
        x_train=x[train],
        y_train=y[train],
        x_validation=x[validation],
        y_validation=y[validation],
        name=f"clusters:{seed}{sizes}",
        class_names=tuple(f"{label:.0f}" for label in sorted(labels)),
        feature_names=tuple(f"x{i}" for i in range(dimensions)),
    )


def product_clusters(seed: int) -> Dataset:
    r"""Draw the clusters of Kim 2026 with labels that need no correlation of the two QPUs.

    The label is the product $f(s)\, g(t)$ of one sign for each half of the features. Either sign
    depends on the corner of its half alone and is +1 on a random half of the 16 corners. So one
    product of local functions has all labels right.

    Args:
        seed: Seed of the points, as for `clusters`, and of the signs.

    Returns:
        The data set; the two classes are not equally large.

    Raises:
        EbitError: If the seed is no whole number, 0 or more.

    Example:
        >>> data = product_clusters(0)
        >>> corner = data.x_train[0] > 0
        >>> same = (data.x_train > 0) == corner
        >>> len(set(data.y_train[same.all(axis=1)]))
        1
    """
    data = clusters(seed)
    half = len(data.feature_names) // 2
    rng = np.random.default_rng([seed, 1])
    signs = [rng.permutation(np.repeat([1.0, -1.0], 2 ** (half - 1))) for _ in range(2)]

    def labels(x: NDArray[np.float64]) -> NDArray[np.float64]:
        corners = (x > 0).reshape(-1, 2, half) @ 2 ** np.arange(half)  # (rows, QPU)
        product: NDArray[np.float64] = signs[0][corners[:, 0]] * signs[1][corners[:, 1]]
        return product

    return replace(
        data,
        y_train=labels(data.x_train),
        y_validation=labels(data.x_validation),
        name=f"clusters-product:{seed}",
    )


def _check_divisible(points: int, clusters: int, dimensions: int, classes: int) -> None:
    if clusters % classes:
        raise bad_input(
            f"Argument `clusters` must be a multiple of the {classes} classes, but is {clusters}."
        )
    if dimensions <= _NUMBERED and clusters > 2**dimensions:
        raise bad_input(
            f"Argument `clusters` must be at most {2**dimensions}, the number of corners in "
            f"{dimensions} dimensions, but is {clusters}."
        )
    if points % clusters:
        raise bad_input(
            f"Argument `points` must be a multiple of the {clusters} clusters, but is {points}."
        )
    check_size("The data set", points, dimensions)


def _uniform_ball(rng: np.random.Generator, points: int, dimensions: int) -> NDArray[np.float64]:
    direction: NDArray[np.float64] = rng.standard_normal((points, dimensions))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = RADIUS * rng.random((points, 1)) ** (1 / dimensions)
    return direction * length


def _distinct_corners(
    rng: np.random.Generator, clusters: int, dimensions: int
) -> NDArray[np.float64]:
    if dimensions <= _NUMBERED:
        numbers = rng.choice(2**dimensions, size=clusters, replace=False)
        bits = (numbers[:, None] >> np.arange(dimensions)[::-1]) & 1
    else:
        bits = np.empty((0, dimensions), np.int64)
        while len(bits) < clusters:  # two equal rows are all but impossible
            drawn = rng.integers(2, size=(clusters, dimensions))
            bits = np.unique(np.concatenate([bits, drawn]), axis=0)
        bits = rng.permutation(bits)[:clusters]
    return np.where(bits == 1, RADIUS, -RADIUS)
