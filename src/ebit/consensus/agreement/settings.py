"""The file that tells a node who it is and whom it talks to."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ebit.consensus.agreement.byzantine import BENDS
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.workers import WORKERS
from ebit.consensus.keys.certificates import Identity
from ebit.consensus.keys.tags import AUTHENTICATION
from ebit.errors import EbitError
from ebit.reading import read_toml
from ebit.settings import Number, Settings, Whole, one_of
from ebit.writing import followed

BROKERS = ("", "easy", "hard", "ideal")
"""Regimes of `ebit.consensus.broker`, and none at all."""


class Peer(Settings):
    """A node as all nodes know it."""

    name: Annotated[str, Field(min_length=1, max_length=63, description="Its name.")]
    address: Annotated[str, Field(description="HOST:PORT where it listens.")]

    @property
    def place(self) -> tuple[str, int]:
        """Host and port.

        Raises:
            EbitError: If the address is none of this machine.
        """
        host, _, port = self.address.rpartition(":")
        host = host.strip("[]")
        is_port = port.isdecimal() and 0 < int(port) < 65536
        try:
            is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            is_here = False
        if not is_port or not is_here:
            raise EbitError(
                f"Node {self.name!r} has the address {self.address!r}: give 127.0.0.1:PORT; nodes "
                "talk on the loopback interface only."
            )
        return host, int(port)


class Certificates(Settings):
    """Certificates of a node, as PEM files."""

    ca: Annotated[str, Field(description="Certificate of the authority.")]
    certificate: Annotated[str, Field(description="Certificate of the node.")]
    key: Annotated[str, Field(description="Private key of the node.")]


class LinkSettings(Settings):
    """A simulated QKD link to another node."""

    peer: Annotated[str, Field(description="The node at its other end.")]
    secret: Annotated[str, Field(description="File with 32 secret bytes, the same at both ends.")]
    key_rate: Annotated[Number, Field(gt=0, description="Key bits per second and direction.")] = 1e6
    stored: Annotated[Number, Field(ge=0, description="Key bits there at the beginning.")] = 1e7


class KeySettings(Settings):
    """Where keys come from."""

    url: Annotated[str, Field(description="Address of a key-management entity.")] = ""
    port: Annotated[
        Whole, Field(ge=0, le=65535, description="Port of one that the node itself runs.")
    ] = 0
    link: Annotated[tuple[LinkSettings, ...], Field(description="Its simulated links.")] = ()


class WorkSettings(Settings):
    """What a node computes."""

    kind: Annotated[str, one_of(WORKERS), Field(description="What is trained.")] = "least-squares"
    data: Annotated[
        str,
        Field(description="NPZ file with `x` and `y` of this node and `theta`, where all start."),
    ]
    rate: Annotated[Number, Field(gt=0, description="Step size.")] = 0.1
    broker: Annotated[
        str,
        one_of(BROKERS),
        Field(
            description="Regime of the network whose broker hands out pairs; the step is then that "
            "of CEAS. Without it every update arrives whole, and the step is the trimmed mean."
        ),
    ] = ""
    seed: Annotated[Whole, Field(ge=0, description="Seed of what is random.")] = 0


class NodeSettings(Settings):
    """One node of a training."""

    name: Annotated[str, Field(description="Which of the nodes this is.")]
    faulty: Annotated[Whole, Field(ge=0, description="Most faulty nodes.")]
    rounds: Annotated[Whole, Field(ge=1, description="Rounds to train.")]
    folder: Annotated[str, Field(description="Folder of its log and its keys.")]
    delta: Annotated[
        Number, Field(gt=0, le=3600, description="Longest way of a message, in seconds.")
    ] = 0.5
    patience: Annotated[
        Number, Field(gt=0, description="Seconds without a finished round before it gives up.")
    ] = 600.0
    linger: Annotated[
        Number, Field(ge=0, description="Seconds to wait at the end for nodes that are behind.")
    ] = 20.0
    authentication: Annotated[
        str,
        one_of(AUTHENTICATION),
        Field(description="How frames are tagged."),
    ] = "its"
    drill: Annotated[
        str, one_of(["", *BENDS]), Field(description="Play a faulty node of this kind.")
    ] = ""
    node: Annotated[tuple[Peer, ...], Field(description="All nodes, in the same order everywhere.")]
    tls: Annotated[Certificates, Field(description="Certificates.")]
    keys: Annotated[KeySettings, Field(description="Keys.")]
    work: Annotated[WorkSettings, Field(description="Work.")]

    @property
    def me(self) -> int:
        """Number of this node."""
        return [peer.name for peer in self.node].index(self.name)

    @property
    def committee(self) -> Committee:
        """Who takes part."""
        return Committee(len(self.node), self.faulty)


def read_node(path: Path) -> tuple[NodeSettings, Path]:
    """Read the file of a node.

    Args:
        path: A TOML file; relative paths in it start from its folder.

    Returns:
        The settings, and that folder.

    Raises:
        EbitError: If something in it is wrong; one line says what.
    """
    content: dict[str, Any] = read_toml(path)
    try:
        settings = NodeSettings(**content)
        _check(settings)
    except EbitError as error:
        raise EbitError(f"File {str(path)!r}: {error}") from None
    return settings, followed(path).parent


def _check(settings: NodeSettings) -> None:
    names = [peer.name for peer in settings.node]
    places = [peer.place for peer in settings.node]
    for what, values in (("name", names), ("address", [f"{h}:{p}" for h, p in places])):
        twice = [value for value in values if values.count(value) > 1]
        if twice:
            raise EbitError(f"Two nodes have the {what} {twice[0]!r}: give each its own.")
    if settings.name not in names:
        raise EbitError(
            f"Setting `name` must be that of a node ({', '.join(names)}), but is {settings.name!r}."
        )
    settings.committee  # noqa: B018
    keys = settings.keys
    if settings.authentication == "none":
        return
    if bool(keys.url) == bool(keys.link):
        raise EbitError(
            "Table `keys` must have either `url`, the address of a key-management entity, or one "
            "`link` for each other node."
        )
    if keys.link:
        missing = set(names) - {link.peer for link in keys.link} - {settings.name}
        if missing:
            raise EbitError(
                f"There is no key link from {settings.name!r} to {min(missing)!r}: add a table "
                "`keys.link` for it; every pair of nodes needs one."
            )


def identity_of(settings: NodeSettings, folder: Path) -> Identity:
    """The certificates of a node.

    Raises:
        EbitError: If its certificate is not its own.
    """
    tls = settings.tls
    identity = Identity(folder / tls.ca, folder / tls.certificate, folder / tls.key)
    identity.server()
    if identity.name != settings.name:
        raise EbitError(
            f"Certificate {str(identity.certificate)!r} is that of {identity.name!r}, not of "
            f"{settings.name!r}: give its own."
        )
    return identity
