r"""Channels of one qubit as real 4 x 4 matrices in the basis of Pauli operators I, X, Y, Z.

With :math:`\rho = \tfrac12 \sum_j r_j P_j` a channel takes r to L r (its Pauli transfer matrix). An
effect :math:`M = \sum_j c_j P_j` is pulled back to :math:`L^T c`. Channels that follow one another
are products: the last one stands first.
"""

import math

import numpy as np
from numpy.typing import NDArray

Channel = NDArray[np.float64]
"""Real, shape (4, 4): [out, in], order I, X, Y, Z."""

PAULIS = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], complex
)
"""I, X, Y, Z, shape (4, 2, 2)."""


def depolarising(probability: float) -> Channel:
    r"""Replace the qubit by a random one: :math:`\rho \mapsto (1-p)\rho + p\, I/2`.

    Args:
        probability: p, 0 to 1.

    Returns:
        The channel.

    Example:
        >>> depolarising(0.5).diagonal().tolist()
        [1.0, 0.5, 0.5, 0.5]
    """
    return np.diag([1.0, *3 * [1 - probability]])


def dephasing(probability: float) -> Channel:
    r"""Flip the phase: :math:`\rho \mapsto (1-p)\rho + p\, Z\rho Z`; nothing is left at p = 1/2.

    Args:
        probability: p, 0 to 1.

    Returns:
        The channel.

    Example:
        >>> dephasing(0.25).diagonal().tolist()
        [1.0, 0.5, 0.5, 1.0]
    """
    kept = 1 - 2 * probability
    return np.diag([1.0, kept, kept, 1.0])


def damping(probability: float) -> Channel:
    r"""Decay from 1 to 0: :math:`|1\rangle\langle 1|` goes to 0 with probability g.

    Args:
        probability: g, 0 to 1.

    Returns:
        The channel.

    Example:
        >>> damping(0.75)[3].tolist()
        [0.75, 0.0, 0.0, 0.25]
    """
    root = math.sqrt(1 - probability)
    channel = np.diag([1.0, root, root, 1 - probability])
    channel[3, 0] = probability
    return channel


def idling(seconds: float, t1: float | None, t2: float | None) -> Channel:
    r"""Decay over a time: populations with :math:`e^{-t/T_1}`, coherences with :math:`e^{-t/T_2}`.

    Args:
        seconds: t.
        t1: Relaxation time in seconds; None if the qubit does not relax.
        t2: Coherence time in seconds, at most 2 T1; None for 2 T1 (relaxation only).

    Returns:
        The channel: the qubit relaxes to 0.

    Example:
        >>> idling(1.0, None, 1.0).diagonal().round(3).tolist()
        [1.0, 0.368, 0.368, 1.0]
    """
    left = 1.0 if t1 is None else math.exp(-seconds / t1)
    coherent = math.sqrt(left) if t2 is None else math.exp(-seconds / t2)
    channel = np.diag([1.0, coherent, coherent, left])
    channel[3, 0] = 1 - left
    return channel


def transfer_matrix(unitary: NDArray[np.complex128]) -> NDArray[np.float64]:
    r"""Real matrix of :math:`\rho \mapsto U\rho U^\dagger` in products of Pauli operators.

    Args:
        unitary: Shape (d, d) for one or two qubits.

    Returns:
        Shape (d**2, d**2): [out, in], first qubit first.

    Example:
        >>> transfer_matrix(PAULIS[3]).diagonal().tolist()  # Z
        [1.0, -1.0, -1.0, 1.0]
    """
    basis = PAULIS if len(unitary) == 2 else _two_qubit_paulis()
    images = np.einsum("xy,jyz,wz->jxw", unitary, basis, unitary.conj())
    return np.einsum("iwx,jxw->ij", basis, images).real / len(unitary)


def _two_qubit_paulis() -> NDArray[np.complex128]:
    return np.einsum("aij,bkl->abikjl", PAULIS, PAULIS).reshape(16, 4, 4)
