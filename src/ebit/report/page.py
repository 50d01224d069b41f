"""The page: headline, table, figures, and how every number was obtained."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

import polars as pl

from ebit.plots.resources import blend, resource_styles
from ebit.report.figures import Picture, Points, draw_pictures
from ebit.report.glossary import explain
from ebit.report.headline import best_resource, details, headline
from ebit.report.provenance import provenance_html
from ebit.report.style import STYLE_SHEET
from ebit.report.summary import ResourceSummary, summarize
from ebit.report.table import summary_table_html
from ebit.writing import write_atomically

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<header>
$banner
<h1>$title</h1>
<p class="headline">$headline</p>
$details
</header>
<section>
<h2>Summary</h2>
<p class="note narrow">Tables and figures scroll sideways.</p>
$table
</section>
<section>
<h2>Figures</h2>
$figures
</section>
<section>
<h2>How these numbers were obtained</h2>
$provenance
</section>
<section>
<h2>The resources</h2>
<dl>
$glossary
</dl>
</section>
<footer>Made by ebit. The page is one file and needs no network.</footer>
</main>
</body>
</html>
""")

_QUICK = (
    '<p class="banner" role="note">A quick look: small data, few steps. '
    "Do not cite these numbers.</p>"
)


def write_report(
    rows: pl.DataFrame,
    out: Path,
    *,
    title: str,
    settings: Mapping[str, object],
    quick: bool,
    points: Points | None = None,
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
        points: Data set to show: inputs in radians (batch, features), labels (batch,), and the
            name of every label from the smallest to the largest.

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
    summaries = summarize(rows)
    pictures = draw_pictures(rows, points, Path(out) / "figures")
    page = _PAGE.substitute(
        title=escape(title),
        style=STYLE_SHEET + _color_rules(summaries),
        banner=_QUICK if quick else "",
        headline=_unbroken(headline(summaries)),
        details=_details_html(summaries),
        table=summary_table_html(summaries, best_resource(summaries)),
        figures=_figures_html(pictures),
        provenance=provenance_html(rows, settings),
        glossary=_glossary_html(summaries),
    )
    path = Path(out) / "report.html"
    write_atomically(path, page.encode())
    return [path, *(path for picture in pictures for path in picture.paths)]


def _color_rules(summaries: Sequence[ResourceSummary]) -> str:
    """The resource colours as variables --r0, --r1, ...; lighter ones for the dark page."""
    styles = resource_styles(summary.resource for summary in summaries).values()
    light = " ".join(f"--r{number}: {style.color};" for number, style in enumerate(styles))
    dark = " ".join(
        f"--r{number}: {blend(style.color, '#ffffff', 0.35)};"
        for number, style in enumerate(styles)
    )
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def _unbroken(sentence: str) -> str:
    """Escaped text whose lines do not break around a plus-minus sign."""
    return escape(sentence).replace(" ± ", "&nbsp;±&nbsp;")


def _details_html(summaries: Sequence[ResourceSummary]) -> str:
    items = "".join(f"<li>{_unbroken(sentence)}</li>" for sentence in details(summaries))
    return f'<ul class="details">{items}</ul>' if items else ""


def _glossary_html(summaries: Sequence[ResourceSummary]) -> str:
    return "\n".join(
        f"<dt>{escape(summary.resource)}</dt><dd>{escape(explain(summary.resource))}</dd>"
        for summary in summaries
    )


def _figures_html(pictures: Sequence[Picture]) -> str:
    return "\n".join(
        _figure_html(number, picture) for number, picture in enumerate(pictures, start=1)
    )


def _figure_html(number: int, picture: Picture) -> str:
    files = " · ".join(
        f'<a href="figures/{escape(path.name)}">{path.suffix[1:].upper()}</a>'
        for path in picture.paths
    )
    return (
        f'<figure id="{picture.name}">'
        f'<div class="card" role="img" tabindex="0" aria-label="{escape(picture.alt)}">'
        f"{picture.svg}</div>"
        f"<figcaption><strong>Figure {number}.</strong> {escape(picture.caption)} "
        f"{files}</figcaption></figure>"
    )
