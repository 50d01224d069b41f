"""Write a network for SquidASM (YAML) or SeQUeNCe (JSON), where fields match."""

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ebit import checks
from ebit.errors import EbitError
from ebit.network.chain import Chain
from ebit.network.import_sequence import import_sequence
from ebit.network.import_squidasm import import_squidasm
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.qpu import Qpu
from ebit.network.write import to_toml
from ebit.physics import depolarising_probability


@checks.takes(network=checks.instance(Network, "a Network"), path=checks.path)
def written_as(network: Network, path: str | Path) -> tuple[str, list[str]]:
    """A network as the text of a file, in the form that the ending of its name tells.

    Args:
        network: The network.
        path: A name that ends in .toml, .yaml, .yml or .json.

    Returns:
        The text, and one line for each field that is another one when the text is read again.

    Raises:
        EbitError: If the ending is unknown, or a gate error is impossible.
    """
    forms = {".toml": _toml, ".yaml": _squidasm, ".yml": _squidasm, ".json": _sequence}
    suffix = Path(path).suffix.lower()
    if suffix not in forms:
        raise EbitError(f"File {str(path)!r} must end in {', '.join(forms)}: rename it.")
    return forms[suffix](network)


def _toml(network: Network) -> tuple[str, list[str]]:
    return to_toml(network), []


def _squidasm(network: Network) -> tuple[str, list[str]]:
    """JSON is YAML, too."""
    content = {
        "stacks": [
            {"name": qpu.name, "qdevice_typ": "generic", "qdevice_cfg": _device(qpu)}
            for qpu in network.qpus
        ],
        "links": [_depolarise(link) for link in network.links],
        "clinks": [
            {**_ends(link), "typ": "default", "cfg": {"delay": link.message_time * 1e9}}
            for link in network.links
        ],
    }
    text = json.dumps(content, indent=2) + "\n"
    return text, _changed(network, text, ".yaml")


def _device(qpu: Qpu) -> dict[str, Any]:
    lives = {"T1": qpu.t1, "T2": qpu.t2}
    return {
        "num_qubits": qpu.qubits,
        **{name: 0 if time == float("inf") else time * 1e9 for name, time in lives.items()},
        "single_qubit_gate_time": qpu.one_qubit_gate_time * 1e9,
        "two_qubit_gate_time": qpu.two_qubit_gate_time * 1e9,
        "measure_time": qpu.readout_time * 1e9,
        "single_qubit_gate_depolar_prob": depolarising_probability(qpu.one_qubit_gate_error, 1),
        "two_qubit_gate_depolar_prob": depolarising_probability(qpu.two_qubit_gate_error, 2),
    }


def _ends(link: Link) -> dict[str, str]:
    return {"stack1": link.between[0], "stack2": link.between[1]}


def _depolarise(link: Link) -> dict[str, Any]:
    cycle = 1e9 / link.raw_pair_rate if link.raw_pair_rate else 1e21
    cfg = {"fidelity": float(link.fresh_weights[0]), "prob_success": 1.0, "t_cycle": cycle}
    if link.attempt_probability and link.repeaters is None:
        cfg |= {"prob_success": link.attempt_probability, "t_cycle": link.period * 1e9}
    return {**_ends(link), "typ": "depolarise", "cfg": cfg}


def _sequence(network: Network) -> tuple[str, list[str]]:
    nodes, templates = [], {}
    for qpu in network.qpus:
        own = [link for link in network.links if qpu.name in link.between]
        templates[f"of {qpu.name}"] = {"MemoryArray": _memory(own)}
        nodes.append(
            {
                "name": qpu.name, "type": "DQCNode", "template": f"of {qpu.name}", "memo_size": 1,
                "data_memo_size": qpu.qubits, "gate_fidelity": 1 - qpu.two_qubit_gate_error,
                "measurement_fidelity": 1 - qpu.readout_error,
            }
        )  # fmt: skip
    connections = []
    for link in network.links:
        if link.length is None or link.medium != "fibre":
            raise EbitError(
                f"Link {'-'.join(link.between)} has no fibre of a length, which SeQUeNCe needs: "
                "write another form."
            )
        ends = {"node1": link.between[0], "node2": link.between[1]}
        fibre = {"distance": 1000 * link.length, "attenuation": link.loss / 1000}
        connections.append({"type": "meet_in_the_middle", **ends, **fibre})
    content = {"templates": templates, "nodes": nodes, "qconnections": connections}
    text = json.dumps(content, indent=2) + "\n"
    return text, _changed(network, text, ".json")


def _memory(links: list[Link]) -> dict[str, Any]:
    """Memories of a QPU: half of each link, the worst of them."""
    memory: dict[str, Any] = {
        "fidelity": min(float(link.fresh_weights[0]) for link in links),
        "efficiency": min(min(1.0, (2 * (link.efficiency or 0.5)) ** 0.5) for link in links),
    }
    if any(link.efficiency is not None for link in links):
        memory["frequency"] = 1 / max(link.period for link in links if link.efficiency is not None)
    lives = [link.coherence_time for link in links if link.coherence_time is not None]
    if lives:  # a pair depolarises at the rate 4/3 (1/T + 1/T) of its two memories
        memory |= {"coherence_time": 8 / 3 * min(lives), "decoherence_errors": 3 * [1 / 3]}
    return memory


_ROUNDING = 1e-6
_SAID_OTHERWISE = (
    "name", "between", "fidelity", "delay", "refractive_index", "attempt_time", "pair_rate",
    "efficiency", "communication_qubits", "divergence", "aperture", "altitude",
)  # fmt: skip
"""Fields that forms say in different words: rate, fidelity and message time are compared."""


def _changed(network: Network, text: str, form: str) -> list[str]:
    """What is another one when the text is read again: a line for each field."""
    read = import_squidasm if form == ".yaml" else import_sequence
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"network{form}"
        path.write_text(text)
        again, _ = read(path)
    lines = []
    for qpu in network.qpus:
        lines += _differences(qpu.name, _fields(qpu), _fields(again.qpu(qpu.name)))
    for link in network.links:
        here, there = ({**_fields(one), **_made(one)} for one in (link, again.link(*link.between)))
        lines += _differences("-".join(link.between), here, there)
    return lines


def _fields(part: Qpu | Link) -> dict[str, Any]:
    return {k: getattr(part, k) for k in type(part).model_fields if k not in _SAID_OTHERWISE}


def _made(link: Link) -> dict[str, float]:
    return {
        "fidelity": float(link.fresh_weights[0]),
        "pair_rate": link.raw_pair_rate,
        "message_time": link.message_time,
    }


def _differences(where: str, here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    return [
        f"{where}: `{name}` is another one there: {_shown(value)} becomes {_shown(other)}."
        for name, value in here.items()
        if not _same(value, other := there[name])
    ]


def _same(here: Any, there: Any) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return math.isclose(here, there, rel_tol=_ROUNDING)
    return bool(here == there)


def _shown(value: Any) -> str:
    if value is None or isinstance(value, Chain):
        return "none" if value is None else f"{value.segments} segments"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
