"""States read from files: what comes out, and what is refused before anything is computed."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import circuit_interpreter
import ebit
from ebit.circuits import parse_topology
from ebit.errors import EbitError
from ebit.models.settings import ModelSettings
from random_circuits import random_data, random_parameters

W = np.zeros(8)
W[[1, 2, 4]] = 1 / np.sqrt(3)
"""Three qubits, one of which is 1."""


def members(text: str, **options: Any) -> list[str]:
    (state,) = ebit.parse_resource(text).wiring(2, **options).shared
    return [str(qubit) for qubit in state.members]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.save(tmp_path / "w.npy", W)
    np.savez(tmp_path / "w.npz", state=np.outer(W, W), qubits=np.array(["A1", "C0", "B1"]))
    entries = [[float(entry), 0] for entry in W]
    (tmp_path / "w.json").write_text(
        json.dumps({"amplitudes": entries, "qubits": ["A0", "B1", "C0"]})
    )
    return tmp_path


def test_three_kinds_of_files(folder: Path) -> None:
    three = parse_topology("line", 3)
    found = [ebit.parse_resource(f"state:{folder}/w.{end}") for end in ("npy", "npz", "json")]
    states = [own.wiring(2, topology=three).shared[0].state for own in found]
    assert states[0] == states[2]
    assert states[1] is not None
    np.testing.assert_allclose(states[1].density_matrix, np.outer(W, W), atol=1e-15)
    assert members(found[0].name, topology=three) == ["A0", "B0", "C0"]
    assert members(found[1].name, topology=three) == ["A1", "C0", "B1"]
    assert members(f"state:{folder}/w.npz,on=C1+A0+B0", topology=three) == ["C1", "A0", "B0"]
    assert [own.wiring(2, topology=three).shared[0].amount for own in found] == [2, 2, 2]
    assert all(ebit.parse_resource(own.name) == own for own in found)


def test_w_states_are_what_the_circuit_says(folder: Path) -> None:
    model: Any = ebit.model_from_string(f"state:{folder}/w.npz", qpus=3, qubits=2, depth=1)
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(model.probabilities)(parameters, x))
    expected = circuit_interpreter.probabilities(model.circuit, parameters, x, deferred=True)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_another_file_is_another_setting(folder: Path) -> None:
    path = folder / "w.npy"
    before = ModelSettings(resource=f"state:{path}").resource
    assert ",sha256=" in before
    np.save(path, W[::-1])
    assert ModelSettings(resource=f"state:{path}").resource != before
    assert ModelSettings(resource=before).resource == before  # what is stored is not read again
    with pytest.raises(EbitError, match=r"has the SHA-256 .* restore the file"):
        ebit.parse_resource(before)


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state.npy", bytes(9 * 2**20))
    return file.getvalue()


BAD: list[tuple[str, bytes, str]] = [
    ("a.npy", npy(np.ones(8)), "holds no state. .* trace"),
    ("a.npy", npy(np.ones(6)), "must be a state of 2 to 8 qubits, but has shape"),
    ("a.npy", npy(np.array([{}], object)), "holds an array of object, not numbers"),
    ("a.npy", npy(np.zeros(4**8 + 1)), "a state has at most 8 qubits"),
    ("a.npy", npy(W)[:90], "is truncated or damaged"),
    ("a.npy", npy(np.full(8, np.nan)), "holds no state"),
    ("a.npz", npz(psi=W), "lacks the array `state`"),
    ("a.npz", npz(state=W, qubits=np.array(["A0", "B0"])), "has 3 qubits, but 2 are named"),
    ("a.npz", npz(state=W, qubits=np.array(["A0", "B0", "B0"])), "is on B0 twice"),
    ("a.npz", npz(state=W, qubits=np.array(["A0", "B0", "b"])), "is on 'b', which is no qubit"),
    ("a.npz", npz(state=W, qubits=np.arange(3)), "holds an array of int64"),
    ("a.npz", b"PK", "is truncated or damaged"),
    ("a.npz", bomb(), "has more than 8388608 bytes in state.npy"),
    ("a.json", b"{}", "must hold `amplitudes` or `matrix`"),
    ("a.json", b'{"amplitudes": ["x", 1, 1, 1]}', r"must hold numbers, or pairs \[real, imag"),
    ("a.json", b'{"amplitudes": [1, 0, 0, 0], "qubits": 3}', "`qubits` as a list of names"),
    ("a.txt", b"", "ends with '.txt': give a .npz, .npy or .json file"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD, ids=[words for *_, words in BAD])
def test_bad_files(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EbitError, match=words) as error:
        ebit.parse_resource(f"state:{tmp_path / name}")
    assert "\n" not in str(error.value)


def test_bad_strings(folder: Path) -> None:
    with pytest.raises(EbitError, match="Cannot read"):
        ebit.parse_resource("state:none.npy")
    with pytest.raises(EbitError, match="after a comma use on=A0"):
        ebit.parse_resource(f"state:{folder}/w.npy,fidelity=0.9")
    with pytest.raises(EbitError, match="on qubit C0, but there is no QPU 'C': use qubits of A, B"):
        ebit.parse_resource(f"state:{folder}/w.npy").wiring(2)
    with pytest.raises(EbitError, match="on qubit A9, but QPU A has 2, A0 to A1: use one"):
        ebit.parse_resource(f"state:{folder}/w.npy,on=A9+B0+C0").wiring(2)
    with pytest.raises(EbitError, match="Unknown resource 'state:'"):
        ebit.parse_resource("state:")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["npy", "npz", "json"]))
def test_any_bytes_are_one_line(tmp_path_factory: Any, raw: bytes, ending: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a.{ending}"
    start = {"npy": b"\x93NUMPY\x01\x00", "npz": b"PK\x03\x04", "json": b'{"amplitudes":'}[ending]
    path.write_bytes(start + raw)
    with pytest.raises(EbitError) as error:
        ebit.parse_resource(f"state:{path}")
    assert "\n" not in str(error.value)
