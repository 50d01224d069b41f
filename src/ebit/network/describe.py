"""What a network says, as a drawing in text, and what it cannot be used for."""

import math

from ebit import checks
from ebit.network.link import Link
from ebit.network.network import Network


@checks.takes(network=checks.instance(Network, "a Network"))
def drawing(network: Network) -> str:
    """QPUs and links as lines of text.

    Args:
        network: The network.

    Returns:
        One line per QPU, then one per link with its length, rate and fidelity.

    Example:
        >>> from ebit.network import Qpu
        >>> ends = [Qpu(name="alice", qubits=4), Qpu(name="bob", qubits=2, t1="1 s")]
        >>> link = Link(between=("alice", "bob"), delay="1 ms", pair_rate="9 Hz", fidelity=0.9)
        >>> print(drawing(Network(qpus=ends, links=[link])))
        [alice]  4 qubits
        [bob]  2 qubits, T1 1 s, T2 2 s
        [alice]----[bob]  fibre, message 0.001 s, 9 pairs/s, fidelity 0.9
    """
    lines = []
    for qpu in network.qpus:
        parts = [f"{qpu.qubits} qubits"]
        parts += [
            f"{name} {time:g} s"
            for name, time in (("T1", qpu.t1), ("T2", qpu.t2))
            if math.isfinite(time)
        ]
        lines.append(f"[{qpu.name}]  {', '.join(parts)}")
    return "\n".join([*lines, *(_link_line(link) for link in network.links)])


def _link_line(link: Link) -> str:
    first, second = link.between
    between = "----"
    if link.repeaters is not None:
        between = f"--({link.repeaters.segments - 1} repeaters)--"
    length = f"{link.length:g} km" if link.length is not None else f"message {link.delay:g} s"
    parts = [link.medium, length, f"{link.raw_pair_rate:.3g} pairs/s"]
    parts.append(f"fidelity {link.fresh_weights[0]:.3g}")
    if link.detected and link.storage_efficiency is None:
        parts.append("detected, not stored")
    return f"[{first}]{between}[{second}]  {', '.join(parts)}"


@checks.takes(
    network=checks.instance(Network, "a Network"), link=checks.instance(Link, "a Link of a network")
)
def troubles(network: Network, link: Link) -> list[str]:
    """What a link cannot be used for.

    Args:
        network: The network.
        link: One of its links.

    Returns:
        Sentences.
    """
    where, found = "-".join(link.between), []
    if link.detected and link.storage_efficiency is None:
        found.append(
            f"{where}: its pairs were detected, and so destroyed: say with `storage_efficiency` "
            "how well they are stored."
        )
    lives = [network.qpu(name).memory[1] for name in link.between]
    life = min(lives) if link.coherence_time is None else link.coherence_time
    if link.efficiency is not None and link.period > life:
        found.append(
            f"{where}: an attempt takes {link.period:.3g} s, but memories keep a pair for "
            f"{life:.3g} s."
        )
    if link.fresh_weights[0] <= 0.5:
        found.append(
            f"{where}: its pairs have fidelity {link.fresh_weights[0]:.3g} and are not entangled."
        )
    return found
