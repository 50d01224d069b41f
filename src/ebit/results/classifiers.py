"""What a user would otherwise take: classifiers of scikit-learn on the same data, side by side."""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import polars as pl

from ebit import checks
from ebit.data import Dataset
from ebit.resources import CLASSIFIERS
from ebit.results.columns import COLUMNS, UNITS, unit_columns
from ebit.results.experiment import Progress
from ebit.results.provenance import provenance
from ebit.results.store import OTHER_CLASSIFIER, Kind, Store
from ebit.results.train import fingerprint_of
from ebit.settings import hash_of

NAMES = tuple(row.form for row in CLASSIFIERS)
"""Their names, which stand where those of resources do."""


def scikit_learn_version() -> str | None:
    """The version of scikit-learn that is installed; None if there is none."""
    try:
        return version("scikit-learn")
    except PackageNotFoundError:
        return None


@dataclass(frozen=True, eq=False)
class OtherClassifier:
    """A classifier of scikit-learn as an experiment; it sees all features in one place.

    The features are standardised first. All else is as scikit-learn has it, but for the numbers of
    iterations, which are enough to converge, and the layers of the network, which are 2 of 32.

    Args:
        name: `logistic-regression`, `svc` or `mlp`.
        dataset: The data.
        seed: Seed of the network's initial weights and of its minibatches.
        runs: Number of runs; they differ for the network only.

    Example:
        >>> import tempfile
        >>> from ebit.data import load
        >>> from ebit.results import run_experiment
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = run_experiment(OtherClassifier("svc", load("chsh"), 0), Store(folder))
        >>> rows["train_accuracy"].item()
        1.0
    """

    name: str
    dataset: Dataset
    seed: int
    runs: int = 1

    def __post_init__(self) -> None:
        """Raise unless the arguments are what they must be."""
        checks.one_of(NAMES)("name", self.name)
        checks.instance(Dataset, "a data set of ebit.data")("dataset", self.dataset)
        checks.seed("seed", self.seed)
        checks.whole(1)("runs", self.runs)

    @property
    def kind(self) -> Kind:
        """Its rows are kept with those of trainings."""
        return OTHER_CLASSIFIER

    @property
    def content(self) -> Mapping[str, Any]:
        """The classifier, the data, seed and runs, and the version of scikit-learn."""
        return {
            "classifier": self.name,
            "seed": self.seed,
            "runs": self.runs,
            "fingerprint": fingerprint_of(self.dataset),
            "scikit-learn": scikit_learn_version(),
            "format": 1,
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form of `content`."""
        return hash_of(self.content)

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row per run with the columns of trainings; those of circuits are empty."""
        data = self.dataset
        columns = [*COLUMNS, *unit_columns(UNITS)]
        started = time.perf_counter()
        accuracies = [self._train(run) for run in range(self.runs)]
        same = {
            "task": self.hash,
            "resource": self.name,
            "seed": self.seed,
            "data": data.name,
            "fingerprint": fingerprint_of(data),
            "seconds": time.perf_counter() - started,
            "compile_seconds": 0.0,
            **asdict(provenance("float64", len(data.y_train), len(data.y_validation))),
            "device": "cpu",
        }
        rows = [
            {**same, "run": run, "train_accuracy": train, "validation_accuracy": validation}
            for run, (train, validation) in enumerate(accuracies)
        ]
        if progress is not None:
            progress(1, 1)
        return pl.DataFrame(
            [{column.name: row.get(column.name) for column in columns} for row in rows],
            schema={column.name: column.dtype for column in columns},
        )

    def _train(self, run: int) -> tuple[float, float]:
        """Accuracy on the training and on the validation part."""
        data = self.dataset
        (state,) = np.random.SeedSequence([self.seed, run]).generate_state(1)
        classifier = _MAKERS[self.name](int(state))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged shows in the accuracy
            classifier.fit(data.x_train, data.y_train)
        return (
            _accuracy(classifier, data.x_train, data.y_train),
            _accuracy(classifier, data.x_validation, data.y_validation),
        )


def _accuracy(classifier: Any, x: Any, y: Any) -> float:
    return float(np.mean(classifier.predict(x) == y))


def _logistic_regression(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=10_000, random_state=seed))


def _svc(seed: int) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return make_pipeline(StandardScaler(), SVC(random_state=seed))


def _mlp(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    network = MLPClassifier(hidden_layer_sizes=(32, 32), max_iter=2000, random_state=seed)
    return make_pipeline(StandardScaler(), network)


_MAKERS: Mapping[str, Callable[[int], Any]] = {
    "logistic-regression": _logistic_regression,
    "svc": _svc,
    "mlp": _mlp,
}
