"""`ebit export`: what it writes gives the probabilities of the trained model elsewhere."""

import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ebit
from command_line import error_of, run_ebit
from ebit.export import FORMATS
from ebit.results import export_model

ROW = "0.5,-0.25,1.0,0.75"


def table_of(trained: Any) -> Any:
    stored = ebit.load_model(trained.model)
    x = np.array([[float(value) for value in ROW.split(",")]])
    return stored.measurement(x, stored.best_run)[0][0]


@pytest.mark.parametrize("options", [(), ("--deferred",)])
def test_the_file_gives_the_probabilities_in_aer(
    trained: Any, here: Path, options: tuple[str, ...]
) -> None:
    exported = pytest.importorskip("exported_circuits")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    pytest.importorskip("qiskit_qasm3_import")
    outcome = run_ebit(
        "export", trained.model, "--input", ROW, "--out", "c.qasm", "--json", "c.json", *options
    )
    assert outcome.code == 0, outcome
    circuit = qasm3.loads(Path("c.qasm").read_text())
    np.testing.assert_allclose(exported.exact(circuit), table_of(trained), rtol=0, atol=1e-6)
    content = json.loads(Path("c.json").read_text())
    assert content["files"] == ["c.qasm"]
    assert (content["qubits"], content["symbols"], content["refusals"]) == (4, 0, [])


def test_a_row_of_a_file_is_prepared_as_in_training(trained: Any, here: Path) -> None:
    for row in (0, 3):
        assert run_ebit(
            "export", trained.model, "--data", trained.data, "--row", row, "--out", f"{row}.qasm"
        ).code == 0  # fmt: skip
    x = np.genfromtxt(trained.data, delimiter=",", skip_header=1, usecols=range(4))
    for row in (0, 3):
        values = ",".join(map(repr, map(float, x[row])))
        assert run_ebit(
            "export", trained.model, f"--input={values}", "--out", "again.qasm"
        ).code == 0  # fmt: skip
        assert Path(f"{row}.qasm").read_text() == Path("again.qasm").read_text()


def test_the_file_for_pennylane_is_a_function_of_the_input(
    trained: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pennylane")
    out = here / "bell_pair_circuit.py"
    assert run_ebit("export", trained.model, "--format", "pennylane", "--out", out).code == 0
    monkeypatch.syspath_prepend(str(here))
    found = import_module("bell_pair_circuit").circuit(*(float(v) for v in ROW.split(",")))
    np.testing.assert_allclose(found, table_of(trained).ravel(), rtol=0, atol=1e-6)
    sys.modules.pop("bell_pair_circuit")


def test_every_format_is_written(trained: Any, here: Path) -> None:
    pytest.importorskip("qiskit")
    for name, form in FORMATS.items():
        outcome = run_ebit("export", trained.model, "--format", name, "--input", ROW, "--out", name)
        assert outcome.code == 0, outcome
        files = list(Path(name).iterdir()) if form.is_folder else [Path(name)]
        assert sum(file.stat().st_size for file in files) > 100


def test_a_target_says_why_it_refuses(trained: Any, here: Path) -> None:
    arguments = ("export", trained.model, "--input", ROW, "--out", "c.qasm", "--check")
    outcome = run_ebit(*arguments, "ionq")
    assert outcome.code == 1
    assert "ionq refuses it: 4 gates are behind conditions" in outcome.out
    assert run_ebit(*arguments, "ionq", "--deferred").code == 0
    assert run_ebit(*arguments, "ibm").code == 0
    outcome = run_ebit("export", trained.model, "--out", "c.qasm", "--check", "aer")
    assert outcome.code == 1
    assert "4 symbols have no value (x_0, ...)" in outcome.out


def test_bad_input_is_one_line(trained: Any, here: Path) -> None:
    model = ("export", trained.model, "--out", "c.qasm")
    assert "`format` must be one of qasm3" in error_of(*model, "--format", "quil")
    assert "`target` must be one of ibm" in error_of(*model, "--check", "moon")
    assert "must have 4 numbers" in error_of(*model, "--input", "1,2")
    assert "numbers with commas" in error_of(*model, "--input", "1;2")
    assert "exclude each other" in error_of(*model, "--input", ROW, "--data", trained.data)
    assert "`row` must be a whole number from 0 to 39" in error_of(
        *model, "--data", trained.data, "--row", 40
    )
    assert "symbols such as 'x_0'" in error_of(*model, "--format", "qnetbench")
    assert "`run` must be from 0 to 1" in error_of(*model, "--run", 2)
    assert not Path("c.qasm").exists()


def test_noise_of_training_is_left_out_where_asked(trained: Any, here: Path) -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=1, noise=ebit.Noise(one_qubit_error=0.1))
    stored = replace(ebit.load_model(trained.model), model=model)
    values = [0.1, 0.2, 0.3, 0.4]
    with pytest.raises(ebit.EbitError, match="--without-noise"):
        export_model(stored, values=values)
    quiet = replace(stored, model=replace(model, noise=None))
    assert (
        export_model(stored, values=values, without_noise=True).files
        == export_model(quiet, values=values).files
    )


@pytest.mark.slow
def test_a_model_of_three_qpus_is_written_in_every_format(here: Path) -> None:
    exported = pytest.importorskip("exported_circuits")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    pytest.importorskip("qiskit_qasm3_import")
    words = "--data parity-game:3 --qpus 3 --qubits 2 --depth 1 --resource bell:1 --loss product"
    settings = "--readout parity --steps 2 --runs 1 --out results"
    assert run_ebit("train", *words.split(), *settings.split()).code == 0
    (model,) = Path("results/models").iterdir()
    row = [0.5, -0.25, 1.0, 0.75, 0.1, 2.0]
    for name in FORMATS:
        outcome = run_ebit(
            "export", model, "--format", name, "--out", name,
            f"--input={','.join(map(str, row))}",
        )  # fmt: skip
        assert outcome.code == 0, outcome
        assert "6 qubits" in outcome.out
    found = exported.exact(qasm3.loads(Path("qasm3").read_text()))
    expected = ebit.load_model(model).measurement(np.array([row]), 0)[0][0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
