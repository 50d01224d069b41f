"""Import a network from a JSON topology of SeQUeNCe."""

from typing import Any, NamedTuple

from ebit import checks
from ebit.errors import EbitError
from ebit.network.delays import SPEED_OF_LIGHT
from ebit.network.foreign import ForeignTable, Located, joined
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.qpu import Qpu
from ebit.reading import read_json

_LIGHT = 200_000.0
"""SeQUeNCe's speed of light in fibre, in km/s."""
_FIDELITY, _EFFICIENCY, _FREQUENCY = 0.85, 1.0, 80e6
"""SeQUeNCe's defaults of a memory."""
_SIMULATION = ("seed", "group")
"""Entries that say how to simulate, not what the network is."""
_THIRD = 1e-6


class _Memory(NamedTuple):
    """What a node's template says about its memories; the decay is a rate in 1/s or None."""

    fidelity: float
    efficiency: float
    frequency: float
    decay: float | None


def import_sequence(path: checks.PathLike) -> tuple[Network, list[str]]:
    r"""Read a network from a topology file of SeQUeNCe.

    Nodes `DQCNode` and `QuantumRouter` become QPUs, two quantum channels to one `BSMNode` or a
    connection `meet_in_the_middle` become a link of efficiency
    :math:`\epsilon_A\epsilon_B/2`. The lower of the two memories' fidelities is that of the pair.
    A memory with equal Pauli errors and coherence time T depolarises at the rate :math:`4/(3T)`.

    Args:
        path: A JSON file; distances in m, losses in dB/m, coherence times in s, delays in ps.

    Returns:
        The network, and one line for each entry of the file that has no counterpart.

    Raises:
        EbitError: If the file cannot be read or something in it is wrong.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.network import import_sequence
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "topology.json"
        ...     _ = path.write_text('''{
        ...       "nodes": [
        ...         {"name": "a", "type": "DQCNode", "memo_size": 2, "data_memo_size": 4},
        ...         {"name": "b", "type": "DQCNode", "memo_size": 2, "data_memo_size": 4}],
        ...       "qconnections": [{"type": "meet_in_the_middle", "node1": "a", "node2": "b",
        ...                         "distance": 1000, "attenuation": 0.0002}]}''')
        ...     network, left_out = import_sequence(path)
        >>> network.qpu("a").qubits, network.link("a", "b").length
        (4, 1.0)
        >>> left_out[-1]
        'a-b: detectors are taken as perfect; efficiency is that of the memories.'

    Source:
        Barrett and Kok, Phys. Rev. A 71, 060310 (2005), for the factor 1/2.
    """
    path = checks.path("path", path)
    file = ForeignTable(path.name, read_json(path))
    file.skip("stop_time", "formalism", "is_parallel", "process_num")
    lines: list[str] = []
    with Located(path.name):
        templates = file.table("templates")
        qpus, memories, stations = _nodes(file, templates, lines)
        fibres = [*_connections(file, lines), *_channels(file, stations, lines)]
        links = [_link(fibre, memories, lines) for fibre in fibres]
        _delays(file, links, lines)
    return joined(path, qpus, links), [*lines, *file.unread()]


def _nodes(
    file: ForeignTable, templates: ForeignTable, lines: list[str]
) -> tuple[list[Qpu], dict[str, _Memory], set[str]]:
    """The QPUs, their memories, and the names of the stations in the middle."""
    qpus: list[Qpu] = []
    memories: dict[str, _Memory] = {}
    stations: set[str] = set()
    for node in file.tables("nodes"):
        name, kind = node.text("name"), node.text("type")
        node.where = name
        node.skip(*_SIMULATION)
        template = _template(name, kind, node, templates, lines)
        if kind == "BSMNode":
            stations.add(name)
        elif kind in ("DQCNode", "QuantumRouter"):
            qpus.append(_qpu(name, kind, node, template, lines))
            memories[name] = _memory(name, template, templates, lines)
        else:
            raise EbitError(
                f"{name}: `type` must be DQCNode, QuantumRouter or BSMNode, but is {kind!r}."
            )
        lines.extend(node.unread())
        if template is not None:
            template.where = name
            lines.extend(template.unread())
    return qpus, memories, stations


def _template(
    name: str, kind: str, node: ForeignTable, templates: ForeignTable, lines: list[str]
) -> ForeignTable | None:
    """The template that a node names; files of the editor group templates by type of node."""
    if "template" not in node:
        return None
    wanted = node.text("template")
    if wanted in templates:
        return templates.table(wanted)
    group = templates.table(kind)
    if wanted in group:
        return group.table(wanted)
    lines.append(f"{name}: template `{wanted}` is not in the file; SeQUeNCe's defaults are taken.")
    return None


def _qpu(
    name: str, kind: str, node: ForeignTable, template: ForeignTable | None, lines: list[str]
) -> Qpu:
    entry = "data_memo_size" if kind == "DQCNode" else "memo_size"
    size = 1.0 if template is None else template.number(entry, 1.0)
    if kind == "QuantumRouter":
        lines.append(f"{name}: a router has no data qubits; its memories are taken as qubits.")
    with Located(name):
        return Qpu(
            name=name,
            qubits=round(node.number(entry, size)),
            two_qubit_gate_error=1 - node.number("gate_fidelity", 1.0),
            readout_error=1 - node.number("measurement_fidelity", 1.0),
        )


