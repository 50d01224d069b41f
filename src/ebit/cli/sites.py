"""Networks and QPUs as they are named on the command line."""

from collections.abc import Sequence
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


def tasks_on(
    network: str, between: str | None, tasks: Sequence[Task]
) -> tuple[list[Task], list[float | None]]:
    """The trainings under the noise of a network, and the seconds that an inference waits."""
    qpus = max(task.model.qpus for task in tasks)
    if qpus == 2:
        site = open_site(described(network), two_names(between))
        seconds = waiting_seconds(site, tasks)
        noisy = [task_on(site, task) for task in tasks]
        _say(site, site.profiles)
        return noisy, [seconds[task.hash] for task in tasks]
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
    _say(", ".join(names), used_profiles(network))
    return [task for task, _ in found], [seconds for _, seconds in found]


def _say(place: object, profiles: Sequence[str]) -> None:
    """Where it is, and what is not verified in its profiles."""
    messages.print(f"Network: {place}.")
    for line in unverified(profiles):
        messages.print(f"Note: {line}")


def described(network: str) -> str | Network:
    """The network of a file of another tool, after a line for all that was left out of it."""
    if Path(network).suffix.lower() not in FOREIGN:
        return network
    described, left_out = read_description(network)
    for line in left_out:
        messages.print(f"Note: {line}")
    return described
