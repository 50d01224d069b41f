"""One program text per QPU, for tools that run roles apart from each other."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit import checks
from ebit.export.lower import program_of
from ebit.export.program import Apply, Bit, Branch, Program, Read, Wire
from ebit.export.split import Pair, Receive, Role, Roles, Send, split
from ebit.models import CircuitModel, Parameters

_APART = Path(__file__).with_name("apart.py")
"""What runs the roles in processes of their own: it imports nothing of ebit and goes with them."""


@dataclass(frozen=True)
class Words:
    """How a tool says what a QPU does.

    Attributes:
        head: The lines before the operations.
        allocate: A new qubit in state 0.
        pair: Half of a pair.
        gate: A gate on one qubit, or cx or cz.
        read: A measurement.
        send: A bit to another QPU.
        receive: A bit from another QPU.
        tail: The lines behind.
        shared: Files beside those of the QPUs.
    """

    head: Callable[[Role], str]
    allocate: Callable[[str], str]
    pair: Callable[[str, Pair], str]
    gate: Callable[[Apply, tuple[str, ...]], str]
    read: Callable[[str, str], tuple[str, ...]]
    send: Callable[[str, str], str]
    receive: Callable[[str, str], str]
    tail: Callable[[str], str]
    shared: Callable[[Roles], Mapping[str, str]]
    indent: int


def role_programs(
    model: CircuitModel, parameters: Parameters, x: Any, *, tool: str = "qnetbench"
) -> dict[str, str]:
    """One program per QPU: they share nothing but pairs and messages.

    Args:
        model: A model without noise that shares nothing, Bell or Werner pairs, messages, or gates
            across the QPUs, which are teleported.
        parameters: As `init` returns them.
        x: One input, angles of shape (features,) in radians.
        tool: `qnetbench`, or `squidasm` (text that was not run: NetSquid needs an account).

    Returns:
        Texts by the names of files: one per QPU, and what runs them.

    Raises:
        EbitError: If the model shares something else, or an argument does not fit.

    Example:
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
        >>> parameters = model.init(jax.random.key(0))
        >>> sorted(ebit.role_programs(model, parameters, [0.1, 0.2, 0.3, 0.4]))
        ['apart.py', 'qpu_A.py', 'qpu_B.py', 'run.py']
    """
    checks.one_of(TOOLS)("tool", tool)
    return role_texts(program_of(model, parameters, x, teleport=True), TOOLS[tool])


def role_texts(program: Program, words: Words) -> dict[str, str]:
    """Texts of a program whose gates across are teleported, by the names of files."""
    roles = split(program)
    texts = {f"qpu_{role.qpu}.py": _text(role, words) for role in roles.roles}
    return {**texts, **words.shared(roles)}


def _text(role: Role, words: Words) -> str:
    margin = " " * words.indent
    lines = [f"{margin}{line}" for line in _lines(role, words)]
    return "\n".join([words.head(role), *lines, words.tail(_name(role.outcome))])


def _lines(role: Role, words: Words) -> Iterator[str]:
    there: set[Wire] = set()

    def needed(*wires: Wire) -> Iterator[str]:
        for wire in wires:
            if wire not in there:
                there.add(wire)
                yield words.allocate(_name(wire))

    for operation in role.operations:
        match operation:
            case Pair(wire):
                there.add(wire)
                yield words.pair(_name(wire), operation)
            case Apply(wires=wires):
                yield from needed(*wires)
                yield from _gates(operation, words)
            case Branch(bit, one, zero):
                yield from needed(*operation.wires)
                for head, gate in ((f"if {_name(bit)}:", one), ("else:", zero)):
                    if gate is not None:
                        yield head
                        yield from (f"    {line}" for line in _gates(gate, words))
            case Read(wire, bit):
                yield from needed(wire)
                there.discard(wire)  # the qubit is gone
                yield from words.read(_name(wire), _name(bit))
            case Send(bit, receiver):
                yield words.send(_name(bit), receiver)
            case Receive(bit, sender):
                yield words.receive(_name(bit), sender)


def _gates(gate: Apply, words: Words) -> Iterator[str]:
    """Lines of a gate; rzz is two CNOT gates and a rotation."""
    if gate.name == "rzz":
        flip = Apply("cx", gate.wires)
        for part in (flip, Apply("rz", gate.wires[1:], gate.angle), flip):
            yield from _gates(part, words)
        return
    yield words.gate(gate, tuple(map(_name, gate.wires)))


def _name(place: Wire | Bit) -> str:
    return f"{place.register}_{place.number}"


def _qnetbench_head(role: Role) -> str:
    return f'''"""What QPU {role.qpu} does: its own qubits, pairs and messages."""

from qnetbench.api import Basis, Demand, Gate


def pair(host, peer):
    """Half of a new pair."""
    return host.epr_socket(peer).request(1, Demand())[0].qubit


def run(host):
    """One run; returns the outcome."""'''


def _qnetbench_gate(gate: Apply, wires: tuple[str, ...]) -> str:
    if len(wires) == 2:
        first, second = wires
        return f"{first}.{({'cx': 'cnot', 'cz': 'cz'})[gate.name]}({second})"
    angle = "" if gate.angle is None else f", {gate.angle!r}"
    return f"{wires[0]}.apply(Gate.{gate.name.upper()}{angle})"


def _qnetbench_shared(roles: Roles) -> dict[str, str]:
    names = [role.qpu for role in roles.roles]
    fidelities = [[*names, fidelity] for names, fidelity in roles.links.items()]
    talks = [[role.qpu, peer] for role in roles.roles for peer in role.talks_to]
    return {
        "run.py": f'''"""Run the QPUs in qnetbench: python run.py SHOTS SEED; prints the counts."""

import json
import sys
from collections import Counter
from importlib import import_module

from qnetbench.api import AppOutcome
from qnetbench.backends.reference import ReferenceBackend
from qnetbench.topology import LinkModel, Topology

QPUS = {json.dumps(names)}
PAIRS = {json.dumps(fidelities)}  # fidelity of the pairs of a link
TALKS = {json.dumps(talks)}  # who sends to or hears from whom


class Model:
    """All roles; each sees its own host only."""

    name = "ebit-model"

    def __init__(self, shots):
        self.shots = shots

    def roles(self):
        return QPUS

    def run(self, host, role, cfg):
        program = import_module(f"qpu_{{role}}")
        outcomes = [program.run(host) for _ in range(self.shots)]
        return AppOutcome(role=role, success=True, utility=1.0, payload={{"outcomes": outcomes}})


def counts(shots, seed):
    """How often the QPUs had which outcomes, in their order."""
    links = {{frozenset(talk): LinkModel() for talk in TALKS}}
    for first, second, fidelity in PAIRS:
        links[frozenset((first, second))] = LinkModel(link_fidelity=fidelity, fidelity_std=0.0)
    backend = ReferenceBackend(Topology("ebit", tuple(QPUS), links), seed=seed)
    events = backend.run(Model(shots), {{}}, {{qpu: qpu for qpu in QPUS}})
    found = {{e.role: e.payload["outcomes"] for e in events if hasattr(e, "payload")}}
    return Counter("".join(map(str, run)) for run in zip(*(found[qpu] for qpu in QPUS)))


if __name__ == "__main__":
    print(json.dumps(counts(int(sys.argv[1]), int(sys.argv[2]))))
''',
        "apart.py": _APART.read_text("utf-8"),
    }


def _squidasm_head(role: Role) -> str:
    csockets, pairs = list(role.talks_to), list(role.pair_peers)
    wires = {wire for op in role.operations for wire in getattr(op, "wires", ())}
    return f'''"""What QPU {role.qpu} does, for SquidASM."""

from netqasm.sdk.qubit import Qubit
from squidasm.sim.stack.program import Program, ProgramMeta


class Role(Program):
    """QPU {role.qpu}."""

    @property
    def meta(self):
        return ProgramMeta(
            name={json.dumps(role.qpu)},
            csockets={json.dumps(csockets)},
            epr_sockets={json.dumps(pairs)},
            max_qubits={len(wires)},
        )

    def run(self, context):
        connection = context.connection'''


def _squidasm_pair(wire: str, pair: Pair) -> str:
    word = "create_keep" if pair.is_first else "recv_keep"
    return f"{wire} = context.epr_sockets[{json.dumps(pair.peer)}].{word}()[0]"


def _squidasm_gate(gate: Apply, wires: tuple[str, ...]) -> str:
    if len(wires) == 2:
        first, second = wires
        return f"{first}.{({'cx': 'cnot', 'cz': 'cphase'})[gate.name]}({second})"
    if gate.angle is None:
        return f"{wires[0]}.{gate.name.upper()}()"
    return f"{wires[0]}.rot_{gate.name[1].upper()}(angle={gate.angle!r})"


def _squidasm_shared(roles: Roles) -> dict[str, str]:
    names = [role.qpu for role in roles.roles]
    stacks = [f"  - {{name: {name}, qdevice_typ: generic, qdevice_cfg: {{num_qubits: {size}}}}}"
              for name, size in zip(names, map(_qubits_of, roles.roles), strict=True)]  # fmt: skip
    links = [
        f"  - {{stack1: {first}, stack2: {second}, typ: depolarise, "
        f"cfg: {{fidelity: {fidelity!r}, t_cycle: 1000.0, prob_success: 1.0}}}}"
        for (first, second), fidelity in roles.links.items()
    ]
    talks = {frozenset((role.qpu, peer)) for role in roles.roles for peer in role.talks_to}
    clinks = [
        f"  - {{stack1: {first}, stack2: {second}, typ: instant}}"
        for first, second in sorted(sorted(talk) for talk in talks)
    ]
    imports = "\n".join(f"import qpu_{name}" for name in names)
    programs = ", ".join(f'"{name}": qpu_{name}.Role()' for name in names)
    config = [
        "stacks:", *stacks,
        "links:" if links else "links: []", *links,
        "clinks:" if clinks else "clinks: []", *clinks,
    ]  # fmt: skip
    return {
        "config.yaml": "\n".join(config) + "\n",
        "run.py": f'''"""Run the QPUs with SquidASM: python run.py SHOTS."""

import sys

{imports}
from squidasm.run.stack.config import StackNetworkConfig
from squidasm.run.stack.run import run

config = StackNetworkConfig.from_file("config.yaml")
print(run(config=config, programs={{{programs}}}, num_times=int(sys.argv[1])))
''',
    }


def _qubits_of(role: Role) -> int:
    return len({wire for op in role.operations for wire in getattr(op, "wires", ())})


TOOLS: Mapping[str, Words] = {
    "qnetbench": Words(
        head=_qnetbench_head,
        allocate=lambda wire: f"{wire} = host.qalloc()",
        pair=lambda wire, pair: f"{wire} = pair(host, {json.dumps(pair.peer)})",
        gate=_qnetbench_gate,
        read=lambda wire, bit: (f"{bit} = {wire}.measure(Basis.Z)",),
        send=lambda bit, peer: f"host.classical_socket({json.dumps(peer)}).send(bytes([{bit}]))",
        receive=lambda bit, peer: f"{bit} = host.classical_socket({json.dumps(peer)}).recv()[0]",
        tail=lambda bit: f"    return {bit}\n",
        shared=_qnetbench_shared,
        indent=4,
    ),
    "squidasm": Words(
        head=_squidasm_head,
        allocate=lambda wire: f"{wire} = Qubit(connection)",
        pair=_squidasm_pair,
        gate=_squidasm_gate,
        read=lambda wire, bit: (
            f"{bit} = {wire}.measure()",
            "yield from connection.flush()",
            f"{bit} = int({bit})",
        ),
        send=lambda bit, peer: f"context.csockets[{json.dumps(peer)}].send(str({bit}))",
        receive=lambda bit, peer: (
            f"{bit} = int((yield from context.csockets[{json.dumps(peer)}].recv()))"
        ),
        tail=lambda bit: f'        return {{"outcome": {bit}}}\n',
        shared=_squidasm_shared,
        indent=8,
    ),
}
"""Tools that run one program per QPU."""
