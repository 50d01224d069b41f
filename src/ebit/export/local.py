"""Circuits of other tools as local circuits: the gates of one QPU, with angles to be trained."""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from typing import Any

import numpy as np

from ebit import checks
from ebit.circuits import (
    QPU,
    Circuit,
    DataAngle,
    Gate,
    Measure,
    Operation,
    Parameter,
    Qubit,
    Rotate,
    Wiring,
)
from ebit.circuits.circuit import Block
from ebit.errors import EbitError
from ebit.export.installed import need

LEAF = "local"
"""The array of trained angles of a local circuit."""

MAX_NUMBERS = 1_000_000
"""Most angles or features of a quantum function."""

Turn = Parameter | DataAngle | float | None
"""The angle of a gate."""


@dataclass(frozen=True)
class Step:
    """A gate or measurement of another tool, in its words.

    Attributes:
        name: Name of the gate, or `measure`.
        qubits: Numbers of its qubits.
        angles: Its angles.
        bit: The bit that is measured, or that a condition is on.
        other: The gate where that bit is 0, if the step is one of a condition.
    """

    name: str
    qubits: tuple[int, ...]
    angles: tuple[Turn, ...] = ()
    bit: int | None = None
    other: "Step | None" = None


def from_qiskit(circuit: Any, *, qpu: str = "A") -> Circuit:
    """A circuit of Qiskit as a local circuit of one QPU.

    Its parameters become trained angles in the order of `circuit.parameters`, the entries of a
    `ParameterVector` `x` (or parameters `x_0`, `x_1`, ...) features of the input. Gates are written
    with H, CZ, RX, RZ and RZZ, up to a global phase.

    Args:
        circuit: A `QuantumCircuit` with gates, measurements, and conditions on one bit that choose
            between two RX or two RZ rotations; the last measurements are the read-out.
        qpu: Name of the QPU.

    Returns:
        The circuit; its trained angles are one array, `("local",)`.

    Raises:
        EbitError: If it holds something that a local circuit cannot.

    Example:
        >>> from qiskit.circuit import QuantumCircuit, Parameter
        >>> own = QuantumCircuit(2, 1)
        >>> _ = own.ry(Parameter("a"), 0), own.cx(0, 1), own.measure(1, 0)
        >>> local = from_qiskit(own)
        >>> local, local.shapes
        (<Circuit on A: 2 qubits, 7 operations>, ((('local',), (1,)),))
    """
    need("qiskit")
    from qiskit import QuantumCircuit

    checks.instance(QuantumCircuit, "a QuantumCircuit of Qiskit")("circuit", circuit)
    _check_name(qpu)
    names = [p for p in circuit.parameters if _feature(p.name) is None]
    trained = {parameter: Parameter((LEAF,), (k,)) for k, parameter in enumerate(names)}

    def angle(value: Any) -> Turn:
        if isinstance(value, int | float):
            return float(value)
        if value in trained:
            return trained[value]
        feature = _feature(getattr(value, "name", ""))
        if feature is not None:
            return DataAngle((feature,))
        raise _refused(f"the angle {value}", "use one parameter or one number per angle")

    def step(instruction: Any, qubits: Sequence[int], bits: Sequence[int]) -> Step:
        operation = instruction.operation
        if operation.name == "measure":
            return Step("measure", tuple(qubits), bit=bits[0])
        return Step(operation.name, tuple(qubits), tuple(map(angle, operation.params)))

    def steps() -> Iterator[Step]:
        for instruction in circuit.data:
            name = instruction.operation.name
            qubits = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
            bits = [circuit.find_bit(bit).index for bit in instruction.clbits]
            if name == "if_else":
                yield _condition(circuit, instruction.operation, qubits, step)
            elif name != "barrier":
                yield step(instruction, qubits, bits)

    return local_circuit(steps(), circuit.num_qubits, len(names), qpu)


