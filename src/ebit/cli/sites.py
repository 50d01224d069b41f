"""Networks and QPUs as they are named on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ebit.cli.console import messages
from ebit.errors import EbitError
from ebit.network import Network, read_description, read_network, unverified
from ebit.network.read import FOREIGN
from ebit.planning import open_site, task_on, task_on_links, waiting_seconds
from ebit.planning.site import used_profiles
from ebit.results import Task


def two_names(between: str | None) -> tuple[str, str] | None:
    """The names of two QPUs."""
    if between is None:
        return None
    names = [name.strip() for name in between.split(",")]
    if len(names) != 2:
        raise EbitError(f"Argument `between` must be two names, a,b, but is {between!r}.")
    return names[0], names[1]


@dataclass(frozen=True)
class OnNetwork:
    """Trainings under the noise of a network.

    Attributes:
        tasks: The trainings.
        seconds: How long an inference of each waits; None for what uses no network.
        settings: The network, and what is not verified in its profiles, for a report.
    """

    tasks: list[Task]
    seconds: list[float | None]
    settings: dict[str, str]


def check_between(network: str | None, between: str | None) -> None:
    """Raise if QPUs are named without the network that they belong to."""
    if network is None and between is not None:
        raise EbitError("Argument `between` names QPUs of a network: give --network, too.")


def tasks_on(network: str, between: str | None, tasks: Sequence[Task]) -> OnNetwork:
    """The same trainings under the noise of a network, after a line on what it is."""
    qpus = max(task.model.qpus for task in tasks)
    if qpus == 2:
        site = open_site(described(network), two_names(between))
        seconds = waiting_seconds(site, tasks)
        noisy = [task_on(site, task) for task in tasks]
        waits = [seconds[task.hash] for task in tasks]
        return OnNetwork(noisy, waits, _said(site, site.profiles))
    place = described(network)
    whole = place if isinstance(place, Network) else read_network(place)
    names = [qpu.name for qpu in whole.qpus]
    if between is not None:
        names = [name.strip() for name in between.split(",")]
    elif len(names) != qpus:
        raise EbitError(
            f"Argument `between` is missing: name {qpus} of the QPUs {', '.join(names)}."
        )
    found = [task_on_links(whole, names, task) for task in tasks]
    noisy, waits = [task for task, _ in found], [seconds for _, seconds in found]
    return OnNetwork(noisy, waits, _said(", ".join(names), used_profiles(network)))


def _said(place: object, profiles: Sequence[str]) -> dict[str, str]:
    """Where it is, and what is not verified in its profiles: shown, and for a report."""
    messages.print(f"Network: {place}.")
    marks = unverified(profiles)
    for line in marks:
        messages.print(f"Note: {line}")
    return {"network": str(place), **({"not verified": " ".join(marks)} if marks else {})}


def described(network: str) -> str | Network:
    """The network of a file of another tool, after a line for all that was left out of it."""
    if Path(network).suffix.lower() not in FOREIGN:
        return network
    described, left_out = read_description(network)
    for line in left_out:
        messages.print(f"Note: {line}")
    return described
