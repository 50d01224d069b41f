"""Everything that nodes on this machine need: certificates, secrets of links, shards, files."""

import secrets
import socket
from pathlib import Path

import numpy as np

from ebit.checks import real, takes, whole, wrong
from ebit.checks import seed as seed_rule
from ebit.consensus.agreement.committee import MOST_NODES, Committee
from ebit.consensus.agreement.work import LeastSquares, least_squares
from ebit.consensus.keys.certificates import make_certificates, write_secret
from ebit.consensus.keys.material import SECRET_BYTES
from ebit.consensus.keys.tags import AUTHENTICATION
from ebit.errors import EbitError
from ebit.writing import write_atomically


def _mode(name: str, value: object) -> str:
    if value not in AUTHENTICATION:
        raise wrong(name, " or ".join(map(repr, AUTHENTICATION)), value)
    return str(value)


@takes(
    nodes=whole(1, MOST_NODES),
    faulty=whole(0, MOST_NODES),
    rounds=whole(1),
    parameters=whole(1, 1_000_000),
    seed=seed_rule,
    authentication=_mode,
    delta=real(above=0),
)
def lay_out(
    folder: Path,
    nodes: int,
    faulty: int,
    rounds: int,
    parameters: int = 4,
    seed: int = 0,
    authentication: str = "its",
    delta: float = 0.5,
) -> list[Path]:
    """Write what a training of some nodes on this machine needs.

    Args:
        folder: An empty folder, or one that is not there.
        nodes: Number of nodes.
        faulty: Most faulty ones.
        rounds: Rounds to train.
        parameters: Number of parameters of the linear regression.
        seed: Chooses its rows.
        authentication: How frames are tagged.
        delta: Longest way of a message, in seconds.

    Returns:
        The TOML file of each node.

    Raises:
        EbitError: If the folder is not empty, or so many nodes do not bear so many faulty ones.
    """
    Committee(nodes, faulty)
    if folder.exists() and any(folder.iterdir()):
        raise EbitError(f"Folder {str(folder)!r} is not empty: give another one.")
    names = [f"node-{k}" for k in range(nodes)]
    make_certificates(folder / "certificates", names)
    for k in range(nodes):
        for other in range(k, nodes):
            write_secret(_link(folder, k, other), secrets.token_bytes(SECRET_BYTES))
    work = least_squares(nodes, faulty, parameters, seed=seed)
    ports = _free_ports(2 * nodes)
    table = "".join(
        f'\n[[node]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n'
        for name, port in zip(names, ports, strict=False)
    )
    paths = []
    for k, (name, local) in enumerate(zip(names, work.local_updates, strict=True)):
        assert isinstance(local, LeastSquares)
        np.savez(folder / f"{name}.npz", x=local.x, y=local.y)
        links = "".join(
            f'\n[[keys.link]]\npeer = "{other}"\n'
            f'secret = "{_link(Path("."), min(k, j), max(k, j))}"\n'
            for j, other in enumerate(names)
        )
        text = (
            f'name = "{name}"\nfaulty = {faulty}\nrounds = {rounds}\nfolder = "{name}"\n'
            f'delta = {delta}\nauthentication = "{authentication}"\n{table}\n'
            f'[tls]\nca = "certificates/ca.pem"\ncertificate = "certificates/{name}.pem"\n'
            f'key = "certificates/{name}.key"\n\n[keys]\nport = {ports[nodes + k]}\n{links}\n'
            f'[work]\nkind = "least-squares"\ndata = "{name}.npz"\nparameters = {parameters}\n'
            f"seed = {seed}\n"
        )
        paths.append(folder / f"{name}.toml")
        write_atomically(paths[-1], text.encode())
    return paths


def _link(folder: Path, one: int, other: int) -> Path:
    return folder / "links" / f"{one}-{other}.key"


def _free_ports(number: int) -> list[int]:
    """Ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports
