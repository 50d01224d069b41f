"""Training over a faulty network: accuracy, utilisation, ages and fidelities, gradients."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from ebit import checks
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import COLORS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Look(NamedTuple):
    """How an arm, or the policy that it schedules with, is drawn.

    Attributes:
        color: As ``#rrggbb``.
        marker: Of its points.
    """

    color: str
    marker: str


LOOKS = {
    "fifo+mean": Look(COLORS[4], "v"),
    "fifo+robust": Look(COLORS[2], "D"),
    "edf+robust": Look(COLORS[1], "s"),
    "freshest+robust": Look(COLORS[3], "^"),
    "ceas": Look(COLORS[0], "o"),
    "fifo+weights+mean": Look(COLORS[7], "<"),
    "fifo+weights+robust": Look("#117733", ">"),
    "ceas+mean": Look("#332288", "p"),
    "ceas+robust": Look(COLORS[5], "P"),
    "ceas+weights+mean": Look("#aa4499", "X"),
    "ceas+info": Look(COLORS[6], "*"),
    "ceas+shuffled": Look("#999933", "h"),
    "ceas+krum": Look("#44aa99", "d"),
    "ceas+geomedian": Look("#661100", "8"),
}
"""Every arm in the order of legends: it looks the same in all figures, whoever is beside it."""

POLICY_LOOKS = {
    "ceas": LOOKS["ceas"],
    "edf": LOOKS["edf+robust"],
    "fifo": LOOKS["fifo+robust"],
    "freshest": LOOKS["freshest+robust"],
    "random": Look(COLORS[6], "*"),
    "oracle": Look(COLORS[5], "P"),
}
"""Every policy of a schedule, as the arm that differs by it."""

_QUANTITY_COLORS = ("#444444", "#aaaaaa")
"""Greys: colours are those of policies."""


@standalone()
def accuracy_by_round(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the mean test accuracy of every arm against rounds.

    Args:
        rows: Rows of `ebit consensus run`, with arm, rounds and accuracies.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: arm, round, mean, std.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame({"arm": ["ceas"], "rounds": [[5, 10]], "accuracies": [[0.5, 0.8]]})
        >>> figure, ax = new_figure()
        >>> accuracy_by_round(rows, ax)["mean"].to_list()
        [0.5, 0.8]
    """
    check_columns(rows, "arm", "rounds", "accuracies")
    data = (
        rows.select("arm", "rounds", "accuracies")
        .explode("rounds", "accuracies")
        .group_by("arm", pl.col("rounds").alias("round"), maintain_order=True)
        .agg(pl.col("accuracies").mean().alias("mean"), pl.col("accuracies").std().alias("std"))
    )
    data = _in_order(data, "arm", LOOKS)
    for (arm,), own in data.group_by("arm", maintain_order=True):
        color = LOOKS[arm].color
        ax.plot(own["round"], own["mean"], color=color, label=arm)
        spread = own["std"].fill_null(0)
        low, high = own["mean"] - spread, own["mean"] + spread
        ax.fill_between(own["round"], low, high, color=color, alpha=0.12, linewidth=0)
    ax.set(xlabel="Round", ylabel="Test accuracy")
    _legend_above(ax)
    return keep_data(ax, data)


