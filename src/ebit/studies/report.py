"""What a reproduction writes: an HTML report, a README in the fixed form, and the numbers."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from ebit.report.figures import Picture, page_colors
from ebit.report.provenance import command_html, pairs_html, versions
from ebit.report.shell import SCROLLS, figure_html, page_html
from ebit.studies import words
from ebit.studies.figures import draw_item
from ebit.studies.patterns import PatternResult
from ebit.studies.readme import readme
from ebit.studies.run import ItemResult, StudyResult
from ebit.writing import write_atomically

_TITLES = (
    "Published", "Measured", "Difference", "95% interval", "Standard errors",
    "p (Holm)", "Verdict",
)  # fmt: skip


def write_study(result: StudyResult, out: Path, *, command: str) -> list[Path]:
    """Write `report.html`, `figures/`, `README.md` and `comparisons.csv`.

    Args:
        result: What came of the study.
        out: The folder.
        command: The command line that makes the numbers again.

    Returns:
        The page, the README and the table.

    Raises:
        EbitError: Matplotlib is missing, or the folder cannot be written.
    """
    resources = sorted({name for item in result.items for name in item.rows["resource"]})
    colors = page_colors(resources)
    study = result.plan.study
    pictures = [draw_item(study, item, out / "figures", colors) for item in result.items]
    sections = {
        item.item.label: _item_html(item, picture)
        for item, picture in zip(result.items, pictures, strict=True)
    }
    page = page_html(
        f"{study.name}: {study.paper}",
        _header_html(result),
        sections | {"How these numbers were obtained": _method_html(result, command)},
        resources=resources,
        quick=result.plan.budget.quick,
    )
    contents = {
        "report.html": page,
        "README.md": readme(result),
        "comparisons.csv": result.comparisons.write_csv(),
    }
    for name, content in contents.items():
        write_atomically(out / name, content.encode())
    return [out / name for name in contents]


def _header_html(result: StudyResult) -> str:
    lines = [
        f"<li>{escape(item.item.label)}: {escape(words.outcome(item))}</li>"
        for item in result.items
    ]
    return f'<ul class="details">{"".join(lines)}</ul><p>{escape(words.chance(result))}</p>'


def _item_html(result: ItemResult, picture: Picture) -> str:
    item = result.item
    about = {
        "What": item.title,
        "Data": item.data,
        "Settings": item.settings,
        "Expected": item.expected,
        "Verdict": words.outcome(result),
    }
    parts = [pairs_html(about), _points_html(result), _patterns_html(result.patterns)]
    parts += _answers_html(result)
    parts += [f"<p>{escape(sentence)}</p>" for sentence in result.findings]
    return "\n".join([*parts, figure_html(item.label, picture)])


def _points_html(result: ItemResult) -> str:
    item, points = result.item, words.compared(result.points)
    if points.is_empty():
        return ""
    lines = "\n".join(_line_html(result, row) for row in points.iter_rows(named=True))
    head = "".join(f'<th scope="col">{title}</th>' for title in _TITLES)
    table = (
        '<div class="card" role="region" tabindex="0" aria-label="Numbers">'
        f'<table class="summary"><thead><tr><th scope="col">{escape(item.label)}</th>{head}</tr>'
        f"</thead><tbody>\n{lines}\n</tbody></table></div>"
    )
    reasons = (
        points.filter(pl.col("reason") != "")
        .select("verdict", "reason")
        .unique(maintain_order=True)
    )
    why = "".join(
        f"<p>{escape(verdict.capitalize())}: {escape(reason)}</p>"
        for verdict, reason in reasons.iter_rows()
    )
    if not item.exact:
        return SCROLLS + table + why
    return f"{why}<details><summary>All {points.height} numbers</summary>{table}</details>"


def _answers_html(result: ItemResult) -> list[str]:
    """Means and answers of a study of our own."""
    if not result.answers:
        return []
    parts = [_cells_html(words.mean_titles(result.item), words.mean_lines(result))]
    for question in result.item.question:
        own = [words.answer_cells(one) for one in result.answers if one.text == question.text]
        if own:
            parts += [f"<h3>{escape(question.text)}</h3>", _cells_html(words.ANSWER_TITLES, own)]
    return [SCROLLS, *parts]


def _cells_html(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in lines
    )
    return (
        '<div class="card" role="region" tabindex="0" aria-label="Numbers">'
        f'<table class="summary"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _line_html(result: ItemResult, row: Mapping[str, Any]) -> str:
    item = result.item
    digits = item.digits
    low, high, p = row["interval_low"], row["interval_high"], row["holm_p_value"]
    entry, published, measured, difference, errors = words.cells(item, item.keys, row)
    cells = (
        published,
        measured,
        difference,
        "-" if low is None else f"{low:+.{digits}f} to {high:+.{digits}f}",
        errors,
        "-" if p is None else f"{p:.2g}",
        str(row["verdict"]),
    )
    text = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(entry)}</th>{text}</tr>'


def _patterns_html(patterns: Sequence[PatternResult]) -> str:
    if not patterns:
        return ""
    shown = {pattern.text: words.pattern(pattern) for pattern in patterns}
    return f"<h3>The pattern</h3>{pairs_html(shown)}"


def _method_html(result: StudyResult, command: str) -> str:
    study = result.plan.study
    sentences = [words.rule(study), study.note, words.sets(result), words.times(result)]
    text = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences if sentence)
    return (
        f"<ul>{text}</ul>{command_html(command)}"
        f"<h3>Versions when this page was written</h3>{pairs_html(versions())}"
    )
