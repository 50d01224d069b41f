"""Tasks on a network: their noise, and the seconds that they wait."""

from collections.abc import Sequence

from ebit import checks
from ebit.models import DistributedQCNN
from ebit.planning.condition import condition
from ebit.planning.site import Site
from ebit.results import Task


@checks.takes(
    site=checks.instance(Site, "a place, as ebit.open_site returns it"),
    task=checks.instance(Task, "a task, as ebit.make_task returns it"),
)
def task_on(site: Site, task: Task) -> Task:
    """The same training under the noise of a network; a baseline, which uses no network, as it is.

    Args:
        site: Two QPUs and their link.
        task: The training without noise.

    Returns:
        The task.

    Raises:
        EbitError: If the circuit says itself how noisy it or its pairs are.

    Example:
        >>> from ebit.planning import open_site
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> task = Task(model=ModelSettings(resource="bell:1"), data="d", fingerprint="",
        ...             training=TrainingSettings())
        >>> noisy = task_on(open_site("trapped-ion+laboratory"), task)
        >>> [round(error, 4) for error in noisy.model.noise.pair_errors]
        [0.0104, 0.0104, 0.0104]
    """
    model = task.model.build()
    if not isinstance(model, DistributedQCNN):
        return task
    settings = task.model.model_copy(update={"noise": condition(site, model).noise})
    return Task(**{**dict(task), "model": settings})


@checks.takes(
    site=checks.instance(Site, "a place, as ebit.open_site returns it"),
    tasks=checks.several(checks.instance(Task, "a task, as ebit.make_task returns it"), least=0),
)
def waiting_seconds(site: Site, tasks: Sequence[Task]) -> dict[str, float | None]:
    """Time that one inference of each task waits for pairs and messages.

    Args:
        site: Two QPUs and their link.
        tasks: The tasks.

    Returns:
        Seconds by hash of the task; None for a baseline, which uses no network.

    Raises:
        EbitError: If a resource says itself how good its pairs are.

    Example:
        >>> from ebit.planning import open_site
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> task = Task(model=ModelSettings(resource="bell:1"), data="d", fingerprint="",
        ...             training=TrainingSettings())
        >>> found = waiting_seconds(open_site("trapped-ion+laboratory"), [task])
        >>> round(found[task.hash], 3)
        0.103
    """
    found: dict[str, float | None] = {}
    for task in tasks:
        model = task.model.build()
        found[task.hash] = None
        if isinstance(model, DistributedQCNN):
            found[task.hash] = condition(site, model).ledger(1).waiting_seconds
    return found
