"""Circuits trained under the noise that they run with, starting where they ended without it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.data import Dataset
from ebit.learning import Progress
from ebit.models import DistributedQCNN
from ebit.planning.trained import Trained, trained_circuit
from ebit.results import Task, train

SHARE = 4
"""A training under noise starts where another one ended, and takes so much fewer steps."""

STEP = 0.4
"""Its step size, in units of that of the other training; it falls to 0."""

BATCH = 256
"""Rows of its minibatches, at most."""

CHANGED = 0.02
"""A circuit is trained anew where its read-outs differ by more; 1000 shots leave 0.03."""


@dataclass(frozen=True)
class NoisyTraining:
    """How circuits are trained under noise, and those that were.

    Args:
        dataset: The data of the first trainings.
        out: Folder with them, and for more.
        rows: Validation rows to evaluate on, at most.
        progress: As for `ebit.compare`.
    """

    dataset: Dataset
    out: Path
    rows: int
    progress: Callable[[Task], Progress] | bool | None = None
    _known: dict[str, list[tuple[NDArray[np.float64], Trained]]] = field(
        default_factory=dict, repr=False
    )

    def __post_init__(self) -> None:
        """Raise unless the arguments are what they must be."""
        checks.instance(Dataset, "a data set of ebit.data")("dataset", self.dataset)
        object.__setattr__(self, "out", checks.path("out", self.out))
        checks.whole(1)("rows", self.rows)

    def train(self, circuit: Trained, model: DistributedQCNN, *, anew: bool = True) -> Trained:
        """The circuit with parameters for a condition.

        It is trained from where the one ended whose condition is nearest, unless that is near
        enough: read-outs of the circuit without training under noise say how far conditions are
        from each other.

        Args:
            circuit: The circuit, trained without noise.
            model: The same with the noise and the pairs of the condition.
            anew: Whether it may be trained; else the nearest one is taken as it is.

        Returns:
            The circuit with new parameters; itself if there is no noise, or no other one.

        Raises:
            EbitError: If the folder cannot be written.
            TrainingDivergedError: If the loss stops being finite.
            KeyboardInterrupt: If interrupted; the same call goes on later.
        """
        if replace(model, noise=None) == circuit.model and (
            model.noise is None or model.noise.is_zero
        ):
            return circuit
        here = circuit.under(model).mean
        known = self._known.setdefault(circuit.stored.task.hash, [])
        far = [float(np.sqrt(np.mean((there - here) ** 2))) for there, _ in known]
        near = known[int(np.argmin(far))][1] if known else circuit
        if not anew or (known and min(far) <= CHANGED):
            return near
        task = task_under(near.stored.task, model)
        progress = self.progress(task) if callable(self.progress) else self.progress
        train(self.dataset, task, self.out, progress=progress)
        new = trained_circuit(self.dataset, task, self.out, self.rows, model=circuit.model)
        known.append((here, new))
        return new


def task_under(before: Task, model: DistributedQCNN) -> Task:
    """The training under a condition that starts where another one ended.

    Args:
        before: The other training, with noise or without.
        model: Its circuit with the noise and the pairs of the condition.

    Returns:
        The task.
    """
    training = before.training
    if before.start is None:
        steps = max(1, training.steps // SHARE)
        training = training.model_copy(
            update={
                "steps": steps,
                "learning_rate": STEP * training.learning_rate,
                "schedule": "cosine",
                "batch_size": min(BATCH, training.batch_size),
                "validate_every": max(1, steps // 10),
            }
        )
    changed = {"resource": model.resource_name, "noise": model.noise}
    return Task(
        model=before.model.model_copy(update=changed),
        training=training,
        data=before.data,
        fingerprint=before.fingerprint,
        start=before.hash,
    )
