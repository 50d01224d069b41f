"""A model as a quantum function of PennyLane."""

from collections.abc import Callable, Mapping
from typing import Any

from ebit.export.expression import text_of, value_of
from ebit.export.installed import need
from ebit.export.lower import READOUT, program_of
from ebit.export.preparation import gates_of
from ebit.export.program import (
    Apply,
    Barrier,
    Bit,
    Branch,
    Message,
    Prepare,
    Program,
    Read,
    Reset,
    Wire,
)
from ebit.models import CircuitModel, Parameters

_GATES: Mapping[str, str] = {
    "h": "Hadamard",
    "x": "PauliX",
    "z": "PauliZ",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "cx": "CNOT",
    "cz": "CZ",
    "crx": "CRX",
    "cry": "CRY",
    "crz": "CRZ",
    "rzz": "IsingZZ",
}


def to_pennylane(
    model: CircuitModel,
    parameters: Parameters | None = None,
    *,
    teleport: bool = False,
    deferred: bool = False,
    device: Any = None,
) -> Callable[..., Any]:
    """A model as a QNode of PennyLane: a function of the input.

    Args:
        model: A model that has a circuit, without noise.
        parameters: As `init` returns them; None for a function of all angles and the input, the
            angles first, numbered as in `model.circuit.number`.
        teleport: Whether each gate across the QPUs takes a Bell pair and two bits.
        deferred: Whether all measurements are at the end, with controlled gates for conditions.
        device: A device of PennyLane; by default `default.qubit` with the wires of the circuit:
            `qpu_A_0`, `qpu_A_1`, ...

    Returns:
        A function of x, angles of shape (features,) or (batch, features), that gives the
        probabilities of the outcomes, shape (2**QPUs,) or (batch, 2**QPUs), the first QPU being the
        most significant bit. Its interface is that of NumPy and Autograd.

    Raises:
        EbitError: If the model cannot be exported, the parameters do not fit, or PennyLane is
            missing.

    Example:
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1)
        >>> function = ebit.to_pennylane(model, model.init(jax.random.key(0)))
        >>> function([0.1, 0.2, 0.3, 0.4]).shape
        (4,)
    """
    qml = need("pennylane")
    program = program_of(model, parameters, teleport=teleport, deferred=deferred)
    if device is None:
        wires = [_label(Wire(r.name, k)) for r in program.wires for k in range(r.size)]
        device = qml.device("default.qubit", wires=wires)
    features = model.features
    angles = 0 if parameters is not None else len(program.inputs) - features

    def with_inputs(x: Any) -> Any:
        columns = qml.math.T(qml.math.asarray(x))
        return _apply(qml, program, {f"x_{k}": columns[k] for k in range(features)})

    def with_all(theta: Any, x: Any) -> Any:
        columns = qml.math.T(qml.math.asarray(x))
        values = {f"theta_{k}": theta[k] for k in range(angles)}
        return _apply(qml, program, values | {f"x_{k}": columns[k] for k in range(features)})

    function = with_inputs if parameters is not None else with_all
    node: Callable[..., Any] = qml.QNode(function, device, interface="autograd")
    return node


def script(program: Program) -> str:
    """A program as a Python file with a function of the symbols that PennyLane runs."""
    lines: list[str] = []
    outcomes: dict[int, str] = {}

    def gate(apply: Apply, before: str = "") -> None:
        angle = "" if apply.angle is None else f"{text_of(apply.angle)}, "
        name = f"qml.{_GATES[apply.name]}"
        called = f"qml.cond({before}, {name})" if before else name
        lines.append(f"{called}({angle}wires={[_label(wire) for wire in apply.wires]!r})")

    for operation in program.operations:
        match operation:
            case Apply():
                gate(operation)
            case Prepare():
                for apply in gates_of(operation):
                    gate(apply)
            case Read(wire, Bit(register, number)) if register == READOUT:
                outcomes[number] = _label(wire)
            case Read(wire, bit):
                lines.append(f"{_label(bit)} = qml.measure({_label(wire)!r})")
            case Branch(bit, one, zero):
                for chosen, outcome in ((one, 1), (zero, 0)):
                    if chosen is not None:
                        gate(chosen, f"{_label(bit)} == {outcome}")
            case Reset(wire):
                lines.append(f"qml.measure({_label(wire)!r}, reset=True)")
            case Message(bit, sender, receiver):
                lines.append(f"# {sender} sends {_label(bit)} to {receiver}")
            case Barrier():
                lines.append("# barrier")
    lines.append(f"return qml.probs(wires={[outcomes[number] for number in sorted(outcomes)]!r})")
    body = "\n".join(f"    {line}" for line in lines)
    return f"""import pennylane as qml


@qml.qnode(qml.device("default.qubit"))
def circuit({", ".join(program.inputs)}):
{body}
"""


def _apply(qml: Any, program: Program, values: Mapping[str, Any]) -> Any:
    """All operations, and the probabilities of the read-out."""
    measured: dict[Bit, Any] = {}
    outcomes: dict[int, str] = {}

    def gate(apply: Apply) -> None:
        angles = () if apply.angle is None else (value_of(apply.angle, values),)
        getattr(qml, _GATES[apply.name])(*angles, wires=[_label(wire) for wire in apply.wires])

    for operation in program.operations:
        match operation:
            case Apply():
                gate(operation)
            case Prepare():
                for apply in gates_of(operation):
                    gate(apply)
            case Read(wire, Bit(register, number)) if register == READOUT:
                outcomes[number] = _label(wire)
            case Read(wire, bit):
                measured[bit] = qml.measure(_label(wire))
            case Branch(bit, one, zero):
                for chosen, outcome in ((one, 1), (zero, 0)):
                    if chosen is not None:
                        qml.cond(measured[bit] == outcome, gate)(chosen)
            case Reset(wire):
                qml.measure(_label(wire), reset=True)
            case Message() | Barrier():
                pass  # PennyLane knows no messages; a barrier says nothing to a simulator
    return qml.probs(wires=[outcomes[number] for number in sorted(outcomes)])


def _label(place: Wire | Bit) -> str:
    return f"{place.register}_{place.number}"