def _check_name(qpu: str) -> None:
    """Raise unless a QPU can be called so."""
    if not isinstance(qpu, str) or not qpu.strip():
        raise checks.wrong("qpu", "the name of a QPU", qpu)
    checks.check_text("qpu", qpu)


def from_qasm3(text: str, *, qpu: str = "A") -> Circuit:
    """OpenQASM 3 as a local circuit of one QPU; `input`s are trained angles or, as `x_0`, features.

    Args:
        text: The program, as Qiskit reads it.
        qpu: Name of the QPU.

    Returns:
        The circuit, see `from_qiskit`.

    Raises:
        EbitError: If it cannot be read, or holds something that a local circuit cannot.

    Example:
        >>> from_qasm3('OPENQASM 3.0; qubit[2] q; bit[1] c; U(0, 0, 0) q[0]; c[0] = measure q[1];')
        <Circuit on A: 2 qubits, 6 operations>
    """
    checks.instance(str, "text")("text", text)
    _check_name(qpu)
    qasm3 = need("qiskit.qasm3")
    need("qiskit_qasm3_import")
    try:
        with redirect_stderr(io.StringIO()):  # its parser prints what the error says
            circuit = qasm3.loads(text)
    except Exception as error:  # whatever is wrong with the text
        raise EbitError(
            f"Argument `text` is no OpenQASM 3 that Qiskit reads: {checks.shortened(error, 200)}."
        ) from None
    return from_qiskit(circuit, qpu=qpu)


def from_pennylane(function: Any, angles: int, *, features: int = 0, qpu: str = "A") -> Circuit:
    """A quantum function of PennyLane as a local circuit of one QPU.

    Args:
        function: A function of an array of angles, or of one of angles and one of features, that
            applies gates and returns the `probs` or `sample` of the wires that are read out.
        angles: How many angles it takes.
        features: How many features it takes; 0 for a function of the angles alone.
        qpu: Name of the QPU.

    Returns:
        The circuit, see `from_qiskit`.

    Raises:
        EbitError: If it holds something that a local circuit cannot.

    Example:
        >>> import pennylane as qml
        >>> def own(theta):
        ...     qml.RY(theta[0], wires=0)
        ...     qml.CNOT(wires=[0, 1])
        ...     return qml.probs(wires=[1])
        >>> from_pennylane(own, angles=1)
        <Circuit on A: 2 qubits, 7 operations>
    """
    qml = need("pennylane")
    checks.function("function", function)
    checks.whole(0, MAX_NUMBERS)("angles", angles)
    checks.whole(0, MAX_NUMBERS)("features", features)
    _check_name(qpu)
    draws = [np.random.default_rng(seed) for seed in (1, 2)]
    tapes, values = [], []
    for rng in draws:
        numbers = rng.uniform(0.1, 3.0, angles + features)
        arguments = (numbers[:angles], numbers[angles:])[: 2 if features else 1]
        values.append(numbers)
        try:
            tapes.append(qml.tape.make_qscript(getattr(function, "func", function))(*arguments))
        except Exception as error:  # whatever the user's function does
            raise EbitError(
                f"Argument `function` fails with {angles} angles and {features} features "
                f"({type(error).__name__}: {checks.shortened(error, 200)}): "
                "give the numbers that it takes."
            ) from None
    wires = tapes[0].wires.tolist()

    def angle(first: float, second: float) -> Turn:
        """What an angle is, told by two draws of all numbers."""
        for k, (one, two) in enumerate(zip(*values, strict=True)):
            if (first, second) == (one, two):
                return Parameter((LEAF,), (k,)) if k < angles else DataAngle((k - angles,))
        if first == second:
            return float(first)
        raise _refused("a computed angle", "use one parameter or one number per angle")

    def steps() -> Iterator[Step]:
        for one, two in zip(*(tape.operations for tape in tapes), strict=True):
            turns = tuple(
                angle(float(a), float(b)) for a, b in zip(one.data, two.data, strict=True)
            )
            places = tuple(wires.index(wire) for wire in one.wires)
            if one.name != "Barrier":
                yield Step(_PENNYLANE.get(one.name, one.name), places, turns)
        for place in (place for measured in tapes[0].measurements for place in measured.wires):
            yield Step("measure", (wires.index(place),), bit=wires.index(place))

    return local_circuit(steps(), len(wires), angles, qpu)


