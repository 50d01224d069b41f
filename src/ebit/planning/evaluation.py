"""Read-outs of a trained circuit under a condition, as an experiment that the store keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.models import DistributedQCNN
from ebit.planning.evaluate import Readouts, read_out
from ebit.results import Store, StoredModel, run_experiment
from ebit.results.experiment import Progress
from ebit.results.store import Kind
from ebit.settings import hash_of
from ebit.version import __version__

READOUTS = Kind("read-outs", "readouts")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A trained circuit that is run under a condition.

    Args:
        stored: Its trained parameters.
        model: The circuit with the noise and the pairs of the condition.
        x: Angles (rows, features) in radians: the first validation rows of its data.
        labels: +1 or -1, shape (rows,).
    """

    stored: StoredModel
    model: DistributedQCNN
    x: NDArray[np.float64]
    labels: NDArray[np.float64]

    @property
    def kind(self) -> Kind:
        """Read-outs; the model belongs to the training."""
        return READOUTS

    @property
    def content(self) -> Mapping[str, Any]:
        """The training, which says the data, and the condition.

        The version counts, because another one may compute noise better.
        """
        changed = {"resource": self.model.resource_name, "noise": self.model.noise}
        return {
            "trained": self.stored.task.hash,
            "model": self.stored.task.model.model_copy(update=changed).content,
            "rows": len(self.labels),
            "ebit": __version__,
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the content."""
        return hash_of(self.content)

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row per run, with the read-outs of all validation rows in lists."""
        del store, progress  # nothing is kept beside the rows, and it takes a moment
        found = read_out(self.stored, self.model, self.x, self.labels)
        return pl.DataFrame(
            {
                "task": self.hash,
                "run": range(len(found.mean)),
                "mean": found.mean.tolist(),
                "std": found.std.tolist(),
            }
        )

    def kept(self, store: Store) -> Readouts:
        """The read-outs, from the store if they are there.

        Args:
            store: Where they are kept.

        Returns:
            The same numbers as `read_out`.

        Raises:
            EbitError: If the store cannot be written or is damaged.
        """
        rows = run_experiment(self, store).sort("run")
        mean, std = (np.array(rows[name].to_list(), np.float64) for name in ("mean", "std"))
        return Readouts(mean, std, np.asarray(self.labels, np.float64))
