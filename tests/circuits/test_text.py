"""The drawing of a circuit in characters."""

import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ebit
from ebit import EbitError
from ebit.circuits import draw_text
from random_circuits import circuit_model

RESOURCES = ["none", "bell:1", "shared:1", "designed:2", "classical", "classical+bell:1", "quantum"]


def test_messages_and_pairs_of_a_small_circuit() -> None:
    """Every sign in its place, checked by eye once."""
    circuit = circuit_model("classical+bell:1", 2, depth=20).circuit
    drawing = draw_text(circuit, width=80, encoding="utf-8")
    expected = """\
   ┌ shared states ┐┌ embedding ┐┌ convolution × 20 ┐┌ pooling ───┐ ┌ read-out ┐
A0 ─Φ────────────────H─RZ(x0)─◇───H─●─RX──────────────M═══════╗
    ≀                         │     │                         ║
A1 ─≀────────────────H─RZ(x1)─◇───H─●─RX────────────────RZ RX─╫──────M
┄┄┄┄≀┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄║┄┄┄┄┄║┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
B0 ─Φ────────────────H─RZ(x2)─◇───H─●─RX──────────────M═╝     ║
                              │     │                         ║
B1 ──────────────────H─RZ(x3)─◇───H─●─RX──────────────────────RZ RX──M
"""
    assert drawing.startswith(expected)
    assert "Φ≀Φ shared state" in drawing
    assert repr(drawing) == str(drawing)
    assert "<pre" in drawing._repr_html_()


@settings(deadline=None, max_examples=40)
@given(
    resource=st.sampled_from(RESOURCES),
    qubits=st.sampled_from([2, 3, 4]),
    pooling=st.sampled_from(["halves", "all-but-one"]),
    mixing=st.integers(0, 1),
    width=st.integers(1, 300),
)
def test_lines_fit_and_nothing_is_lost(
    resource: str, qubits: int, pooling: str, mixing: int, width: int
) -> None:
    circuit = circuit_model(resource, qubits, 3, mixing, pooling).circuit
    drawing = draw_text(circuit, width=width, encoding="utf-8")
    assert max(map(len, drawing.splitlines())) <= max(width, 40)
    assert drawing.count("M") - 1 == 2 * qubits, "one measurement a qubit, one word in the legend"
    assert drawing.count("RZ RX") - 1 == 2 * (qubits - 1)
    plain = draw_text(circuit, width=width, encoding="ascii")
    assert plain.isascii()
    assert len(plain) == len(drawing)


def test_depth_does_not_lengthen_the_drawing() -> None:
    shallow, deep = (circuit_model("none", 4, depth).circuit for depth in (2, 20))
    short, long = (draw_text(circuit, width=120, encoding="utf-8") for circuit in (shallow, deep))
    assert "convolution × 20" in long
    assert len(short.splitlines()) == len(long.splitlines())


@pytest.mark.parametrize(
    ("resource", "title"),
    [("mixture:4", "┌ 2 shared bits"), ("mixture:2+bell:1", "┌ shared states + 1 shared bits")],
)
def test_randomness_that_only_selects_angles_is_named(resource: str, title: str) -> None:
    drawing = draw_text(circuit_model(resource, 2).circuit, width=120, encoding="utf-8")
    assert title in drawing
    assert ("Φ" in drawing) is ("bell" in resource)


@pytest.mark.parametrize(("encoding", "plain"), [("ascii", 1), ("utf-8", 0), ("cp1252", 1)])
def test_the_output_decides_on_the_characters(
    encoding: str, plain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert circuit_model("none", 2).draw(width=80).isascii() == plain


def test_the_terminal_decides_on_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, circuit_model("none", 4).draw().splitlines())) <= 50


def test_unknown_kind() -> None:
    with pytest.raises(EbitError, match="`kind` must be text or matplotlib, but is 'svg'"):
        circuit_model("none", 2).draw("svg")  # type: ignore[call-overload]


def test_a_qubit_that_is_never_measured_has_a_wire_to_the_end() -> None:
    qiskit = pytest.importorskip("qiskit")
    own = qiskit.QuantumCircuit(2, 1)
    own.cx(0, 1)
    own.measure(1, 0)
    model = ebit.DistributedQCNN(qubits=2, local=ebit.from_qiskit(own))
    text = model.draw(width=200)
    lines = {line[:2]: line.rstrip() for line in text.splitlines()}
    assert lines["A1"].endswith("M")
    assert lines["A0"].endswith("─")
    assert len(model.draw("matplotlib").axes) == 1
