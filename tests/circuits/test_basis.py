"""The order of the basis and the tables made from it."""

import numpy as np
import pytest

from ebit.circuits import is_power_of_two, measurement_order, pair_columns, spins, stages

QUBITS = [1, 2, 4, 8]


def test_powers_of_two() -> None:
    assert [k for k in range(-8, 40) if is_power_of_two(k)] == [1, 2, 4, 8, 16, 32]


@pytest.mark.parametrize(
    ("qubits", "expected"), [(1, ()), (2, (2,)), (4, (4, 2)), (16, (16, 8, 4, 2))]
)
def test_stages(qubits: int, expected: tuple[int, ...]) -> None:
    assert stages(qubits) == expected


@pytest.mark.parametrize("qubits", QUBITS)
def test_measurement_order_is_the_order_of_the_pooling_rounds(qubits: int) -> None:
    remaining, measured = list(range(qubits)), []
    while len(remaining) > 1:
        measured.append(remaining[0::2])
        remaining = remaining[1::2]
    order = measurement_order(qubits)
    rounds = [len(group) for group in measured]
    starts = np.cumsum([0, *rounds])
    for start, group in zip(starts, measured, strict=False):
        assert sorted(order[start : start + len(group)]) == group
    assert order[-1] == remaining[0]


@pytest.mark.parametrize("qubits", [2, 4, 8])
def test_each_half_of_the_order_is_sorted_in_the_same_way(qubits: int) -> None:
    """So every pooling round is the same reshape, and the k-th outcome drives the k-th qubit."""
    order, half = measurement_order(qubits), measurement_order(qubits // 2)
    assert order == (*(2 * k for k in half), *(2 * k + 1 for k in half))


@pytest.mark.parametrize("qubits", QUBITS)
def test_spins_list_every_basis_state_once(qubits: int) -> None:
    table, order = spins(qubits), measurement_order(qubits)
    bits = (1 - table[:, list(order)]) / 2
    index = bits @ 2.0 ** np.arange(qubits - 1, -1, -1)
    np.testing.assert_array_equal(index, np.arange(2**qubits))


def test_tables_cannot_be_spoilt() -> None:
    """They are cached, so they must be read-only."""
    with pytest.raises(ValueError, match="read-only"):
        spins(2)[0, 0] = 5


@pytest.mark.parametrize("qubits", QUBITS)
def test_pair_columns_are_the_states_of_the_leading_qubits(qubits: int) -> None:
    table = spins(qubits)
    for pairs in range(qubits + 1):
        columns = pair_columns(qubits, pairs)
        assert len(columns) == 2**pairs
        for j, column in enumerate(columns):
            bits = [j >> (pairs - 1 - qubit) & 1 for qubit in range(pairs)]
            expected = [*bits, *[0] * (qubits - pairs)]
            np.testing.assert_array_equal((1 - table[column]) / 2, expected)
