import re

import numpy as np
import pytest

from ebit.physics import PAULIS
from ebit.planning import depolarising_probability, local_noise
from planning.conftest import error_of, site


def average_fidelity(probability: float, qubits: int) -> float:
    """Of the depolarising channel on every qubit, from its Kraus operators.

    Nielsen's formula with the overlaps of the Kraus operators with the identity.
    """
    one = [np.sqrt(1 - 0.75 * probability) * PAULIS[0]]
    one += [np.sqrt(probability / 4) * pauli for pauli in PAULIS[1:]]
    kraus = one if qubits == 1 else [np.kron(a, b) for a in one for b in one]
    size = 2**qubits
    overlaps = sum(abs(np.trace(k)) ** 2 for k in kraus)
    return float((size + overlaps) / (size * (size + 1)))


@pytest.mark.parametrize("qubits", [1, 2])
@pytest.mark.parametrize("infidelity", [0.0, 0.001, 0.07, 0.4])
def test_the_gate_has_the_infidelity_that_was_measured(infidelity: float, qubits: int) -> None:
    probability = depolarising_probability(infidelity, qubits)
    assert 1 - average_fidelity(probability, qubits) == pytest.approx(infidelity, abs=1e-12)


@pytest.mark.parametrize(("qubits", "most"), [(1, 0.5), (2, 0.75)])
def test_no_gate_is_worse_than_nothing(qubits: int, most: float) -> None:
    assert depolarising_probability(most, qubits) == pytest.approx(1.0)
    words = f"must be at most {most}, .* but is 0.8"
    assert re.search(words, error_of(depolarising_probability, 0.8, qubits))


def test_perfect_qpus_have_no_noise() -> None:
    assert local_noise(site().qpus, message_seconds=1.0, herald_seconds=1.0).is_zero


def test_every_figure_arrives() -> None:
    qpu = {
        "t1": "2 s",
        "t2": "1 s",
        "readout_time": "3 ms",
        "readout_error": 0.01,
        "one_qubit_gate_error": 0.005,
        "two_qubit_gate_time": "1 s",
    }
    noise = local_noise(site(qpu).qpus, message_seconds=0.5)
    found = noise.qpus[1]
    assert (found.t1_seconds, found.t2_seconds, found.measurement_seconds) == (2.0, 1.0, 3e-3)
    assert (found.flip_zero, found.flip_one, found.one_qubit_error) == (0.01, 0.01, 0.01)
    assert noise.message_seconds == 0.5
    assert found.two_qubit_seconds == 0.0, "the decay during a gate is in its error"
