"""Accuracy against the distance of the QPUs and against the fidelity of their pairs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit.plots.resources import ResourceStyle, resource_styles, sort_resources
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def accuracy_against_distance(
    rows: pl.DataFrame,
    ax: "Axes" = OWN_FIGURE,
    crossings: Mapping[str, float] | None = None,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Draw accuracy against distance: mean, standard deviation over runs, and crossing points.

    Filled markers and full lines are feasible; empty markers and dotted lines are not.

    Args:
        rows: One row per resource, distance and run, with resource, distance_km, accuracy and
            feasible.
        ax: Matplotlib axes to draw on; without one a figure is returned.
        crossings: Distance in kilometres at which a resource stops to help, marked by a line.
        before: The same rows of circuits that were trained without noise, for thin dashed lines.

    Returns:
        What is drawn: resource, distance_km, mean, std, runs, feasible.

    Raises:
        EbitError: A column is missing or there are no rows.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_against_distance, new_figure
        >>> rows = pl.DataFrame({"resource": ["none", "none"], "distance_km": [1.0, 10.0],
        ...                      "accuracy": [0.8, 0.8], "feasible": [True, True]})
        >>> figure, ax = new_figure()
        >>> accuracy_against_distance(rows, ax)["mean"].to_list()
        [0.8, 0.8]
    """
    check_columns(rows, "resource", "distance_km", "accuracy", "feasible")
    data = _moments(rows, "distance_km")
    ax.set_xscale("log")
    _draw_before(before, rows, "distance_km", ax)
    _draw(data, "distance_km", ax, crossings or {})
    ax.set_xlabel("Distance (km)")
    return keep_data(ax, data)


@standalone()
def accuracy_against_fidelity(
    rows: pl.DataFrame,
    ax: "Axes" = OWN_FIGURE,
    crossings: Mapping[str, float] | None = None,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Draw accuracy against the fidelity of pairs: mean, standard deviation, and crossing points.

    Args:
        rows: One row per resource, fidelity and run, with resource, pair_fidelity and accuracy.
        ax: Matplotlib axes to draw on; without one a figure is returned.
        crossings: Fidelity below which the pairs of a resource do not help, marked by a line.
        before: The same rows of circuits that were trained without noise, for thin dashed lines.

    Returns:
        What is drawn: resource, pair_fidelity, mean, std, runs, feasible (true).

    Raises:
        EbitError: A column is missing or there are no rows.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_against_fidelity, new_figure
        >>> rows = pl.DataFrame({"resource": ["bell:1", "bell:1"], "pair_fidelity": [0.5, 1.0],
        ...                      "accuracy": [0.6, 0.9]})
        >>> figure, ax = new_figure()
        >>> accuracy_against_fidelity(rows, ax, {"bell:1": 0.7})["mean"].to_list()
        [0.6, 0.9]
    """
    check_columns(rows, "resource", "pair_fidelity", "accuracy")
    data = _moments(rows.with_columns(feasible=pl.lit(True)), "pair_fidelity")
    _draw_before(before, rows, "pair_fidelity", ax)
    _draw(data, "pair_fidelity", ax, crossings or {})
    ax.set_xlabel("Fidelity of a pair when the circuit starts")
    return keep_data(ax, data)


def _draw_before(before: pl.DataFrame | None, rows: pl.DataFrame, column: str, ax: "Axes") -> None:
    """Mean curves of another way of training, where it is another one."""
    if before is None or before.equals(rows):
        return
    means = before.group_by("resource", column).agg(pl.col("accuracy").mean()).sort(column)
    for resource, style in resource_styles(before["resource"]).items():
        own = means.filter(pl.col("resource") == resource)
        ax.plot(own[column], own["accuracy"], color=style.color, linestyle="--", linewidth=0.7)


def _moments(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    order = {name: place for place, name in enumerate(sort_resources(rows["resource"]))}
    return (
        rows.group_by("resource", column)
        .agg(
            mean=pl.col("accuracy").mean(),
            std=pl.col("accuracy").std(ddof=1).fill_null(0.0),
            runs=pl.len(),
            feasible=pl.col("feasible").all(),
        )
        .sort(pl.col("resource").replace_strict(order), column)
    )


def _draw(data: pl.DataFrame, column: str, ax: "Axes", crossings: Mapping[str, float]) -> None:
    styles = resource_styles(data["resource"])
    for resource, style in styles.items():
        curve = data.filter(pl.col("resource") == resource)
        _draw_curve(curve, column, ax, style, resource)
        if resource in crossings:
            ax.axvline(crossings[resource], color=style.color, linestyle=":", linewidth=1.0)
    ax.set_ylabel("Accuracy (fraction of samples)")
    ax.margins(x=0.02)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))


def _draw_curve(
    curve: pl.DataFrame, column: str, ax: "Axes", style: ResourceStyle, label: str
) -> None:
    """Error bars and markers of a resource; full lines only between feasible points."""
    x, mean, std = (curve[name].to_numpy() for name in (column, "mean", "std"))
    feasible = curve["feasible"].to_numpy()
    both = feasible & np.append(feasible[1:], False)
    full = np.where(both | np.insert(both[:-1], 0, False), mean, np.nan)
    ax.plot(x, mean, color=style.color, linestyle=":", linewidth=0.9)
    ax.plot(x, full, color=style.color, linestyle=style.line)
    for chosen, fill in ((feasible, style.color), (~feasible, PAPER)):
        named = label if chosen[0] else None
        if chosen.any():
            ax.errorbar(
                x[chosen],
                mean[chosen],
                yerr=std[chosen],
                color=style.color,
                linestyle="none",
                marker=style.marker,
                markersize=4.5,
                markerfacecolor=fill,
                markeredgewidth=0.7,
                elinewidth=0.8,
                capsize=1.5,
                label=named,
            )
