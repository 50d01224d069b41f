"""What protocols send against the size of the input, with the crossing marked."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_QUANTUM = ("#1b6ca8", "#6a51a3", "#2a9d8f")
_CLASSICAL = ("#c1440e", "#8c6d1f", "#7f7f7f", "#b5651d", "#555555")


@checks.takes(quantum=checks.frame, classical=checks.frame)
def crossing(quantum: pl.DataFrame, classical: pl.DataFrame) -> float | None:
    """Where a quantum cost falls below a classical one, on a logarithmic scale.

    Args:
        quantum: Columns n and cost.
        classical: The same.

    Returns:
        The n at which the lines cross, between the last size where classical is cheaper and the
        first where quantum is; None if they do not.

    Example:
        >>> quantum = pl.DataFrame({"n": [6, 8], "cost": [100.0, 100.0]})
        >>> classical = pl.DataFrame({"n": [6, 8], "cost": [50.0, 200.0]})
        >>> crossing(quantum, classical)
        7.0
    """
    for rows in (quantum, classical):
        check_columns(rows, "n", "cost")
    both = quantum.join(classical, on="n", suffix="_classical").sort("n")
    gaps = [
        (n, math.log(a / b))
        for n, a, b in both.select("n", "cost", "cost_classical").iter_rows()
        if a > 0 and b > 0
    ]
    for (n, gap), (n_next, next_gap) in pairwise(gaps):
        if gap > 0 >= next_gap:
            return n + (n_next - n) * gap / (gap - next_gap)
    return None


@standalone()
def cost_against_size(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw qubits and bits sent against the size, a line for each protocol.

    Quantum protocols are solid, classical ones dashed, emulated ones and bare formulas dotted.
    Vertical lines mark where the first quantum protocol becomes cheaper than a classical one that
    was run.
    Crosses off the lines are budgets at which a protocol did not reach the error.

    Args:
        rows: Rows of one experiment and one case, with n, protocol, qubits, cbits, ebits, quantum,
            emulated, executed and (where a protocol may miss the error) reached.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: protocol, n, cost, reached.

    Raises:
        EbitError: A column is missing, or nothing was sent.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame({"n": [6, 8], "protocol": ["quantum"] * 2, "qubits": [24, 32],
        ...     "cbits": [0, 0], "ebits": [0, 0], "quantum": [True] * 2, "emulated": [False] * 2,
        ...     "executed": [True] * 2})
        >>> figure, ax = new_figure()
        >>> cost_against_size(rows, ax)["cost"].to_list()
        [24, 32]
    """
    check_columns(rows, "n", "protocol", "qubits", "cbits", "ebits", "quantum", "emulated")
    drawn = (
        rows.with_columns(
            cost=pl.col("qubits") + pl.col("cbits") + pl.col("ebits"),
            reached=pl.col("reached") if "reached" in rows.columns else pl.lit(True),
            protocol=pl.col("protocol")
            .str.replace(r"(\d+ )?named", "named")
            .str.replace(r", (\d+ directions, )?\d bits?$", "")
            .str.replace(r" to \d+$", ""),
        )
        .filter(pl.col("cost") > 0)
        .unique(["protocol", "n"], keep="first", maintain_order=True)
        .sort("protocol", "n")
    )
    if drawn.is_empty():
        raise EbitError("Argument `rows` must hold a protocol that sends something.")
    found = {str(name): own for (name,), own in drawn.group_by("protocol", maintain_order=True)}
    lines = {name: own.filter(pl.col("reached")) for name, own in found.items()}
    colors = {True: iter(_QUANTUM * 9), False: iter(_CLASSICAL * 9)}
    for name, own in found.items():
        quantum = bool(own["quantum"][0])
        is_real = bool(own["executed"].any()) and not bool(own["emulated"].any())
        color, reached = next(colors[quantum]), lines[name]
        missed = own.filter(~pl.col("reached"))
        if reached.height:
            ax.plot(
                reached["n"], reached["cost"], marker="o" if quantum else "s", markersize=4,
                color=color, label=name, linestyle=("-" if quantum else "--") if is_real else ":",
            )  # fmt: skip
        if missed.height:
            ax.plot(
                missed["n"], missed["cost"], linestyle="", marker="x", markersize=5, color=color,
                label=f"{name}, error not reached",
            )  # fmt: skip
    _mark(ax, {name: own for name, own in lines.items() if own.height})
    ax.set_yscale("log")
    ax.set_xticks(sorted(set(drawn["n"])))
    ax.set_xlabel("log2 of the size N")
    ax.set_ylabel("Qubits and bits sent")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, drawn.select("protocol", "n", "cost", "reached"))


def _mark(ax: "Axes", lines: dict[str, pl.DataFrame]) -> None:
    """Where the first quantum protocol becomes cheaper than each classical one that was run."""
    first = next((own for own in lines.values() if own["quantum"][0]), None)
    if first is None:
        return
    for own in lines.values():
        is_rival = own["executed"].any() and not own["quantum"][0]
        place = crossing(first, own) if is_rival else None
        if place is not None:
            ax.axvline(place, color="#999999", linewidth=0.8, linestyle=":")


@standalone()
def error_against_cost(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the measured error against what is sent, a marker for each protocol.

    Args:
        rows: Rows with protocol, qubits, cbits, ebits, quantum and error.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: protocol, cost, error.

    Raises:
        EbitError: A column is missing.
    """
    check_columns(rows, "protocol", "qubits", "cbits", "ebits", "quantum", "error")
    drawn = rows.with_columns(cost=pl.col("qubits") + pl.col("cbits") + pl.col("ebits")).filter(
        pl.col("error").is_not_null() & (pl.col("cost") > 0)
    )
    for quantum, mark, word in ((True, "o", "quantum"), (False, "s", "classical")):
        own = drawn.filter(pl.col("quantum") == quantum)
        color = (_QUANTUM if quantum else _CLASSICAL)[0]
        ax.plot(own["cost"], own["error"], mark, color=color, label=word)
    ax.set_xscale("log")
    ax.set_xlabel("Qubits and bits sent")
    ax.set_ylabel("Measured error")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, drawn.select("protocol", "cost", "error"))
