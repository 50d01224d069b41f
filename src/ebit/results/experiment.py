"""What can be run and kept: trainings, capacities, other classifiers, and what is to come.

An experiment is an immutable value. Its content says all that its numbers depend on, the hash of
the content is its name, and it runs to rows. The store keeps the rows under that name.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import polars as pl

from ebit import checks
from ebit.results.store import Kind, Store, remove

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called now and then with (what is done, what there is in all)."""


class Experiment(Protocol):
    """An immutable value that runs to rows; the same hash gives the same rows."""

    @property
    def kind(self) -> Kind:
        """What it is, which says where its rows are kept."""

    @property
    def content(self) -> Mapping[str, Any]:
        """All that its numbers depend on, JSON-compatible."""

    @property
    def hash(self) -> str:
        """`ebit.settings.hash_of` the content."""

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """Compute the rows; what is kept beside them goes into the store.

        Args:
            store: Where a model and an unfinished state are kept.
            progress: Called now and then.

        Returns:
            The rows, with the hash as `task`.
        """


def is_experiment(name: str, value: Any) -> Any:
    """The rule of experiments."""
    if not (hasattr(value, "hash") and hasattr(value, "kind") and hasattr(value, "run")):
        raise checks.wrong(name, "experiments, such as OtherClassifier", value)
    return value


@checks.takes(experiment=is_experiment, store=checks.instance(Store, "a Store"))
def run_experiment(
    experiment: Experiment, store: Store, progress: Progress | None = None
) -> pl.DataFrame:
    """The rows of an experiment: from the store if it is finished, else by running it.

    Args:
        experiment: What to run.
        store: Where finished experiments are kept.
        progress: Called now and then.

    Returns:
        Its rows.

    Raises:
        EbitError: If a setting does not fit, or the store cannot be written or is damaged.
        TrainingDivergedError: If the loss of a training stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.
    """
    finished = store.get(experiment.hash, experiment.kind)
    if finished is not None:
        _log.info("%s is finished: its rows are read", experiment.hash[:12])
        return finished
    store.check_writable(experiment.kind)
    rows = experiment.run(store, progress)
    store.put(experiment.hash, rows, experiment.kind, experiment.content)
    remove(store.checkpoint_path(experiment.hash))  # not before the rows are safe
    return rows
