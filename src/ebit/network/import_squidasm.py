"""Import a network from a YAML file of SquidASM."""

import importlib.util
from pathlib import Path
from typing import Any

from ebit import checks
from ebit.errors import EbitError
from ebit.network.delays import SPEED_OF_LIGHT
from ebit.network.foreign import ForeignTable, Located, all_unread, joined
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.qpu import Qpu
from ebit.reading import read_yaml

_LIGHT = 200_000.0
"""SquidASM's speed of light in fibre, in km/s."""
_TIMES: dict[str, dict[str, tuple[str, float]]] = {
    "generic": {
        "one_qubit_gate_time": ("single_qubit_gate_time", 1_000.0),
        "two_qubit_gate_time": ("two_qubit_gate_time", 100_000.0),
        "readout_time": ("measure_time", 10_000.0),
    },
    "nv": {
        "one_qubit_gate_time": ("electron_rot_x", 5.0),
        "two_qubit_gate_time": ("ec_controlled_dir_x", 500_000.0),
        "readout_time": ("measure", 3_700.0),
    },
}
"""Field of a QPU, its name in SquidASM and SquidASM's default, in ns."""
_DECAY: dict[str, tuple[tuple[str, float], ...]] = {
    "generic": (("T1", 1e10), ("T2", 1e9)),
    "nv": (("electron_T1", 1e9), ("electron_T2", 3e8)),
}
_ERRORS: dict[str, tuple[tuple[str, float], tuple[str, float]]] = {
    "generic": (("single_qubit_gate_depolar_prob", 0.0), ("two_qubit_gate_depolar_prob", 0.01)),
    "nv": (("electron_single_qubit_depolar_prob", 0.0), ("ec_gate_depolar_prob", 0.008)),
}
_READOUT: dict[str, tuple[tuple[str, float], ...]] = {
    "generic": (),
    "nv": (("prob_error_0", 0.05), ("prob_error_1", 0.005)),
}
"""Probabilities that a measurement shows the wrong bit, for 0 and 1."""
_DOUBLE_CLICK = ("heralded", "heralded-double-click")
"""SquidASM's name of a link, and that of the package that it takes it from."""


def import_squidasm(path: checks.PathLike) -> tuple[Network, list[str]]:
    r"""Read a network from a configuration file of SquidASM.

    Devices `generic` and `nv` (its electron spin) and links `perfect`, `depolarise` and
    `heralded` (also called `heralded-double-click`) are read, with SquidASM's defaults. A
    depolarising probability p becomes the average infidelity p/2 of a gate on one qubit; on two
    qubits each of them depolarises. A double-click link has efficiency :math:`\eta_A\eta_B/2`
    and, with visibility V, fidelity :math:`(1+V)/2`.

    Args:
        path: A YAML file; times in ns, lengths in km.

    Returns:
        The network, and one line for each entry of the file that has no counterpart.

    Raises:
        EbitError: If the file cannot be read, PyYAML is not installed, or something is wrong.

    Example:
        >>> import tempfile
        >>> from ebit.network import import_squidasm
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "config.yaml"
        ...     _ = path.write_text('''
        ...         stacks:
        ...           - {name: alice, qdevice_typ: generic, qdevice_cfg: {T1: 0, T2: 85e6}}
        ...           - {name: bob, qdevice_typ: generic, qdevice_cfg: {init_time: 1_000}}
        ...         links:
        ...           - {stack1: alice, stack2: bob, typ: depolarise,
        ...              cfg: {fidelity: 0.9, prob_success: 0.1, t_cycle: 1e6}}
        ...         clinks:
        ...           - {stack1: alice, stack2: bob, typ: default, cfg: {delay: 5e3}}
        ...     ''')
        ...     network, left_out = import_squidasm(path)
        >>> network.qpu("alice").t2, network.link("alice", "bob").pair_rate
        (0.085, 100.0)
        >>> left_out
        ['bob, qdevice_cfg: `init_time` has no counterpart and is left out.']

    Source:
        Avis et al., arXiv:2207.10579, appendix on the double-click protocol.
    """
    path = checks.path("path", path)
    file = ForeignTable(path.name, _yaml(path))
    lines: list[str] = []
    with Located(path.name):
        nodes = [*file.tables("stacks"), *file.tables("processing_nodes")]
        qpus = [_qpu(node, lines) for node in nodes]
        delays = _delays(file, lines)
        links = [_link(table, delays, lines) for table in file.tables("links")]
    return joined(path, qpus, links), [*lines, *file.unread()]


def _yaml(path: str | Path) -> object:
    if importlib.util.find_spec("yaml") is None:
        raise EbitError(
            'SquidASM files need PyYAML: install it with `pip install "ebit[network]"`.'
        )
    return read_yaml(path)


def _qpu(node: ForeignTable, lines: list[str]) -> Qpu:
    name = node.text("name")
    node.where = name
    kind = node.text("qdevice_typ")
    if kind not in _TIMES:
        raise EbitError(f"{name}: `qdevice_typ` must be generic or nv, but is {kind!r}.")
    device = node.table("qdevice_cfg")
    fields: dict[str, Any] = {"name": name, "qubits": round(device.number("num_qubits", 2))}
    for field, (entry, default) in _TIMES[kind].items():
        fields[field] = f"{device.number(entry, default)!r} ns"
    for field, (entry, default) in zip(("t1", "t2"), _DECAY[kind], strict=True):
        time = device.number(entry, default)
        fields[field] = f"{time!r} ns" if time else "inf s"
    (one, default_one), (two, default_two) = _ERRORS[kind]
    fields["one_qubit_gate_error"] = device.number(one, default_one) / 2
    fields["two_qubit_gate_error"] = _two_qubit_infidelity(device.number(two, default_two))
    flips = [device.number(entry, default) for entry, default in _READOUT[kind]]
    fields["readout_error"] = sum(flips) / 2
    lines.extend(all_unread(node, device))
    with Located(name):
        return Qpu(**fields)