@standalone()
def accuracy_by_faulty(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the mean test accuracy of every arm against the number of faulty nodes.

    Args:
        rows: Rows of `ebit consensus run`, with arm, faulty and accuracy.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: arm, faulty, mean, std.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame({"arm": ["ceas"] * 2, "faulty": [0, 5], "accuracy": [0.9, 0.8]})
        >>> figure, ax = new_figure()
        >>> accuracy_by_faulty(rows, ax)["mean"].to_list()
        [0.9, 0.8]
    """
    check_columns(rows, "arm", "faulty", "accuracy")
    data = _means(rows, ["arm", "faulty"], "accuracy").sort("faulty")
    data = _in_order(data, "arm", LOOKS)
    middle = (data["arm"].n_unique() - 1) / 2
    for number, ((arm,), own) in enumerate(data.group_by("arm", maintain_order=True)):
        ax.errorbar(
            own["faulty"] + 0.15 * (number - middle),  # side by side
            own["mean"],
            yerr=own["std"].fill_null(0),
            color=LOOKS[arm].color,
            marker=LOOKS[arm].marker,
            capsize=2,
            label=arm,
        )
    ax.set(xlabel="Faulty nodes", ylabel="Test accuracy")
    _legend_above(ax)
    return keep_data(ax, data)


@standalone()
def utilisation_bars(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw strict utilisation and completion of every policy as bars.

    Args:
        rows: Rows of `ebit consensus schedule`.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: policy, quantity, mean, std.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> rows = pl.DataFrame(
        ...     {"policy": ["ceas"], "utilisation_strict": [0.95], "completion": [0.9]})
        >>> figure, ax = new_figure()
        >>> utilisation_bars(rows, ax)["mean"].to_list()
        [0.95, 0.9]
    """
    quantities = {"utilisation_strict": "strict utilisation", "completion": "completed jobs"}
    check_columns(rows, "policy", *quantities)
    parts = [
        _means(rows, ["policy"], column).with_columns(pl.lit(name).alias("quantity"))
        for column, name in quantities.items()
    ]
    data = _in_order(pl.concat(parts), "policy", POLICY_LOOKS)
    policies = data["policy"].unique(maintain_order=True).to_list()
    for number, name in enumerate(quantities.values()):
        own = data.filter(quantity=name)
        places = [policies.index(p) + 0.4 * (number - 0.5) for p in own["policy"]]
        ax.bar(
            places,
            own["mean"],
            0.36,
            yerr=own["std"].fill_null(0),
            color=_QUANTITY_COLORS[number],
            label=name,
        )
    ax.axhline(0.9, color="#555555", linewidth=0.8, linestyle=":")
    ax.set_xticks(range(len(policies)), policies)
    ax.set(ylabel="Share", ylim=(0, 1.05))
    _legend_above(ax)
    return keep_data(ax, data)


@standalone()
def age_histogram(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw how old the pairs are that policies use.

    Args:
        rows: Rows of `ebit consensus schedule`, with policy and age_counts (one count per slot).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: policy, age, share.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> figure, ax = new_figure()
        >>> rows = pl.DataFrame({"policy": ["edf"], "age_counts": [[4, 0]]})
        >>> age_histogram(rows, ax)["share"].to_list()
        [1.0, 0.0]
    """
    check_columns(rows, "policy", "age_counts")
    return _histogram(rows, ax, "age_counts", "age", 1.0, 0.0, "Age of a used pair (slots)")


@standalone()
def fidelity_histogram(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw how good the pairs are that policies use.

    Args:
        rows: Rows of `ebit consensus schedule`, with policy and fidelity_counts (one count for
            every
            0.05 from 0.25 to 1).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: policy, fidelity (lower end), share.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> figure, ax = new_figure()
        >>> rows = pl.DataFrame({"policy": ["edf"], "fidelity_counts": [[0] * 14 + [4]]})
        >>> round(fidelity_histogram(rows, ax)["fidelity"][14], 2)
        0.95
    """
    check_columns(rows, "policy", "fidelity_counts")
    return _histogram(
        rows, ax, "fidelity_counts", "fidelity", 0.05, 0.25, "Fidelity of a used pair"
    )


@standalone()
def gradient_errors(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the mean squared error of the direction of every arm, beside that of shot noise alone.

    Args:
        rows: Rows of `ebit consensus run`, with arm, gradient_error and noise_floor.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: arm, mean, std, floor.

    Raises:
        EbitError: A column is missing, or a name is none of an arm or policy.

    Example:
        >>> from ebit.plots import new_figure
        >>> figure, ax = new_figure()
        >>> rows = pl.DataFrame({"arm": ["ceas"], "gradient_error": [0.2], "noise_floor": [0.1]})
        >>> gradient_errors(rows, ax)["floor"].to_list()
        [0.1]
    """
    check_columns(rows, "arm", "gradient_error", "noise_floor")
    floors = _means(rows, ["arm"], "noise_floor").select("arm", pl.col("mean").alias("floor"))
    data = _means(rows, ["arm"], "gradient_error").join(floors, on="arm", maintain_order="left")
    data = _in_order(data, "arm", LOOKS)
    places = range(data.height)
    colors = [LOOKS[arm].color for arm in data["arm"]]
    ax.bar(places, data["mean"], 0.6, yerr=data["std"].fill_null(0), color=colors)
    for place, floor in zip(places, data["floor"], strict=True):
        label = "shot noise alone" if place == 0 else None
        ax.plot([place - 0.4, place + 0.4], [floor, floor], color=INK, linewidth=2, label=label)
    ax.set_xticks(places, data["arm"].to_list(), rotation=20, ha="right")
    ax.set(ylabel="Squared gradient error")
    _legend_above(ax)
    return keep_data(ax, data)


def _means(rows: pl.DataFrame, keys: list[str], column: str) -> pl.DataFrame:
    own = pl.col(column)
    return rows.group_by(keys, maintain_order=True).agg(
        own.mean().alias("mean"), own.std().alias("std")
    )


def _legend_above(ax: "Axes") -> None:
    """Lines and bars may reach every corner."""
    number = len(ax.get_legend_handles_labels()[1])
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=number if number <= 5 else 4)


def _in_order(data: pl.DataFrame, column: str, looks: Mapping[str, Look]) -> pl.DataFrame:
    """The rows in the order of legends; refuses names that have no look."""
    names = [*looks]
    known = checks.one_of(names)
    for name in data[column].unique(maintain_order=True):
        known(column, name)
    return data.sort(pl.col(column).replace_strict(names, range(len(names))), maintain_order=True)


def _histogram(
    rows: pl.DataFrame,
    ax: "Axes",
    column: str,
    quantity: str,
    width: float,
    first: float,
    title: str,
) -> pl.DataFrame:
    parts = []
    ordered = _in_order(rows, "policy", POLICY_LOOKS)
    for (policy,), own in ordered.group_by("policy", maintain_order=True):
        counts = [sum(values) for values in zip(*own[column].to_list(), strict=True)]
        total = max(sum(counts), 1)
        places = [first + width * k for k in range(len(counts))]
        shares = [count / total for count in counts]
        color = POLICY_LOOKS[policy].color
        ax.stairs(shares, [*places, places[-1] + width], color=color, label=policy)
        parts.append(pl.DataFrame({"policy": policy, quantity: places, "share": shares}))
    ax.set(xlabel=title, ylabel="Share of used pairs", yscale="log")  # most are used at once
    ax.legend()
    return keep_data(ax, pl.concat(parts))
