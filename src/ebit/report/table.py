"""The summary table of the report."""

from html import escape

from ebit.accuracies import shots_words
from ebit.report.advice import Advice
from ebit.report.headline import above_none, accuracy
from ebit.report.summary import ResourceSummary
from ebit.resources.consumption import NOTHING

_HEAD = """<thead>
<tr>
<th scope="col" rowspan="2" style="text-align:left">Resource</th>
<th scope="col" rowspan="2">Validation<br>accuracy{at}<br><small>mean ± std</small></th>
{exact}<th scope="col" rowspan="2">Runs</th>
<th scope="col" rowspan="2">Above none<br><small>mean (interval)</small></th>
<th scope="col" rowspan="2">Parameters</th>
<th scope="colgroup" colspan="{costs}" class="group">Per inference</th>
<th scope="colgroup" colspan="2" class="group">Wall time (s)</th>
</tr>
<tr>
<th scope="col">Ebits</th><th scope="col">Bits</th><th scope="col">Non-local<br>gates</th>
<th scope="col">Rounds</th>{further}<th scope="col">Training</th><th scope="col">Compiling</th>
</tr>
</thead>"""

_EXACT = '<th scope="col" rowspan="2">At infinitely<br>many shots</th>\n'

_NOTE = (
    "std: sample standard deviation over the runs. Intervals leave out 0 where a resource is told "
    "apart from none. Training time is that of all runs of a resource together. A dash means: not "
    "recorded or not defined. The coloured row is the recommended one."
)


def summary_table_html(advice: Advice) -> str:
    """The table as HTML, with the recommended resource marked.

    Args:
        advice: What the rows recommend.

    Returns:
        HTML of a table that scrolls sideways on a narrow screen, and a note on its terms.

    Example:
        >>> import polars as pl
        >>> from ebit.report.advice import advise
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
        >>> "0.900" in summary_table_html(advise(rows))
        True
    """
    units = [unit for unit in advice.chosen.amounts if unit not in NOTHING.amounts]
    further = [escape(unit.capitalize()).replace("_", "<br>") for unit in units]
    head = _HEAD.format(
        at=shots_words(advice.shots).replace(" ", "<br>", 1),
        exact="" if advice.shots is None else _EXACT,
        costs=4 + len(further),
        further="".join(f'<th scope="col">{unit}</th>' for unit in further),
    )
    lines = "\n".join(
        _line_html(number, summary, advice) for number, summary in enumerate(advice.summaries)
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


def _line_html(number: int, summary: ResourceSummary, advice: Advice) -> str:
    cells = [
        accuracy(summary),
        *([] if advice.shots is None else [f"{advice.exact[summary.resource]:.3f}"]),
        str(summary.runs),
        _two_lines(above_none(advice, summary)),
        *map(
            number_text,
            (
                summary.parameters,
                *summary.amounts.values(),
                summary.seconds,
                summary.compile_seconds,
            ),
        ),
    ]
    mark = ' class="best"' if summary is advice.chosen else ""
    swatch = f'<span class="swatch" style="background:var(--r{number})"></span>'
    cells_html = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr{mark}><th scope="row">{swatch}{escape(summary.resource)}</th>{cells_html}</tr>'


def _two_lines(gap: str) -> str:
    """A difference above its interval."""
    value, bracket, interval = gap.partition(" (")
    return f"{value}<br><small>({interval}</small>" if bracket else value
