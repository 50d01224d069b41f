"""A training as an experiment: a task with its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ebit.data import Dataset
from ebit.learning import Checkpoint, accuracy_of_loss, fit
from ebit.models import CircuitSettings
from ebit.models.places import feature_parts, feature_places, placed
from ebit.results.experiment import Progress
from ebit.results.model_file import load_model, save_model
from ebit.results.rows import provenance_of, rows_of
from ebit.results.store import TRAINING, Kind, Store
from ebit.results.task import Task


def parts_of(dataset: Dataset, settings: CircuitSettings) -> list[int]:
    """How many features of a data set each QPU of a model gets."""
    return feature_parts(dataset.features, settings.shares, dataset.blocks)


def places_of(dataset: Dataset, settings: CircuitSettings) -> list[int]:
    """Where the features of a data set stand among those of a model."""
    return feature_places(parts_of(dataset, settings), settings.shares)


@dataclass(frozen=True, eq=False)
class Training:
    """The training of a task.

    Args:
        task: What to do.
        dataset: The data that the task was made for.
        preparation: How the data were prepared; kept with the model.
    """

    task: Task
    dataset: Dataset
    preparation: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """Trainings keep a model."""
        return TRAINING

    @property
    def content(self) -> Mapping[str, Any]:
        """That of the task."""
        return self.task.content

    @property
    def hash(self) -> str:
        """That of the task."""
        return self.task.hash

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row per run; an interrupted training goes on from its checkpoint.

        The model is written before the rows, and the checkpoint goes after them, so that a full
        disk costs nothing but the time since the last checkpoint.
        """
        model, data, start = self.task.model.build(), self.dataset, self.task.start
        places = places_of(data, self.task.model)
        train, validation = (
            placed(x, places, model.features) for x in (data.x_train, data.x_validation)
        )
        result = fit(
            model,
            (train, data.y_train),
            validation=(validation, data.y_validation),
            settings=self.task.training,
            checkpoint=Checkpoint(store.checkpoint_path(self.hash), self.hash),
            progress=progress,
            start=None if start is None else load_model(store.model_path(start)).parameters,
        )
        made = provenance_of(result)
        save_model(
            store.model_path(self.hash),
            self.task,
            result.parameters,
            result.validation_accuracy,
            dict(self.preparation),
            made,
            validation_r2=result.validation_r2,
            accuracy_of_loss=accuracy_of_loss(result, self.task.training),
        )
        return rows_of(self.task, model, result, made)
