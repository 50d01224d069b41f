"""Networks in the forms of other tools, there and back."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.network import Chain, Link, Network, Qpu, read_description, written_as
from network.conftest import error_of

PROBABILITY = st.floats(0.0, 0.1)
SECONDS = st.floats(1e-6, 10.0)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Two QPUs and a fibre."""
    qpus = []
    for name in ("alice", "bob"):
        t1 = draw(SECONDS)
        fields = {
            "one_qubit_gate_error": draw(PROBABILITY),
            "two_qubit_gate_error": draw(PROBABILITY),
            "readout_error": draw(PROBABILITY),
            "t1": f"{t1} s",
            "t2": f"{t1 * draw(st.floats(0.1, 2.0))} s",
            "two_qubit_gate_time": f"{draw(st.floats(0.0, 1e-3))} s",
        }
        qpus.append(Qpu(name=name, qubits=draw(st.integers(1, 20)), **fields))
    link = Link(
        between=("alice", "bob"),
        length=f"{draw(st.floats(0.1, 100.0))} km",
        efficiency=draw(st.floats(0.01, 0.5)),
        attempt_time=f"{draw(st.floats(1e-6, 1e-3))} s",
        fidelity=draw(st.floats(0.5, 1.0)),
        coherence_time=draw(st.none() | SECONDS.map("{} s".format)),
        purification_rounds=draw(st.integers(0, 2)),
    )
    return Network(qpus=qpus, links=[link])


def again(network: Network, folder: Path, form: str) -> tuple[Network, list[str]]:
    path = folder / f"network{form}"
    text, lost = written_as(network, path)
    path.write_text(text)
    return read_description(path)[0], lost


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@settings(max_examples=25)
@given(networks())
def test_toml_loses_nothing(folder: Path, network: Network) -> None:
    assert again(network, folder, ".toml") == (network, [])


@settings(max_examples=25)
@given(networks())
def test_squidasm_keeps_devices_rates_and_fidelities(folder: Path, network: Network) -> None:
    pytest.importorskip("yaml")
    found, lost = again(network, folder, ".yaml")
    for one, other in zip(network.qpus, found.qpus, strict=True):
        assert other.qubits == one.qubits
        for name in ("t1", "t2", "one_qubit_gate_error", "two_qubit_gate_error"):
            assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-12)
        assert other.two_qubit_gate_time == pytest.approx(one.two_qubit_gate_time)
    link, there = network.links[0], found.links[0]
    assert there.raw_pair_rate == pytest.approx(link.raw_pair_rate)
    assert there.message_time == pytest.approx(link.message_time)
    assert there.fidelity == pytest.approx(link.fidelity)
    assert_told(link, lost, "purification_rounds", "coherence_time")


@settings(max_examples=25)
@given(networks())
def test_sequence_keeps_fibres_and_memories(folder: Path, network: Network) -> None:
    found, lost = again(network, folder, ".json")
    link, there = network.links[0], found.links[0]
    assert there.length == pytest.approx(link.length)
    assert there.attempt_probability == pytest.approx(link.attempt_probability)
    assert there.fidelity == pytest.approx(link.fidelity)
    if link.coherence_time is not None:
        assert there.coherence_time == pytest.approx(link.coherence_time)
    for one, other in zip(network.qpus, found.qpus, strict=True):
        assert other.two_qubit_gate_error == pytest.approx(one.two_qubit_gate_error)
        assert other.readout_error == pytest.approx(one.readout_error)
        assert any(line.startswith(f"{one.name}: `t1` is another one") for line in lost)
    assert_told(link, lost, "purification_rounds")


def assert_told(link: Link, lost: list[str], *names: str) -> None:
    for name in names:
        told = any(line.startswith(f"alice-bob: `{name}` is another one") for line in lost)
        assert told == bool(getattr(link, name))


def test_chains_are_said_to_be_left_out(folder: Path) -> None:
    network = simple(repeaters=Chain(segments=4, swap_error=0.01))
    _, lost = again(network, folder, ".yaml")
    assert "alice-bob: `repeaters` is another one there: 4 segments becomes none." in lost


def simple(**given_: Any) -> Network:
    values = {"length": "10 km", "efficiency": 0.1, "fidelity": 0.9, **given_}
    ends = [Qpu(name=name, qubits=2) for name in ("alice", "bob")]
    return Network(qpus=ends, links=[Link(between=("alice", "bob"), **values)])


def test_forms_that_there_are_not() -> None:
    assert "must end in .toml, .yaml, .yml, .json" in error_of(written_as, simple(), "n.txt")


def test_beams_have_no_form_in_sequence() -> None:
    network = simple(medium="free-space", divergence="5 urad", aperture="1 m")
    assert "no fibre of a length" in error_of(written_as, network, "n.json")
