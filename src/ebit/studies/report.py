"""What a reproduction writes: an HTML report, a README in the fixed form, and the numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ebit.report.parts import PagePart, write_parts
from ebit.report.picture import Picture
from ebit.report.provenance import Made
from ebit.report.table import Cell, Column, Line, Table, text_table
from ebit.studies import words
from ebit.studies.figures import draw_item
from ebit.studies.readme import readme
from ebit.studies.run import ItemResult, StudyResult
from ebit.writing import write_atomically

_COLUMNS = (
    Column("Verdict", is_number=False), Column("Published"), Column("Measured"),
    Column("Difference"), Column("95% interval"), Column("Standard errors"), Column("p", "Holm"),
)  # fmt: skip

_MOST_LINES = 12
"""Whole numbers that agree exactly are folded where they are more."""


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
    study = result.plan.study
    pictures = [draw_item(study, item, out / "figures") for item in result.items]
    parts = [
        _part(number, item, picture, is_quick=result.plan.budget.quick)
        for number, (item, picture) in enumerate(zip(result.items, pictures, strict=True), start=1)
    ]
    sentences = [words.rule(study), study.note, words.sets(result), words.times(result)]
    write_parts(
        out / "report.html",
        title=f"{study.name}: {study.paper}",
        parts=parts,
        made=Made([sentence for sentence in sentences if sentence], command),
        quick=result.plan.budget.quick,
        answers=[
            f"{item.item.label} ({item.item.title}): {words.outcome(item)}" for item in result.items
        ],
        remarks=[words.chance(result)],
    )
    contents = {
        "README.md": readme(result),
        "comparisons.csv": result.comparisons.write_csv(),
    }
    for name, content in contents.items():
        write_atomically(out / name, content.encode())
    return [out / name for name in ("report.html", *contents)]


def _part(number: int, result: ItemResult, picture: Picture, *, is_quick: bool) -> PagePart:
    item = result.item
    about = {
        "Verdict": words.outcome(result),
        "What": item.title,
        "Data": item.data,
        "Settings without --quick" if is_quick else "Settings": item.settings,
        "Expected": item.expected,
    }
    patterns = {pattern.text: words.pattern(pattern) for pattern in result.patterns}
    return PagePart(
        item.label,
        sentences=result.findings,
        facts=about | patterns,
        tables=[*_points(number, result), *_answers(number, result)],
        is_folded=item.exact and result.points.height > _MOST_LINES,
        pictures=[(item.label, picture)],
    )


def _points(number: int, result: ItemResult) -> list[Table]:
    item, points = result.item, words.compared(result.points)
    if points.is_empty():
        return []
    columns = [Column(item.label, is_number=False), *_COLUMNS]
    lines = [_line(result, row) for row in points.iter_rows(named=True)]
    return [Table(f"points-{number}", f"Numbers of {item.label}", columns, lines)]


def _answers(number: int, result: ItemResult) -> list[Table]:
    """Means and answers of a study of our own."""
    if not result.answers:
        return []
    means = _texts(
        f"means-{number}", "Means", words.mean_titles(result.item), words.mean_lines(result)
    )
    tables = [means]
    for place, question in enumerate(result.item.question, start=1):
        own = [words.answer_cells(one) for one in result.answers if one.text == question.text]
        if own:
            name = f"answers-{number}-{place}"
            tables.append(_texts(name, question.text, words.ANSWER_TITLES, own))
    return tables


def _texts(name: str, title: str, titles: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    first, *others = titles
    columns = [Column(first, is_number=False)]
    columns += [Column(title, is_number=title not in words.ANSWER_TEXTS) for title in others]
    return text_table(name, title, columns, lines)


def _line(result: ItemResult, row: Mapping[str, Any]) -> Line:
    """The verdict stands second, its reason is a footnote."""
    item = result.item
    digits = item.digits
    low, high, p = row["interval_low"], row["interval_high"], row["holm_p_value"]
    entry, published, measured, difference, errors = words.cells(item, item.keys, row)
    numbers = [
        published,
        measured,
        difference,
        "-" if low is None else f"{low:+.{digits}f} to {high:+.{digits}f}",
        errors,
        "-" if p is None else f"{p:.2g}",
    ]
    return Line(
        [Cell(entry), Cell(str(row["verdict"]), note=row["reason"]), *map(_typeset, numbers)]
    )


def _typeset(number: str) -> Cell:
    """A number, or a dash where there is none."""
    return Cell("—" if number == "-" else number)
