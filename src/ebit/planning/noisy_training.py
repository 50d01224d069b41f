"""Circuits trained under the noise that they run with, starting where they ended without it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ebit.data import Dataset
from ebit.learning import Progress
from ebit.planning.condition import Condition
from ebit.planning.trained import Trained, trained_circuit
from ebit.results import Task, train

SHARE = 4
"""A training under noise starts where another one ended, and takes so much fewer steps."""

STEP = 0.4
"""Its step size, in units of that of the other training; it falls to 0."""


@dataclass(frozen=True)
class NoisyTraining:
    """How circuits are trained under noise.

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

    def train(self, circuit: Trained, found: Condition) -> Trained:
        """The circuit trained further under a condition; itself if it was trained under this noise.

        Args:
            circuit: A trained circuit, from whose parameters the training starts.
            found: The condition.

        Returns:
            The circuit with new parameters.

        Raises:
            EbitError: If the folder cannot be written.
            TrainingDivergedError: If the loss stops being finite.
            KeyboardInterrupt: If interrupted; the same call goes on later.
        """
        noise = None if found.noise.is_zero else found.noise
        before = circuit.stored.task
        if noise == before.model.noise:
            return circuit
        task = task_under(before, found)
        progress = self.progress(task) if callable(self.progress) else self.progress
        train(self.dataset, task, self.out, progress=progress)
        return trained_circuit(self.dataset, task, self.out, self.rows, model=circuit.model)


def task_under(before: Task, found: Condition) -> Task:
    """The training under a condition that starts where another one ended.

    Args:
        before: The other training, with noise or without.
        found: The condition.

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
                "validate_every": max(1, steps // 10),
            }
        )
    model = before.model.model_copy(update={"noise": found.noise})
    return Task(
        model=model,
        training=training,
        data=before.data,
        fingerprint=before.fingerprint,
        start=before.hash,
    )
