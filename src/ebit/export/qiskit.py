"""A model as a dynamic circuit of Qiskit."""

from typing import TYPE_CHECKING, Any

from ebit.export.expression import value_of
from ebit.export.installed import need
from ebit.export.lower import program_of
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

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


def to_qiskit(
    model: CircuitModel,
    parameters: Parameters | None = None,
    x: Any = None,
    *,
    teleport: bool = False,
    deferred: bool = False,
) -> "QuantumCircuit":
    r"""A model as a dynamic circuit of Qiskit.

    Qubits are those of `qpu_A` in their order, then those of the next QPU; communication qubits
    (`link_A`), qubits that make shared states mixed (`environment`) and qubits that draw a shared
    random value (`value`) come after them. The last classical register is `readout`; its bit k is
    the outcome of QPU k, so that in Qiskit's counts the first QPU is the rightmost character. A
    barrier stands where a QPU waits for another one.

    Args:
        model: A model that has a circuit, without noise.
        parameters: As `init` returns them; None for parameters `theta_0`, `theta_1`, ...
        x: One input, angles of shape (features,) in radians; None for parameters `x_0`, `x_1`, ...
        teleport: Whether each gate across the QPUs takes a Bell pair and two bits.
        deferred: Whether all measurements are at the end, with controlled gates for conditions.

    Returns:
        The circuit, measurements included.

    Raises:
        EbitError: If the model cannot be exported, an argument does not fit, or Qiskit is missing.

    Example:
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
        >>> circuit = ebit.to_qiskit(model, model.init(jax.random.key(0)), [0.1, 0.2, 0.3, 0.4])
        >>> circuit.num_qubits, [register.name for register in circuit.cregs]
        (4, ['bits_A', 'bits_B', 'readout'])
    """
    need("qiskit")
    return written(program_of(model, parameters, x, teleport=teleport, deferred=deferred))


def written(program: Program) -> "QuantumCircuit":
    """A program as a circuit of Qiskit."""
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
    from qiskit.circuit import Parameter

    quantum = {r.name: QuantumRegister(r.size, r.name) for r in program.wires}
    classical = {r.name: ClassicalRegister(r.size, r.name) for r in program.bits}
    circuit = QuantumCircuit(*quantum.values(), *classical.values())
    symbols = {name: Parameter(name) for name in program.inputs}

    def wire(place: Wire) -> Any:
        return quantum[place.register][place.number]

    def bit(place: Bit) -> Any:
        return classical[place.register][place.number]

    def gate(target: Any, apply: Apply, wires: Any) -> None:
        angles = () if apply.angle is None else (value_of(apply.angle, symbols),)
        getattr(target, apply.name)(*angles, *wires)

    def body(apply: Apply | None, size: int) -> Any:
        inner = QuantumCircuit(size)
        if apply is not None:
            gate(inner, apply, range(size))
        return inner

    for operation in program.operations:
        match operation:
            case Apply():
                gate(circuit, operation, map(wire, operation.wires))
            case Prepare():
                for apply in gates_of(operation):
                    gate(circuit, apply, map(wire, apply.wires))
            case Read():
                circuit.measure(wire(operation.wire), bit(operation.bit))
            case Branch(condition, one, zero):
                wires = [wire(place) for place in operation.wires]
                first, second = (body(apply, len(wires)) for apply in (one, zero))
                test = (bit(condition), 1)
                circuit.if_else(test, first, None if zero is None else second, wires, [])
            case Reset():
                circuit.reset(wire(operation.wire))
            case Barrier():
                circuit.barrier()
            case Message():
                pass  # Qiskit knows no messages
    return circuit
