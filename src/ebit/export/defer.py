"""A program without conditions: measurements wait to the end, and controls take their place."""

from collections.abc import Iterator
from dataclasses import replace

from ebit.errors import UnsupportedError
from ebit.export.program import (
    Apply,
    Barrier,
    Bit,
    Branch,
    Message,
    Operation,
    Prepare,
    Program,
    Read,
    Reset,
    Wire,
)

_CONTROLLED = {"x": "cx", "z": "cz", "rx": "crx", "ry": "cry", "rz": "crz"}


def defer(program: Program) -> Program:
    r"""The same outcomes without conditions, for tools and processors that have none.

    .. math:: \text{measure } c;\ R(\theta_c) \quad\to\quad R(\theta_0)\, C_c R(\theta_1 - \theta_0)

    Args:
        program: A program that resets nothing.

    Returns:
        A program of gates, with all measurements at its end.

    Raises:
        UnsupportedError: If a qubit is used again after its measurement.

    Example:
        >>> from ebit import DistributedQCNN
        >>> from ebit.export.lower import program_of
        >>> program = defer(program_of(DistributedQCNN(qubits=2, depth=1)))
        >>> any(isinstance(operation, Branch) for operation in program.operations)
        False

    Source:
        Nielsen and Chuang, Quantum Computation and Quantum Information, section 4.4.
    """
    source: dict[Bit, Wire] = {}
    operations: list[Operation] = []
    last: list[Read] = []
    for operation in program.operations:
        match operation:
            case Read(wire, bit):
                source[bit] = wire
                last.append(operation)
            case Reset():
                raise UnsupportedError(
                    "qubits that are used again after a measurement",
                    "An export without conditions",
                    "use pairs that are no teleported gates, or allow conditions",
                )
            case Branch():
                operations += _controlled(operation, source[operation.bit])
            case Apply() | Prepare() | Message() | Barrier():
                operations.append(operation)
    return replace(program, operations=(*operations, *last))


def _controlled(branch: Branch, control: Wire) -> Iterator[Apply]:
    one, zero = branch.one, branch.zero
    if zero is not None:
        yield zero
    if one is not None:
        angle = one.angle
        if zero is not None and angle is not None and zero.angle is not None:
            angle = angle - zero.angle
        yield Apply(_CONTROLLED[one.name], (control, *one.wires), angle)
