"""The ledger: totals are derived from entries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ebit
from ebit.errors import EbitError
from ebit.ledger import KINDS, Entry, Ledger

ENTRIES = st.builds(
    Entry,
    step=st.integers(0, 2),
    protocol=st.sampled_from(["p", "q"]),
    src=st.just("a"),
    dst=st.sampled_from(["b", "c"]),
    kind=st.sampled_from(KINDS),
    amount=st.integers(0, 9),
    copies=st.integers(0, 9),
    tag=st.just(""),
    emulated=st.booleans(),
)


@settings(max_examples=30)
@given(st.lists(ENTRIES, max_size=12))
def test_merging_keeps_the_totals(entries: list[Entry]) -> None:
    ledger = Ledger(entries)
    merged = ledger.merged()
    for kind in KINDS:
        expected = sum(e.amount * e.copies for e in entries if e.kind == kind)
        assert ledger.total(kind) == merged.total(kind) == expected
    assert ledger.is_emulated == merged.is_emulated == any(e.emulated for e in entries)
    assert merged == merged.merged()


def test_rounds_are_runs_of_one_direction() -> None:
    ledger = Ledger()
    for way in ("ab", "ab", "ba", "bc", "bc", "ab"):
        ledger.send(way[0], way[1], "qubit", 1)
    assert ledger.rounds == 4
    ledger.send("b", "a", "ebit", 5)
    assert ledger.rounds == 4
    assert ledger.where(dst="c").qubits == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [({"amount": -1}, "amount"), ({"copies": -1}, "copies"), ({"kind": "byte"}, "kind"),
     ({"dst": "a"}, "itself")],
)  # fmt: skip
def test_bad_entries_are_refused(change: dict[str, object], word: str) -> None:
    values: dict[str, object] = {"src": "a", "dst": "b", "kind": "qubit", "amount": 1, **change}
    with pytest.raises(EbitError, match=word):
        Ledger().send(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "case", ["bell:2", "classical", "quantum", "quantum,fidelity=0.9", "shared:2", "mixture:4"]
)
def test_the_ledger_of_a_circuit_says_who_shares_what(case: str) -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=2, resource=ebit.parse_resource(case))
    ledger = model.circuit.ledger
    assert {frozenset((entry.src, entry.dst)) for entry in ledger} == {frozenset("AB")}
    used = model.consumption.amounts
    assert (used["ebits"], used["bits"]) == (ledger.ebits, ledger.cbits)
    assert used["nonlocal_gates"] == ledger.total("gate")
    assert sum(used.values()) > used["rounds"]


def test_a_state_of_three_is_one_entry() -> None:
    model = ebit.DistributedQCNN(qpus=3, qubits=2, depth=1, resource=ebit.GHZStates(3))
    [entry] = model.circuit.ledger
    assert (entry.src, entry.dst, entry.kind) == ("A", "B and C", "ebit")
    assert model.consumption.ebits == entry.amount
