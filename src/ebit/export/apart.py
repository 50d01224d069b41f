"""Run the QPUs of this folder as processes: python apart.py SHOTS SEED; prints the counts.

Every `qpu_NAME.py` runs in a process of its own, and the hardware in another: it holds the qubits,
makes pairs, and lets a QPU act only on qubits that it has made or that came to it as halves of
pairs. Bits go from QPU to QPU through a socket that the two share. No port is opened. It needs
NumPy, and qnetbench for its words.
"""

import json
import selectors
import socket
import subprocess
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

_PAULIS: Mapping[str, Any] = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
_GATES: Mapping[str, Any] = {
    **_PAULIS,
    "H": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "S": np.diag([1, 1j]),
    "T": np.diag([1, np.exp(0.25j * np.pi)]),
    "CNOT": np.eye(4)[[0, 1, 3, 2]],
    "CZ": np.diag([1, 1, 1, -1]),
}
_BELL = np.eye(2) / np.sqrt(2)


class Hardware:
    """The qubits of all QPUs, and the source of pairs.

    Args:
        fidelities: Fidelity of the pairs of two QPUs.
        seed: Of outcomes, and of the errors of pairs.
    """

    def __init__(self, fidelities: Mapping[frozenset[str], float], seed: int) -> None:
        self.fidelities, self.draw = fidelities, np.random.default_rng(seed)
        self.holder: dict[int, str] = {}
        self.states: dict[int, tuple[list[int], Any]] = {}  # qubits that belong together: (2, ...)
        self.halves: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        self.made = 0

    def new(self, qpu: str) -> int:
        """A qubit in state 0."""
        (qubit,) = self._add(np.array([1.0, 0.0], complex))
        self.holder[qubit] = qpu
        return qubit

    def pair(self, qpu: str, peer: str) -> int:
        """Half of a pair; who asks first makes it, and the other half waits for the peer."""
        if self.halves[qpu, peer]:
            own = self.halves[qpu, peer].popleft()
        else:
            wrong = (1 - self.fidelities[frozenset((qpu, peer))]) / 3
            error = self.draw.choice(list("IXYZ"), p=[1 - 3 * wrong, wrong, wrong, wrong])
            own, other = self._add(_PAULIS[error] @ _BELL)
            self.halves[peer, qpu].append(other)
        self.holder[own] = qpu
        return own

    def apply(self, qpu: str, gate: str, angles: Sequence[float], *qubits: int) -> None:
        """A gate on qubits of one QPU."""
        matrix = _rotation(gate, *angles) if angles else _GATES[gate]
        self._check(qpu, qubits)
        members, state = self._together(qubits)
        places, size = [members.index(qubit) for qubit in qubits], len(qubits)
        turned = matrix.reshape([2] * (2 * size))  # (2, ..., 2)
        state = np.tensordot(turned, state, (range(size, 2 * size), places))
        self._keep(members, np.moveaxis(state, range(size), places))

    def measure(self, qpu: str, qubit: int) -> int:
        """The outcome; the qubit is gone."""
        self._check(qpu, [qubit])
        members, state = self.states.pop(qubit)
        state = np.moveaxis(state, members.index(qubit), 0)
        outcome = int(self.draw.random() < np.sum(np.abs(state[1]) ** 2))
        rest = state[outcome] / np.linalg.norm(state[outcome])
        del self.holder[qubit]
        self._keep([other for other in members if other != qubit], rest)
        return outcome

    def clear(self, qpu: str) -> None:
        """The end of a run: qubits that the QPU did not read are gone, too."""
        for qubit in [qubit for qubit, holder in self.holder.items() if holder == qpu]:
            self.measure(qpu, qubit)

    def _add(self, state: Any) -> list[int]:
        """New qubits in a state of shape (2, ...)."""
        qubits = list(range(self.made, self.made + state.ndim))
        self.made += state.ndim
        self._keep(qubits, state)
        return qubits

    def _check(self, qpu: str, qubits: Sequence[int]) -> None:
        for qubit in qubits:
            if self.holder.get(qubit) != qpu:
                raise SystemExit(f"QPU {qpu} has no qubit {qubit}.")

    def _together(self, qubits: Sequence[int]) -> tuple[list[int], Any]:
        """All qubits that share a state with some, and this state."""
        members, state = self.states[qubits[0]]
        for qubit in qubits[1:]:
            if qubit not in members:
                others, more = self.states[qubit]
                members, state = members + others, np.multiply.outer(state, more)
        return members, state

    def _keep(self, members: list[int], state: Any) -> None:
        self.states.update(dict.fromkeys(members, (members, state)))


INSTRUCTIONS: Mapping[str, Callable[..., int | None]] = {
    "new": Hardware.new,
    "pair": Hardware.pair,
    "apply": Hardware.apply,
    "measure": Hardware.measure,
    "clear": Hardware.clear,
}
"""What a QPU may tell the hardware, which knows from whom it comes."""


def _rotation(gate: str, angle: float) -> Any:
    """RX, RY or RZ."""
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * _PAULIS[gate[1]]


class Qubit:
    """A qubit as its QPU sees it."""

    def __init__(self, host: "Host", number: int) -> None:
        self.host, self.number = host, number

    def apply(self, gate: Any, *angles: float) -> None:
        """A gate on this qubit."""
        self.host.tell("apply", gate.value, angles, self.number)

    def cnot(self, target: "Qubit") -> None:
        """CNOT with this qubit as control."""
        self.host.tell("apply", "CNOT", (), self.number, target.number)

    def cz(self, target: "Qubit") -> None:
        """CZ with another one."""
        self.host.tell("apply", "CZ", (), self.number, target.number)

    def measure(self, basis: Any) -> int:
        """The outcome in the basis Z."""
        assert basis.value == "Z"
        return self.host.ask("measure", self.number)


