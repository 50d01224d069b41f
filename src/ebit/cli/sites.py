"""Networks and QPUs as they are named on the command line."""

from pathlib import Path

from ebit.cli.console import messages
from ebit.errors import EbitError
from ebit.network import Network, read_description
from ebit.network.read import FOREIGN


def two_names(between: str | None) -> tuple[str, str] | None:
    """The names of two QPUs."""
    if between is None:
        return None
    names = [name.strip() for name in between.split(",")]
    if len(names) != 2:
        raise EbitError(f"Argument `between` must be two names, a,b, but is {between!r}.")
    return names[0], names[1]


def described(network: str) -> str | Network:
    """The network of a file of another tool, after a line for all that was left out of it."""
    if Path(network).suffix.lower() not in FOREIGN:
        return network
    described, left_out = read_description(network)
    for line in left_out:
        messages.print(f"Note: {line}")
    return described