_PENNYLANE: Mapping[str, str] = {
    "Hadamard": "h",
    "PauliX": "x",
    "PauliY": "y",
    "PauliZ": "z",
    "S": "s",
    "Adjoint(S)": "sdg",
    "T": "t",
    "Adjoint(T)": "tdg",
    "SX": "sx",
    "RX": "rx",
    "RY": "ry",
    "RZ": "rz",
    "PhaseShift": "p",
    "CNOT": "cx",
    "CZ": "cz",
    "SWAP": "swap",
    "IsingZZ": "rzz",
    "IsingXX": "rxx",
    "IsingYY": "ryy",
}


def _condition(circuit: Any, operation: Any, qubits: Sequence[int], step: Any) -> Step:
    """A condition of Qiskit as one step with two gates."""
    from qiskit.circuit import Clbit

    condition = operation.condition
    if not isinstance(condition, tuple) or not isinstance(condition[0], Clbit):
        raise _refused("a condition on several bits", "use conditions on one bit")
    target, value = condition
    bodies = []
    for body in operation.blocks:
        if len(body.data) != 1 or body.data[0].operation.name not in ("rx", "rz"):
            raise _refused("a branch that is no single RX or RZ", "choose between two rotations")
        inner = body.data[0]
        places = [qubits[body.find_bit(qubit).index] for qubit in inner.qubits]
        bodies.append(step(inner, places, ()))
    if len(bodies) == 1:
        bodies.append(Step(bodies[0].name, bodies[0].qubits, (0.0,)))
    if bodies[0].name != bodies[1].name or bodies[0].qubits != bodies[1].qubits:
        raise _refused("branches with different gates", "rotate the same qubit about the same axis")
    one, zero = bodies if value else bodies[::-1]
    return Step(one.name, one.qubits, one.angles, circuit.find_bit(target).index, zero)


def local_circuit(steps: Iterable[Step], qubits: int, angles: int, qpu: str = "A") -> Circuit:
    """A local circuit from the steps of another tool.

    Args:
        steps: In order; the measurements at their end are the read-out.
        qubits: How many qubits there are.
        angles: How many trained angles.
        qpu: Name of the QPU.

    Returns:
        The circuit.

    Raises:
        EbitError: If a step cannot be local, or nothing is read out.
    """
    if qubits < 1:
        raise _refused("no qubits", "give a circuit with qubits")
    register = [Qubit(qpu, number) for number in range(qubits)]
    operations: list[Operation] = []
    measured: dict[int, str] = {}
    for step in steps:
        places = [register[number] for number in step.qubits]
        if any(str(place).lower() in measured.values() for place in places):
            raise _refused(f"{step.name} on a measured qubit", "measure a qubit once, at its end")
        if step.name == "measure":
            assert step.bit is not None
            measured[step.bit] = str(places[0]).lower()
            operations.append(Measure(places[0], measured[step.bit]))
        elif step.other is not None:
            operations.append(_rotate(step, places[0], measured))
        else:
            operations += _gates(step, places)
    last = len(operations)
    while last and isinstance(operations[last - 1], Measure):
        last -= 1
    if last == len(operations):
        raise _refused("no measurement at its end", "measure at least one qubit")
    features = [
        feature
        for gate in operations
        if isinstance(gate, Gate) and isinstance(gate.angle, DataAngle)
        for feature in gate.angle.features
    ]
    blocks = (
        Block("local circuit", (tuple(operations[:last]),)),
        Block("read-out", (tuple(operations[last:]),)),
    )
    wiring = Wiring((QPU(qpu, qubits, max(features, default=-1) + 1),))
    return Circuit(wiring, blocks, (((LEAF,), (angles,)),))


