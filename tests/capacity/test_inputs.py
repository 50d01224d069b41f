import numpy as np
import pytest

from ebit.capacity.inputs import choose_inputs, data_inputs, haar_inputs
from ebit.errors import EbitError


def test_haar_inputs_are_unitary_and_independent() -> None:
    local = haar_inputs(3, 20, seed=1).local
    product = local @ local.conj().swapaxes(-1, -2)
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(8), product.shape), atol=1e-13)
    assert np.abs(local[0] - local[1]).max() > 0.1
    assert np.abs(local - haar_inputs(3, 20, seed=2).local).max() > 0.1


def test_haar_moments() -> None:
    """E |U_00|^4 = 2 / (d (d + 1)), and E |tr U|^2 = 1; QR alone fails the latter."""
    local = haar_inputs(2, 20_000, seed=0).local.reshape(-1, 4, 4)
    assert np.mean(np.abs(local[:, 0, 0]) ** 4) == pytest.approx(2 / 20, rel=0.03)
    traces = np.trace(local, axis1=1, axis2=2)
    assert np.mean(np.abs(traces) ** 2) == pytest.approx(1, rel=0.03)
    assert np.abs(np.mean(traces)) < 0.02


def test_more_inputs_begin_with_the_same() -> None:
    data = np.random.default_rng(0).normal(size=(30, 4))
    for given in (None, data):
        few, many = (choose_inputs(2, number, given, seed=4) for number in (5, 20))
        np.testing.assert_array_equal(few.local, many.local[:, :5])


def test_rows_are_chosen_once() -> None:
    data = np.random.default_rng(0).normal(size=(10, 4))
    chosen = choose_inputs(2, 10, data, seed=0)
    assert chosen.distinct == (10, 10, 10)
    assert len(np.unique(chosen.local[0].round(9), axis=0)) == 10


def test_distinct_halves_are_counted() -> None:
    halves = np.array([[0.0, 1.0], [2.0, 3.0]])
    x = np.array([[*halves[i], *halves[j]] for i in range(2) for j in range(2)] * 2)
    assert data_inputs(x).distinct == (2, 2, 4)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (np.zeros((3, 5)), r"`data` must have shape \(rows, 4\), but has shape \(3, 5\)"),
        (np.zeros(4), r"`data` must have shape \(rows, 4\), but has shape \(4,\)"),
        (np.full((3, 4), np.nan), "`data` holds NaN"),
        (np.full((3, 4), 1e6), "`data` holds the angle 1e\\+06 rad"),
        ([["a"] * 4] * 3, "`data` must be an array of real numbers"),
        (np.zeros((1, 4)), "`inputs` must be at most the 1 rows of the data, but is 2"),
    ],
    ids=str,
)
def test_bad_data(data: object, names: str) -> None:
    with pytest.raises(EbitError, match=names):
        choose_inputs(2, 2, data, seed=0)  # type: ignore[arg-type]
