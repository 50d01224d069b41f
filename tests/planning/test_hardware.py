"""What slows a link down or spoils its pairs, beside closed forms and a simulation."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from ebit.models import DistributedQCNN
from ebit.network import Link
from ebit.network.delays import SPEED_OF_LIGHT
from ebit.physics import depolarising_probability
from ebit.planning import GateTimes, circuit_seconds, condition, obstacles
from ebit.resources import BellPairs
from planning.conftest import error_of, site

ONE, TWO = (
    DistributedQCNN(depth=1, resource=BellPairs(1)),
    DistributedQCNN(depth=1, resource=BellPairs(2)),
)


def fibre(kilometres: float, **fields: Any) -> Link:
    values = {"efficiency": 0.1, "attempt_time": "1 us", "fidelity": 0.9, **fields}
    return Link(between=("a", "b"), length=f"{kilometres} km", **values)


@pytest.mark.parametrize("qubits", [1, 4, 1000])
def test_an_attempt_takes_the_light_and_the_local_operation(qubits: int) -> None:
    light = 10 * 1.468 / SPEED_OF_LIGHT
    period = max(1e-6, (1e-6 + light) / qubits)
    link = fibre(10, communication_qubits=qubits)
    assert link.period == pytest.approx(period)
    assert link.raw_pair_rate == pytest.approx(0.1 * 10**-0.2 / period)


@pytest.mark.parametrize("kilometres", [0.0, 7.0, 100.0])
def test_fixed_losses_do_not_grow_with_the_length(kilometres: float) -> None:
    lossy = fibre(kilometres, fixed_loss="3 dB").raw_pair_rate
    assert lossy / fibre(kilometres).raw_pair_rate == pytest.approx(10**-0.3)


def test_a_source_makes_no_more_than_it_can() -> None:
    capped = site(length="1 km", pair_rate=None, efficiency=0.1, attempt_time="1 us")
    link = capped.link.model_copy(update={"source_rate": 500.0})
    free = [capped.at_distance(km).link.raw_pair_rate for km in (0.1, 10.0, 100.0)]
    both = [capped._with_link(link).at_distance(km).link.raw_pair_rate for km in (0.1, 10.0, 100.0)]
    assert both == pytest.approx([min(rate, 500.0) for rate in free])
    assert both[0] == 500.0 > both[-1]


def test_dark_counts_drown_what_little_light_arrives() -> None:
    """With nothing but dark counts the pair is white noise, and clicks come from them alone."""
    dark = {"dark_counts": "100 Hz", "detection_window": "1 us"}
    fidelities = [fibre(km, **dark).fresh_weights[0] for km in (0.0, 100.0, 200.0, 2000.0)]
    assert all(near > far for near, far in pairwise(fidelities))
    assert fidelities[0] == pytest.approx(0.9, abs=2e-3)
    assert fidelities[-1] == pytest.approx(0.25, abs=1e-6)
    alone = fibre(2000, **dark).attempt_probability
    assert alone is not None
    assert alone > 0.1 * 10**-10, "clicks without any light of more than 500 km"


def test_detected_pairs_are_none_unless_stored() -> None:
    lost = site(detected=True, pair_rate="1000 Hz")
    words = "\n".join(obstacles(lost, condition(lost, ONE), shots=1))
    assert "destroyed" in words
    kept = site(detected=True, pair_rate="1000 Hz", storage_efficiency=0.3)
    assert obstacles(kept, condition(kept, ONE), shots=1) == []
    assert kept.link.raw_pair_rate == pytest.approx(300.0)


def test_half_a_pair_is_moved_to_a_memory() -> None:
    """Swapping takes time and depolarises; the memory decays, not the communication qubit."""
    memory = {"memory_t2": "1 s", "memory_swap_time": "3 ms", "memory_swap_error": 0.01}
    found = condition(site({"t2": "1 ms", **memory}, length="1000 km", fidelity=0.95), ONE)
    assert found.pair_seconds == pytest.approx(1e-3 + 3e-3)
    kept = (1 - depolarising_probability(0.01, 1)) ** 2
    populations = kept * (0.95 + 0.05 / 3) + (1 - kept) / 2
    coherence = kept * (0.95 - 0.05 / 3) * np.exp(-2 * 1000 * 1.468 / SPEED_OF_LIGHT / 1.0)
    assert found.pair_fidelity == pytest.approx((populations + coherence) / 2, abs=1e-9)


@pytest.mark.parametrize("qubits", [2, 3, 4])
def test_a_chain_of_ions_does_its_gates_one_by_one(qubits: int) -> None:
    model = DistributedQCNN(qubits=qubits, depth=3)
    gates = [
        operation
        for step in model.circuit.steps
        if step.gate_qubits == 2
        for operation in step.operations
        if {qubit.qpu for qubit in operation.qubits} == {"A"}
    ]
    serial = circuit_seconds(model, GateTimes(0.0, 1.0, 0.0, parallel=False))
    assert serial == len(gates)
    assert circuit_seconds(model, GateTimes(0.0, 1.0, 0.0)) <= serial


def test_a_cutoff_makes_all_pairs_anew() -> None:
    """Two pairs at 10 Hz, given up after 50 ms: against a simulation of 20 000 runs."""
    place = site({"t2": "1 s"}, pair_rate="10 Hz", cutoff="50 ms", fidelity=0.9)
    found = condition(place, TWO)
    random = np.random.default_rng(1)
    made, seconds, waits = [], [], []
    for _ in range(20_000):
        pairs, time = 0, 0.0
        while True:
            first, gap = random.exponential(0.1, 2)
            pairs, time = pairs + 1, time + first
            if gap <= 0.05:
                break
            time += 0.05
        made.append(pairs + 1)
        seconds.append(time + gap)
        waits.append(gap)
    for ours, samples in ((found.raw_pairs, made), (found.pair_seconds, seconds)):
        error = np.std(samples) / np.sqrt(len(samples)) + 0.03 * np.mean(samples)
        assert abs(ours - np.mean(samples)) < 2 * error
    gap = np.array(waits)
    herald = place.link.message_time
    first = [np.exp(-2 * (herald + gap)).mean(), np.exp(-2 * herald)]
    fidelity = np.mean([(0.9 + 0.1 / 3 + (0.9 - 0.1 / 3) * kept) / 2 for kept in first])
    assert found.pair_fidelity == pytest.approx(fidelity, abs=1e-3)
    free = condition(site({"t2": "1 s"}, pair_rate="10 Hz", fidelity=0.9), TWO)
    assert free.pair_fidelity is not None
    assert found.pair_fidelity is not None
    assert free.pair_fidelity < found.pair_fidelity


def test_what_cannot_be_is_one_line() -> None:
    fast = {"pair_rate": "10 MHz", "source_rate": "1 MHz"}
    message = error_of(site, **fast)
    assert "`pair_rate` must be at most the 1e+06 Hz that the source makes" in message
    short = site({"t2": "1 ms"}, length="1000 km", pair_rate=None, efficiency=0.1)
    reasons = obstacles(short, condition(short, ONE), shots=1)
    assert any("an attempt takes 4.9 ms, but memories keep a pair for 1 ms" in r for r in reasons)
