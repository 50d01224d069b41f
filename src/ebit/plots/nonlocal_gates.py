"""Shots that an answer takes, against the fidelity of pairs, beside cutting."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit import checks
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def shots_by_fidelity(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the shots for a right answer against the fidelity of pairs: a line per arm.

    Args:
        rows: Rows of one `ebit.algorithms.NonlocalGates`: arm, fidelity (null without pairs) and
            shots_needed (infinity is left out).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame({"arm": ["pairs", "pairs", "cut gates"],
        ...     "fidelity": [0.9, 1.0, None], "shots_needed": [3.0, 1.0, 400.0]})
        >>> figure, ax = new_figure()
        >>> shots_by_fidelity(rows, ax).height
        3
    """
    check_columns(rows, "arm", "fidelity", "shots_needed")
    data = rows.select("arm", "fidelity", "shots_needed").filter(pl.col("shots_needed").is_finite())
    styles = ("-", "--", "-.", ":", (0, (1, 3)))
    for (arm,), own in data.group_by("arm", maintain_order=True):
        number = rows["arm"].unique(maintain_order=True).to_list().index(arm)
        style = styles[number % len(styles)]
        if own["fidelity"].is_null().all():
            ax.axhline(own["shots_needed"][0], color=f"C{number}", linestyle=style, label=str(arm))
        else:
            ax.plot(own["fidelity"], own["shots_needed"], color=f"C{number}", linestyle=style,
                    marker="o", markersize=4, label=str(arm))  # fmt: skip
    ax.set_yscale("log")
    ax.set_xlabel("Fidelity of the pairs")
    ax.set_ylabel("Shots for a right answer (99 of 100)")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


@standalone()
def shots_between_cut_and_teleport(pairs: int, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    r"""Draw how many times more shots k gates take, from no entanglement to Bell pairs.

    Every pair has an overlap f with a Bell pair: :math:`(2/f - 1)^{2k}` if each gate is made up by
    itself, :math:`(2/f^k - 1)^2` if all are made up together.

    Args:
        pairs: Number k of gates, a pair for each.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: fidelity, each, together.

    Example:
        >>> from ebit.plots import new_figure
        >>> figure, ax = new_figure()
        >>> shots_between_cut_and_teleport(2, ax).row(0)
        (0.5, 81.0, 49.0)

    Source:
        Bechtold et al., arXiv:2403.09690.
    """
    checks.whole(1, 1000)("pairs", pairs)
    fidelity = np.linspace(0.5, 1.0, 101)
    each, together = (2 / fidelity - 1) ** (2 * pairs), (2 / fidelity**pairs - 1) ** 2
    data = pl.DataFrame({"fidelity": fidelity, "each": each, "together": together})
    ax.plot(fidelity, each, label="one by one")
    ax.plot(fidelity, together, linestyle="--", label="together")
    ax.set_yscale("log")
    ax.set_xlabel("Overlap of each pair with a Bell pair")
    ax.set_ylabel(f"Times as many shots for {pairs} gate{'' if pairs == 1 else 's'}")
    ax.legend()
    return keep_data(ax, data)
