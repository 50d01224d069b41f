"""Programs for NetQMPI: a rank per QPU, and telegate windows for gates across."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ebit.errors import UnsupportedError
from ebit.export.preparation import gates_of
from ebit.export.program import SOURCE, Apply, Prepare, Program, Read, Wire

_QUARTER = math.pi / 2


def netqmpi_script(program: Program) -> str:
    """A Python file for NetQMPI: `netqmpi -n QPUS --aer --shots 1000 FILE` prints the counts.

    NetQMPI sends no bits between ranks and has no conditions on its Aer backend, so measurements
    are at the end; the first qubit of a gate across is lent to the other rank, which takes one
    pair. What prepares shared states and belongs to no QPU is on the first rank.

    Args:
        program: A program without conditions, with all angles.

    Returns:
        The text.

    Raises:
        UnsupportedError: If angles are symbols.

    Example:
        >>> import ebit, jax
        >>> from ebit.export.lower import program_of
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
        >>> parameters = model.init(jax.random.key(0))
        >>> program = program_of(model, parameters, [0.1, 0.2, 0.3, 0.4], deferred=True)
        >>> "def qpu_A(circuit):" in netqmpi_script(program)
        True
    """
    if program.inputs:
        raise UnsupportedError(
            f"symbols such as {program.inputs[0]!r}",
            "A program for NetQMPI",
            "give the parameters and one row of data",
        )
    ranks = _Ranks(program)
    for operation in program.operations:
        match operation:
            case Prepare():
                for gate in gates_of(operation):
                    ranks.apply(gate)
            case Apply():
                ranks.apply(operation)
            case Read(wire, bit) if bit.register == "readout":
                ranks.lines[ranks.of(wire)].append(f"circuit.measure({ranks.place(wire)}, 0)")
            case _:
                pass  # bits that nobody waits for, messages, barriers
    functions = "\n\n\n".join(
        "\n".join([f"def qpu_{name}(circuit):", *(f"    {line}" for line in lines)])
        for name, lines in ranks.lines.items()
    )
    qpus = ", ".join(f"(qpu_{name}, {len(ranks.wires[name])})" for name in program.qpus)
    return f'''"""A model of ebit, a rank per QPU.

netqmpi -n {len(program.qpus)} --aer --shots 1000 FILE

The first rank prints how often the QPUs had which outcomes, in their order:
{json.dumps(program.qpus)}.
"""

import json


{functions}


QPUS = [{qpus}]


def main(env=None):
    run, qubits = QPUS[env.comm.rank]
    circuit = env.create_circuit(qubits, 1)
    with env.comm:
        run(circuit)
    if env.comm.rank == 0:
        # the last register is the first word
        print(json.dumps({{key.replace(" ", "")[::-1]: n for key, n in env.comm.results.items()}}))
'''


@dataclass
class _Ranks:
    """Lines of all ranks."""

    program: Program

    def __post_init__(self) -> None:
        first = self.program.qpus[0]
        owners = self.program.owners
        self.owner = {r.name: first if owners[r.name] == SOURCE else owners[r.name]
                      for r in self.program.wires}  # fmt: skip
        self.wires: Mapping[str, list[Wire]] = {name: [] for name in self.program.qpus}
        for register in self.program.wires:
            own = self.wires[self.owner[register.name]]
            own += [Wire(register.name, number) for number in range(register.size)]
        self.lines: dict[str, list[str]] = {name: [] for name in self.program.qpus}

    def of(self, wire: Wire) -> str:
        """The QPU of a wire."""
        return self.owner[wire.register]

    def place(self, wire: Wire) -> str:
        """Number of a wire on its rank."""
        return str(self.wires[self.of(wire)].index(wire))

    def apply(self, gate: Apply) -> None:
        """A gate; across QPUs, the first wire is lent to the QPU of the second."""
        host = self.of(gate.wires[-1])
        lender = self.of(gate.wires[0])
        places = [self.place(wire) for wire in gate.wires]
        if lender == host:
            self.lines[host] += _lines(gate, places)
            return
        ranks = self.program.qpus
        window = f"[{ranks.index(host)}], root={ranks.index(lender)}"
        self.lines[lender] += [
            f"circuit.expose({places[0]}, {window})",
            f"circuit.unexpose({window})",
        ]
        self.lines[host] += [
            f"lent = circuit.expose(None, {window})",
            *_lines(gate, ["lent", places[1]]),
            f"circuit.unexpose({window})",
        ]


def _lines(gate: Apply, places: list[str]) -> Iterator[str]:
    """A gate in the words of NetQMPI, which controls no RX and RY and has no RZZ."""
    target = places[-1:]
    quarter = Apply("rz", gate.wires[-1:], _QUARTER), Apply("rz", gate.wires[-1:], -_QUARTER)
    match gate.name:
        case "rzz":
            flip = Apply("cx", gate.wires)
            yield from _lines(flip, places)
            yield from _lines(Apply("rz", gate.wires[1:], gate.angle), target)
            yield from _lines(flip, places)
        case "crx":
            turn = Apply("h", gate.wires[1:])
            yield from _lines(turn, target)
            yield from _lines(Apply("crz", gate.wires, gate.angle), places)
            yield from _lines(turn, target)
        case "cry":
            yield from _lines(quarter[1], target)
            yield from _lines(Apply("crx", gate.wires, gate.angle), places)
            yield from _lines(quarter[0], target)
        case name:
            angle = [] if gate.angle is None else [repr(gate.angle)]
            yield f"circuit.{name}({', '.join([*angle, *places])})"
