"""Time of a training step: tools side by side, and growth with fitted exponents."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import COLORS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = ("o", "s", "^", "D", "v", "P")
_AXIS_NAMES = {
    "depth": "Convolution layers per stage",
    "qubits": "Qubits per QPU",
    "batch": "Samples per minibatch",
    "runs": "Runs in one program",
}


@standalone()
def speed_by_tool(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw milliseconds per step of every tool on a logarithmic axis, one marker a resource.

    The least time that the machine could take is a tick on ebit's first line.

    Args:
        rows: Benchmark rows with tool, variant, resource, step_milliseconds and
            floor_milliseconds (null where there is none).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import new_figure, speed_by_tool
        >>> rows = pl.DataFrame({"tool": ["ebit"], "variant": ["1 run"], "resource": ["none"],
        ...     "step_milliseconds": [0.2], "floor_milliseconds": [0.03]})
        >>> figure, ax = new_figure()
        >>> speed_by_tool(rows, ax).height
        1
    """
    names = ("tool", "variant", "resource", "step_milliseconds", "floor_milliseconds")
    check_columns(rows, *names)
    data = rows.select(names)
    labels = [f"{tool}, {variant}" for tool, variant in data.select(names[:2]).iter_rows()]
    lines = list(dict.fromkeys(labels))
    styles = resource_styles(data["resource"])
    for resource in data["resource"].unique(maintain_order=True):
        own = [k for k in range(data.height) if data["resource"][k] == resource]
        style = styles[resource]
        ax.plot(
            [data["step_milliseconds"][k] for k in own],
            [lines.index(labels[k]) for k in own],
            color=style.color,
            marker=style.marker,
            linestyle="none",
            label=resource,
        )
    floors = data["floor_milliseconds"].drop_nulls().unique().to_list()
    if floors:
        ax.plot(floors, [0] * len(floors), "|", color=INK, markersize=12, label="floor")
    ax.set_xscale("log")
    ax.set_yticks(range(len(lines)), lines)
    ax.invert_yaxis()
    ax.set_xlabel("Time per step and run (ms)")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


@standalone()
def speed_growth(
    rows: pl.DataFrame, axis: str, exponents: Mapping[str, float], ax: "Axes" = OWN_FIGURE
) -> pl.DataFrame:
    """Draw the time of a step, all runs together, against one setting; both axes logarithmic.

    Args:
        rows: Benchmark rows with axis, tool, runs, step_milliseconds (per run) and the setting.
        axis: The setting: `depth`, `qubits`, `batch` or `runs`.
        exponents: Fitted exponent of every tool, for the legend.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: tool, the setting and milliseconds.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import new_figure, speed_growth
        >>> rows = pl.DataFrame({"axis": ["depth"] * 2, "tool": ["ebit"] * 2, "runs": [1, 1],
        ...     "depth": [5, 10], "step_milliseconds": [0.2, 0.3]})
        >>> figure, ax = new_figure()
        >>> speed_growth(rows, "depth", {"ebit": 0.6}, ax)["milliseconds"].to_list()
        [0.2, 0.3]
    """
    check_columns(rows, "axis", "tool", "runs", "step_milliseconds", axis)
    milliseconds = (pl.col("step_milliseconds") * pl.col("runs")).alias("milliseconds")
    data = rows.filter(pl.col("axis") == axis).select("tool", axis, milliseconds).sort(axis)
    for number, tool in enumerate(sorted(data["tool"].unique(), key=lambda name: name != "ebit")):
        own = data.filter(pl.col("tool") == tool)
        fitted = f" (exponent {exponents[tool]:.2f})" if tool in exponents else ""
        ax.plot(
            own[axis].to_list(),
            own["milliseconds"].to_list(),
            color=COLORS[number % len(COLORS)],
            marker=_MARKERS[number % len(_MARKERS)],
            label=f"{tool}{fitted}",
        )
    ax.set_yscale("log")
    if axis != "qubits":
        ax.set_xscale("log")
    ticks = data[axis].unique().sort().to_list()
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel(_AXIS_NAMES[axis])
    ax.set_ylabel("Time per step (ms)")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)
