"""The order of the basis and the tables made from it."""

import numpy as np
import pytest

from ebit.circuits import (
    drivers,
    measurement_order,
    measurements,
    outcome_order,
    pair_columns,
    spins,
    stages,
)

QUBITS = [1, 2, 3, 4, 5, 6, 7, 8]
REGISTERS = [*((m, 1) for m in (*QUBITS, 10, 13, 16)), *((2 * m, 2) for m in (1, 2, 3, 4, 5, 6, 7))]


@pytest.mark.parametrize(
    ("qubits", "expected"),
    [(1, ()), (2, (2,)), (3, (3, 2)), (4, (4, 2)), (10, (10, 5, 3, 2)), (16, (16, 8, 4, 2))],
)
def test_stages(qubits: int, expected: tuple[int, ...]) -> None:
    assert stages(qubits) == expected


@pytest.mark.parametrize("qubits", range(2, 17))
def test_all_qubits_but_the_last_are_measured_in_the_rounds(qubits: int) -> None:
    assert measurements(qubits) == tuple(size // 2 for size in stages(qubits))
    assert sum(measurements(qubits)) == qubits - 1
    assert stages(qubits, "all-but-one") == (qubits,)
    assert measurements(qubits, "all-but-one") == (qubits - 1,)


def pool(qpus: list[list[int]]) -> tuple[dict[int, int], list[list[int]]]:
    """One round, pair by pair: who drives whom, and who remains."""
    driven = {}
    for qpu in qpus:
        for k in range(0, len(qpu) - 1, 2):
            driven[qpu[k + 1]] = qpu[k]
    return driven, [[qubit for qubit in qpu if qubit not in driven.values()] for qpu in qpus]


@pytest.mark.parametrize(("qubits", "qpus"), REGISTERS)
def test_each_round_leads_the_order_of_what_is_left(qubits: int, qpus: int) -> None:
    """So every pooling round is a reshape, with outcomes in the order of those they drive."""
    each = qubits // qpus
    remaining = [list(range(q * each, (q + 1) * each)) for q in range(qpus)]
    order = list(measurement_order(qubits, qpus))
    while len(order) > qpus:
        flat = [qubit for qpu in remaining for qubit in qpu]
        assert order == [flat[k] for k in measurement_order(len(flat), qpus)]
        driven, remaining = pool(remaining)
        numbers = {qubit: k for k, qubit in enumerate(sorted(driven.values()))}
        outcomes, order = order[: len(driven)], order[len(driven) :]
        assert outcomes == [driven[qubit] for qubit in order if qubit in driven]
        expected = tuple((numbers[driven[qubit]],) if qubit in driven else () for qubit in order)
        assert drivers(len(flat), qpus) == drivers(len(flat), qpus, len(driven)) == expected
        in_order = outcome_order(len(flat), qpus, len(driven))
        assert in_order == tuple(outcome for own in expected for outcome in own)
    assert order == [qpu[0] for qpu in remaining]


@pytest.mark.parametrize(("qubits", "qpus"), REGISTERS)
def test_all_but_one_drive_the_last_qubit_of_their_qpu(qubits: int, qpus: int) -> None:
    each, measured = qubits // qpus, qubits - qpus
    order = measurement_order(qubits, qpus)
    assert order[measured:] == tuple((qpu + 1) * each - 1 for qpu in range(qpus))
    others = [qubit for qubit in range(qubits) if qubit not in order[measured:]]
    driving = drivers(qubits, qpus, measured)
    for own, last in zip(driving, order[measured:], strict=True):
        assert [others[outcome] for outcome in own] == list(range(last - each + 1, last))
    in_order = outcome_order(qubits, qpus, measured)
    assert tuple(others[outcome] for outcome in in_order) == order[:measured]


@pytest.mark.parametrize("qubits", [4, 8, 16])
def test_powers_of_two_are_the_bit_reversal(qubits: int) -> None:
    """Also of two QPUs together: their pairs are those of one register."""
    width = qubits.bit_length() - 1
    reversal = tuple(int(f"{q:0{width}b}"[::-1], 2) for q in range(qubits))
    assert measurement_order(qubits) == measurement_order(qubits, 2) == reversal


@pytest.mark.parametrize(("qubits", "qpus"), [*((m, 1) for m in QUBITS), (6, 2), (10, 2)])
def test_spins_list_every_basis_state_once(qubits: int, qpus: int) -> None:
    table, order = spins(qubits, qpus), measurement_order(qubits, qpus)
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
