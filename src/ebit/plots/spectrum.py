"""Spectra of the Fisher information."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 60


def log_spectrum(rows: pl.DataFrame, ax: "Axes") -> pl.DataFrame:
    """Draw the distribution of the logarithm of the non-zero eigenvalues for each resource.

    Args:
        rows: One row a spectrum, with resource and log_eigenvalues (a list; natural logarithm).
        ax: Matplotlib axes to draw on.

    Returns:
        What is drawn: resource, log_eigenvalue (middle of a bin), density.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import log_spectrum, new_figure
        >>> rows = pl.DataFrame({"resource": ["none"], "log_eigenvalues": [[-1.0, 0.0, 1.0]]})
        >>> figure, ax = new_figure()
        >>> log_spectrum(rows, ax)["resource"][0]
        'none'
    """
    check_columns(rows, "resource", "log_eigenvalues")
    values = rows.select("resource", "log_eigenvalues").explode("log_eigenvalues")
    everything = values["log_eigenvalues"].to_numpy()
    edges = np.linspace(everything.min() - 1e-9, everything.max() + 1e-9, _BINS + 1)
    frames = []
    for resource, style in resource_styles(rows["resource"]).items():
        own = values.filter(pl.col("resource") == resource)["log_eigenvalues"].to_numpy()
        density, _ = np.histogram(own, edges, density=True)
        ax.stairs(density, edges, color=style.color, linestyle=style.line, label=resource)
        middles = (edges[1:] + edges[:-1]) / 2
        frames.append(
            pl.DataFrame({"log_eigenvalue": middles, "density": density}).select(
                pl.lit(resource).alias("resource"), pl.all()
            )
        )
    ax.set_xlabel("Natural logarithm of the eigenvalue")
    ax.set_ylabel("Density")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, pl.concat(frames))
