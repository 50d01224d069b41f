"""Training curves: mean over the runs and a band of one standard deviation."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import curve_statistics
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import PAPER, in_lines, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DRAWN_STEPS = 300
_MARKERS_A_LINE = 7
_LOG_SPAN = 10.0
_LOSS_NAMES = {"mse": "mean squared error", "product": "product loss"}


@standalone()
def loss_curves(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the training loss against the step: mean line and +-1 std band for each resource.

    The axis is logarithmic where all losses are positive and their means span more than a
    decade, else linear.

    Args:
        rows: Result rows with resource, curve_steps and train_loss_curve (lists of one length).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: resource, step, mean, std, runs.

    Raises:
        EbitError: A column is missing, lists differ in length, or no run has a curve.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import loss_curves, new_figure
        >>> rows = pl.DataFrame({"resource": ["none"], "curve_steps": [[1, 100]],
        ...                      "train_loss_curve": [[1.0, 0.05]]})
        >>> figure, ax = new_figure()
        >>> data = loss_curves(rows, ax)
        >>> ax.get_yscale()
        'log'
    """
    return draw_losses(curve_statistics(rows, "train_loss_curve"), ax, loss_label(rows))


def draw_losses(data: pl.DataFrame, ax: "Axes", label: str) -> pl.DataFrame:
    """As `loss_curves`, of statistics that are already there.

    Args:
        data: Columns resource, step, mean, std, runs.
        ax: Matplotlib axes to draw on.
        label: What stands at the vertical axis.

    Returns:
        The same data.
    """
    lowest, highest = np.min(data["mean"].to_numpy()), np.max(data["mean"].to_numpy())
    logarithmic = bool(lowest > 0 and highest > _LOG_SPAN * lowest)
    if logarithmic:
        ax.set_yscale("log")
    _draw(data, ax, floor=float(lowest) / 2 if logarithmic else None)
    ax.set_ylabel(label)
    return keep_data(ax, data)


@standalone()
def validation_curves(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the validation accuracy against the step: mean line and +-1 std band.

    Args:
        rows: Result rows with resource, curve_steps and validation_accuracy_curve (0 to 1).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: resource, step, mean, std, runs.

    Raises:
        EbitError: A column is missing, lists differ in length, or no run has a curve.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import new_figure, validation_curves
        >>> rows = pl.DataFrame({"resource": ["none"], "curve_steps": [[1, 100]],
        ...                      "validation_accuracy_curve": [[0.5, 0.75]]})
        >>> figure, ax = new_figure()
        >>> validation_curves(rows, ax)["mean"].to_list()
        [0.5, 0.75]
    """
    return draw_accuracies(curve_statistics(rows, "validation_accuracy_curve"), ax)


def draw_accuracies(data: pl.DataFrame, ax: "Axes") -> pl.DataFrame:
    """As `validation_curves`, of statistics that are already there.

    Args:
        data: Columns resource, step, mean, std, runs.
        ax: Matplotlib axes to draw on.

    Returns:
        The same data.
    """
    _draw(data, ax, floor=None)
    ax.set_ylabel("Validation accuracy (fraction)")
    return keep_data(ax, data)


def _draw(data: pl.DataFrame, ax: "Axes", *, floor: float | None) -> None:
    """Lines and bands of all resources; ``floor`` is the lowest value of a logarithmic band."""
    styles = resource_styles(data["resource"])
    for place, (resource, style) in enumerate(styles.items()):
        curve = _thin(data.filter(pl.col("resource") == resource))
        step, mean, std = (curve[name].to_numpy() for name in ("step", "mean", "std"))
        low = mean - std if floor is None else np.maximum(mean - std, floor)
        ax.fill_between(step, low, mean + std, color=style.color, alpha=0.15, linewidth=0)
        gap = max(1, len(step) // _MARKERS_A_LINE)
        ax.plot(
            step,
            mean,
            color=style.color,
            linestyle=style.line,
            marker=style.marker,
            markersize=4.5,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            markevery=(gap * place // len(styles), gap),
            label=in_lines(resource),
        )
    ax.set_xlabel("Training step")
    whole_ticks(ax.xaxis)
    ax.margins(x=0.01)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))


def _thin(curve: pl.DataFrame) -> pl.DataFrame:
    """At most `_DRAWN_STEPS` evenly spread rows of a curve, with the first and the last."""
    if curve.height <= _DRAWN_STEPS:
        return curve
    kept = np.linspace(0, curve.height - 1, _DRAWN_STEPS).round().astype(int)
    return curve.filter(pl.int_range(pl.len()).is_in(kept.tolist()))


def loss_label(rows: pl.DataFrame) -> str:
    """What the axis of training losses is called: after the loss, if all rows have the same.

    Args:
        rows: Result rows, one a run.

    Returns:
        Text.
    """
    losses = rows["loss"].drop_nulls().unique().to_list() if "loss" in rows.columns else []
    if len(losses) != 1:
        return "Training loss"
    return f"Training loss ({_LOSS_NAMES.get(losses[0], losses[0])})"
