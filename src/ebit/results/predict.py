"""Apply a trained model to a user's file."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit import checks
from ebit.data import Scaling, TargetScaling, read_features
from ebit.data.dataset import labels_of_classes
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models import labels_of
from ebit.random_keys import random_key
from ebit.results.model_file import StoredModel
from ebit.shots import (
    check_measured,
    check_seed,
    check_shots,
    estimate_expectation,
    sample_outcomes,
)


@checks.takes(stored=checks.instance(StoredModel, "a trained model, as load_model returns it"))
@own_settings
def predict(
    stored: StoredModel,
    path: checks.PathLike,
    *,
    run: int | None = None,
    shots: int | None = None,
    seed: int = 0,
) -> pl.DataFrame:
    """Predicted labels or numbers of the rows of a file.

    Args:
        stored: A trained model, as `load_model` returns it.
        path: NPZ, CSV or Parquet file with the features the model was trained on, or a data set of
            scikit-learn; prepared as the training data were.
        run: Which run of the model; by default the one with the highest validation accuracy, or
            R^2.
        shots: Measure every row so many times; exact expectations if left out.
        seed: Seed of the measurements.

    Returns:
        Columns `row` (from 0), what the model says, and, if the file has labels, `label` and
        `correct`. For two classes the model says `expectation`, with shots its `standard_error`,
        and `prediction` (a class name); for more `prediction` and, without shots, a column
        `probability_NAME` for each class; for numbers `prediction` and, with shots, its
        `standard_error`, in the units of the file, and instead of `correct` the `error`.

    Raises:
        EbitError: If the file does not fit the model, or a setting is out of range.
    """
    path = checks.path("path", path)
    chosen = stored.best_run if run is None else run
    stored.check_run(chosen)
    if shots is not None:
        check_shots(shots)
        check_seed(seed)
        check_measured(stored.model)
    keep = stored.preparation
    try:
        scaling = Scaling.from_dict(keep["scaling"])
        names = [str(name) for name in keep["feature_names"]]
        classes = tuple(str(name) for name in keep["class_names"])
        label = str(keep["label"])
        targets = TargetScaling.from_dict(keep.get("target_scaling", {"mean": 0.0, "std": 1.0}))
        expected = (0,) if stored.task.training.target == "numbers" else (stored.model.scores,)
        if len(classes) not in ((2,) if expected == (1,) else expected):
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise EbitError(
            "The model has wrong metadata: take another model, or train again."
        ) from None
    x, y = read_features(
        path,
        feature_names=names,
        class_names=classes,
        scaling=scaling,
        label=label,
        target_scaling=targets,
    )
    rows: dict[str, object] = {"row": np.arange(len(x))}
    if shots is None:
        scores, errors = stored.scores(x, chosen), None
    else:
        scores, errors = _measure(stored, x, chosen, shots, seed)
    if not classes:
        return pl.DataFrame(rows | _numbers(scores, errors, y, targets))
    labels = labels_of(scores)
    if len(classes) == 2:
        rows["expectation"] = scores[:, 0]
        if errors is not None:
            rows["standard_error"] = errors[:, 0]
    names_of = dict(zip(labels_of_classes(len(classes)), classes, strict=True))
    rows["prediction"] = [names_of[found] for found in labels]
    if len(classes) > 2 and errors is None:
        table = stored.class_probabilities(x, chosen)
        rows |= {f"probability_{name}": table[:, place] for place, name in enumerate(classes)}
    if y is not None:
        rows["label"] = [names_of[found] for found in y]
        rows["correct"] = labels == y
    return pl.DataFrame(rows)


def _numbers(
    scores: NDArray[np.float64],
    errors: NDArray[np.float64] | None,
    y: NDArray[np.float64] | None,
    targets: TargetScaling,
) -> dict[str, object]:
    """Columns of predicted numbers, in the units of the file."""
    columns: dict[str, object] = {"prediction": targets.invert(scores[:, 0])}
    if errors is not None:
        columns["standard_error"] = targets.std * errors[:, 0]
    if y is not None:
        columns["label"] = targets.invert(y)
        columns["error"] = targets.std * (scores[:, 0] - y)
    return columns


def _measure(
    stored: StoredModel, x: NDArray[np.float64], run: int, shots: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimated scores and their standard errors, (rows, S) each."""
    probabilities, weights = stored.measurement(x, run)
    counts = sample_outcomes(random_key(seed), probabilities, shots)
    several = weights.reshape(-1, *probabilities.shape[1:])  # (S, 2, ...)
    found = [estimate_expectation(counts, one) for one in several]
    scores, errors = (
        np.stack([np.asarray(two[k], np.float64) for two in found], 1) for k in (0, 1)
    )
    return scores, errors
