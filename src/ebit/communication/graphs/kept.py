"""Trainings of folds in a folder: finished ones are read, so that folds may be shared out."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl

from ebit import checks
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.hops import Hops
from ebit.communication.graphs.observable import GraphClassifier
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.training import Progress
from ebit.communication.graphs.validation import FoldCurve, train_folds
from ebit.learning import Checkpoint
from ebit.learning.arrays import load_arrays, save_arrays
from ebit.results.store import Kind, Store
from ebit.settings import hash_of

FOLD = Kind("fold of a graph network", "communication_folds")

COLUMNS = ("accuracy", "validation_accuracy", "validation_loss")
"""The curves of `FoldCurve`, one row for each epoch."""


class KeptFolds:
    """The folds of one training in a folder; each has a file of its own, named by its hash.

    Processes that train other folds may write into the folder at the same time.

    Args:
        out: Folder of results.
        graphs: The graphs.
        settings: The network and its training.
        protocol: `published` or `nested`.
        networks: Whether the trained networks are kept, too: copies of states need them.
    """

    def __init__(
        self,
        out: checks.PathLike,
        graphs: Graphs,
        settings: GraphSettings,
        protocol: str,
        *,
        networks: bool = False,
    ) -> None:
        """Nothing is read or written yet."""
        self._store, self._networks = Store(out), networks
        self._graphs, self._settings, self._protocol = graphs, settings, protocol
        content = {
            "graph fold": 1,  # raised when its numbers change
            "graphs": graphs.digest,
            "protocol": protocol,
            "settings": asdict(settings),
        }
        self._contents = [{**content, "fold": k} for k in range(settings.folds)]
        self._names = [hash_of(own) for own in self._contents]

    def finished(self) -> list[int]:
        """Numbers of the folds that are there."""
        return [k for k in range(len(self._names)) if self._is_there(k)]

    def train(self, folds: Sequence[int], progress: Progress | None = None) -> None:
        """Train those of some folds that are not there yet; interrupted, the same call goes on.

        Args:
            folds: Their numbers.
            progress: Called now and then.

        Raises:
            EbitError: If the data do not fit the settings, or the folder cannot be written.
            TrainingDivergedError: If a loss stops being finite.
        """
        missing = [k for k in folds if not self._is_there(k)]
        if not missing:
            return
        self._store.check_writable(FOLD)
        name = hash_of({"folds": [self._names[k] for k in missing]})
        checkpoint = Checkpoint(self._store.checkpoint_path(name), name)
        curves = train_folds(
            self._graphs, self._settings, self._protocol, missing, progress, checkpoint
        )
        for k, curve in zip(missing, curves, strict=True):
            self._put(k, curve)
        checkpoint.remove()  # not before the curves are safe

    def curves(self) -> list[FoldCurve]:
        """The curves of all folds, which must be there.

        Raises:
            EbitError: If a file is damaged.
        """
        return [self._get(k) for k in range(len(self._names))]

    def _is_there(self, k: int) -> bool:
        network = self._network(k)
        return self._store.has(self._names[k], FOLD) and (network is None or network.is_file())

    def _network(self, k: int) -> Path | None:
        return self._store.model_path(self._names[k]) if self._networks else None

    def _put(self, k: int, curve: FoldCurve) -> None:
        path = self._network(k)
        if path is not None and curve.classifier is not None:
            arrays = {"forms": curve.classifier.forms, "bias": curve.classifier.bias}
            save_arrays(path, arrays, {"identity": self._names[k]})
        columns = {name: getattr(curve, name) for name in COLUMNS}
        rows = pl.DataFrame({"epoch": np.arange(1, 1 + len(curve.accuracy)), **columns})
        rows.insert_column(0, pl.lit(self._names[k]).alias("task"))
        self._store.put(self._names[k], rows, FOLD, self._contents[k])

    def _get(self, k: int) -> FoldCurve:
        rows = self._store.get(self._names[k], FOLD)
        assert rows is not None
        path = self._network(k)
        network = None if path is None else _read(path, self._settings.hops)
        return FoldCurve(**{name: rows[name].to_numpy() for name in COLUMNS}, classifier=network)


def _read(path: Path, hops: Hops) -> GraphClassifier:
    arrays, _ = load_arrays(path)
    return GraphClassifier(arrays["['forms']"], arrays["['bias']"], hops)
