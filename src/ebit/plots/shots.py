"""Accuracy against the number of shots per label."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit import checks
from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns, statistics
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, PAPER, in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EQUAL = 1e-5
"""Means that are nearer than that are equal: amplitudes are single precision."""


@standalone()
def accuracy_against_shots(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the accuracy against the shots per label: mean line and +-1 std band over the runs.

    The shots are on a logarithmic axis. A thin dotted line in the colour of a curve is the mean
    exact accuracy, that of infinitely many shots. A circle marks where another resource takes the
    lead.

    Args:
        rows: As `ebit.accuracy_with_shots` returns them: resource, shots, accuracy (0 to 1) and
            exact_accuracy.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: resource, shots, mean, std, runs, exact.

    Raises:
        EbitError: A column is missing or an accuracy is not finite.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_against_shots, new_figure
        >>> rows = pl.DataFrame({"resource": ["none", "none"], "shots": [1, 100],
        ...                      "accuracy": [0.6, 0.8], "exact_accuracy": [0.85, 0.85]})
        >>> figure, ax = new_figure()
        >>> accuracy_against_shots(rows, ax)["exact"].to_list()
        [0.85, 0.85]
    """
    exact = statistics(rows, "exact_accuracy").select("resource", exact="mean")
    data = statistics(rows, "accuracy", by="shots").join(
        exact, on="resource", maintain_order="left"
    )
    ax.set_xscale("log")
    for resource, style in resource_styles(data["resource"]).items():
        curve = data.filter(pl.col("resource") == resource)
        shots, mean, std = (curve[name].to_numpy() for name in ("shots", "mean", "std"))
        ax.fill_between(shots, mean - std, mean + std, color=style.color, alpha=0.15, linewidth=0)
        ax.axhline(
            curve["exact"][0], color=style.color, linestyle=(0, (1, 3)), linewidth=0.9, zorder=0
        )
        ax.plot(
            shots,
            mean,
            color=style.color,
            linestyle=style.line,
            marker=style.marker,
            markersize=4.5,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=in_lines(resource),
        )
    for place, resource in leading_resources(data)[1:]:
        curve = data.filter(pl.col("resource") == resource)
        logs = np.log(curve["shots"].to_numpy())
        height = np.interp(np.log(place), logs, curve["mean"].to_numpy())
        ax.plot(place, height, "o", markersize=9, fillstyle="none", color=INK, zorder=5)
    ax.set_xlabel("Shots per label (thin dotted lines: infinitely many)")
    ax.set_ylabel("Accuracy (fraction of samples)")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


@checks.takes(data=checks.frame)
def leading_resources(data: pl.DataFrame) -> list[tuple[float, str]]:
    """Which resource has the highest mean accuracy, from how many shots on.

    Args:
        data: Resource, shots and mean, as `accuracy_against_shots` draws them; between the numbers
            of shots that all resources have, means are interpolated on a logarithmic axis.

    Returns:
        Shots and resource of every change of the lead, from the smallest number of shots on; the
        first of equals leads, and an equal one takes no lead.

    Example:
        >>> data = pl.DataFrame({"resource": ["none", "none", "bell:1", "bell:1"],
        ...                      "shots": [1, 100, 1, 100], "mean": [0.6, 0.8, 0.5, 0.9]})
        >>> [(round(shots), resource) for shots, resource in leading_resources(data)]
        [(1, 'none'), (10, 'bell:1')]
    """
    check_columns(data, "resource", "shots", "mean")
    names = data["resource"].unique(maintain_order=True).to_list()
    curves = [data.filter(pl.col("resource") == name).sort("shots") for name in names]
    logs = [np.log(curve["shots"].to_numpy()) for curve in curves]
    grid = np.linspace(max(log[0] for log in logs), min(log[-1] for log in logs), 2001)
    means = [
        np.interp(grid, log, curve["mean"].to_numpy())
        for log, curve in zip(logs, curves, strict=True)
    ]
    found: list[tuple[float, str]] = []
    lead = 0
    for place, column in zip(np.exp(grid), np.transpose(means), strict=True):
        if not found or column.max() > column[lead] + EQUAL:
            lead = int(np.argmax(column >= column.max() - EQUAL))
            found.append((float(place), names[lead]))
    return found
