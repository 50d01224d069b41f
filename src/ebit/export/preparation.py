r"""How a state is prepared from rotations and CNOT gates, qubit by qubit.

A qubit gets RY and RZ rotations whose angles depend on the qubits before it. Such a rotation is two
of half as many angles, with a CNOT gate around the second:

.. math:: \theta(0) = \alpha + \beta, \quad \theta(1) = \alpha - \beta
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.export.program import Apply, Prepare, Wire

_SMALL = 1e-15
"""Angles and amplitudes below this are rounding errors."""

Angles = NDArray[np.float64]
"""One for every value of the qubits before; NaN where that value never occurs."""


def gates_of(state: Prepare) -> tuple[Apply, ...]:
    """Gates that prepare a shared state and its environment."""
    return prepare(state.vector, state.wires)


def prepare(vector: NDArray[Any], wires: tuple[Wire, ...]) -> tuple[Apply, ...]:
    """Gates that turn 0 ... 0 into a state, up to a global phase.

    Args:
        vector: Amplitudes of shape (2**wires,), first wire most significant.
        wires: Where.

    Returns:
        RY, RZ and CX gates.

    Example:
        >>> pair = (Wire("a", 0), Wire("b", 0))
        >>> [gate.name for gate in prepare(np.array([1, 0, 0, 1]) / 2**0.5, pair)]
        ['ry', 'cx']

    Source:
        Möttönen et al., Quantum Inf. Comput. 5, 467 (2005).
    """
    state, found = np.asarray(vector), []
    is_real = np.abs(state.imag).max() < _SMALL
    for place in reversed(range(len(wires))):
        halves = state.reshape(-1, 2)  # (values of the qubits before, 2)
        sizes = np.linalg.norm(halves, axis=1)
        never = sizes < _SMALL
        if is_real:
            turns, phases = (
                2 * np.arctan2(halves.real[:, 1], halves.real[:, 0]),
                np.zeros(len(halves)),
            )
            state = sizes
        else:
            turns = 2 * np.arctan2(np.abs(halves[:, 1]), np.abs(halves[:, 0]))
            first, second = (_phase(halves[:, k], halves[:, 1 - k]) for k in (0, 1))
            phases = second - first
            state = sizes * np.exp(0.5j * (first + second))
        for name, angles in (("rz", phases), ("ry", turns)):
            angles[never] = np.nan
            gates = _select(name, angles, wires[:place], wires[place], fresh=name == "ry")
            found.append(gates)
    return tuple(gate for gates in reversed(found) for gate in gates)


def _phase(values: NDArray[Any], others: NDArray[Any]) -> Angles:
    """Phases; that of nothing is the one of its partner, so that nothing has to be turned."""
    return np.angle(np.where(np.abs(values) < _SMALL, others, values))


def _select(
    name: str, angles: Angles, controls: tuple[Wire, ...], target: Wire, *, fresh: bool
) -> list[Apply]:
    """A rotation whose angle the controls select; `fresh` if the target is in state 0."""
    if fresh and (control := _flipped_by(angles, controls)) is not None:
        return [Apply("cx", (control, target))]
    if not controls:
        angle = float(np.nan_to_num(angles[0]))
        return [] if abs(angle) < _SMALL else [Apply(name, (target,), angle)]
    low, high = angles.reshape(2, -1)
    low, high = np.where(np.isnan(low), high, low), np.where(np.isnan(high), low, high)
    if np.nanmax(np.abs(low - high), initial=0.0) < _SMALL:
        return _select(name, low, controls[1:], target, fresh=fresh)
    mean, half = (low + high) / 2, (low - high) / 2
    flip = Apply("cx", (controls[0], target))
    return [
        *_select(name, mean, controls[1:], target, fresh=False),
        flip,
        *_select(name, half, controls[1:], target, fresh=False),
        flip,
    ]


def _flipped_by(angles: Angles, controls: tuple[Wire, ...]) -> Wire | None:
    """The control that alone says whether the target becomes 1, if there is one."""
    numbers = np.arange(len(angles))
    for place, control in enumerate(controls):
        bits = (numbers >> (len(controls) - 1 - place)) & 1
        if np.nanmax(np.abs(angles - math.pi * bits), initial=0.0) < _SMALL:
            return control
    return None
