"""Write a network as a TOML file."""

import json
from typing import Any

from ebit import checks
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.qpu import Qpu


def to_toml(network: Network) -> str:
    """The text of a network file; `read_network` reads the same network from it.

    Args:
        network: The network.

    Returns:
        One `[[qpu]]` table per QPU and one `[[link]]` table per link.

    Example:
        >>> from ebit.network import Link, Qpu
        >>> qpus = [Qpu(name="alice", qubits=4, t1="50 us"), Qpu(name="bob", qubits=4)]
        >>> link = Link(between=("alice", "bob"), delay="1 ms", pair_rate="9 Hz", fidelity=0.9)
        >>> print(to_toml(Network(qpus=qpus, links=[link])).split("[[link]]")[0].strip())
        [[qpu]]
        name = "alice"
        qubits = 4
        t1 = "5e-05 s"
        t2 = "0.0001 s"
        <BLANKLINE>
        [[qpu]]
        name = "bob"
        qubits = 4
        t2 = "inf s"
    """
    checks.instance(Network, "an ebit.network.Network")("network", network)
    tables = [("qpu", qpu) for qpu in network.qpus], [("link", link) for link in network.links]
    return "\n".join(_table(kind, part) for parts in tables for kind, part in parts)


def _table(kind: str, part: Qpu | Link) -> str:
    fields = part.model_dump(mode="json", exclude_defaults=True)
    lines = [f"{name} = {_value(value)}" for name, value in fields.items()]
    return "\n".join([f"[[{kind}]]", *lines, ""])


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    inside = ", ".join(f"{k} = {_value(v)}" for k, v in value.items() if v is not None)
    return f"{{ {inside} }}"
