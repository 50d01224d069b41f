"""How the time of a step grows: exponents of power laws, base-2 exponents for qubits."""

from collections.abc import Sequence

import numpy as np
import polars as pl

POINTS = 3
"""Largest settings that a fit uses: at small ones the time is overhead."""

AXES = ("depth", "qubits", "batch", "runs")


def fit_exponent(x: Sequence[float], seconds: Sequence[float]) -> float:
    """Exponent c of the power law seconds ~ x**c through the largest points.

    Args:
        x: Settings, increasing and positive, at least two.
        seconds: Times, positive.

    Returns:
        Slope of the least-squares line in logarithms through the last three points.

    Example:
        >>> round(fit_exponent([1, 2, 4, 8], [5, 8, 32, 128]), 6)
        2.0
    """
    slope, _ = np.polyfit(np.log(x[-POINTS:]), np.log(seconds[-POINTS:]), 1)
    return float(slope)


def exponents(rows: pl.DataFrame) -> pl.DataFrame:
    """Fitted exponents of every tool along every axis.

    Args:
        rows: Rows of the growth cases.

    Returns:
        axis, tool, law (`x^c`, or `2^(c x)` for qubits), exponent c, and the settings fitted:
        from, to, points. Tools with one point along an axis are left out.
    """
    fits = []
    for axis in AXES:
        own = rows.filter(pl.col("axis") == axis)
        for tool in own["tool"].unique(maintain_order=True):
            points = own.filter(pl.col("tool") == tool).sort(axis)[-POINTS:]
            if points.height < 2:
                continue
            x = points[axis].to_list()
            is_exponential = axis == "qubits"
            scale = [2.0**value for value in x] if is_exponential else x
            time = (points["step_milliseconds"] * points["runs"]).to_list()
            fits.append(
                {
                    "axis": axis,
                    "tool": tool,
                    "law": "2^(c x)" if is_exponential else "x^c",
                    "exponent": fit_exponent(scale, time),
                    "from": x[0],
                    "to": x[-1],
                    "points": points.height,
                }
            )
    schema = {"axis": pl.String, "tool": pl.String, "law": pl.String, "exponent": pl.Float64}
    return pl.DataFrame(fits, schema | {"from": pl.Int64, "to": pl.Int64, "points": pl.Int64})
