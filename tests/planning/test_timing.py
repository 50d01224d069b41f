import pytest

from ebit import DistributedQCNN
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
