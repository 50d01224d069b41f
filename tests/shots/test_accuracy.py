from math import comb
from typing import Any

import jax
import numpy as np
import pytest

from ebit import EbitError
from ebit.shots import sampled_accuracies

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
        ({"repeats": 0}, "`repeats` must be a whole number, at least 1, but is 0"),
        ({"labels": np.ones(3)}, r"`labels` must have shape \(4,\).* has shape \(3,\)"),
        ({"weights": np.ones(2)}, r"`counts` must have shape \(batch, 2\)"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message) as caught:
        sampled_accuracies(KEY, **{**SETTINGS, **change})
    assert "\n" not in str(caught.value)