def _two_qubit_infidelity(p: float) -> float:
    """Average infidelity if each of two qubits depolarises with probability p."""
    return (1 - (1 - 0.75 * p) ** 2) * 4 / 5


def _ends(table: ForeignTable) -> tuple[str, str]:
    old = "stack1" in table
    first, second = ("stack1", "stack2") if old else ("node1", "node2")
    ends = table.text(first), table.text(second)
    table.where = "-".join(ends)
    return ends


def _delays(file: ForeignTable, lines: list[str]) -> dict[frozenset[str], float]:
    """Time of a message between two QPUs, in ns, where the file says it."""
    delays: dict[frozenset[str], float] = {}
    for table in file.tables("clinks"):
        ends, kind, settings = frozenset(_ends(table)), table.text("typ"), table.table("cfg")
        if kind == "default":
            delays[ends] = _time(settings, "delay", "distance")
        elif kind == "instant":
            delays[ends] = 0.0
        else:
            raise EbitError(f"{table.where}: clink `typ` must be default or instant, not {kind!r}.")
        lines.extend(all_unread(table, settings))
    return delays


def _time(settings: ForeignTable, entry: str, length: str, default: float | None = None) -> float:
    """A time in ns, given as such or as a length."""
    if length not in settings:
        settings.skip("speed_of_light")
        return settings.number(entry, default)
    speed = settings.number("speed_of_light", _LIGHT)
    if speed <= 0:
        raise EbitError(f"{settings.where}: `speed_of_light` must be more than 0, but is {speed}.")
    return settings.number(length) / speed * 1e9


def _link(table: ForeignTable, delays: dict[frozenset[str], float], lines: list[str]) -> Link:
    ends, kind, settings = _ends(table), table.text("typ"), table.table("cfg")
    delay = delays.get(frozenset(ends))
    if kind in _DOUBLE_CLICK:
        fields = _double_click(settings)
    elif kind in ("perfect", "depolarise"):
        fields = _fixed_rate(kind, settings)
        if delay is None:
            lines.append(f"{table.where}: no clink says how long a message takes; 0 s is taken.")
        fields["delay"] = f"{delay or 0.0!r} ns"
    else:
        raise EbitError(
            f"{table.where}: link `typ` must be perfect, depolarise or heralded, but is {kind!r}."
        )
    lines.extend(all_unread(table, settings))
    with Located(table.where):
        link = Link(between=ends, **fields)
    if delay is not None and abs(delay * 1e-9 - link.message_time) > 1e-12:
        lines.append(
            f"{table.where}: the clink's delay of {delay:g} ns is left out; the length gives "
            f"{link.message_time * 1e9:g} ns."
        )
    return link


def _fixed_rate(kind: str, settings: ForeignTable) -> dict[str, Any]:
    if kind == "perfect":
        fidelity, probability = 1.0, 1.0
        cycle = _time(settings, "state_delay", "length", 1000.0)
    else:
        fidelity, probability = settings.number("fidelity"), settings.number("prob_success")
        cycle = _time(settings, "t_cycle", "length")
    if cycle <= 0:
        raise EbitError(f"{settings.where}: the time of a cycle must be more than 0 ns: give it.")
    if not 0 <= probability <= 1:
        raise EbitError(
            f"{settings.where}: `prob_success` must be from 0 to 1, but is {probability}."
        )
    return {"fidelity": fidelity, "pair_rate": f"{probability * 1e9 / cycle!r} Hz"}


def _sides(settings: ForeignTable, entry: str, default: float) -> tuple[float, float]:
    """Values of both sides, which may be given once for both."""
    both = settings.number(entry, default)
    return settings.number(f"{entry}_A", both), settings.number(f"{entry}_B", both)


def _double_click(settings: ForeignTable) -> dict[str, Any]:
    half = settings.number("length", 0.0) / 2
    lengths = settings.number("length_A", half), settings.number("length_B", half)
    losses = _sides(settings, "p_loss_length", 0.25)
    lost = _sides(settings, "p_loss_init", 0.0)
    speeds = _sides(settings, "speed_of_light", _LIGHT)
    emission = _sides(settings, "emission_fidelity", 1.0)
    if min(speeds) <= 0 or speeds[0] != speeds[1]:
        raise EbitError(f"{settings.where}: `speed_of_light` must be more than 0 and equal.")
    length = sum(lengths)
    loss = sum(a * b for a, b in zip(losses, lengths, strict=True)) / length if length else 0.0
    kept = (4 * emission[0] - 1) / 3 * (4 * emission[1] - 1) / 3
    detector = settings.number("detector_efficiency", 1.0)
    return {
        "length": f"{length!r} km",
        "loss": f"{loss!r} dB/km",
        "refractive_index": SPEED_OF_LIGHT / speeds[0],
        "attempt_time": f"{(2 * max(lengths) - length) / speeds[0]!r} s",
        "efficiency": detector**2 * (1 - lost[0]) * (1 - lost[1]) / 2,
        "fidelity": (1 + settings.number("visibility", 1.0)) / 2 * kept + (1 - kept) / 4,
    }
