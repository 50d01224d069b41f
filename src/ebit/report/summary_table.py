"""The summary table of a comparison."""

from itertools import chain

import polars as pl

from ebit.accuracies import shots_words
from ebit.plots import resource_styles
from ebit.plots.resources import is_baseline
from ebit.report.advice import Advice
from ebit.report.headline import accuracy, gap_to_none
from ebit.report.summary import ResourceSummary
from ebit.report.table import Cell, Column, Line, Table, number_cell
from ebit.resources import depth_note

_REMARK = (
    "std: sample standard deviation over the runs. Intervals leave out 0 where a resource is told "
    "apart from none. Training time is that of all runs of a resource together. A dash means: not "
    "recorded or not defined. The coloured row is the recommended one."
)
_GROUPS = {
    "baseline": "One machine sees all features",
    "free": "QPUs that share nothing",
    "dear": "QPUs that share something, or send it",
}
_UNITS = {"ebits": "Ebits", "bits": "Bits", "nonlocal_gates": "Non-local gates", "rounds": "Rounds"}


def summary_table(advice: Advice, rows: pl.DataFrame) -> Table:
    """The table, with the recommended resource marked and rows grouped by what they share.

    Args:
        advice: What the rows recommend.
        rows: Result rows, for the hashes of their tasks.

    Returns:
        The table.

    Example:
        >>> import polars as pl
        >>> from ebit.report.advice import advise
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
        >>> summary_table(advise(rows), rows).lines[0].cells[1].text
        '0.900'
    """
    quality = f"{advice.title}{shots_words(advice.shots)}"
    exact = [] if advice.shots is None else [Column("At infinitely many shots")]
    columns = [
        Column("Resource", is_number=False),
        Column(quality, "mean ± std"),
        *exact,
        Column("Runs"),
        Column("Above none", "mean, interval"),
        Column("Parameters"),
        *(
            Column(_UNITS.get(unit, unit.replace("_", " ").capitalize()), "per inference")
            for unit in advice.chosen.amounts
        ),
        Column("Training", "s"),
        Column("Compiling", "s"),
    ]
    grouped: dict[str, list[ResourceSummary]] = {name: [] for name in _GROUPS}
    for summary in advice.summaries:
        grouped[_group(summary)].append(summary)
    several = sum(bool(own) for own in grouped.values()) > 1
    lines = [
        _line(summary, advice, rows, _GROUPS[name] if several else "")
        for name, own in grouped.items()
        for summary in own
    ]
    remarks = [*filter(None, [_depths(rows)]), _REMARK]
    return Table("summary-table", "Summary of all resources", columns, lines, remarks)


def _depths(rows: pl.DataFrame) -> str:
    """What to say of a resource that is shallower than the others."""
    if not {"resource", "depth"} <= set(rows.columns):
        return ""
    of_each = rows.select("resource", "depth").unique(maintain_order=True)
    if of_each["resource"].n_unique() < of_each.height:  # several depths of one resource
        return ""
    return depth_note(dict(of_each.iter_rows()))


def _group(summary: ResourceSummary) -> str:
    if is_baseline(summary.resource):
        return "baseline"
    return "dear" if any(summary.amounts.values()) else "free"


def _line(summary: ResourceSummary, advice: Advice, rows: pl.DataFrame, group: str) -> Line:
    styles = resource_styles(one.resource for one in advice.summaries)
    gap = gap_to_none(advice, summary)
    value, _, interval = str(gap or "—").partition(" (")
    tasks = rows.filter(pl.col("resource") == summary.resource)["task"] if "task" in rows else None
    link = "" if tasks is None else f"task-{tasks.sort()[0]}"
    exact = advice.exact[summary.resource]
    return Line(
        [
            Cell(summary.resource, color=styles[summary.resource].color, link=link),
            Cell(accuracy(summary), summary.mean),
            *([] if advice.shots is None else [Cell(f"{exact:.3f}", exact)]),
            Cell(str(summary.runs), summary.runs),
            Cell(value, "" if gap is None else gap.value, below=f"({interval}" if interval else ""),
            *map(
                number_cell,
                chain(
                    [summary.parameters],
                    summary.amounts.values(),
                    [summary.seconds, summary.compile_seconds],
                ),
            ),
        ],
        is_marked=summary is advice.chosen,
        group=group,
    )
