from math import comb
from typing import Any

import jax
import numpy as np
import pytest
from scipy import stats

from ebit import EbitError
from ebit.shots import (
    accuracy,
    accuracy_at_shots,
    estimate_expectation,
    sample_outcomes,
    sampled_accuracies,
)

KEY = jax.random.key(1)
PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])
SETTINGS: dict[str, Any] = {
    "probabilities": np.full((4, 2, 2), 0.25), "weights": PARITY, "labels": np.ones(4),
    "shots": (1, 10), "repeats": 2,
}  # fmt: skip


def majority(chance: float, shots: int) -> float:
    """Probability that at least half of the shots have an outcome of this probability."""
    return sum(
        comb(shots, k) * chance**k * (1 - chance) ** (shots - k)
        for k in range((shots + 1) // 2, shots + 1)
    )


@pytest.mark.slow
@pytest.mark.parametrize("chance", [0.4, 0.7])
def test_parity_is_a_vote_of_the_shots(chance: float) -> None:
    """A tie counts as +1."""
    same, other = chance / 2, (1 - chance) / 2
    tables = np.tile([[same, other], [other, same]], (500, 1, 1))
    shots = (1, 2, 3, 10, 101)
    found = sampled_accuracies(KEY, tables, PARITY, np.ones(500), shots=shots, repeats=40)
    for number, accuracies in zip(shots, found, strict=True):
        expected = majority(chance, number)
        error = np.sqrt(expected * (1 - expected) / (500 * 40))
        assert accuracies.mean() == pytest.approx(expected, abs=4 * error)
        assert accuracies.std() == pytest.approx(error * np.sqrt(40), rel=0.5, abs=1e-3)


def test_equal_shots_tie_whatever_the_size_of_the_weights() -> None:
    """The sum 3 * 0.7 - 2 * 0.7 - 0.7 need not be 0 in floating-point numbers."""
    table = np.array([[[0.5, 0.5], [0.0, 0.0]]])
    ties = np.array([[[7.0, 6.0], [3.0, 2.0]], [[3.0, 2.0], [1.0, 0.0]]])
    for size in np.linspace(0.1, 2, 50):
        estimate, _ = estimate_expectation(ties, size * PARITY)
        assert estimate.tolist() == [0, 0]
    assert accuracy_at_shots(table, 0.7 * PARITY, [1], 6) == pytest.approx(majority(0.5, 6))


@pytest.mark.parametrize("shots", [1, 2, 3, 10, 1000, 5999])
def test_accuracy_of_the_parity_is_binomial(shots: int) -> None:
    even = np.linspace(0, 1, 9)
    table = np.stack([even, np.zeros(9), 1 - even, np.zeros(9)], axis=1).reshape(9, 2, 2)
    positive = stats.binom.sf((shots - 1) // 2, shots, even)
    weights = np.array([[0.4, -0.4], [-0.4, 0.4]])
    found = [accuracy_at_shots(table[[k]], weights, [1], shots) for k in range(9)]
    assert found == pytest.approx(positive.tolist(), abs=1e-10)
    labels = np.where(np.arange(9) % 2, 1, -1)
    right = np.where(labels > 0, positive, 1 - positive)
    assert accuracy_at_shots(table, weights, labels, shots) == pytest.approx(right.mean())


@pytest.mark.parametrize(
    "weights", [[0.8137, -1.1171, -0.7193, 1.3], [1.02, -0.98, -0.97, 1.01], [2, -1, 0, 1]]
)
def test_both_ways_agree_where_they_meet(
    weights: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = np.random.default_rng(0).dirichlet(np.ones(4), 30)
    monkeypatch.setattr(accuracy, "_MOST_COUNTS", 40_000)
    exact = [accuracy_at_shots(row[None], weights, [1], 50) for row in table]
    monkeypatch.setattr(accuracy, "_MOST_COUNTS", 0)
    found = [accuracy_at_shots(row[None], weights, [1], 50) for row in table]
    assert found == pytest.approx(exact, abs=0.006)
    assert np.mean(found) == pytest.approx(np.mean(exact), abs=0.001)


def test_very_many_shots_are_normally_distributed() -> None:
    rng, shots = np.random.default_rng(0), 100_000
    weights = np.array([0.8, -1.11, -0.72, 1.3])
    table = rng.dirichlet(np.ones(4), 400)
    mean = table @ weights
    std = np.sqrt(table @ weights**2 - mean**2)
    found = [accuracy_at_shots(row[None], weights, [1], shots) for row in table]
    assert found == pytest.approx(stats.norm.cdf(mean * np.sqrt(shots) / std).tolist(), abs=0.002)


WEIGHTS = {
    "parity": PARITY,
    "scaled": 0.7 * PARITY,
    "near parity": PARITY + np.array([[0.02, -0.01], [0.03, 0.01]]),
    "any": np.array([[1.31, -0.42], [0.23, -0.87]]),
    "three": np.array([[1.0, 0.0], [0.0, -1.0]]),
    "lopsided": np.array([[0.1, -5.0], [0.2, 0.1]]),
    "equal": np.full((2, 2), -0.3),
    "nothing": np.zeros((2, 2)),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shots", [1, 2, 3, 5, 10, 30, 100, 1000])
def test_predicted_accuracies_agree_with_sampling(shots: int) -> None:
    """Within 4 standard errors in 99.9 % of cases: 8 read-outs, 25 models of 8 rows each."""
    rng = np.random.default_rng(shots)
    models, rows, repeats = 25, 8, 200
    z = []
    for number, weights in enumerate(WEIGHTS.values()):
        sharp = np.repeat(10 ** rng.uniform(-1, 1.5, models), rows)
        table = rng.dirichlet(np.ones(4), models * rows) ** sharp[:, None] + 1e-12
        table = (table / table.sum(axis=1, keepdims=True)).reshape(-1, 2, 2)
        labels = np.where(rng.random(models * rows) < 0.5, 1, -1)
        counts = sample_outcomes(
            jax.random.key(100 * shots + number), np.repeat(table, repeats, axis=0), shots
        )
        estimate = np.asarray(estimate_expectation(counts, weights)[0])
        right = (np.where(estimate >= 0, 1, -1) == np.repeat(labels, repeats)).astype(float)
        sampled = right.reshape(models, rows, repeats).mean(axis=(1, 2))
        expected = np.array(
            [accuracy_at_shots(table[[k]], weights, labels[[k]], shots) for k in range(len(table))]
        ).reshape(models, rows)
        variance = np.sum(expected * (1 - expected), axis=1) / (rows**2 * repeats)
        one = 1 / (rows * repeats)  # a rare event may happen once
        z.append((sampled - expected.mean(axis=1)) / np.sqrt(variance + one**2))
    assert np.mean(np.abs(z) <= 4) >= 0.999
    assert np.sqrt(np.mean(np.square(z))) < 1.15


def test_shape_and_one_bit() -> None:
    tables = np.tile([0.0, 1.0], (3, 1))
    found = sampled_accuracies(
        KEY, tables, np.array([1.0, -1.0]), np.array([-1, -1, 1]), shots=(4, 1, 9), repeats=5
    )
    assert found.shape == (3, 5)
    assert np.allclose(found, 2 / 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shots": ()}, "`shots` is empty"),
        ({"shots": (10, 0)}, "`shots` must be a whole number from 1 to 1000000, but is 0"),
        ({"repeats": 0}, "`repeats` must be a whole number from 1 to 1000000, but is 0"),
        ({"labels": np.ones(3)}, r"`labels` must have shape \(4,\).* has shape \(3,\)"),
        ({"weights": np.ones(2)}, r"`weights` shape \(2, ...\), but they have shapes"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message) as caught:
        sampled_accuracies(KEY, **{**SETTINGS, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shots": 0}, "`shots` must be a whole number from 1 to 1000000, but is 0"),
        ({"labels": np.ones(3)}, r"`labels` must have shape \(4,\).* has shape \(3,\)"),
        ({"weights": np.ones(2)}, r"`weights` must have shape \(2, 2\), .* has shape \(2,\)"),
        ({"probabilities": np.ones(4)}, r"`probabilities` must have shape \(rows, 2, ...\)"),
    ],
)
def test_bad_input_of_predicted_accuracies(change: dict[str, Any], message: str) -> None:
    arguments = {name: SETTINGS[name] for name in ("probabilities", "weights", "labels")}
    with pytest.raises(EbitError, match=message) as caught:
        accuracy_at_shots(**{**arguments, "shots": 10, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shots", [1, 10, 100, 1000, 10_000])
def test_rounding_passes_neither_0_nor_1(shots: int) -> None:
    """The files of models refuse an accuracy above 1."""
    even = np.concatenate([np.linspace(0.5, 1, 501), 1 - np.logspace(-1, -12, 100)])
    for label in (1, -1):
        found = [accuracy_at_shots([[p, 1 - p]], [1, -1], [label], shots) for p in even]
        assert min(found) >= 0
        assert max(found) <= 1
