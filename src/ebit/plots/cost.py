"""Validation accuracy against the entanglement that one inference uses up."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.errors import EbitError
from ebit.plots.means import draw_mean
from ebit.plots.resources import is_baseline, resource_styles
from ebit.plots.rows import check_columns, statistics
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COSTS = ("ebits_per_inference", "bits_per_inference", "nonlocal_gates_per_inference")
"""Columns that the figure needs of every resource but the baselines."""

_LINEAR_LIMIT = 10


@standalone()
def accuracy_against_cost(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw validation accuracy (mean +- std) against entanglement per inference.

    total ebits = ebits + non-local gates, total bits = bits + 2 x non-local gates: a controlled-Z
    or ZZ gate between two processors can be done with one ebit and two bits. The legend names
    the total bits. Baselines, in which nothing is shared, are horizontal lines.

    Args:
        rows: Result rows, one a run, with resource, validation_accuracy (0 to 1),
            ebits_per_inference, bits_per_inference and nonlocal_gates_per_inference.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: resource, mean, std, runs, ebits, bits, nonlocal_gates, total_ebits,
        total_bits.

    Raises:
        EbitError: A column is missing, or a resource with QPUs has no cost.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_against_cost, new_figure
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"],
        ...     "validation_accuracy": [0.8, 0.9], "ebits_per_inference": [0, 1],
        ...     "bits_per_inference": [0, 0], "nonlocal_gates_per_inference": [0, 0]})
        >>> figure, ax = new_figure()
        >>> accuracy_against_cost(rows, ax)["total_ebits"].to_list()
        [0.0, 1.0]

    Source:
        Eisert, Jacobs, Papadopoulos and Plenio, Phys. Rev. A 62, 052317 (2000): one ebit and two
        bits are necessary and sufficient for a non-local controlled gate.
    """
    data = _cost_statistics(rows)
    styles = resource_styles(data["resource"])
    for group in data.iter_rows(named=True):
        style = styles[group["resource"]]
        if is_baseline(group["resource"]):
            ax.axhline(
                group["mean"],
                color=style.color,
                linestyle=style.line,
                label=f"{group['resource']} (baseline)",
            )
            continue
        bits = group["total_bits"]
        label = f"{in_lines(group['resource'])} ({bits:g} {'bit' if bits == 1 else 'bits'})"
        draw_mean(ax, style, group["total_ebits"], group["mean"], yerr=group["std"], label=label)
    _scale_cost(ax, max(data["total_ebits"].drop_nulls().to_list(), default=0.0))
    ax.set_ylabel("Validation accuracy (fraction)")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


def _cost_statistics(rows: pl.DataFrame) -> pl.DataFrame:
    check_columns(rows, "resource", *COSTS)
    costs = rows.group_by("resource").agg(
        pl.col(name).cast(pl.Float64).first().alias(name.removesuffix("_per_inference"))
        for name in COSTS
    )
    data = (
        statistics(rows, "validation_accuracy")
        .join(costs, on="resource", how="left", maintain_order="left")
        .with_columns(
            total_ebits=pl.col("ebits") + pl.col("nonlocal_gates"),
            total_bits=pl.col("bits") + 2 * pl.col("nonlocal_gates"),
        )
    )
    baselines = [name for name in data["resource"] if is_baseline(name)]
    unknown = data.filter(
        ~pl.col("resource").is_in(baselines)
        & (pl.col("total_ebits").is_null() | pl.col("total_bits").is_null())
    )
    if unknown.height:
        raise EbitError(
            "Argument `rows` must have the ebits, bits and non-local gates per inference, but "
            f"{unknown['resource'][0]} lacks one; leave that resource out."
        )
    return data


def _scale_cost(ax: "Axes", largest: float) -> None:
    """A linear axis for few ebits; beyond, one that is logarithmic from 1 upwards."""
    ax.set_xlabel("Entanglement per inference (ebits; a non-local gate counts as 1)")
    if largest <= _LINEAR_LIMIT:
        ax.set_xlim(-0.5, max(largest, 1) + 0.5)
        ax.set_xticks(range(int(max(largest, 1)) + 1))
        return
    ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    ticks = [0.0]
    decade = 1
    while decade <= largest:
        ticks += [step * decade for step in (1, 2, 5) if step * decade <= largest]
        decade *= 10
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlim(-0.4, largest * 1.6)
