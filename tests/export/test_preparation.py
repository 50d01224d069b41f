"""States from gates, executed in NumPy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.export.preparation import prepare
from ebit.export.program import Apply, Wire


def rotation(name: str, angle: float) -> Any:
    pauli = {"ry": np.array([[0, -1j], [1j, 0]]), "rz": np.diag([1, -1])}[name]
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli


def run(gates: tuple[Apply, ...], wires: tuple[Wire, ...]) -> Any:
    state = np.zeros([2] * len(wires), complex)
    state.ravel()[0] = 1
    for gate in gates:
        places = [wires.index(wire) for wire in gate.wires]
        if gate.name == "cx":
            one: list[Any] = [slice(None)] * len(wires)
            one[places[0]] = 1
            axis = places[1] - (places[1] > places[0])
            state[tuple(one)] = np.flip(state[tuple(one)], axis=axis)
        else:
            assert isinstance(gate.angle, float)
            turned = np.tensordot(rotation(gate.name, gate.angle), state, axes=(1, places[0]))
            state = np.moveaxis(turned, 0, places[0])
    return state.ravel()


def wires_of(size: int) -> tuple[Wire, ...]:
    return tuple(Wire("q", number) for number in range(size))


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(1, 4), seed=st.integers(0, 10**6), is_real=st.booleans(),
    zeros=st.floats(0, 0.9),
)  # fmt: skip
def test_any_state_is_prepared(size: int, seed: int, is_real: bool, zeros: float) -> None:
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=2**size) + (0 if is_real else 1j) * rng.normal(size=2**size)
    vector[rng.random(2**size) < zeros] = 0
    vector[rng.integers(2**size)] += 0.5
    vector = vector / np.linalg.norm(vector)
    wires = wires_of(size)
    overlap = np.vdot(run(prepare(vector, wires), wires), vector)
    assert abs(overlap) == pytest.approx(1, abs=1e-12)


def test_states_of_the_resources_take_few_gates() -> None:
    """A Bell pair one CNOT; N designed pairs one more for each pair than for one QPU's qubits."""
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    assert [gate.name for gate in prepare(bell, wires_of(2))] == ["ry", "cx"]
    ghz = np.zeros(16)
    ghz[[0, 15]] = np.sqrt(0.5)
    assert [gate.name for gate in prepare(ghz, wires_of(4))] == ["ry", "cx", "cx", "cx"]
    two = np.diag(np.full(4, 0.5)).ravel()
    assert [gate.name for gate in prepare(two, wires_of(4))] == ["ry", "ry", "cx", "cx"]
