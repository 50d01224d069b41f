"""Rows `cut`: gates across the QPUs replaced by local operations and more shots."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.cutting import CutOverhead, cut_overhead
from ebit.models import CircuitModel
from ebit.results.model_file import StoredModel

CUT = "cut"
"""Name of the rows."""

AVERAGED_ROWS = 16
"""Inputs over which the overhead is averaged, at most; some gates turn with the input."""


def can_be_cut(model: Any) -> bool:
    """Whether a model has noiseless gates across the QPUs, which cutting would replace."""
    if not isinstance(model, CircuitModel):
        return False
    wiring, quiet = model.circuit.wiring, model.noise is None or model.noise.is_zero
    return quiet and wiring.gates_across and not wiring.teleported


def label_overhead(stored: StoredModel, x: NDArray[np.float64]) -> CutOverhead:
    """How many more shots the labels of a trained model with gates across take if they are cut.

    Args:
        stored: A trained model with gates across the QPUs and without noise.
        x: Prepared angles (rows, features) in radians; the first `AVERAGED_ROWS` count.

    Returns:
        The mean overhead over the rows; the trained angles are all local.
    """
    circuit: Any = stored.model
    model = replace(circuit, noise=None)
    parameters = stored.parameters_of(0)
    return CutOverhead.mean([cut_overhead(model, parameters, row) for row in x[:AVERAGED_ROWS]])


def cut_rows(table: pl.DataFrame, overhead: CutOverhead) -> pl.DataFrame:
    """The rows of a model with gates across as rows `cut`: the same accuracy for more shots.

    Args:
        table: As `ebit.accuracy_with_shots` returns it.
        overhead: That of its labels, gates of a round cut together.

    Returns:
        `task`, `resource` (`cut`), `run`, `shots` (of the model with a link), `accuracy`,
        `exact_accuracy`, and `log10_shots_per_label` (decimal logarithm of the shots without one).

    Example:
        >>> rows = pl.DataFrame({"task": ["t"], "resource": ["quantum"], "run": [0],
        ...     "shots": [100], "accuracy": [0.9], "exact_accuracy": [0.95]})
        >>> cut_rows(rows, CutOverhead(2, 2.0, 1.5))["log10_shots_per_label"].to_list()
        [3.5]
    """
    kept = table.select("task", "resource", "run", "shots", "accuracy", "exact_accuracy")
    return kept.with_columns(
        resource=pl.lit(CUT),
        log10_shots_per_label=pl.col("shots").log10() + overhead.log10_joint,
    )


def shots_text(log10: float) -> str:
    """A number of shots by its decimal logarithm.

    Example:
        >>> shots_text(2.0), shots_text(70.3), shots_text(400.2)
        ('100', '2e+70', '1e+400')
    """
    return f"{10.0**log10:.3g}" if log10 < 300 else f"1e+{log10:.0f}"
