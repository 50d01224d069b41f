"""Density-matrix reference with noise: one register, one gate and one Kraus operator at a time.

It shares no code with the package and takes the gates of the noiseless reference. The state has the
shape (batch, 2, ..., 2, 2, ..., 2): rows, then columns; qubit 0 comes first and QPU A before QPU B.
A measured qubit becomes the bit that was read, so a rotation that it selects is a controlled one.
Gates between QPUs are teleported with two more qubits, step by step.

Each QPU has a clock. It runs on its own until a bit has to come from the other QPU; QPUs that have
gates between them work in step, every run of gates taking as long as on the slower one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

import dense_reference as dense
from dense_reference import Complex, Real

PAULI_Y: Complex = 1j * dense.PAULI_X @ dense.PAULI_Z
ERRORS = (dense.PAULI_X, PAULI_Y, dense.PAULI_Z)
Kraus = list[Complex]
Drivers = Mapping[tuple[int, int, int], int]
"""Qubits whose bits drive rotations, by (stage, QPU, number)."""


def depolarise(chance: float) -> Kraus:
    """A random qubit in place of this one, with this probability."""
    kept = np.sqrt(1 - 3 * chance / 4) * dense.IDENTITY
    return [kept, *(np.sqrt(chance / 4) * pauli for pauli in ERRORS)]


def correlate(chance: float) -> Kraus:
    """Two random qubits in place of these two, with this probability."""
    both = [np.kron(a, b) for a in (dense.IDENTITY, *ERRORS) for b in (dense.IDENTITY, *ERRORS)]
    weights = [1 - 15 * chance / 16, *15 * [chance / 16]]
    return [np.sqrt(weight) * pauli for weight, pauli in zip(weights, both, strict=True)]


def flip_phase(chance: float) -> Kraus:
    """Z with this probability."""
    return [np.sqrt(1 - chance) * dense.IDENTITY, np.sqrt(chance) * dense.PAULI_Z]


def decay(chance: float) -> Kraus:
    """From 1 to 0 with this probability."""
    stays: Complex = np.diag([1, np.sqrt(1 - chance)]).astype(complex)
    return [stays, np.sqrt(chance) * np.array([[0, 1], [0, 0]], complex)]


def read(zero: float, one: float) -> Kraus:
    """The bit that is read in place of the qubit: flipped from 0 and from 1 with these chances."""
    chances = np.array([[1 - zero, one], [zero, 1 - one]])
    return [
        np.sqrt(chances[r, t]) * dense.IDENTITY[:, [r]] @ dense.IDENTITY[[t]]
        for r in (0, 1)
        for t in (0, 1)
    ]


@dataclass
class Register:
    """A density matrix, the noise of each QPU and the QPU of each qubit."""

    rho: Complex
    noise: Any
    owner: list[int]
    total: int
    own: Sequence[Any]
    clock: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = [0.0 for _ in self.own]

    def of(self, qubit: int) -> Any:
        """The noise of the QPU that has this qubit."""
        return self.own[self.owner[qubit]]

    def channel(self, kraus: Kraus, *qubits: int) -> None:
        """Sum over Kraus operators."""
        columns = [self.total + qubit for qubit in qubits]
        parts = []
        for operator in kraus:
            part = dense.apply_matrix(operator, qubits, self.rho)
            parts.append(dense.apply_matrix(operator.conj(), columns, part))
        self.rho = sum(parts[1:], start=parts[0])

    def gate(self, gate: dense.Gate) -> None:
        """A gate, controlled by a bit if it has a condition."""
        if gate.condition is None:
            self.channel([gate.matrix], *gate.qubits)
            return
        bit, outcome = gate.condition
        on = np.diag([1 - outcome, outcome]).astype(complex)
        matrix = np.kron(on, gate.matrix) + np.kron(np.eye(2) - on, np.eye(2))
        self.channel([matrix], bit, *gate.qubits)

    def meet(self, gate: dense.Gate) -> None:
        """The error of a two-qubit gate that meets both its qubits."""
        chance = self.of(gate.qubits[0]).correlated_error
        if chance:
            self.channel(correlate(chance), *gate.qubits)

    def wait(self, qubit: int, seconds: float) -> None:
        """Amplitude damping, then what T2 leaves to dephasing."""
        own = self.of(qubit)
        rate1 = 0.0 if own.t1_seconds is None else 1 / own.t1_seconds
        rate2 = rate1 / 2 if own.t2_seconds is None else 1 / own.t2_seconds
        self.channel(decay(1 - np.exp(-seconds * rate1)), qubit)
        left = np.exp(-seconds * (rate2 - rate1 / 2))
        self.channel(flip_phase((1 - left) / 2), qubit)

    def brick(self, qubit: int, gates: int, rounds: int, waiting: float) -> None:
        """The noise of a brick on one of its qubits."""
        own = self.of(qubit)
        for _ in range(2):
            self.channel(depolarise(own.one_qubit_error), qubit)
        for _ in range(gates):
            self.channel(depolarise(own.two_qubit_error), qubit)
        self.channel(flip_phase(own.gate_dephasing), qubit)
        self.channel(decay(own.gate_damping), qubit)
        seconds = 2 * own.one_qubit_seconds + rounds * own.two_qubit_seconds
        self.wait(qubit, seconds + waiting)


def reset_pair(register: Register, qubits: tuple[int, int], pair: Complex) -> None:
    """Forget two qubits and put a pair in their place."""
    units = np.eye(4, dtype=complex)
    forget: Kraus = [units[:, [0]] @ units[[k]] for k in range(4)]
    values, vectors = np.linalg.eigh(pair)
    ready: Kraus = [
        np.sqrt(max(value, 0)) * np.outer(vector, units[0])
        for value, vector in zip(values, vectors.T, strict=True)
    ]
    register.channel(forget, *qubits)
    register.channel(ready, *qubits)
    for qubit in qubits:
        register.wait(qubit, register.noise.storage_seconds)


def teleport(register: Register, gate: dense.Gate, pair: Complex) -> None:
    """A diagonal gate on one qubit of A and one of B through a pair on the last two qubits."""
    own, other = sorted(gate.qubits)  # all gates here are symmetric
    first, second = register.total - 2, register.total - 1
    a, b = register.noise.qpus
    reset_pair(register, (first, second), pair)
    register.channel([dense.CONTROLLED_X], own, first)
    register.channel(depolarise(a.two_qubit_error), first)
    flip = (a.flip_zero + a.flip_one) / 2
    register.channel(read(flip, flip), first)
    register.wait(second, a.measurement_seconds + register.noise.message_seconds)
    register.gate(dense.Gate(dense.PAULI_X, (second,), condition=(first, 1)))
    register.channel([gate.matrix], second, other)
    register.channel(depolarise(b.two_qubit_error), second)
    register.channel([dense.HADAMARD], second)
    register.channel(depolarise(b.one_qubit_error), second)
    flip = (b.flip_zero + b.flip_one) / 2
    register.channel(read(flip, flip), second)
    register.gate(dense.Gate(dense.PAULI_Z, (own,), condition=(second, 1)))


def closing_first(gates: Sequence[dense.Gate], qubits: Sequence[int]) -> list[dense.Gate]:
    """In an odd ring the gate of the last and the first qubit is the first of its run."""
    found: list[dense.Gate] = []
    for size, group in groupby(gates, key=lambda gate: len(gate.qubits)):
        run_of = list(group)
        if size == 2 and len(qubits) % 2:
            run_of.sort(key=lambda gate: set(gate.qubits) != {qubits[0], qubits[-1]})
        found += run_of
    return found


def run(
    register: Register, gates: Sequence[dense.Gate], qubits: Sequence[int], pair: Complex
) -> None:
    """Gates of one block; the noise of a brick follows each run of two-qubit gates.

    In the embedding of a ring each qubit has two gates; they take two rounds, three if it is odd.
    Errors that meet both qubits follow their gate, in the embedding all gates.
    """
    noise, pending = register.noise, []
    gates = closing_first(gates, qubits)
    wait = noise.herald_seconds + 2 * noise.message_seconds
    wait += sum(qpu.measurement_seconds for qpu in register.own)
    for position, gate in enumerate(gates):
        if len(gate.qubits) == 1:
            register.gate(gate)
            continue
        pending.append(gate)
        crossing = len({register.owner[qubit] for qubit in gate.qubits}) == 2
        if crossing:
            teleport(register, gate, pair)
        else:
            register.gate(gate)
            if gate.matrix.ndim == 2:  # of a layer; those of the embedding depend on the data
                register.meet(gate)
        if position + 1 < len(gates) and len(gates[position + 1].qubits) == 2:
            continue
        counts = [sum(qubit in done.qubits for done in pending) for qubit in qubits]
        closed = len(qubits) > 2 and len(pending) == len(qubits)
        rounds = max(counts) + (closed and len(qubits) % 2)
        for done in pending:
            if done.matrix.ndim == 3:
                register.meet(done)
        linked = any(len({register.owner[qubit] for qubit in done.qubits}) == 2 for done in pending)
        owners = sorted({register.owner[qubit] for qubit in qubits})
        own = {q: register.own[q] for q in owners}
        taken = {
            q: 2 * own[q].one_qubit_seconds + rounds * own[q].two_qubit_seconds for q in owners
        }
        for qubit, count in zip(qubits, counts, strict=True):
            slower = max(taken.values()) - taken[register.owner[qubit]]
            register.brick(qubit, count, rounds, slower + (wait if linked else 0.0))
        for q in owners:
            register.clock[q] += max(taken.values())
        pending = []


def pool(
    register: Register,
    params: Any,
    stage: int,
    remaining: list[list[int]],
    *,
    drivers: Drivers,
    joined: bool,
    layout: str,
) -> None:
    """Measure qubits of every QPU, wait, rotate others by the bits that were read.

    `drivers` says which qubit's bit drives what would be the own one; that of another QPU comes
    `message_seconds` after its measurement. If QPUs are joined, the faster one waits for the slower
    one before the next gates; behind the last round there are none.
    """
    partners = dense.partners(len(remaining[0]), layout)
    left = [dense.after_pooling(qpu, layout) for qpu in remaining]
    in_turn = max(sum(driven == target for _, driven in partners) for _, target in partners)
    for qpu in remaining:
        for place, _ in partners:
            own = register.of(qpu[place])
            register.channel(read(own.flip_zero, own.flip_one), qpu[place])
    noises = [register.of(qpu[0]) for qpu in remaining]
    measured = [register.clock[q] + own.measurement_seconds for q, own in enumerate(noises)]
    started = list(measured)
    for (at, q, _), source in drivers.items():
        if at == stage and register.owner[source] != q:
            arrives = measured[register.owner[source]] + register.noise.message_seconds
            started[q] = max(started[q], arrives)
    ended = [
        time + 2 * in_turn * own.one_qubit_seconds
        for time, own in zip(started, noises, strict=True)
    ]
    if joined and len(left[0]) > 1:
        ended = [max(ended)] * len(ended)
    for q, qpu in enumerate(left):
        for qubit in qpu:
            register.wait(qubit, ended[q] - register.clock[q])
        register.clock[q] = ended[q]
    for q, qpu in enumerate(remaining):
        for k, (place, driven) in enumerate(partners):
            source = drivers.get((stage, q, k), qpu[place])
            target = qpu[driven]
            for outcome in (0, 1):
                for which, pauli in enumerate((dense.PAULI_Z, dense.PAULI_X)):
                    path = ("pooling", stage, (q, k, outcome, which))
                    condition = (source, outcome)
                    register.gate(dense.rotation(params, path, pauli, target, condition))
            for _ in range(2):
                register.channel(depolarise(register.of(target).one_qubit_error), target)


def probabilities(
    params: Any,
    x: Real,
    *,
    qubits: int,
    resource: str,
    noise: Any,
    pair: Complex,
    layout: str = "halves",
    count: int = 2,
    edges: Sequence[tuple[int, int]] = ((0, 1),),
    drivers: Drivers | None = None,
) -> Real:
    """P(a, b | x) of shape (batch, 2, 2); for "single" and "joint" P(a | x) of shape (batch, 2).

    Args:
        params: Angles of both QPUs.
        x: (batch, 2 * qubits).
        qubits: Qubits per QPU.
        resource: A resource string; options of the pairs are ignored, `pair` says what they are.
        noise: An object with the fields of `ebit.Noise`.
        pair: Density matrix of every pair when it is made.
        layout: Pooling layout.
        count: QPUs, of which each is read out.
        edges: QPUs with pairs between them.
        drivers: Qubits whose bits drive rotations, by (stage, QPU, number), where they are not the
            own ones; None: of two QPUs that send bits to each other those of the other one.
    """
    kind, _, pairs = resource.partition(",")[0].partition(":")
    joined, swap = kind == "quantum", kind.startswith("classical")
    params = dense.with_qpu_axis(params, resource)
    count = 1 if kind in {"single", "joint"} else count
    qpus = [list(range(q * qubits, (q + 1) * qubits)) for q in range(count)]
    total = len(qpus) * qubits + (2 if joined else 0)
    rho = np.zeros((len(x), *2 * total * (2,)), complex)
    rho.reshape(len(x), -1)[:, 0] = 1
    owner = [q for q, qpu in enumerate(qpus) for _ in qpu]
    register = Register(rho, noise, [*owner, 0, 1], total, noise.for_qpus(max(2, len(qpus))))
    used = [0 for _ in qpus]
    for first, second in edges:
        for _ in range(int(pairs or 0)):
            halves = qpus[first][used[first]], qpus[second][used[second]]
            reset_pair(register, halves, pair)
            used[first] += 1
            used[second] += 1
    paths: list[dense.Path]
    for depth in range(params["mixing"].shape[1]):
        for wires in dense.processors(qpus, joined):
            paths = [("mixing", (w.qpu, depth, w.local)) for w in wires]
            run(register, dense.layer(params, paths, wires), [w.qubit for w in wires], pair)
    groups = dense.processors(qpus, joined) * (2 if kind == "single" else 1)
    for wires, part in zip(groups, np.split(np.asarray(x), len(groups), axis=1), strict=True):
        run(register, dense.embedding(part, wires), [w.qubit for w in wires], pair)
    remaining = qpus
    for stage, angles in enumerate(params["convolution"]):
        stage_drivers: Drivers = {}
        for depth in range(angles.shape[1]):
            for wires in dense.processors(remaining, joined):
                paths = [("convolution", stage, (w.qpu, depth, w.local)) for w in wires]
                run(register, dense.layer(params, paths, wires), [w.qubit for w in wires], pair)
        if drivers is None and swap:
            partners = dense.partners(len(remaining[0]), layout)
            stage_drivers = {
                (stage, q, k): remaining[1 - q][place]
                for q in (0, 1)
                for k, (place, _) in enumerate(partners)
            }
        pool(
            register, params, stage, remaining,
            drivers=stage_drivers if drivers is None else drivers, joined=joined, layout=layout,
        )  # fmt: skip
        remaining = [dense.after_pooling(qpu, layout) for qpu in remaining]
    final = [qpu[0] for qpu in remaining]
    for qubit in final:
        own = register.of(qubit)
        register.channel(read(own.flip_zero, own.flip_one), qubit)
    dimension = 2**total
    diagonal = np.einsum("bii->bi", register.rho.reshape(-1, dimension, dimension)).real
    bits = diagonal.reshape(-1, *total * (2,))
    return np.asarray(bits.sum(axis=tuple(1 + q for q in range(total) if q not in final)))
