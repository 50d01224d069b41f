"""The page: headline, table, figures, and how every number was obtained."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ebit import checks
from ebit.accuracies import has_numbers
from ebit.report.advice import advise
from ebit.report.circuits import draw_circuits
from ebit.report.figures import Points, draw_pictures
from ebit.report.glossary import explain
from ebit.report.headline import details, method_words, verdict
from ebit.report.picture import resource_series
from ebit.report.predictions import Predictions, parts_of
from ebit.report.provenance import made_from
from ebit.report.render import check_installed, color_rules, packed, render
from ebit.report.summary_table import summary_table
from ebit.writing import followed, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@checks.takes(
    rows=checks.frame,
    out=checks.path,
    title=checks.text("text"),
    settings=checks.instance(Mapping, "settings by name"),
    quick=checks.flag,
    shots=checks.maybe(checks.whole(1, 1_000_000)),
)
def write_report(
    rows: pl.DataFrame,
    out: Path,
    *,
    title: str,
    settings: Mapping[str, object],
    quick: bool,
    shots: int | None = None,
    points: Points | None = None,
    draw: Callable[[str], "Figure | None"] | None = None,
    predictions: Callable[[Sequence[str]], Sequence[Predictions]] | None = None,
) -> list[Path]:
    """Write ``report.html`` and ``figures/`` with a PNG, SVG and CSV file of every figure.

    The page is a single file: it holds its style and figures, and works offline. Of a rerun into
    the same folder each file is replaced whole.

    Args:
        rows: Result rows of one data set, one a run. Needed are resource and
            validation_accuracy (0 to 1); what needs another column is left out without it.
        out: Folder for the report, made where needed.
        title: Heading of the page.
        settings: What produced the rows, shown by name. ``command``, the command line that
            makes the rows again, is set apart.
        quick: Mark the page as a quick look that must not be cited.
        shots: Shots that a label is read off, as for `advise`: the accuracies of table and figures
            are those at so many shots, by default at infinitely many.
        points: Data set to show: inputs in radians (batch, features), labels (batch,), and the
            name of every label from the smallest to the largest.
        draw: Makes the drawing of the circuit of a resource, as ``model.draw("matplotlib")`` does;
            nothing if it has no circuit. Asked for the recommended resource and for none.
        predictions: Makes predictions of some resources on the validation rows, for the confusion
            matrix or the figure of predicted against true numbers. Asked for the same resources,
            and may leave some out.

    Returns:
        The page, then the files of the figures.

    Raises:
        EbitError: The rows mix data sets or settings, repeat a run, or hold a value that does
            not fit; Matplotlib is missing; the folder cannot be written.

    Example:
        >>> import tempfile, polars as pl
        >>> from pathlib import Path
        >>> from ebit.report import write_report
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"],
        ...                      "validation_accuracy": [0.8, 0.9]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = write_report(rows, Path(folder), title="Clusters", settings={}, quick=True)
        >>> [path.name for path in paths]
        ['report.html', 'accuracy.png', 'accuracy.svg', 'accuracy.csv', ..., 'gain.csv']
    """
    check_installed()
    advice = advise(rows, shots)
    said, *reasons = verdict(advice)
    folder = Path(out) / "figures"
    pictures = draw_pictures(_with_curves_of_numbers(rows), points, folder, advice)
    wanted = (advice.chosen.resource, "none")
    shown = [one.resource for one in advice.summaries if one.resource in wanted]
    circuits = [] if draw is None else draw_circuits(draw, shown, folder)
    parts = parts_of([] if predictions is None else predictions(shown), folder)
    table = summary_table(advice, rows)
    flat = [name for name, kind in rows.schema.items() if not kind.is_nested()]
    saved = [*pictures, *parts["predicted"], *circuits]
    colors = [cell.color for line in table.lines for cell in line.cells if cell.color]
    page = render(
        "compare.html",
        title=title,
        quick=quick,
        colors=color_rules([*colors, *(color for one in saved for color in one.colors)]),
        headline=said,
        reasons=[*reasons, *details(advice)],
        table=table,
        series=resource_series(rows["resource"]),
        pictures=pictures,
        **parts,
        circuits=circuits,
        made=made_from(rows, {"folder": followed(Path(out)), **settings}, [method_words(advice)]),
        rows_file=packed("rows.csv", rows.select(flat).write_csv().encode()),
        glossary={one.resource: explain(one.resource) for one in advice.summaries},
    )
    path = Path(out) / "report.html"
    write_atomically(path, page.encode())
    return [path, *(path for picture in saved for path in picture.paths)]


def _with_curves_of_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in which the curve of R^2 stands for that of accuracies, where targets are numbers."""
    if not has_numbers(rows) or "validation_r2_curve" not in rows.columns:
        return rows
    return rows.with_columns(validation_accuracy_curve="validation_r2_curve")
