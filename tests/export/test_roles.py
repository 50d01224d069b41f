"""One program per QPU, run apart from each other by another tool."""

import importlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

import circuit_interpreter
import ebit
from random_circuits import circuit_model, random_data, random_parameters


def a_case(resource: str) -> tuple[Any, Any, Any, Any]:
    model = circuit_model(resource, 2)
    rng = np.random.default_rng(11)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    return model, parameters, x[0], table


def counts(texts: dict[str, str], folder: Path, shots: int, seeds: range) -> Any:
    """Counts of all runs, by outcome: the files are all that is used."""
    for name, text in texts.items():
        (folder / name).write_text(text)
    names = [name.removesuffix(".py") for name in texts]
    sys.path.insert(0, str(folder))
    try:
        run = importlib.import_module("run")
        found = [run.counts(shots, seed) for seed in seeds]
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
    return sum(found[1:], found[0])


def run_apart(texts: dict[str, str], folder: Path, shots: int, seed: int) -> Any:
    """The files in processes: ebit is not on their path."""
    for name, text in texts.items():
        (folder / name).write_text(text)
    words = [sys.executable, "apart.py", str(shots), str(seed)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def apart(texts: dict[str, str], folder: Path, shots: int, seeds: range) -> Any:
    """Counts of all runs of processes, by outcome."""
    found = [run_apart(texts, folder, shots, seed) for seed in seeds]
    assert not any(one.stderr for one in found), found
    return sum((Counter(json.loads(one.stdout)) for one in found), Counter())


def three_on_a_line() -> tuple[dict[str, str], Any]:
    model = ebit.DistributedQCNN(
        qpus=3, qubits=2, depth=1, topology="line", resource=ebit.BellPairs(1)
    )
    rng = np.random.default_rng(11)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    return ebit.role_programs(model, parameters, x[0]), table


@pytest.mark.parametrize(
    "resource",
    ["bell:1", "classical", pytest.param("bell:1,fidelity=0.7", marks=pytest.mark.slow)],
)
def test_roles_that_share_pairs_and_messages_only_give_the_probabilities(
    resource: str, tmp_path: Path
) -> None:
    pytest.importorskip("qnetbench")
    model, parameters, x, table = a_case(resource)
    found = counts(ebit.role_programs(model, parameters, x), tmp_path, 150, range(1, 4))
    observed = np.array([found[f"{a}{b}"] for a in (0, 1) for b in (0, 1)])
    assert observed.sum() == 450
    assert chisquare(observed, table.ravel() * 450).pvalue > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    "resource",
    [
        "bell:1",
        pytest.param("classical", marks=pytest.mark.slow),
        pytest.param("bell:1,fidelity=0.7", marks=pytest.mark.slow),
        pytest.param("quantum", marks=pytest.mark.slow),
    ],
)
def test_roles_in_processes_of_their_own_give_the_probabilities(
    resource: str, tmp_path: Path
) -> None:
    """The same programs without qnetbench's simulator and without ebit."""
    pytest.importorskip("qnetbench")
    model, parameters, x, table = a_case(resource)
    found = apart(ebit.role_programs(model, parameters, x), tmp_path, 400, range(1, 4))
    observed = np.array([found[f"{a}{b}"] for a in (0, 1) for b in (0, 1)])
    assert observed.sum() == 1200
    assert chisquare(observed, table.ravel() * 1200).pvalue > 1e-3


@pytest.mark.slow
def test_three_processes_on_a_line_give_the_probabilities(tmp_path: Path) -> None:
    pytest.importorskip("qnetbench")
    texts, table = three_on_a_line()
    found = apart(texts, tmp_path, 400, range(1, 4))
    observed = np.array([found["".join(map(str, bits))] for bits in np.ndindex(2, 2, 2)])
    assert chisquare(observed, table.ravel() * 1200).pvalue > 1e-3


def test_a_process_cannot_act_on_qubits_of_another_one(tmp_path: Path) -> None:
    pytest.importorskip("qnetbench")
    model, parameters, x, _ = a_case("bell:1")
    texts = ebit.role_programs(model, parameters, x)
    texts["qpu_B.py"] = (
        'def run(host):\n    return host.ask("measure", 0) or host.ask("measure", 1)\n'
    )
    found = run_apart(texts, tmp_path, 5, seed=1)
    assert found.returncode == 1
    assert "QPU B has no qubit" in found.stderr


@pytest.mark.slow
def test_three_roles_on_a_line_give_the_probabilities(tmp_path: Path) -> None:
    pytest.importorskip("qnetbench")
    texts, table = three_on_a_line()
    found = counts(texts, tmp_path, 200, range(1, 4))
    observed = np.array([found["".join(map(str, bits))] for bits in np.ndindex(2, 2, 2)])
    assert observed.sum() == 600
    assert chisquare(observed, table.ravel() * 600).pvalue > 1e-3


@pytest.mark.slow
def test_teleported_gates_of_two_roles_give_the_probabilities(tmp_path: Path) -> None:
    pytest.importorskip("qnetbench")
    model, parameters, x, table = a_case("quantum")
    found = counts(ebit.role_programs(model, parameters, x), tmp_path, 100, range(1, 4))
    observed = np.array([found[f"{a}{b}"] for a in (0, 1) for b in (0, 1)])
    assert chisquare(observed, table.ravel() * 300).pvalue > 1e-3


def test_a_role_names_its_own_qubits_only() -> None:
    for tool in ("qnetbench", "squidasm"):
        model, parameters, x, _ = a_case("classical+bell:1")
        texts = ebit.role_programs(model, parameters, x, tool=tool)
        assert "qpu_B_0" not in texts["qpu_A.py"]
        assert "qpu_A_0" not in texts["qpu_B.py"]
        for name, text in texts.items():
            if name.endswith(".py"):
                compile(text, name, "exec")


@pytest.mark.parametrize(
    "resource", ["shared:1", "bell:1,concurrence=0.5", "designed:2", "mixture:2"]
)
def test_what_roles_cannot_share_is_one_line(resource: str) -> None:
    model = circuit_model(resource, 2)
    rng = np.random.default_rng(0)
    with pytest.raises(ebit.UnsupportedError, match="use none, bell:N"):
        ebit.role_programs(model, random_parameters(model, rng), np.zeros(4))


def test_symbols_are_refused() -> None:
    model = circuit_model("bell:1", 2)
    parameters = random_parameters(model, np.random.default_rng(0))
    with pytest.raises(ebit.UnsupportedError, match="symbols such as 'x_0'"):
        ebit.role_programs(model, parameters, None)
    with pytest.raises(ebit.EbitError, match="`tool` must be one of qnetbench, squidasm"):
        ebit.role_programs(model, parameters, np.zeros(4), tool="cunqa")
