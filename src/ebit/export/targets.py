"""What a processor or simulator would refuse in an exported program, and why."""

from collections.abc import Callable, Iterator, Mapping

from ebit import checks
from ebit.export.lower import READOUT
from ebit.export.program import Branch, Program, Read, Reset

IBM_QUBITS = 156
"""Qubits of the largest processors of IBM (Heron)."""

IONQ_QUBITS = 36
"""Qubits of the largest processors of IonQ (Forte)."""

AER_QUBITS = 30
"""Qubits of a state vector of 16 GiB."""


def _symbols(program: Program) -> Iterator[str]:
    if program.inputs:
        count = len(program.inputs)
        yield f"{count} symbols have no value ({program.inputs[0]}, ...): give parameters and data"


def _qubits(program: Program, most: int, what: str) -> Iterator[str]:
    count = sum(register.size for register in program.wires)
    if count > most:
        yield f"{count} qubits are more than the {most} {what}: use fewer or smaller QPUs"


def _ibm(program: Program) -> Iterator[str]:
    """Branches on one bit, without nesting and measurements inside, are all that it runs."""
    yield from _symbols(program)
    yield from _qubits(program, IBM_QUBITS, "of its largest processor")


def _ionq(program: Program) -> Iterator[str]:
    yield from _symbols(program)
    yield from _qubits(program, IONQ_QUBITS, "of its largest processor")
    kinds = [type(operation) for operation in program.operations]
    if Branch in kinds:
        yield (
            f"{kinds.count(Branch)} gates are behind conditions, which it does not run: defer the "
            "measurements"
        )
    if Reset in kinds:
        yield f"{kinds.count(Reset)} resets, which it does not run: share pairs without teleporting"
    first = next(
        (k for k, operation in enumerate(program.operations) if isinstance(operation, Read)), None
    )
    if first is not None and any(kind is not Read for kind in kinds[first:]):
        middle = sum(
            isinstance(operation, Read) and operation.bit.register != READOUT
            for operation in program.operations
        )
        yield f"{middle} measurements in the middle of the circuit: defer the measurements"


def _aer(program: Program) -> Iterator[str]:
    yield from _symbols(program)
    yield from _qubits(program, AER_QUBITS, "of a state vector of 16 GiB")


TARGETS: Mapping[str, Callable[[Program], Iterator[str]]] = {
    "ibm": _ibm,
    "ionq": _ionq,
    "aer": _aer,
}
"""Targets by name."""


def refusals(program: Program, target: str) -> list[str]:
    """What a target would refuse, one line each; empty if it would run the program.

    Args:
        program: What is exported.
        target: `ibm`, `ionq` or `aer`.

    Returns:
        Lines for people.

    Raises:
        EbitError: If there is no such target.

    Example:
        >>> import ebit
        >>> from ebit.export.lower import program_of
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1)
        >>> refusals(program_of(model), "aer")
        ['16 symbols have no value (theta_0, ...): give parameters and data']

    Source:
        IBM Quantum documentation, dynamic circuits; IonQ API 0.4, OpenQASM 3.
    """
    checks.one_of(TARGETS)("target", target)
    return list(TARGETS[target](program))