def _rotate(step: Step, qubit: Qubit, measured: Mapping[int, str]) -> Rotate:
    assert step.other is not None
    assert step.bit is not None
    if step.bit not in measured:
        raise _refused("a condition on a bit before its measurement", "measure it first")
    pair = (step.other.angles[0], step.angles[0])
    if not all(isinstance(angle, Parameter) for angle in pair):
        raise _refused("a conditioned rotation by a fixed angle", "give both branches a parameter")
    zero, one = (angle for angle in pair if isinstance(angle, Parameter))
    return Rotate(step.name.upper(), qubit, measured[step.bit], (zero, one))


_QUARTER = math.pi / 2

_FIXED: Mapping[str, tuple[tuple[str, float | None], ...]] = {
    "id": (),
    "h": (("H", None),),
    "x": (("RX", math.pi),),
    "y": (("RX", math.pi), ("RZ", math.pi)),
    "z": (("RZ", math.pi),),
    "s": (("RZ", _QUARTER),),
    "sdg": (("RZ", -_QUARTER),),
    "t": (("RZ", math.pi / 4),),
    "tdg": (("RZ", -math.pi / 4),),
    "sx": (("RX", _QUARTER),),
    "sxdg": (("RX", -_QUARTER),),
}
"""Gates on one qubit without an angle, up to a phase."""

_TO_Z: Mapping[str, tuple[tuple[str, float | None], ...]] = {
    "rzz": (),
    "rxx": (("H", None),),
    "ryy": (("RX", _QUARTER),),
}
"""What turns the axis of a two-qubit rotation into Z."""


def _gates(step: Step, places: Sequence[Qubit]) -> Iterator[Gate]:
    """A gate with H, CZ, RX, RZ and RZZ."""
    match step.name, step.angles, places:
        case name, (), (qubit,) if name in _FIXED:
            for kind, angle in _FIXED[name]:
                yield Gate(kind, (qubit,), angle)
        case (("rx" | "rz" | "p" | "u1" as name), (angle,), (qubit,)):
            yield Gate("RX" if name == "rx" else "RZ", (qubit,), angle)
        case "ry", (angle,), (qubit,):
            yield Gate("RZ", (qubit,), -_QUARTER)
            yield Gate("RX", (qubit,), angle)
            yield Gate("RZ", (qubit,), _QUARTER)
        case (("u" | "u3" | "U"), (theta, phi, lam), (qubit,)):
            yield Gate("RZ", (qubit,), lam)
            yield from _gates(Step("ry", (), (theta,)), places)
            yield Gate("RZ", (qubit,), phi)
        case "cz", (), (first, second):
            yield Gate("CZ", (first, second))
        case "cx", (), (first, second):
            yield Gate("H", (second,))
            yield Gate("CZ", (first, second))
            yield Gate("H", (second,))
        case "swap", (), (first, second):
            for pair in ((first, second), (second, first), (first, second)):
                yield from _gates(Step("cx", ()), pair)
        case name, (angle,), (first, second) if name in _TO_Z:
            for kind, turn in _TO_Z[name]:
                yield from (Gate(kind, (qubit,), turn) for qubit in places)
            yield Gate("RZZ", (first, second), angle)
            for kind, turn in _TO_Z[name]:
                back = None if turn is None else -turn
                yield from (Gate(kind, (qubit,), back) for qubit in places)
        case _:
            cure = "decompose it into rotations, H, CX, CZ and RZZ"
            raise _refused(f"the operation {step.name!r}", cure)


def _feature(name: str) -> int | None:
    """The feature behind `x_3` or `x[3]`."""
    for start, end in (("x_", ""), ("x[", "]")):
        middle = name.removeprefix(start).removesuffix(end)
        if name == f"{start}{middle}{end}" and middle.isdecimal():
            return int(middle)
    return None


def _refused(what: str, cure: str) -> EbitError:
    return EbitError(f"A local circuit cannot hold {what}: {cure}.")
