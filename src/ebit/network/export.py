"""Write a network for SquidASM (YAML) or SeQUeNCe (JSON), where fields match."""

import json
from pathlib import Path
from typing import Any

from ebit import checks
from ebit.errors import EbitError
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
        The text, and one line for each field that has no counterpart there.

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
    return json.dumps(content, indent=2) + "\n", [*_left_out(network), *_readout(network)]


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
    lost = _left_out(network)
    nodes, templates = [], {}
    for qpu in network.qpus:
        own = [link for link in network.links if qpu.name in link.between]
        memory: dict[str, Any] = {"fidelity": min(float(link.fresh_weights[0]) for link in own)}
        chances = [min(1.0, (2 * (link.efficiency or 0.5)) ** 0.5) for link in own]
        memory["efficiency"] = min(chances)
        templates[f"of {qpu.name}"] = {"MemoryArray": memory}
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
        if link.efficiency is None:
            lost.append(
                f"{'-'.join(link.between)}: `pair_rate` follows from the fibre in SeQUeNCe."
            )
        ends = {"node1": link.between[0], "node2": link.between[1]}
        fibre = {"distance": 1000 * link.length, "attenuation": link.loss / 1000}
        connections.append({"type": "meet_in_the_middle", **ends, **fibre})
    content = {"templates": templates, "nodes": nodes, "qconnections": connections}
    return json.dumps(content, indent=2) + "\n", lost


_UNMATCHED = (
    "memory_t1", "memory_t2", "memory_swap_time", "memory_swap_error", "purification_rounds",
    "coherence_time", "cutoff", "repeaters", "source_rate", "dark_counts", "detected", "fixed_loss",
)  # fmt: skip


def _left_out(network: Network) -> list[str]:
    parts = [(qpu.name, qpu) for qpu in network.qpus]
    parts += [("-".join(link.between), link) for link in network.links]  # type: ignore[misc]
    return [
        f"{where}: `{name}` has no counterpart and is left out."
        for where, part in parts
        for name in _UNMATCHED
        if getattr(part, name, None) not in (None, 0, 0.0, False)
    ]


def _readout(network: Network) -> list[str]:
    return [
        f"{qpu.name}: `readout_error` has no counterpart and is left out."
        for qpu in network.qpus
        if qpu.readout_error
    ]
