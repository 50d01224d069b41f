"""Clusters on the corners of a cube: the data set of distributed QCNN papers."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ebit.data.dataset import Dataset
from ebit.data.messages import bad_input, whole_number

MAX_POINTS = 10**7

_MOST_SEED = 2**64 - 1

RADIUS = math.pi / 4


def clusters(seed: int, *, points: int = 4096, clusters: int = 64, dimensions: int = 8) -> Dataset:
    r"""Draw labelled clusters around corners of a cube.

    Points are uniform in the ball of radius pi/4. Equal clusters of them are moved to distinct
    corners of $\{-\pi/4, \pi/4\}^d$, drawn without replacement; one half of the clusters has
    label 1, the other -1. A random quarter of the points is the validation part. The defaults
    are those of Kim 2026; Hwang 2025 takes 2048 points in 32 clusters.

    Args:
        seed: Seed of the NumPy generator, 0 or more; the same seed gives the same data.
        points: Number of points, a multiple of `clusters`.
        clusters: Number of clusters, even, at most one per corner.
        dimensions: Number of features d, even and at most 62; the first half is QPU A's.

    Returns:
        The data set, with 3 training rows for each validation row.

    Raises:
        EbitError: If a number is out of range or the numbers do not divide as stated.

    Example:
        >>> from ebit.data import clusters
        >>> data = clusters(0)
        >>> data.x_train.shape, data.x_validation.shape
        ((3072, 8), (1024, 8))

    Source:
        Kim et al., arXiv 2605.03864 (data); Hwang et al., Quantum Sci. Technol. 10 015059.
    """
    seed = whole_number("seed", seed, minimum=0, maximum=_MOST_SEED)
    points = whole_number("points", points, minimum=4, maximum=MAX_POINTS)
    clusters = whole_number("clusters", clusters, minimum=2, maximum=MAX_POINTS)
    dimensions = whole_number("dimensions", dimensions, minimum=2, maximum=62)
    _check_divisible(points, clusters, dimensions)

    rng = np.random.default_rng(seed)
    ball = _uniform_ball(rng, points, dimensions)
    corners = _distinct_corners(rng, clusters, dimensions)
    x = ball + np.repeat(corners, points // clusters, axis=0)
    y = np.repeat([1.0, -1.0], points // 2)
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
        class_names=("-1", "1"),
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


def _check_divisible(points: int, clusters: int, dimensions: int) -> None:
    if dimensions % 2:
        raise bad_input(
            f"Argument `dimensions` must be even, one half for each QPU, but is {dimensions}."
        )
    if clusters % 2:
        raise bad_input(
            f"Argument `clusters` must be even, one half for each label, but is {clusters}."
        )
    if clusters > 2**dimensions:
        raise bad_input(
            f"Argument `clusters` must be at most {2**dimensions}, the number of corners in "
            f"{dimensions} dimensions, but is {clusters}."
        )
    if points % clusters:
        raise bad_input(
            f"Argument `points` must be a multiple of the {clusters} clusters, but is {points}."
        )


def _uniform_ball(rng: np.random.Generator, points: int, dimensions: int) -> NDArray[np.float64]:
    direction: NDArray[np.float64] = rng.standard_normal((points, dimensions))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = RADIUS * rng.random((points, 1)) ** (1 / dimensions)
    return direction * length


def _distinct_corners(
    rng: np.random.Generator, clusters: int, dimensions: int
) -> NDArray[np.float64]:
    numbers = rng.choice(2**dimensions, size=clusters, replace=False)
    bits = (numbers[:, None] >> np.arange(dimensions)[::-1]) & 1
    return np.where(bits == 1, RADIUS, -RADIUS)