class Half:
    """A half of a pair that has come."""

    def __init__(self, qubit: Qubit) -> None:
        self.qubit = qubit


class Source:
    """Where the pairs with one peer come from."""

    def __init__(self, host: "Host", peer: str) -> None:
        self.host, self.peer = host, peer

    def request(self, number: int, demand: Any) -> list[Half]:
        """Halves of new pairs."""
        return [Half(Qubit(self.host, self.host.ask("pair", self.peer))) for _ in range(number)]


class Wire:
    """Bits to and from one peer, one byte each."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def send(self, message: bytes) -> None:
        """Send bytes."""
        self.end.sendall(message)

    def recv(self) -> bytes:
        """Wait for a byte."""
        found = self.end.recv(1)
        if not found:
            raise SystemExit("The peer is gone.")
        return found


class Host:
    """What a role sees: its qubits, pairs with its peers, and wires to them.

    Args:
        hardware: The socket to the hardware.
        wires: Those to the peers.
    """

    def __init__(self, hardware: socket.socket, wires: Mapping[str, socket.socket]) -> None:
        self.out, self.answers = hardware, hardware.makefile("rb")
        self.wires = {peer: Wire(end) for peer, end in wires.items()}

    def tell(self, *words: Any) -> None:
        """An instruction without an answer."""
        self.out.sendall(json.dumps(words).encode() + b"\n")

    def ask(self, *words: Any) -> int:
        """An instruction with a number as its answer."""
        self.tell(*words)
        line = self.answers.readline()
        if not line:
            raise SystemExit("The hardware is gone.")
        return int(line)

    def qalloc(self) -> Qubit:
        """A new qubit in state 0."""
        return Qubit(self, self.ask("new"))

    def epr_socket(self, peer: str) -> Source:
        """Where pairs with a peer come from."""
        return Source(self, peer)

    def classical_socket(self, peer: str) -> Wire:
        """The wire to a peer."""
        return self.wires[peer]


def play(role: str, shots: int, ends: Mapping[str, int]) -> None:
    """What the process of one QPU does: all its runs, and the outcomes to whoever started it."""
    sockets = {name: socket.socket(fileno=end) for name, end in ends.items()}
    host = Host(sockets.pop(""), sockets)
    program = import_module(f"qpu_{role}")
    outcomes = []
    for _ in range(shots):
        outcomes.append(program.run(host))
        host.tell("clear")
    host.tell("done", outcomes)


def counts(shots: int, seed: int) -> "Counter[str]":
    """How often the QPUs had which outcomes, in their order: one process each, and this one."""
    network = import_module("run")
    links = {frozenset((first, second)): fidelity for first, second, fidelity in network.PAIRS}
    hardware = Hardware(links, seed)
    ends: dict[str, dict[str, socket.socket]] = {qpu: {} for qpu in network.QPUS}
    own: dict[str, socket.socket] = {}
    for qpu in network.QPUS:
        own[qpu], ends[qpu][""] = socket.socketpair()
    for first, second in combinations(network.QPUS, 2):
        ends[first][second], ends[second][first] = socket.socketpair()
    processes = [_start(qpu, shots, ends[qpu]) for qpu in network.QPUS]
    try:
        outcomes = _serve(hardware, own)
    finally:
        for end in own.values():
            end.close()
        for process in processes:
            process.wait()
    lost = [qpu for qpu in network.QPUS if qpu not in outcomes]
    if lost:
        raise SystemExit(f"QPU {lost[0]} ended before its last run.")
    runs = zip(*(outcomes[qpu] for qpu in network.QPUS), strict=True)
    return Counter("".join(map(str, run)) for run in runs)


def _start(qpu: str, shots: int, ends: Mapping[str, socket.socket]) -> "subprocess.Popen[bytes]":
    """The process of a QPU, which gets its ends of the sockets and nothing else."""
    numbers = {name: end.fileno() for name, end in ends.items()}
    words = [sys.executable, __file__, qpu, str(shots), json.dumps(numbers)]
    found = subprocess.Popen(words, pass_fds=list(numbers.values()))
    for end in ends.values():
        end.close()
    return found


def _serve(hardware: Hardware, own: Mapping[str, socket.socket]) -> dict[str, list[int]]:
    """Do what the QPUs say until all of them are done or gone."""
    outcomes: dict[str, list[int]] = {}
    with selectors.DefaultSelector() as waiting:
        rest = dict.fromkeys(own, b"")
        for qpu, end in own.items():
            waiting.register(end, selectors.EVENT_READ, qpu)
        while waiting.get_map():
            for key, _ in waiting.select():
                qpu, end = key.data, own[key.data]
                content = end.recv(1 << 16)
                if not content:
                    waiting.unregister(end)
                *lines, rest[qpu] = (rest[qpu] + content).split(b"\n")
                for line in lines:
                    word, *values = json.loads(line)
                    if word == "done":
                        outcomes[qpu] = values[0]
                        continue
                    answer = INSTRUCTIONS[word](hardware, qpu, *values)
                    if answer is not None:
                        end.sendall(b"%d\n" % answer)
    return outcomes


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    if len(sys.argv) == 4:
        play(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
    else:
        print(json.dumps(counts(int(sys.argv[1]), int(sys.argv[2]))))
