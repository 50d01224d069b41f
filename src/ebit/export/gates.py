"""Matrices of the gates of a program."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.export.program import Apply

_X = np.array([[0, 1], [1, 0]], complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1, -1]).astype(complex)
_FIXED: Mapping[str, NDArray[Any]] = {
    "h": (_X + _Z) / np.sqrt(2),
    "x": _X,
    "z": _Z,
    "cx": np.eye(4, dtype=complex)[[0, 1, 3, 2]],
    "cz": np.diag([1, 1, 1, -1]).astype(complex),
}
_PAULIS: Mapping[str, NDArray[Any]] = {"rx": _X, "ry": _Y, "rz": _Z, "rzz": np.kron(_Z, _Z)}


def matrix_of(gate: Apply) -> NDArray[np.complex128]:
    """The matrix of a gate whose angle is a number, first wire most significant.

    Example:
        >>> matrix_of(Apply("z", ())).real.tolist()
        [[1.0, 0.0], [0.0, -1.0]]
    """
    if gate.name in _FIXED:
        return _FIXED[gate.name]
    name = gate.name.removeprefix("c")
    pauli = _PAULIS[name]
    angle: Any = gate.angle
    turn = np.cos(angle / 2) * np.eye(len(pauli)) - 1j * np.sin(angle / 2) * pauli
    if name == gate.name:
        return turn
    controlled = np.eye(4, dtype=complex)
    controlled[2:, 2:] = turn
    return controlled
