"""From a model to a program: angles filled in, shared states prepared, gates across teleported."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.circuits import (
    Circuit,
    DataAngle,
    Gate,
    Measure,
    Parameter,
    Qubit,
    Rotate,
    Send,
    Share,
    SharedState,
)
from ebit.errors import EbitError, UnsupportedError
from ebit.export.defer import defer
from ebit.export.expression import Angle, symbol
from ebit.export.program import (
    SOURCE,
    Apply,
    Barrier,
    Bit,
    Branch,
    Message,
    Operation,
    Prepare,
    Program,
    Read,
    Register,
    Reset,
    Wire,
)
from ebit.models import CircuitModel, Model, Parameters
from ebit.models.checks import check_parameters
from ebit.physics import BELL, PairState

READOUT = "readout"
"""The last register of bits: bit k is the outcome of QPU k."""

VALUE = "value"
"""Qubits and bits of shared randomness: exactly one bit is 1."""

ENVIRONMENT = "environment"
"""Qubits that make mixed states pure."""

_ROUNDING = 1e-15

_ABSENT = 1e-12
"""Weights of pure states in a mixture below this are rounding errors."""


def program_of(
    model: Model,
    parameters: Parameters | None = None,
    x: Any = None,
    *,
    teleport: bool = False,
    deferred: bool = False,
) -> Program:
    r"""The program of a model: what happens to which qubit, with all angles.

    Args:
        model: A model that has a circuit.
        parameters: As `init` returns them; None for symbols `theta_0`, `theta_1`, ..., numbered as
            in `model.circuit.number`, those of a value m of shared randomness after those of m - 1.
        x: One input, angles of shape (features,) in radians; None for symbols `x_0`, `x_1`, ...
        teleport: Whether gates across the QPUs are made from a Bell pair and two bits each, even
            where the model has them as they are.
        deferred: Whether measurements wait to the end, see `defer`.

    Returns:
        The program.

    Raises:
        EbitError: If the model has no circuit or is noisy, or an argument does not fit.

    Example:
        >>> from ebit import DistributedQCNN, BellPairs
        >>> program = program_of(DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1)))
        >>> program.qpus, [register.name for register in program.wires]
        (('A', 'B'), ['qpu_A', 'qpu_B'])
        >>> program.inputs[:2], program.inputs[-1]
        (('theta_0', 'theta_1'), 'x_3')
    """
    for name, value in (("teleport", teleport), ("deferred", deferred)):
        checks.flag(name, value)
    own = check_exported(model)
    lowering = _Lowering(own, _angles(own, parameters), _inputs(own, x), teleport)
    lowering.start(None if parameters is None else _numbers(parameters))
    lowering.run()
    return defer(lowering.program) if deferred else lowering.program


def check_exported(model: Any) -> CircuitModel:
    """A model that can be exported.

    Args:
        model: What the user gave.

    Returns:
        The model.

    Raises:
        EbitError: If it has no circuit, or is noisy.
    """
    if not isinstance(model, CircuitModel):
        name = getattr(model, "resource_name", checks.shown(model))
        raise UnsupportedError("export", f"Model {name!r}", "export a model that has a circuit")
    if model.noise is not None and not model.noise.is_zero:
        raise UnsupportedError(
            "local noise",
            "Export",
            "leave the noise out (noise=None or --without-noise) and give it to the other tool",
        )
    return model


def _numbers(parameters: Parameters) -> Parameters:
    return jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), parameters)


def _angles(model: CircuitModel, parameters: Parameters | None) -> list[Parameters]:
    """Arrays of angles, numbers or symbols, one tree for every value of shared randomness."""
    circuit = model.circuit
    if parameters is None:
        size = len(circuit.uses)
        names = [
            np.array([symbol(f"theta_{value * size + k}") for k in range(size)], object)
            for value in range(model.values)
        ]
        return [_unflattened(circuit, flat) for flat in names]
    check_parameters(model.init, parameters)
    checked = _numbers(parameters)
    for leaf in jax.tree.leaves(checked):
        checks.numbers("parameters", leaf)
    arrays = {leaf[0] for leaf, _ in circuit.shapes}
    own = {name: leaf for name, leaf in checked.items() if name in arrays}
    if model.values == 1:
        return [own]
    return [jax.tree.map(itemgetter(value), own) for value in range(model.values)]


def _unflattened(circuit: Circuit, flat: NDArray[Any]) -> Parameters:
    """The tree of angles whose numbers are places in this array."""
    tree: dict[str, Any] = {}
    start = 0
    for leaf, shape in circuit.shapes:
        size = int(np.prod(shape, dtype=int))
        node: dict[Any, Any] = tree
        path: list[Any] = list(leaf)
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = flat[start : start + size].reshape(shape)
        start += size
    return tree


def _inputs(model: CircuitModel, x: Any) -> NDArray[Any]:
    if x is None:
        return np.array([symbol(f"x_{k}") for k in range(model.features)], object)
    row = checks.numbers("x", x)
    if row.shape != (model.features,):
        raise EbitError(
            f"Argument `x` must be one input of shape ({model.features},), but has shape "
            f"{row.shape}: give one row, such as x[0]."
        )
    return row


class _Lowering:
    """Walks through a circuit and writes a program down."""

    def __init__(
        self, model: CircuitModel, angles: list[Parameters], x: NDArray[Any], teleport: bool
    ) -> None:
        self.model, self.circuit = model, model.circuit
        self.angles, self.x = angles, x
        self.teleported = self.circuit.wiring.teleported or teleport
        self.operations: list[Operation] = []
        self.bits: dict[str, Bit] = {}
        self.environment = 0
        self.dirty: set[Wire] = set()
        self.values: list[Bit] = []
        across = [op for op in self.circuit.operations if isinstance(op, Gate) and op.is_across]
        linked = {qubit.qpu for gate in across for qubit in gate.qubits if self.teleported}
        self.linked = [qpu.name for qpu in self.circuit.wiring.qpus if qpu.name in linked]
        self.link_state = _link_state(model) if self.linked else BELL

    def start(self, parameters: Parameters | None) -> None:
        """Shared randomness: which value it is, and the weights of the values."""
        self.parameters = parameters
        if len(self.angles) == 1:
            return
        wires = tuple(Wire(VALUE, k) for k in range(len(self.angles)))
        logits = self._trained("mixture")
        weights = np.exp(logits - logits.max())
        vector = np.zeros(2 ** len(wires))
        vector[2 ** np.arange(len(wires))[::-1]] = np.sqrt(weights / weights.sum())
        self.operations.append(Prepare(wires, (), vector + 0j, None, "shared_bits"))
        self.values = [Bit(_bits(VALUE), wire.number) for wire in wires]
        self.operations += [Read(w, b) for w, b in zip(wires, self.values, strict=True)]

    def run(self) -> None:
        """All operations; a round starts where a QPU waits for another one."""
        for step in self.circuit.steps:
            if step.waits:
                self.operations.append(Barrier())
            for operation in step.operations:
                self.operations += self._written(operation)

    @property
    def program(self) -> Program:
        """What was written down."""
        wiring = self.circuit.wiring
        outcomes = self.circuit.outcomes
        values = len(self.values)
        measured = {qpu.name: 0 for qpu in wiring.qpus}
        for operation in self.circuit.operations:
            if isinstance(operation, Measure) and operation.bit not in outcomes:
                measured[operation.qubit.qpu] += 1
        wires = [
            *(Register(_own(qpu.name), qpu.qubits, qpu.name) for qpu in wiring.qpus),
            *(Register(_link(name), 1, name) for name in self.linked),
            Register(ENVIRONMENT, self.environment, SOURCE),
            Register(VALUE, values, SOURCE),
        ]
        bits = [
            Register(_bits(VALUE), values, SOURCE),
            *(Register(_bits(name), size, name) for name, size in measured.items()),
            *(Register(_bits(_link(name)), 1, name) for name in self.linked),
            Register(READOUT, len(outcomes), SOURCE),
        ]
        return Program(
            tuple(qpu.name for qpu in wiring.qpus),
            tuple(register for register in wires if register.size),
            tuple(register for register in bits if register.size),
            tuple(self.operations),
        )

    def _written(self, operation: Any) -> Iterator[Operation]:
        match operation:
            case Share(state):
                yield from self._shared(state)
            case Gate() if operation.is_across and self.teleported:
                yield from self._teleported(operation)
            case Gate(kind, qubits, angle):
                yield from self._turned(kind, tuple(map(_wire, qubits)), angle)
            case Measure(qubit, bit):
                yield Read(_wire(qubit), self._bit(qubit, bit))
            case Send(bit, sender, receiver):
                yield Message(self.bits[bit], sender, receiver)
            case Rotate(kind, qubit, bit, angles):
                yield from self._selected(kind.lower(), _wire(qubit), self.bits[bit], angles)

    def _turned(self, kind: str, wires: tuple[Wire, ...], angle: Any) -> Iterator[Operation]:
        """A gate; with shared randomness one for every value, behind its bit."""
        name = kind.lower()
        match angle:
            case None:
                yield Apply(name, wires)
            case float():
                yield Apply(name, wires, angle)
            case DataAngle():
                yield Apply(name, wires, _plain(angle.of(self.x)))
            case Parameter():
                yield from self._by_value(name, wires, [angle.of(tree) for tree in self.angles])

    def _by_value(
        self, name: str, wires: tuple[Wire, ...], angles: Sequence[Any]
    ) -> Iterator[Operation]:
        gates = [Apply(name, wires, _plain(angle)) for angle in angles]
        if not self.values:
            yield gates[0]
        else:
            yield from (Branch(bit, gate) for bit, gate in zip(self.values, gates, strict=True))

    def _selected(
        self, name: str, wire: Wire, bit: Bit, angles: tuple[Parameter, Parameter]
    ) -> Iterator[Operation]:
        """A rotation whose angle a bit selects.

        With shared randomness both bits select it. The mean comes first; then the half difference,
        whose sign turns between two Pauli gates that act where the bit is 1.
        """
        zero, one = ([angle.of(tree) for tree in self.angles] for angle in angles)
        if not self.values:
            both = (Apply(name, (wire,), _plain(angle)) for angle in (one[0], zero[0]))
            yield Branch(bit, *both)
            return
        pairs = list(zip(zero, one, strict=True))
        flip = Branch(bit, Apply({"rx": "z", "rz": "x"}[name], (wire,)))
        yield from self._by_value(name, (wire,), [(low + high) / 2 for low, high in pairs])
        yield flip
        yield from self._by_value(name, (wire,), [(low - high) / 2 for low, high in pairs])
        yield flip

    def _teleported(self, gate: Gate) -> Iterator[Operation]:
        """A diagonal gate through a pair: a copy of the first qubit's Z value goes to the second.

        Source:
            Eisert et al., Phys. Rev. A 62, 052317 (2000).
        """
        first, second = sorted(gate.qubits, key=lambda qubit: self._place(qubit))
        own, other = _wire(first), _wire(second)
        here, there = Wire(_link(first.qpu), 0), Wire(_link(second.qpu), 0)
        told, answered = (Bit(_bits(_link(qubit.qpu)), 0) for qubit in (first, second))
        yield from self._prepared((here, there), self.link_state, "ebits", at=0)
        yield Apply("cx", (own, here))
        yield Read(here, told)
        yield Message(told, first.qpu, second.qpu)
        yield Branch(told, Apply("x", (there,)))
        yield from self._turned(gate.kind, (there, other), gate.angle)
        yield Apply("h", (there,))
        yield Read(there, answered)
        yield Message(answered, second.qpu, first.qpu)
        yield Branch(answered, Apply("z", (own,)))

    def _shared(self, state: SharedState) -> Iterator[Operation]:
        wires = tuple(map(_wire, state.members))
        if not wires:
            return
        if state.leaf is None:
            yield from self._prepared(wires, state.state, state.unit)
            return
        schmidt = self._trained(state.leaf)
        vector = np.diag(schmidt / np.linalg.norm(schmidt)).ravel()
        ordered = (*wires[0::2], *wires[1::2])  # members are pair by pair
        yield Prepare(ordered, (), vector + 0j, _fidelity(np.outer(vector, vector)), state.unit)

    def _prepared(
        self, wires: tuple[Wire, ...], state: Any, unit: str, at: int | None = None
    ) -> Iterator[Operation]:
        """A state of fresh wires, made pure by an environment; used wires are reset before."""
        vectors = pure_states(state)
        extra = (len(vectors) - 1).bit_length()
        first = self.environment if at is None else at
        environment = tuple(Wire(ENVIRONMENT, first + k) for k in range(extra))
        self.environment = max(self.environment, first + extra)
        whole = np.zeros((2 ** len(wires), 2**extra), complex)
        whole[:, : len(vectors)] = np.transpose(vectors)
        for wire in (*wires, *environment):
            if wire in self.dirty:
                yield Reset(wire)
        if at is not None:
            self.dirty |= {*wires, *environment}
        yield Prepare(wires, environment, whole.ravel(), _fidelity(state.density_matrix), unit)

    def _trained(self, name: str) -> NDArray[np.float64]:
        """Trained numbers that say how a state is prepared."""
        if self.parameters is None:
            raise EbitError(
                f"Argument `parameters` must be given for {self.model.resource_name!r}: how its "
                f"shared state is prepared depends on the trained `{name}`."
            )
        return np.asarray(self.parameters[name], np.float64)

    def _bit(self, qubit: Qubit, name: str) -> Bit:
        outcomes = self.circuit.outcomes
        if name in outcomes:
            place = Bit(READOUT, outcomes.index(name))
        else:
            register = _bits(qubit.qpu)
            used = sum(bit.register == register for bit in self.bits.values())
            place = Bit(register, used)
        self.bits[name] = place
        return place

    def _place(self, qubit: Qubit) -> tuple[int, int]:
        return self.circuit.wiring.place(qubit.qpu), qubit.number


def _link(qpu: str) -> str:
    """The register of the communication qubit of a QPU."""
    return f"link_{qpu}"


def _bits(register: str) -> str:
    """The register of bits measured in the middle of the circuit: those of a QPU, of its link."""
    return f"bits_{register}"


def _own(qpu: str) -> str:
    """The register of the qubits of a QPU."""
    return f"qpu_{qpu}"


def _wire(qubit: Qubit) -> Wire:
    return Wire(_own(qubit.qpu), qubit.number)


def _link_state(model: Any) -> PairState:
    """State of the pairs that gates across are teleported with."""
    return model.resource.pair_state


def pure_states(state: Any) -> NDArray[np.complex128]:
    """Pure states whose projectors add up to a density matrix, (states, amplitudes)."""
    values, vectors = np.linalg.eigh(_real_if_real(state.density_matrix))
    kept = values > _ABSENT
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(vectors))]
    vectors = vectors * (np.abs(largest) / largest)  # the sign of an eigenvector says nothing
    found = (vectors[:, kept] * np.sqrt(values[kept] / values[kept].sum())).T
    return found.astype(np.complex128)


def _real_if_real(matrix: NDArray[Any]) -> NDArray[Any]:
    """Without imaginary parts that are rounding errors: then gates need no phases."""
    return matrix.real if np.abs(matrix.imag).max() < _ROUNDING else matrix


def _fidelity(matrix: NDArray[Any]) -> float | None:
    """The fidelity of a pair in a Werner state; None for any other state."""
    if matrix.shape != (4, 4):
        return None
    found = float(matrix[np.ix_([0, 3], [0, 3])].sum().real / 2)
    is_werner = found >= 0.25 and np.allclose(
        matrix, PairState.werner(min(found, 1.0)).density_matrix, rtol=0, atol=_ABSENT
    )
    return found if is_werner else None


def _plain(angle: Any) -> Angle:
    """A number or an expression; arrays of one entry are none."""
    return angle.item() if isinstance(angle, np.ndarray | np.generic) else angle
