"""Everything that nodes on this machine need: certificates, secrets of links, shards, files."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ebit.checks import Rule, real, takes, whole, wrong
from ebit.checks import seed as seed_rule
from ebit.consensus.agreement.committee import MOST_NODES, Committee
from ebit.consensus.agreement.fixed_point import to_fixed
from ebit.consensus.agreement.settings import BROKERS, LinkSettings
from ebit.consensus.agreement.state import Integers
from ebit.consensus.agreement.work import LeastSquares, least_squares
from ebit.consensus.keys.certificates import make_certificates, write_secret
from ebit.consensus.keys.material import SECRET_BYTES
from ebit.consensus.keys.tags import AUTHENTICATION
from ebit.errors import EbitError
from ebit.writing import write_atomically

DEFAULT_RATE: float = LinkSettings.model_fields["key_rate"].default


@dataclass(frozen=True)
class Shards:
    """The rows of all nodes.

    Attributes:
        rows: Features and targets of each node.
        theta: Where the parameters start, in units of 2^-20.
        rate: Step size.
    """

    rows: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]
    theta: Integers
    rate: float


def _regression(nodes: int, faulty: int, seed: int) -> Shards:
    work = least_squares(nodes, faulty, seed=seed)
    rows = [(w.x, w.y) for w in work.local_updates if isinstance(w, LeastSquares)]
    return Shards(rows, work.theta, 0.1)


def _digits(nodes: int, faulty: int, seed: int) -> Shards:
    from ebit.consensus.training.learners import DIGITS, learner_of, samples_of
    from ebit.random_keys import random_key  # imports JAX

    samples = samples_of(DIGITS, seed)
    theta = learner_of("dqnn", DIGITS).init(random_key(seed))
    x, y = samples.x.astype(np.float64), samples.y.astype(np.float64)
    rows = [(x[k::nodes], y[k::nodes]) for k in range(nodes)]
    return Shards(rows, to_fixed(np.asarray(theta, np.float64)), 0.3)


SHARDS: Mapping[str, Callable[[int, int, int], Shards]] = {
    "least-squares": _regression,
    "dqnn": _digits,
}
"""Kind of work -> rows for some nodes, most faulty ones, seed."""


def _of(table: Mapping[str, object]) -> Rule:
    def rule(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in table:
            raise wrong(name, " or ".join(map(repr, table)), value)
        return value

    return rule


@takes(
    nodes=whole(1, MOST_NODES),
    faulty=whole(0, MOST_NODES),
    rounds=whole(1),
    work=_of(SHARDS),
    seed=seed_rule,
    authentication=_of(AUTHENTICATION),
    delta=real(above=0),
    broker=_of(dict.fromkeys(BROKERS)),
)
def lay_out(
    folder: Path,
    nodes: int,
    faulty: int,
    rounds: int,
    work: str = "least-squares",
    seed: int = 0,
    authentication: str = "its",
    delta: float = 0.5,
    broker: str = "",
) -> list[Path]:
    """Write what a training of some nodes on this machine needs.

    Args:
        folder: An empty folder, or one that is not there.
        nodes: Number of nodes.
        faulty: Most faulty ones.
        rounds: Rounds to train.
        work: What is trained: `least-squares`, a linear regression on rows that are made up, or
            `dqnn`, the quantum neural network of `ebit consensus run` on handwritten digits.
        seed: Chooses rows, where the parameters start, and batches.
        authentication: How frames are tagged.
        delta: Longest way of a message, in seconds.
        broker: Regime of the network whose broker hands out pairs and feeds the keys; "" for none.

    Returns:
        The TOML file of each node.

    Raises:
        EbitError: If the folder is not empty, or so many nodes do not bear so many faulty ones.
    """
    Committee(nodes, faulty)
    if os.path.exists(folder) and any(folder.iterdir()):
        raise EbitError(f"Folder {str(folder)!r} is not empty: give another one.")
    names = [f"node-{k}" for k in range(nodes)]
    make_certificates(folder / "certificates", names)
    for k in range(nodes):
        for other in range(k, nodes):
            write_secret(_link(folder, k, other), secrets.token_bytes(SECRET_BYTES))
    shards = SHARDS[work](nodes, faulty, seed)
    ports = _free_ports(2 * nodes)
    rates = _key_rates(broker, nodes, seed)
    table = "".join(
        f'\n[[node]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n'
        for name, port in zip(names, ports, strict=False)
    )
    paths = []
    for k, (name, (x, y)) in enumerate(zip(names, shards.rows, strict=True)):
        np.savez(folder / f"{name}.npz", x=x, y=y, theta=shards.theta)
        links = "".join(
            f'\n[[keys.link]]\npeer = "{other}"\n'
            f'secret = "{_link(Path("."), min(k, j), max(k, j))}"\nkey_rate = {rates[k][j]}\n'
            for j, other in enumerate(names)
        )
        text = (
            f'name = "{name}"\nfaulty = {faulty}\nrounds = {rounds}\nfolder = "{name}"\n'
            f'delta = {delta}\nauthentication = "{authentication}"\n{table}\n'
            f'[tls]\nca = "certificates/ca.pem"\ncertificate = "certificates/{name}.pem"\n'
            f'key = "certificates/{name}.key"\n\n[keys]\nport = {ports[nodes + k]}\n{links}\n'
            f'[work]\nkind = "{work}"\ndata = "{name}.npz"\nrate = {shards.rate}\nseed = {seed}\n'
            f'broker = "{broker}"\n'
        )
        paths.append(folder / f"{name}.toml")
        write_atomically(paths[-1], text.encode())
    return paths


def _key_rates(broker: str, nodes: int, seed: int) -> list[list[float]]:
    """Key bits per second of every pair of nodes."""
    if not broker:
        return [[DEFAULT_RATE] * nodes] * nodes
    from ebit.consensus.broker import REGIMES, Links  # imports JAX
    from ebit.consensus.keys.plane import key_rates

    regime = REGIMES[broker]
    success = Links.draw(regime, nodes, [seed]).success[0]
    rates = key_rates(success, regime.fresh_fidelity)
    return [[round(float(rate), 3) for rate in row] for row in rates]


def _link(folder: Path, one: int, other: int) -> Path:
    return folder / "links" / f"{one}-{other}.key"


def _free_ports(number: int) -> list[int]:
    """Ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports
