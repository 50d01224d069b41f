import pytest

from ebit import DistributedQCNN, parse_resource
from ebit.planning import GateTimes, circuit_seconds

ONE, TWO, READ = 1.0, 1e3, 1e6


@pytest.mark.parametrize(
    ("qubits", "depth", "mixing", "one", "two", "reads"),
    [
        # H, RZ | 1 bond | layers: H, CZ, RX | read, RZ, RX | read
        (2, 1, 0, 2 + 2 + 2, 1 + 1, 2),
        # two rounds of bonds; layers of 4 qubits have two bricks, of 2 qubits one
        (4, 1, 0, 2 + (4 + 2) + 2 * 2, 2 + (2 + 1), 3),
        (4, 3, 2, 2 + 2 * 4 + 3 * (4 + 2) + 2 * 2, 2 + 2 * 2 + 3 * (2 + 1), 3),
        # three bonds of a ring of three cannot act at once; stages of 3 and 2 qubits
        (3, 1, 0, 2 + (4 + 2) + 2 * 2, 3 + (3 + 1), 3),
    ],
)
def test_counts_by_hand(
    qubits: int, depth: int, mixing: int, one: int, two: int, reads: int
) -> None:
    model = DistributedQCNN(qubits=qubits, depth=depth, mixing=mixing)
    found = circuit_seconds(model, GateTimes(ONE, TWO, READ))
    assert found == one * ONE + two * TWO + reads * READ


@pytest.mark.parametrize(
    ("qubits", "one", "two", "reads"),
    [
        # one stage of all qubits; the last one is rotated by every other one in turn
        (2, 2 + 2 + 2, 1 + 1, 2),
        (4, 2 + 4 + 3 * 2, 2 + 2, 2),
        (5, 2 + 4 + 4 * 2, 3 + 3, 2),
    ],
)
def test_counts_by_hand_of_one_pooling_round(qubits: int, one: int, two: int, reads: int) -> None:
    model = DistributedQCNN(qubits=qubits, depth=1, pooling="all-but-one")
    found = circuit_seconds(model, GateTimes(ONE, TWO, READ))
    assert found == one * ONE + two * TWO + reads * READ


def test_layouts_take_different_times() -> None:
    times = GateTimes(ONE, TWO, READ)
    halves, one_round = (
        circuit_seconds(DistributedQCNN(depth=3, pooling=pooling), times)
        for pooling in ("halves", "all-but-one")
    )
    assert halves != one_round


def test_a_joined_register_has_a_ring_of_all_its_qubits() -> None:
    """Two qubits each make a ring of four: two bricks a layer, not one."""
    model = DistributedQCNN(qubits=2, depth=1, resource=parse_resource("quantum"))
    found = circuit_seconds(model, GateTimes(ONE, TWO, READ))
    assert found == (2 + 4 + 2) * ONE + (2 + 2) * TWO + 2 * READ


def test_messages_take_no_time_of_gates() -> None:
    """What they wait is counted elsewhere."""
    times = GateTimes(ONE, TWO, READ)
    names = ("none", "bell:2", "classical")
    found = [circuit_seconds(DistributedQCNN(resource=parse_resource(n)), times) for n in names]
    assert len(set(found)) == 1
