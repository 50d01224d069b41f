"""`ebit reproduce` of a study that counts what is sent, and the limits of what it says."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ebit.cli.console import command_line, messages, output, print_table, write_json
from ebit.cli.progress import show_titles
from ebit.communication.experiments import EXPERIMENTS
from ebit.report.communication_page import LIMITS
from ebit.studies.counted import reproduce_counted, select_counted
from ebit.studies.counted_page import TITLES, advantages, lines, of, outcome, write_counted


def reproduce_counts(
    study: str, folder: Path, *, tables: Sequence[str], quick: bool, json: Path | None
) -> None:
    """Run what is missing, print numbers and verdicts, write the page."""
    names = select_counted(tables)
    if quick:
        messages.print("Quick look: small sizes. Do not cite these numbers.")
    with show_titles(len(names), "experiments") as start:
        result = reproduce_counted(study, folder, tables=names, quick=quick, start=start)
    written = write_counted(result, folder, command=command_line())
    for name in names:
        output.print(f"Table {name}: {EXPERIMENTS[name].title}")
        cells = lines(of(result, name))
        if cells:
            print_table([(title, title in ("expected", "measured")) for title in TITLES], cells)
        output.print(f"{outcome(of(result, name))}; {advantages(result.rows[name])}.\n")
    output.print(f"In all: {outcome(result.comparisons)}.")
    print_limits(names)
    output.print(f"Report: {written[0]}")
    content = {name: own.to_dicts() for name, own in result.rows.items()}
    write_json(
        json,
        {
            "study": study,
            "quick": quick,
            "comparisons": result.comparisons.to_dicts(),
            "experiments": content,
        },
    )


def print_limits(experiments: Iterable[str]) -> None:
    """The limits that belong to some experiments; the first one belongs to all."""
    places = sorted({0, *(place for name in experiments for place in EXPERIMENTS[name].limits)})
    output.print("Limits:")
    for place in places:
        output.print(f"- {LIMITS[place]}")
