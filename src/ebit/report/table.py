"""The summary table of the report."""

from collections.abc import Sequence
from html import escape

from ebit.report.headline import accuracy
from ebit.report.summary import ResourceSummary, find
from ebit.statistics import welch

_HEAD = """<thead>
<tr>
<th scope="col" rowspan="2" style="text-align:left">Resource</th>
<th scope="col" rowspan="2">Validation<br>accuracy<br><small>mean ± std</small></th>
<th scope="col" rowspan="2">Runs</th>
<th scope="col" rowspan="2">Above none<br><small>± standard error</small></th>
<th scope="col" rowspan="2">Parameters</th>
<th scope="colgroup" colspan="{costs}" class="group">Per inference</th>
<th scope="colgroup" colspan="2" class="group">Wall time (s)</th>
</tr>
<tr>
<th scope="col">Ebits</th><th scope="col">Bits</th><th scope="col">Non-local<br>gates</th>
<th scope="col">Rounds</th>{further}<th scope="col">Training</th><th scope="col">Compiling</th>
</tr>
</thead>"""

_NOTE = (
    "std: sample standard deviation over the runs. Standard error: that of the difference of two "
    "means with unequal variances (Welch). Training time is that of all runs of a resource "
    "together. A dash means: not recorded or not defined."
)


def summary_table_html(summaries: Sequence[ResourceSummary], best: ResourceSummary) -> str:
    """The table as HTML, with the best resource marked.

    Args:
        summaries: Summaries of all resources in the order of the lines.
        best: The one to mark.

    Returns:
        HTML of a table that scrolls sideways on a narrow screen, and a note on its terms.

    Example:
        >>> from ebit.report.summary import ResourceSummary
        >>> from ebit.report.table import summary_table_html
        >>> line = ResourceSummary("none", 0.9, 0.0, 1, 264, 0, 0, 0, 0, 1.0, 1.0)
        >>> "0.900" in summary_table_html([line], line)
        True
    """
    further = [unit.replace("_", " ").capitalize() for unit, _ in best.further]
    head = _HEAD.format(
        costs=4 + len(further),
        further="".join(f'<th scope="col">{escape(unit)}</th>' for unit in further),
    )
    lines = "\n".join(
        _line_html(number, summary, best, find(summaries, "none"))
        for number, summary in enumerate(summaries)
    )
    return (
        '<div class="card" role="region" tabindex="0" aria-label="Summary table">'
        f'<table class="summary">{head}<tbody>\n{lines}\n</tbody></table></div>'
        f'<p class="note">{_NOTE}</p>'
    )


def number_text(value: float | None) -> str:
    """A number for the table: whole numbers in full, others to three digits.

    Args:
        value: The number, or None if it is unknown.

    Returns:
        Text; a dash for None.

    Example:
        >>> from ebit.report.table import number_text
        >>> number_text(12345.0), number_text(0.51234), number_text(903.21), number_text(None)
        ('12345', '0.512', '903', '—')
    """
    if value is None:
        return "—"
    return f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.3g}"


def _line_html(
    number: int, summary: ResourceSummary, best: ResourceSummary, none: ResourceSummary | None
) -> str:
    cells = [
        accuracy(summary),
        str(summary.runs),
        _difference_text(summary, none),
        *map(
            number_text,
            (
                summary.parameters,
                summary.ebits,
                summary.bits,
                summary.gates,
                summary.rounds,
                *(amount for _, amount in summary.further),
                summary.seconds,
                summary.compile_seconds,
            ),
        ),
    ]
    mark = ' class="best"' if summary is best else ""
    swatch = f'<span class="swatch" style="background:var(--r{number})"></span>'
    cells_html = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr{mark}><th scope="row">{swatch}{escape(summary.resource)}</th>{cells_html}</tr>'


def _difference_text(summary: ResourceSummary, none: ResourceSummary | None) -> str:
    if none is None or summary is none:
        return "—"
    difference = welch(summary, none)
    value = f"{difference.value:+.3f}".replace("-", "\N{MINUS SIGN}")
    error = difference.standard_error
    return value if error is None else f"{value} ± {error:.3f}"
