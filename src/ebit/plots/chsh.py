"""Success probabilities in the CHSH game, with its bounds."""

import math
from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOUNDS = {"quantum bound": (2 + math.sqrt(2)) / 4, "classical bound": 0.75}
"""Largest success probability with and without an entangled pair."""


@standalone()
def success_probabilities(
    rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE, *, published: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Draw the success probability of every run, and the bounds of the CHSH game.

    Args:
        rows: Result rows, one a run, with resource, run and success_probability.
        ax: Matplotlib axes to draw on; without one a figure is returned.
        published: The same columns for published runs, drawn hollow.

    Returns:
        What is drawn: resource, run, success_probability, source.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import new_figure, success_probabilities
        >>> rows = pl.DataFrame({"resource": ["bell:1"], "run": [0], "success_probability": [0.85]})
        >>> figure, ax = new_figure()
        >>> success_probabilities(rows, ax)["source"].to_list()
        ['measured']
    """
    names = ("resource", "run", "success_probability")
    frames = []
    for source, frame in (("measured", rows), ("published", published)):
        if frame is None:
            continue
        check_columns(frame, *names)
        own = frame.select(pl.col("resource"), pl.col("run").cast(pl.Int64), names[2])
        frames.append(own.with_columns(source=pl.lit(source)))
        for resource, style in resource_styles(own["resource"]).items():
            runs = own.filter(pl.col("resource") == resource)
            hollow = source == "published"
            ax.plot(
                runs["run"] + 1,
                runs["success_probability"],
                color=style.color,
                marker=style.marker,
                markersize=10 if hollow else 6,
                markerfacecolor="none" if hollow else style.color,
                linestyle="none",
                label=f"{resource}, {source}",
            )
    for (name, bound), line in zip(BOUNDS.items(), ("-", "--"), strict=True):
        ax.axhline(bound, color=INK, linestyle=line, linewidth=0.8, label=f"{name} {bound:.4f}")
    ax.set_xlabel("Run")
    ax.set_ylabel("Success probability")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, pl.concat(frames))
