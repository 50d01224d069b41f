r"""Probabilities of a cut circuit, put together from runs of single QPUs.

A gate :math:`e^{-i\theta ZZ/2}` is a sum of local operations:

.. math:: \cos^2\tfrac\theta2\; I \otimes I + \sin^2\tfrac\theta2\; Z \otimes Z
    + \tfrac{\sin\theta}{2} [N \otimes (D_+ - D_-) + (D_+ - D_-) \otimes N]

where :math:`D_\pm` turns by RZ of plus or minus a quarter, and N measures Z and takes the outcome
as a sign.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.cutting.overhead import groups_across, is_across, no_symbols
from ebit.errors import EbitError, UnsupportedError
from ebit.export import program_of
from ebit.export.gates import matrix_of
from ebit.export.lower import READOUT
from ebit.export.program import Apply, Barrier, Message, Program, Read, Wire
from ebit.models import Model

MOST_CUTS = 5
"""Most cut gates: every QPU runs five local operations at each of them, 5**cuts circuits."""

_QUARTER = math.pi / 2
_SIGNS = np.array([1.0, -1.0])


@checks.takes(parameters=no_symbols, x=checks.numbers)
def reconstruct(model: Model, parameters: Any, x: Any) -> NDArray[np.float64]:
    """Exact probabilities of a model with gates across the QPUs, from runs of single QPUs only.

    Args:
        model: A model with at most `MOST_CUTS` gates across the QPUs that shares no pairs.
        parameters: As `init` returns them.
        x: One input, angles of shape (features,) in radians.

    Returns:
        P(outcomes | x) of shape (2, ..., 2), one axis per QPU.

    Raises:
        EbitError: If there are too many gates to cut, or something else is shared.

    Example:
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.QuantumLink())
        >>> reconstruct(model, model.init(jax.random.key(0)), [0.1, 0.2, 0.3, 0.4]).shape
        (2, 2)

    Source:
        Mitarai and Fujii, New J. Phys. 23, 023021 (2021).
    """
    program = program_of(model, parameters, x, deferred=True)
    cuts = [gate for group in groups_across(program) for gate in group]
    if len(cuts) > MOST_CUTS:
        raise EbitError(
            f"The circuit has {len(cuts)} gates across the QPUs, but at most {MOST_CUTS} can be "
            "cut here: use fewer layers, or `cut_overhead` for what it would take."
        )
    places = {id(gate): number for number, gate in enumerate(cuts)}
    arguments: list[Any] = []
    for number, gate in enumerate(cuts):
        ends = [program.qpus.index(program.owners[wire.register]) for wire in gate.wires]
        arguments += [_coefficients(gate), [_leg(number, end) for end in ends]]
    for place, qpu in enumerate(program.qpus):
        table, numbers = _run(program, qpu, places)
        arguments += [table, [*(_leg(number, place) for number in numbers), place]]
    return np.asarray(np.einsum(*arguments, list(range(len(program.qpus))), optimize=True))


def _leg(number: int, qpu: int) -> int:
    """The index of the local operation of a QPU at a cut; those of the outcomes come first."""
    return 8 + 8 * number + qpu


def _coefficients(gate: Apply) -> NDArray[np.float64]:
    """Weights of pairs of local operations, (5, 5): I, Z, D+, D-, N on either side."""
    angle: Any = -_QUARTER if gate.name == "cz" else gate.angle
    found = np.zeros((5, 5))
    found[0, 0], found[1, 1] = math.cos(angle / 2) ** 2, math.sin(angle / 2) ** 2
    found[4, 2] = found[2, 4] = math.sin(angle) / 2
    found[4, 3] = found[3, 4] = -math.sin(angle) / 2
    return found


def _local(rho: NDArray[Any], axis: int, gate: Apply) -> NDArray[Any]:
    """All five local operations at a cut, on a new axis behind the others of cuts."""
    turn = np.array([np.exp(-0.25j * math.pi), np.exp(0.25j * math.pi)])
    kept = np.diag([1.0, -1.0])
    factors = [
        np.ones((2, 2)),
        np.outer(_SIGNS, _SIGNS),
        np.outer(turn, turn.conj()),
        np.outer(turn.conj(), turn),
        kept,
    ]
    if gate.name == "cz":  # RZZ by minus a quarter, and RZ by a quarter on both
        factors = [factor * np.outer(turn, turn.conj()) for factor in factors]
    qubits = (rho.ndim - 1) // 2
    shape = [1] * rho.ndim
    shape[1 + axis] = shape[1 + qubits + axis] = 2
    parts = [rho * factor.reshape(shape) for factor in factors]
    return np.stack(parts, axis=1).reshape(-1, *rho.shape[1:])  # (5 * runs, 2, ..., 2)


def _run(
    program: Program, qpu: str, places: dict[int, int]
) -> tuple[NDArray[np.float64], list[int]]:
    """Outcomes of one QPU for all local operations, (5, ..., 5, 2), and the numbers of the cuts."""
    wires = [Wire(r.name, k) for r in program.wires if r.owner == qpu for k in range(r.size)]
    size = len(wires)
    rho = np.zeros((1, *[2] * (2 * size)), complex)
    rho.ravel()[0] = 1
    numbers: list[int] = []
    kept = 0
    for operation in program.operations:
        match operation:
            case Apply(wires=ends):
                own = [wires.index(wire) for wire in ends if wire in wires]
                if own and is_across(program, operation):
                    rho = _local(rho, own[0], operation)
                    numbers.append(places[id(operation)])
                elif own:
                    matrix = matrix_of(operation)
                    rho = _apply(matrix, own, rho)
                    rho = _apply(matrix.conj(), [size + axis for axis in own], rho)
            case Read(wire, bit):
                if wire in wires and bit.register == READOUT:
                    kept = wires.index(wire)
            case Message() | Barrier():
                pass
            case _:
                raise UnsupportedError("shared pairs", "Cutting", "use the resource quantum")
    flat = rho.reshape(-1, 2**size, 2**size)
    diagonal = np.einsum("kii->ki", flat).real.reshape(-1, *[2] * size)
    others = tuple(1 + axis for axis in range(size) if axis != kept)
    return diagonal.sum(axis=others).reshape(*[5] * len(numbers), 2), numbers


def _apply(matrix: NDArray[Any], axes: list[int], rho: NDArray[Any]) -> NDArray[Any]:
    front = list(range(1, 1 + len(axes)))
    moved = np.moveaxis(rho, [1 + axis for axis in axes], front)
    after = matrix @ moved.reshape(len(rho), len(matrix), -1)
    return np.moveaxis(after.reshape(moved.shape), front, [1 + axis for axis in axes])
