"""A capacity as an experiment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from ebit.capacity import CapacitySettings, capacity_row
from ebit.data import Dataset
from ebit.results.experiment import Progress
from ebit.results.provenance import provenance
from ebit.results.store import CAPACITY, Kind, Store


@dataclass(frozen=True)
class Capacity:
    """The capacity of a circuit.

    Args:
        settings: What to compute.
        dataset: The data that the settings name; None for random inputs.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.results import run_experiment
        >>> capacity = Capacity(CapacitySettings(resource="none", qubits=2, depth=1, points=1))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = run_experiment(capacity, Store(folder))
        >>> rows["rank"].item(), rows["eigenvalues"].list.len().item()
        (10, 1)
    """

    settings: CapacitySettings
    dataset: Dataset | None = field(default=None, compare=False, repr=False)

    @property
    def kind(self) -> Kind:
        """Capacities have rows only."""
        return CAPACITY

    @property
    def content(self) -> Mapping[str, Any]:
        """That of the settings."""
        return self.settings.content

    @property
    def hash(self) -> str:
        """That of the settings."""
        return self.settings.hash

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row: that of `capacity_row`, where it was computed, and all eigenvalues."""
        inputs = None
        if self.dataset is not None:
            inputs = np.concatenate([self.dataset.x_train, self.dataset.x_validation])
        row, spectrum = capacity_row(self.settings, inputs, progress=progress)
        made = asdict(provenance("complex128"))
        del made["train_rows"], made["validation_rows"]
        columns = {**asdict(row), **made, "eigenvalues": spectrum.eigenvalues.tolist()}
        return pl.DataFrame([columns], schema_overrides=_MAY_BE_NULL)


_MAY_BE_NULL: dict[str, type[pl.DataType]] = {
    "noise": pl.String,
    "converged": pl.Boolean,
    "smallest_kept": pl.Float64,
    "largest_dropped": pl.Float64,
    "log_eigenvalue_std": pl.Float64,
    "git_commit": pl.String,
}
"""Columns that a single row does not tell the type of."""
