"""Figures of the experiments on communication that are not costs against a size."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.errors import EbitError
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OUTSIDE = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}


@standalone()
def error_against_copies(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the measured error against the copies of a state, a line for each protocol.

    Dotted lines are the bounds of protocols that have one, in the column `expected`.

    Args:
        rows: Rows with protocol, copies, error and expected.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: protocol, copies, error, expected.

    Raises:
        EbitError: A column is missing, or no protocol has several numbers of copies.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame({"protocol": ["copies"] * 2, "copies": [10, 100],
        ...     "error": [0.4, 0.1], "expected": [None, None]})
        >>> error_against_copies(rows, new_figure()[1])["error"].to_list()
        [0.4, 0.1]
    """
    check_columns(rows, "protocol", "copies", "error", "expected")
    drawn = (
        rows.select("protocol", "copies", "error", "expected")
        .drop_nulls(["copies", "error"])
        .filter(pl.col("copies").n_unique().over("protocol") > 1)
        .sort("copies", maintain_order=True)
    )
    if drawn.is_empty():
        raise EbitError("Argument `rows` must hold a protocol with several numbers of copies.")
    for place, ((name,), own) in enumerate(drawn.group_by("protocol", maintain_order=True)):
        color = COLORS[place % len(COLORS)]
        ax.plot(own["copies"], own["error"], "o-", markersize=4, color=color, label=str(name))
        bound = own.drop_nulls("expected")
        if bound.height:
            label = f"{name}, at least"
            ax.plot(bound["copies"], bound["expected"], ":", color=color, label=label)
    _log_x(ax)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("Copies of a state")
    ax.set_ylabel("Measured error")
    ax.legend(**_OUTSIDE)
    return keep_data(ax, drawn)


@standalone()
def frequencies_against_layers(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw how many frequencies circuits have against their layers, a line for each kind of scales.

    Args:
        rows: Rows of E11 with case (such as `equal scales, L=2`), protocol, rounds (layers) and
            value (frequencies).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: scales, layers, frequencies.

    Raises:
        EbitError: A column is missing, or no frequencies were counted.
    """
    check_columns(rows, "case", "protocol", "rounds", "value")
    drawn = rows.filter(pl.col("protocol") == "frequencies").select(
        scales=pl.col("case").str.replace(r", L=\d+$", ""),
        layers="rounds",
        frequencies="value",
    )
    if drawn.is_empty():
        raise EbitError("Argument `rows` must hold counted frequencies.")
    for place, ((name,), own) in enumerate(drawn.group_by("scales", maintain_order=True)):
        color = COLORS[place % len(COLORS)]
        ax.plot(own["layers"], own["frequencies"], "o-", markersize=4, color=color, label=str(name))
    ax.set_yscale("log")
    ax.set_xticks(sorted(set(drawn["layers"])))
    ax.set_xlabel("Layers L")
    ax.set_ylabel("Frequencies")
    ax.legend(**_OUTSIDE)
    return keep_data(ax, drawn)


@standalone()
def bits_against_qubits(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the bits that equal copies could have told against the qubits they had.

    The line is the bound of Holevo, a bit for a qubit.

    Args:
        rows: Rows of E12 with n, case, qubits and error (bits, where the case begins with
            `bits learned`).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: n, qubits, bits.

    Raises:
        EbitError: A column is missing, or there is no bound in bits.
    """
    check_columns(rows, "n", "case", "qubits", "error")
    drawn = rows.filter(pl.col("case").str.starts_with("bits learned")).select(
        "n", "qubits", bits="error"
    )
    if drawn.is_empty():
        raise EbitError("Argument `rows` must hold bounds in bits.")
    ends = drawn["qubits"].sort()
    ax.plot(ends, ends, "-", color="#999999", linewidth=0.8, label="Holevo")
    for place, ((n,), own) in enumerate(drawn.group_by("n", maintain_order=True)):
        color = COLORS[place % len(COLORS)]
        label = f"equal copies of {n} qubits"
        ax.plot(own["qubits"], own["bits"], "o", markersize=4, color=color, label=label)
    _log_x(ax)
    ax.set_yscale("log")
    ax.set_xlabel("Qubits received")
    ax.set_ylabel("Bits learned at most")
    ax.legend(**_OUTSIDE)
    return keep_data(ax, drawn)


def _log_x(ax: "Axes") -> None:
    """A logarithmic axis below, with labels at 2 and 5 alone: those of 3 and 4 touch."""
    from matplotlib.ticker import LogLocator

    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
