"""A rank per QPU, run by NetQMPI on Aer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

import circuit_interpreter
import ebit
from ebit.export.lower import program_of
from ebit.export.netqmpi import netqmpi_script
from random_circuits import circuit_model, random_data, random_parameters


def a_case(model: Any, seed: int = 11) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    return parameters, x[0], table


def counts(text: str, folder: Path, qpus: int, shots: int) -> Any:
    """Counts by outcome, printed by NetQMPI in a process of its own."""
    path = folder / "model.py"
    path.write_text(text)
    command = [sys.executable, "-m", "netqmpi.runtime.cli", "-n", str(qpus), "--aer"]
    told = subprocess.run(
        [*command, "--shots", str(shots), str(path)], capture_output=True, text=True, check=True
    ).stdout
    found = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
    return np.array([found.get("".join(map(str, o)), 0) for o in np.ndindex(*[2] * qpus)])


@pytest.mark.slow
@pytest.mark.parametrize(
    "resource",
    ["none", "bell:1", "bell:1,fidelity=0.7", "classical+bell:1", "designed:2", "quantum"],
)
def test_ranks_give_the_probabilities(resource: str, tmp_path: Path) -> None:
    pytest.importorskip("netqmpi")
    pytest.importorskip("qiskit_aer")
    model = circuit_model(resource, 2)
    parameters, x, table = a_case(model)
    text = netqmpi_script(program_of(model, parameters, x, deferred=True))
    observed = counts(text, tmp_path, 2, 4000)
    assert observed.sum() == 4000
    assert chisquare(observed, table.ravel() * 4000).pvalue > 1e-3
    wrong = np.roll(table, 1, axis=0).ravel()
    assert chisquare(observed, wrong * 4000).pvalue < 1e-6


@pytest.mark.slow
def test_three_ranks_give_the_probabilities(tmp_path: Path) -> None:
    pytest.importorskip("netqmpi")
    pytest.importorskip("qiskit_aer")
    model = ebit.DistributedQCNN(
        qpus=3, qubits=2, depth=1, topology="line", resource=ebit.BellPairs(1)
    )
    parameters, x, table = a_case(model)
    text = netqmpi_script(program_of(model, parameters, x, deferred=True))
    observed = counts(text, tmp_path, 3, 4000)
    assert chisquare(observed, table.ravel() * 4000).pvalue > 1e-3


def test_a_gate_across_is_a_window_on_both_ranks() -> None:
    model = circuit_model("quantum", 2)
    parameters, x, _ = a_case(model)
    text = netqmpi_script(program_of(model, parameters, x, deferred=True))
    compile(text, "model.py", "exec")
    gates = sum(getattr(gate, "is_across", False) for gate in model.circuit.operations)
    assert text.count("circuit.expose(") == 2 * gates == text.count("circuit.unexpose(")


def test_what_netqmpi_cannot_say_is_one_line() -> None:
    model = circuit_model("bell:1", 2)
    with pytest.raises(ebit.UnsupportedError, match="symbols such as 'theta_0'"):
        netqmpi_script(program_of(model, deferred=True))
    noisy = circuit_model("quantum,fidelity=0.9", 2)
    parameters, x, _ = a_case(circuit_model("quantum", 2))
    with pytest.raises(ebit.UnsupportedError, match="used again after a measurement"):
        program_of(noisy, parameters, x, deferred=True)
