import itertools
import math
from typing import Any

import numpy as np
import pytest
from data_helpers import error_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.data import Dataset, clusters, load

RADIUS = math.pi / 4


def rows(data: Dataset) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    x = np.concatenate([data.x_train, data.x_validation])
    return x, np.concatenate([data.y_train, data.y_validation])


def check_geometry(data: Dataset, number: int, dimensions: int) -> None:
    """Find an assignment of points to corners: exact, since it is forced for most points."""
    x, y = rows(data)
    corners = RADIUS * (2.0 * np.indices((2,) * dimensions).reshape(dimensions, -1).T - 1)
    distance = np.linalg.norm(x[:, None, :] - corners[None], axis=2)
    possible = distance <= RADIUS * (1 + 1e-12)
    assert np.all(possible.any(axis=1))
    forced = possible.sum(axis=1) == 1
    owner = possible.argmax(axis=1)
    used = np.unique(owner[forced])
    assert len(used) <= number
    for corner in used:
        mine = forced & (owner == corner)
        assert len(np.unique(y[mine])) == 1
        assert mine.sum() <= len(x) // number


@pytest.mark.parametrize("seed", [0, 1])
def test_published_geometry(seed: int) -> None:
    data = clusters(seed)
    check_geometry(data, 64, 8)
    assert data.x_train.shape == (3072, 8)
    assert data.x_validation.shape == (1024, 8)
    assert rows(data)[1].sum() == 0
    assert data.name == f"clusters:{seed}"


def test_all_clusters_are_found_where_balls_do_not_overlap_much() -> None:
    # A ball of radius pi/4 reaches only half way to the next corner, so balls never overlap.
    x, y = rows(clusters(5))
    owner = np.where(x > 0, 1, 0) @ (1 << np.arange(8))
    corners, counts = np.unique(owner, return_counts=True)
    assert len(corners) == 64
    assert np.all(counts == 64)
    assert sum(y[owner == c][0] for c in corners) == 0


def test_radius_has_the_law_of_a_uniform_ball() -> None:
    x, _ = rows(clusters(2))
    corner = RADIUS * np.sign(x)
    fraction = (np.linalg.norm(x - corner, axis=1) / RADIUS) ** 8  # uniform on [0, 1]
    expected = (np.arange(len(fraction)) + 0.5) / len(fraction)
    assert np.abs(np.sort(fraction) - expected).max() < 0.04


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    half_dimensions=st.integers(1, 3),
    half_clusters=st.integers(1, 2),
    size=st.integers(4, 12),
)
def test_geometry_of_any_size(
    seed: int, half_dimensions: int, half_clusters: int, size: int
) -> None:
    dimensions, number = 2 * half_dimensions, 2 * half_clusters
    data = clusters(seed, points=size * number, clusters=number, dimensions=dimensions)
    x, y = rows(data)
    owner = np.where(x > 0, 1, 0) @ (1 << np.arange(dimensions))
    corner = RADIUS * np.where(x > 0, 1.0, -1.0)
    assert np.all(np.linalg.norm(x - corner, axis=1) <= RADIUS * (1 + 1e-12))
    names, counts = np.unique(owner, return_counts=True)
    assert len(names) == number
    assert set(counts) == {size}
    assert y.sum() == 0
    assert all(len(set(y[owner == name])) == 1 for name in names)
    assert len(data.x_validation) == size * number // 4


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    dimensions=st.integers(4, 200),
    classes=st.integers(2, 5),
    each=st.integers(1, 2),
    size=st.integers(8, 12),
)
def test_any_dimension_and_number_of_classes(
    seed: int, dimensions: int, classes: int, each: int, size: int
) -> None:
    number = classes * each
    data = clusters(
        seed, points=size * number, clusters=number, dimensions=dimensions, classes=classes
    )
    x, y = rows(data)
    corners, owner, counts = np.unique(x > 0, axis=0, return_inverse=True, return_counts=True)
    assert corners.shape == (number, dimensions)
    assert set(counts) == {size}
    radius = np.linalg.norm(x - RADIUS * np.where(x > 0, 1, -1), axis=1)
    assert radius.max() <= RADIUS * (1 + 1e-12)
    labels, shares = np.unique(y, return_counts=True)
    assert len(labels) == len(data.class_names) == classes
    assert set(shares) == {size * each}
    assert all(len(set(y[owner.ravel() == corner])) == 1 for corner in range(number))


def test_same_seed_same_data_other_seed_other_data() -> None:
    assert clusters(3).fingerprint == clusters(3).fingerprint != clusters(4).fingerprint


def test_hwang_variant() -> None:
    data = load("clusters-hwang:7")
    assert data.x_train.shape == (1536, 8)
    assert data.name == "clusters-hwang:7"
    assert data.fingerprint == clusters(7, points=2048, clusters=32).fingerprint


def test_labels_of_the_product_variant_are_products_of_local_signs() -> None:
    data, points = load("clusters-product:7"), clusters(7)
    assert data.name == "clusters-product:7"
    assert np.array_equal(data.x_train, points.x_train)
    x, y = rows(data)
    corners = (x > 0).reshape(len(x), 2, 4) @ [1, 2, 4, 8]
    table = np.zeros((16, 16))
    for label in (1.0, -1.0):
        first, second = corners[y == label].T
        assert np.all(table[first, second] == 0)
        table[first, second] = label
    assert np.count_nonzero(table) == 64
    for a, b, s, t in itertools.product(range(16), repeat=4):
        square = table[a, s] * table[a, t] * table[b, s] * table[b, t]
        assert square in (0.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seed": -1}, "`seed` must be a whole number from 0 to "),
        ({"seed": 1.5}, "`seed` must be a whole number"),
        ({"seed": None}, "`seed` must be a whole number"),
        ({"points": 100}, "`points` must be a multiple of the 64 clusters, but is 100"),
        ({"clusters": 3}, "`clusters` must be a multiple of the 2 classes, but is 3"),
        ({"clusters": 0}, "`clusters` must be a whole number from 2 to "),
        ({"dimensions": 1}, "`dimensions` must be a whole number from 2 to 10000"),
        ({"dimensions": 10_000, "points": 2048 * 64}, "at most 20000000 values are read"),
        ({"classes": 5}, "`clusters` must be a multiple of the 5 classes, but is 64"),
        ({"classes": 1}, "`classes` must be a whole number from 2 to 256"),
        ({"dimensions": 4}, "`clusters` must be at most 16"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], expected: str) -> None:
    arguments: dict[str, Any] = {"seed": 0} | changes
    assert expected in error_of(lambda: clusters(**arguments))