def _memory(
    name: str, template: ForeignTable | None, templates: ForeignTable, lines: list[str]
) -> _Memory:
    table = ForeignTable(name, {}) if template is None else template.table("MemoryArray")
    if template is not None and "mem_type" in template:  # as the editor writes it
        table = templates.table("Memory").table(template.text("mem_type"))
    table.where = f"{name}, MemoryArray"
    fidelity = "raw_fidelity" if "raw_fidelity" in table else "fidelity"
    if fidelity not in table:
        lines.append(f"{name}: the fidelity of its pairs is not given; {_FIDELITY} is taken.")
    time = table.number("coherence_time", -1.0)
    decay: float | None = 0.0 if time <= 0 else 4 / (3 * time)
    errors = table.numbers("decoherence_errors") if "decoherence_errors" in table else []
    if time > 0 and (len(errors) != 3 or any(abs(e - 1 / 3) > _THIRD for e in errors)):
        decay = None
        lines.append(
            f"{name}, MemoryArray: `coherence_time` is left out: it has a counterpart only with "
            "three equal `decoherence_errors`."
        )
    memory = _Memory(
        fidelity=table.number(fidelity, _FIDELITY),
        efficiency=table.number("efficiency", _EFFICIENCY),
        frequency=table.number("frequency", _FREQUENCY),
        decay=decay,
    )
    if memory.frequency <= 0:
        raise EbitError(f"{table.where}: `frequency` must be more than 0 Hz: correct it.")
    lines.extend(table.unread())
    return memory


class _Fibre(NamedTuple):
    """A fibre from QPU to QPU with a station in the middle: metres and dB of each half."""

    ends: tuple[str, str]
    lengths: tuple[float, float]
    losses: tuple[float, float]


def _connections(file: ForeignTable, lines: list[str]) -> list[_Fibre]:
    fibres = []
    for table in file.tables("qconnections"):
        ends = table.text("node1"), table.text("node2")
        table.where = "-".join(ends)
        table.skip(*_SIMULATION)
        kind = table.text("type", "meet_in_the_middle")
        if kind != "meet_in_the_middle":
            raise EbitError(f"{table.where}: `type` must be meet_in_the_middle, but is {kind!r}.")
        half = table.number("distance") / 2
        loss = half * table.number("attenuation")
        fibres.append(_Fibre(ends, (half, half), (loss, loss)))
        lines.extend(table.unread())
    return fibres


def _channels(file: ForeignTable, stations: set[str], lines: list[str]) -> list[_Fibre]:
    """Pairs of channels that meet in one station."""
    met: dict[str, list[tuple[str, float, float]]] = {name: [] for name in sorted(stations)}
    for table in file.tables("qchannels"):
        source, station = table.text("source"), table.text("destination")
        table.where = f"{source}-{station}"
        table.skip("name", *_SIMULATION)
        if station not in met:
            raise EbitError(f"{table.where}: a quantum channel must lead to a BSMNode.")
        length = table.number("distance")
        met[station].append((source, length, length * table.number("attenuation")))
        lines.extend(table.unread())
    fibres = []
    for station, ends in met.items():
        if len(ends) != 2:
            raise EbitError(f"{station}: must join two quantum channels, but joins {len(ends)}.")
        (first, length, loss), (second, other_length, other_loss) = ends
        fibres.append(_Fibre((first, second), (length, other_length), (loss, other_loss)))
    return fibres


def _link(fibre: _Fibre, memories: dict[str, _Memory], lines: list[str]) -> Link:
    where = "-".join(fibre.ends)
    for name in fibre.ends:
        if name not in memories:
            raise EbitError(f"Link {where} leads to `{name}`, which is no QPU: correct the name.")
    first, second = (memories[name] for name in fibre.ends)
    if first.fidelity != second.fidelity:
        lines.append(
            f"{where}: the memories have fidelities {first.fidelity:g} and {second.fidelity:g}; "
            "the lower one is taken."
        )
    length = sum(fibre.lengths) / 1000
    fields: dict[str, Any] = {
        "length": f"{length!r} km",
        "loss": f"{sum(fibre.losses) / length if length else 0.0!r} dB/km",
        "refractive_index": SPEED_OF_LIGHT / _LIGHT,
        "efficiency": first.efficiency * second.efficiency / 2,
        "fidelity": min(first.fidelity, second.fidelity),
        "attempt_time": f"{_attempt_time(fibre, first, second)!r} s",
    }
    if first.decay is not None and second.decay is not None and first.decay + second.decay > 0:
        fields["coherence_time"] = f"{1 / (first.decay + second.decay)!r} s"
    lines.append(f"{where}: detectors are taken as perfect; efficiency is that of the memories.")
    with Located(where):
        return Link(between=fibre.ends, **fields)


def _attempt_time(fibre: _Fibre, first: _Memory, second: _Memory) -> float:
    """What an attempt takes besides the light from end to end."""
    light, longer = sum(fibre.lengths), 2 * max(fibre.lengths)
    period = max(longer / 1000 / _LIGHT, 1 / min(first.frequency, second.frequency))
    return period - light / 1000 / _LIGHT


def _delays(file: ForeignTable, links: list[Link], lines: list[str]) -> None:
    """Say where the time of a message differs from the time of light in the fibre."""
    times = {frozenset(link.between): link.message_time for link in links}
    for entry, ends in (
        ("cconnections", ("node1", "node2")),
        ("cchannels", ("source", "destination")),
    ):
        for table in file.tables(entry):
            names = table.text(ends[0]), table.text(ends[1])
            table.where = "-".join(names)
            table.skip("type", "name", "distance", *_SIMULATION)
            delay = table.number("delay") if "delay" in table else None
            light = times.get(frozenset(names))
            if delay is not None and light is not None and abs(delay * 1e-12 - light) > 1e-12:
                lines.append(
                    f"{table.where}: the delay of {delay:g} ps of its messages is left out; the "
                    f"length gives {light * 1e12:g} ps."
                )
            lines.extend(table.unread())
