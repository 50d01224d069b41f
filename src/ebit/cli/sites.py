"""Networks and QPUs as they are named on the command line."""

from pathlib import Path

from ebit.cli.console import messages
from ebit.errors import EbitError
from ebit.network import Network, read_description
from ebit.network.read import FOREIGN


def two_names(qpus: str | None, option: str = "qpus") -> tuple[str, str] | None:
    """The names of two QPUs."""
    if qpus is None:
        return None
    names = [name.strip() for name in qpus.split(",")]
    if len(names) != 2:
        raise EbitError(f"Argument `{option}` must be two names, a,b, but is {qpus!r}.")
    return names[0], names[1]


def described(network: str) -> str | Network:
    """The network of a file of another tool, after a line for all that was left out of it."""
    if Path(network).suffix.lower() not in FOREIGN:
        return network
    described, left_out = read_description(network)
    for line in left_out:
        messages.print(f"Note: {line}")
    return described
