"""Apply a trained model to a user's file."""

from pathlib import Path

import numpy as np
import polars as pl

from ebit.data import Scaling, read_features
from ebit.errors import EbitError
from ebit.results.model_file import StoredModel


def predict(stored: StoredModel, path: Path, *, run: int | None = None) -> pl.DataFrame:
    """Predicted labels of the rows of a file.

    Args:
        stored: A trained model, as `load_model` returns it.
        path: NPZ, CSV or Parquet file with the features the model was trained on; prepared as
            the training data were.
        run: Which run of the model; by default the one with the highest validation accuracy.

    Returns:
        Columns `row` (from 0), `expectation`, `prediction` (a class name), and, if the file has
        labels, `label` and `correct`.

    Raises:
        EbitError: If the file does not fit the model.
    """
    chosen = stored.best_run if run is None else run
    stored.check_run(chosen)
    keep = stored.preparation
    try:
        scaling = Scaling.from_dict(keep["scaling"])
        names = [str(name) for name in keep["feature_names"]]
        negative, positive = (str(name) for name in keep["class_names"])
        label = str(keep["label"])
    except (KeyError, TypeError, ValueError):
        raise EbitError("The model has wrong metadata: delete it and train again.") from None
    x, y = read_features(
        path,
        feature_names=names,
        class_names=(negative, positive),
        scaling=scaling,
        label=label,
    )
    expectation = stored.expectation(x, chosen)
    sign = np.where(expectation >= 0, 1, -1)
    columns: dict[str, object] = {
        "row": np.arange(len(x)),
        "expectation": expectation,
        "prediction": np.where(sign > 0, positive, negative),
    }
    if y is not None:
        columns["label"] = np.where(np.asarray(y) > 0, positive, negative)
        columns["correct"] = sign == y
    return pl.DataFrame(columns)
