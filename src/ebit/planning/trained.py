"""Circuits trained without noise, and their read-outs under any condition."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.data import Dataset
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.planning.condition import Condition, condition
from ebit.planning.evaluate import Readouts, read_out
from ebit.planning.evaluation import Evaluation
from ebit.planning.site import Site
from ebit.resources import resources_help
from ebit.results import Store, StoredModel, Task, load_model

EVALUATED_ROWS = 512
"""Validation rows that a plan is made with, at most; all resources get the same ones."""


@dataclass(frozen=True)
class Trained:
    """A trained circuit and the rows that it is evaluated on.

    Read-outs are kept, because many conditions are the same for a circuit; in the store, too, so
    that an interrupted plan goes on where it stopped.

    Attributes:
        model: The circuit without noise.
        stored: Its trained parameters.
        x: Angles (rows, features) in radians.
        labels: +1 or -1, shape (rows,).
        store: Where read-outs are kept; None: in memory only.
    """

    model: DistributedQCNN
    stored: StoredModel
    x: NDArray[np.float64]
    labels: NDArray[np.float64]
    store: Store | None = field(default=None, repr=False)
    _known: dict[DistributedQCNN, Readouts] = field(default_factory=dict, repr=False)

    @property
    def knows_noise(self) -> bool:
        """Whether it was trained with noise."""
        return self.stored.task.start is not None

    @property
    def name(self) -> str:
        """The resource string."""
        return self.model.resource_name

    def condition(self, site: Site) -> Condition:
        """What a site does to this circuit."""
        return condition(site, self.model)

    def read_out(self, found: Condition | None = None) -> Readouts:
        """Read-outs under a condition; without one, those without noise."""
        return self.under(self.model if found is None else found.noisy(self.model))

    def under(self, model: DistributedQCNN) -> Readouts:
        """Read-outs of the same circuit with any noise and pairs."""
        if model not in self._known:
            task = (self.stored, model, self.x, self.labels)
            kept = None if self.store is None else Evaluation(*task).kept(self.store)
            self._known[model] = kept or read_out(*task)
        return self._known[model]


def circuit_of(task: Task) -> DistributedQCNN:
    """The circuit of a task.

    Args:
        task: A task.

    Returns:
        Its model.

    Raises:
        EbitError: If it is no pair of QPUs.

    Example:
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> settings = {"training": TrainingSettings(), "data": "d", "fingerprint": ""}
        >>> circuit_of(Task(model=ModelSettings(resource="bell:1"), **settings)).resource_name
        'bell:1'
    """
    checks.instance(Task, "a task, as ebit.make_task returns it")("task", task)
    model = task.model.build()
    if not isinstance(model, DistributedQCNN):
        raise EbitError(
            f"Argument `resources` holds {task.model.resource!r}, which uses no network: use "
            f"{resources_help(baselines=False)}."
        )
    return model


def trained_circuit(
    dataset: Dataset,
    task: Task,
    out: Path,
    rows: int = EVALUATED_ROWS,
    model: DistributedQCNN | None = None,
) -> Trained:
    """The circuit of a finished task.

    Args:
        dataset: The data that it was trained on.
        task: The task.
        out: Folder with its result.
        rows: Validation rows to evaluate on, at most.
        model: The circuit without noise, where it was trained with noise.

    Returns:
        The circuit with its parameters.

    Raises:
        EbitError: If the model is missing, or is no pair of QPUs.
    """
    store = Store(out)
    stored = load_model(store.model_path(task.hash))
    x, labels = dataset.x_validation[:rows], dataset.y_validation[:rows]
    return Trained(circuit_of(task) if model is None else model, stored, x, labels, store)
