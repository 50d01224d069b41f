"""The page: headline, table, figures, and how every number was obtained."""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ebit.report.advice import Advice, advise
from ebit.report.circuits import circuits_html, draw_circuits
from ebit.report.figures import Points, draw_pictures
from ebit.report.glossary import explain
from ebit.report.headline import details, headline, method_words
from ebit.report.provenance import provenance_html
from ebit.report.shell import SCROLLS, figure_html, page_html
from ebit.report.table import summary_table_html
from ebit.writing import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        ['report.html', 'accuracy.png', 'accuracy.svg', 'accuracy.csv']
    """
    advice = advise(rows, shots)
    pictures = draw_pictures(rows, points, Path(out) / "figures", shots)
    wanted = (advice.chosen.resource, "none")
    shown = [one.resource for one in advice.summaries if one.resource in wanted]
    drawings = [] if draw is None else draw_circuits(draw, shown, Path(out) / "figures")
    sections = {
        "Summary": SCROLLS + summary_table_html(advice),
        "Figures": "\n".join(
            figure_html(f"Figure {number}", picture)
            for number, picture in enumerate(pictures, start=1)
        ),
        **({"The circuits": circuits_html(drawings)} if drawings else {}),
        "How these numbers were obtained": provenance_html(
            rows, {"folder": Path(out).resolve(), **settings}, [method_words(advice)]
        ),
        "The resources": f"<dl>\n{_glossary_html(advice)}\n</dl>",
    }
    page = page_html(
        title,
        f'<p class="headline">{_unbroken(headline(advice))}</p>\n{_details_html(advice)}',
        sections,
        resources=[summary.resource for summary in advice.summaries],
        quick=quick,
    )
    path = Path(out) / "report.html"
    write_atomically(path, page.encode())
    saved = [*pictures, *drawings]
    return [path, *(path for picture in saved for path in picture.paths)]


def _unbroken(sentence: str) -> str:
    """Escaped text whose lines do not break around a plus-minus sign."""
    return escape(sentence).replace(" ± ", "&nbsp;±&nbsp;")


def _details_html(advice: Advice) -> str:
    items = "".join(f"<li>{_unbroken(sentence)}</li>" for sentence in details(advice))
    return f'<ul class="details">{items}</ul>' if items else ""


def _glossary_html(advice: Advice) -> str:
    return "\n".join(
        f"<dt>{escape(summary.resource)}</dt><dd>{escape(explain(summary.resource))}</dd>"
        for summary in advice.summaries
    )
