"""Apply a trained model to a user's file."""

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data import Scaling, read_features
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


@own_settings
def predict(
    stored: StoredModel,
    path: Path,
    *,
    run: int | None = None,
    shots: int | None = None,
    seed: int = 0,
) -> pl.DataFrame:
    """Predicted labels of the rows of a file.

    Args:
        stored: A trained model, as `load_model` returns it.
        path: NPZ, CSV or Parquet file with the features the model was trained on; prepared as
            the training data were.
        run: Which run of the model; by default the one with the highest validation accuracy.
        shots: Measure every row so many times; exact expectations if left out.
        seed: Seed of the measurements.

    Returns:
        Columns `row` (from 0), `expectation`, with shots its `standard_error`, `prediction` (a
        class name), and, if the file has labels, `label` and `correct`.

    Raises:
        EbitError: If the file does not fit the model, or a setting is out of range.
    """
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
        negative, positive = (str(name) for name in keep["class_names"])
        label = str(keep["label"])
    except (KeyError, TypeError, ValueError):
        raise EbitError(
            "The model has wrong metadata: take another model, or train again."
        ) from None
    x, y = read_features(
        path,
        feature_names=names,
        class_names=(negative, positive),
        scaling=scaling,
        label=label,
    )
    columns: dict[str, object] = {"row": np.arange(len(x))}
    if shots is None:
        expectation = stored.expectation(x, chosen)
        columns["expectation"] = expectation
    else:
        expectation, error = _measure(stored, x, chosen, shots, seed)
        columns |= {"expectation": expectation, "standard_error": error}
    sign = labels_of(expectation[:, None])
    columns["prediction"] = np.where(sign > 0, positive, negative)
    if y is not None:
        columns["label"] = np.where(np.asarray(y) > 0, positive, negative)
        columns["correct"] = sign == y
    return pl.DataFrame(columns)


def _measure(
    stored: StoredModel, x: NDArray[np.float64], run: int, shots: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimated read-outs and their standard errors, (rows,) each."""
    probabilities, weights = stored.measurement(x, run)
    counts = sample_outcomes(random_key(seed), probabilities, shots)
    estimate, error = estimate_expectation(counts, weights)
    return np.asarray(estimate, np.float64), np.asarray(error, np.float64)
