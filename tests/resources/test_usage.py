from hypothesis import given
from hypothesis import strategies as st

import ebit
from ebit import DistributedQCNN, QuantumLink
from ebit.resources import Consumption, Usage

COUNTS = st.integers(0, 10**6)
USED = st.builds(Consumption, COUNTS, COUNTS, COUNTS, COUNTS)


@given(USED, COUNTS, COUNTS)
def test_inferences_add_up(used: Consumption, first: int, second: int) -> None:
    both = Usage.of(used, first, 0.5) + Usage.of(used, second, 0.5)
    assert both == Usage.of(used, first + second, 0.5)


def test_every_column_is_counted() -> None:
    used = DistributedQCNN(qubits=2, depth=3, resource=QuantumLink()).consumption
    found = Usage.of(used, 100, 0.25)
    assert (found.inferences, found.ebits, found.bits) == (100, 0, 0)
    assert found.nonlocal_gates == 100 * 2 * 4
    assert found.rounds == 100 * used.rounds
    assert found.waiting_seconds == 25.0


def test_the_empty_usage_changes_nothing() -> None:
    found = Usage.of(Consumption(1, 2, 3, 4), 5, 1.0)
    assert found + Usage() == found


def test_the_old_name_still_works() -> None:
    assert ebit.Ledger is ebit.Usage  # type: ignore[attr-defined]
    assert ebit.resources.Ledger is Usage
