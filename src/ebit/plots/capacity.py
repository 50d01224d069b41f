"""Effective dimension against depth, and the spectrum of the Fisher information."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.errors import EbitError
from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 40

_SEEN_BELOW = 2
"""So many of the first lines are wider, so that they are seen where others have the same ranks."""


@standalone()
def dimension_by_depth(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the rank against the depth with the bounds that it cannot pass.

    The sampling bound is a thin line in the colour of the resource, where a rank sits on it; the
    number of parameters is a dotted line.

    Args:
        rows: Capacity rows with resource, depth, rank, sampling_bound and num_parameters.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import dimension_by_depth, new_figure
        >>> rows = pl.DataFrame({"resource": ["none"] * 2, "depth": [1, 2], "rank": [32, 40],
        ...     "sampling_bound": [200, 200], "num_parameters": [36, 48]})
        >>> figure, ax = new_figure()
        >>> dimension_by_depth(rows, ax).height
        2
    """
    names = ("resource", "depth", "rank", "sampling_bound", "num_parameters")
    check_columns(rows, *names)
    data = rows.select(names).sort("depth", maintain_order=True)
    for place, (resource, style) in enumerate(resource_styles(data["resource"]).items()):
        own = data.filter(pl.col("resource") == resource)
        depths = own["depth"].to_list()
        wider = max(0, _SEEN_BELOW - place)
        ax.plot(
            depths,
            own["rank"].to_list(),
            color=style.color,
            marker=style.marker,
            markersize=4 + 2.5 * wider,
            linewidth=1.4 + 1.2 * wider,
            linestyle=style.line,
            label=resource,
        )
        if own.filter(pl.col("rank") >= pl.col("sampling_bound")).height:
            ax.plot(
                depths,
                own["sampling_bound"].to_list(),
                color=style.color,
                linewidth=0.8,
                linestyle=(0, (6, 3)),
                label=f"{resource}, sampling bound",
            )
    limit = data.unique("depth").sort("depth")
    ax.plot(
        limit["depth"].to_list(),
        limit["num_parameters"].to_list(),
        color=INK,
        linewidth=0.8,
        linestyle=":",
        label="parameters",
    )
    ax.set_xlabel("Convolution layers per stage")
    whole_ticks(ax.xaxis)
    ax.set_ylabel("Effective dimension")
    ax.set_ylim(bottom=0)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


@standalone()
def log_spectrum(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw how the logarithms of the non-zero eigenvalues are spread; deep circuits in bold.

    Args:
        rows: Capacity rows with resource, depth and the list column eigenvalues; zeros are left
            out.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        Columns resource, depth, log_eigenvalue (natural logarithm).

    Raises:
        EbitError: A column is missing, or no eigenvalue is positive.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import log_spectrum, new_figure
        >>> rows = pl.DataFrame(
        ...     {"resource": ["none"], "depth": [4], "eigenvalues": [[1.0, 0.1, 0.0]]})
        >>> figure, ax = new_figure()
        >>> log_spectrum(rows, ax).height
        2
    """
    check_columns(rows, "resource", "depth", "eigenvalues")
    flat = rows.select("resource", "depth", log_eigenvalue="eigenvalues").explode("log_eigenvalue")
    flat = flat.filter(pl.col("log_eigenvalue") > 0).with_columns(pl.col("log_eigenvalue").log())
    if flat.is_empty():
        raise EbitError("Argument `rows` must have a positive eigenvalue, but all are zero.")
    depths = flat["depth"].unique()
    for resource, style in resource_styles(flat["resource"]).items():
        for place, depth in enumerate(depths.sort(), start=1):
            own = flat.filter(pl.col("resource") == resource, pl.col("depth") == depth)
            if own.is_empty():
                continue
            values = own["log_eigenvalue"].to_numpy()
            name = resource if len(depths) == 1 else f"{resource}, depth {depth}"
            ax.hist(
                values,
                bins=_BINS,
                density=True,
                histtype="step",
                color=style.color,
                linestyle=style.line,
                linewidth=0.4 + 1.2 * place / len(depths),
                alpha=0.25 + 0.75 * place / len(depths),
                label=name,
            )
    ax.set_xlabel("Natural logarithm of the eigenvalue")
    ax.set_ylabel("Density")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, flat)
