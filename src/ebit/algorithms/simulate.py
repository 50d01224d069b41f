r"""Exact outcomes of an algorithm whose pairs are Werner states, as density matrices.

A Werner pair is a Bell pair with an error X, Y or Z with probability :math:`(1-f)/3` each. A copy
that is made with it has its value flipped by X and Y, and gives the copied qubit a sign by Z and Y:

.. math:: \rho \to \sum_{x,z} p(x, z)\; Z^z X^x V X^x\, \rho\, X^x V^\dagger X^x Z^z

for the gates V of a block.
"""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.algorithms.steps import Algorithm, Block, Told, is_algorithm, link_of
from ebit.export.gates import matrix_of
from ebit.export.program import Apply, Wire

Density = NDArray[np.complex128]
"""Shape (2, ..., 2): one axis per qubit for the rows, then one for the columns."""

BlockRule = Callable[[Density, Block, tuple[Wire, ...]], Density]
"""What a block does to a density matrix of these qubits."""


@checks.takes(algorithm=is_algorithm)
def outcomes(
    algorithm: Algorithm, fidelity: float | Mapping[tuple[str, str], float] = 1.0
) -> NDArray[np.float64]:
    """Probabilities of the outcomes of an algorithm with Werner pairs.

    Args:
        algorithm: The algorithm.
        fidelity: Fidelity of all pairs, 0 to 1, or of those of each link.

    Returns:
        One probability per outcome, shape (2**bits,).

    Raises:
        EbitError: If it is no algorithm, a number is no fidelity, or a link has none.

    Example:
        >>> from ebit.algorithms.circuits import inverse_fourier
        >>> [round(float(outcomes(inverse_fourier(4, 2), f)[5]), 4) for f in (1.0, 0.9)]
        [1.0, 0.9524]
    """
    is_fidelity = checks.real(0, 1)
    if isinstance(fidelity, Mapping):
        for link in algorithm.links:
            if link not in fidelity:
                raise checks.wrong("fidelity", f"given for the link {link}, too", dict(fidelity))
            is_fidelity("fidelity", fidelity[link])
    else:
        is_fidelity("fidelity", fidelity)
    return simulate(algorithm, _through_pairs(fidelity))


def simulate(algorithm: Algorithm, rule: BlockRule) -> NDArray[np.float64]:
    """Probabilities of the outcomes, with a rule for the blocks.

    Args:
        algorithm: The algorithm.
        rule: What a block does.

    Returns:
        One probability per outcome, shape (2**bits,).
    """
    wires = algorithm.wires
    rho: Density = np.zeros([2] * (2 * len(wires)), complex)
    rho.ravel()[0] = 1
    for step in algorithm.steps:
        match step:
            case Apply():
                rho = turned(rho, step, wires)
            case Told(control, target, angle):
                rho = turned(rho, Apply("crz", (control, target), angle), wires)
            case Block():
                rho = rule(rho, step, wires)
    size = 2 ** len(wires)
    diagonal = np.diagonal(rho.reshape(size, size)).real.reshape([2] * len(wires))
    places = [wires.index(wire) for wire in algorithm.read]
    others = tuple(axis for axis in range(len(wires)) if axis not in places)
    kept = [axis for axis in range(len(wires)) if axis in places]
    table = diagonal.sum(axis=others) if others else diagonal
    order = [kept.index(place) for place in reversed(places)]  # most significant bit first
    found: NDArray[np.float64] = np.clip(table.transpose(order).ravel(), 0, None)
    return found / found.sum()


def turned(rho: Density, gate: Apply, wires: tuple[Wire, ...]) -> Density:
    """A density matrix after a gate."""
    axes = [wires.index(wire) for wire in gate.wires]
    matrix = matrix_of(gate)
    rho = _apply(matrix, axes, rho)
    return _apply(matrix.conj(), [len(wires) + axis for axis in axes], rho)


def _apply(matrix: NDArray[Any], axes: list[int], rho: Density) -> Density:
    size = len(axes)
    shaped = matrix.reshape([2] * (2 * size))
    after = np.tensordot(shaped, rho, axes=(range(size, 2 * size), axes))
    return np.moveaxis(after, range(size), axes)


def signs(rho: Density, axis: int) -> NDArray[np.float64]:
    """+1 where a qubit is the same in row and column, else -1: Z on both sides is a product."""
    shape = [1] * rho.ndim
    shape[axis] = shape[rho.ndim // 2 + axis] = 2
    return np.array([[1.0, -1.0], [-1.0, 1.0]]).reshape(shape)


def _through_pairs(fidelity: float | Mapping[tuple[str, str], float]) -> BlockRule:
    def rule(rho: Density, block: Block, wires: tuple[Wire, ...]) -> Density:
        own = [
            fidelity[link_of(wire, block.host)] if isinstance(fidelity, Mapping) else fidelity
            for wire in block.remote
        ]
        total = np.zeros_like(rho)
        for flips in product((0, 1), repeat=len(own)):
            share = math.prod(
                2 * (1 - f) / 3 if x else (1 + 2 * f) / 3 for f, x in zip(own, flips, strict=True)
            )
            if share == 0:
                continue
            flipped = [Apply("x", (w,)) for w, x in zip(block.remote, flips, strict=True) if x]
            part = rho
            for gate in (*flipped, *block.gates, *flipped):
                part = turned(part, gate, wires)
            for f, x, wire in zip(own, flips, block.remote, strict=True):
                wrong = 0.5 if x else (1 - f) / 3 / ((1 + 2 * f) / 3)
                part = (1 - wrong) * part + wrong * signs(rho, wires.index(wire)) * part
            total = total + share * part
        return total

    return rule
