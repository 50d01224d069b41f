import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit import BellPairs, ClassicalBits, DistributedQCNN, QuantumLink, Separable
from ebit.planning import condition, label_seconds, obstacles
from ebit.planning.site import Site
from ebit.resources import Resource
from planning.conftest import site


def reasons(
    place: Site, resource: Resource, shots: int = 100, rate: float | None = None
) -> list[str]:
    found = condition(place, DistributedQCNN(qubits=2, depth=1, resource=resource))
    return obstacles(place, found, shots=shots, rate=rate)


@pytest.mark.parametrize("resource", [Separable(), BellPairs(2), ClassicalBits(), QuantumLink()])
def test_everything_is_feasible_with_perfect_hardware(resource: Resource) -> None:
    assert reasons(site(), resource) == []


@pytest.mark.parametrize(
    ("qpu", "link", "resource", "words"),
    [
        ({"qubits": 3}, {}, QuantumLink(), "needs 4 qubits per QPU, but a has 3"),
        (
            {"t2": "4 us"},
            {},
            ClassicalBits(),
            r"a run takes 4.9 us \(4.9 us of it for messages\), but qubits keep .* for 4 us",
        ),
        (
            {"t2": "1 ms", "readout_time": "1 ms"},
            {},
            Separable(),
            "a run takes 2 ms, but qubits keep their coherence for 1 ms",
        ),
        ({}, {"coherence_time": "2 us"}, BellPairs(1), "a pair waits 4.9 us, but memories .* 2 us"),
        (
            {"t2": "1 ms"},
            {"pair_rate": "2 Hz"},
            QuantumLink(),
            r"a run takes 2 s \(2 s of it for pairs and messages\)",
        ),
        (
            {},
            {"pair_rate": "0.001 Hz"},
            BellPairs(1),
            "a label of 100 shots takes 1.16 days at 0.001 pairs per second, but a day",
        ),
    ],
)
def test_reasons(qpu: dict[str, Any], link: dict[str, Any], resource: Resource, words: str) -> None:
    found = reasons(site(qpu, **link), resource)
    assert any(re.search(words, reason) for reason in found), found


def test_the_rate_asked_for() -> None:
    place = site()
    seconds = label_seconds(condition(place, DistributedQCNN(resource=BellPairs(1))), 100)
    assert seconds == pytest.approx(0.1)
    assert reasons(place, BellPairs(1), rate=9.99) == []
    (reason,) = reasons(place, BellPairs(1), rate=10.01)
    assert "but 10 per second is asked for" in reason


def test_infinite_distance_is_infeasible() -> None:
    place = site({"t2": "1 s"}).at_distance(1e12)
    for resource in (BellPairs(1), ClassicalBits(), QuantumLink()):
        assert reasons(place, resource) != []
    assert reasons(place, Separable()) == []


SECONDS = st.floats(1e-9, 1e9).map(lambda seconds: f"{seconds:.6e} s")


@settings(max_examples=30)
@given(
    t1=SECONDS,
    rate=st.floats(1e-9, 1e9),
    fidelity=st.floats(0.25, 1),
    kilometres=st.floats(0, 1e15),
    rounds=st.integers(0, 20),
    asked=st.one_of(st.none(), st.floats(1e-12, 1e12)),
)
def test_any_network_has_an_answer(
    t1: str, rate: float, fidelity: float, kilometres: float, rounds: int, asked: float | None
) -> None:
    place = site({"t1": t1}, pair_rate=f"{rate:.6e} Hz", fidelity=fidelity)
    place = place.at_distance(kilometres).with_purification(rounds)
    for resource in (Separable(), BellPairs(2), ClassicalBits(), QuantumLink()):
        model = DistributedQCNN(qubits=2, depth=1, resource=resource)
        found = condition(place, model)
        assert math.isfinite(found.cycle_seconds)
        assert found.pair_fidelity is None or -1e-9 <= found.pair_fidelity <= 1 + 1e-9
        assert found.noisy(model).noise == found.noise
        for reason in obstacles(place, found, shots=10, rate=asked):
            assert "\n" not in reason
            assert "inf" not in reason
