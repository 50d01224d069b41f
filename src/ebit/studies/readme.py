"""The page of results of a study in the fixed form, as Markdown."""

from ebit.report.table import markdown_table
from ebit.studies import words
from ebit.studies.points import DIFFERS, UNKNOWN
from ebit.studies.run import ItemResult, StudyResult
from ebit.studies.study import Item

MOST_LINES = 60
"""A table with more numbers is left out; `comparisons.csv` has all of them."""


def readme(result: StudyResult) -> str:
    """What is reproduced, with which data and settings, what is expected and measured, verdicts.

    Args:
        result: What came of the study.

    Returns:
        Markdown.
    """
    study = result.plan.study
    parts = [
        f"# {study.name}",
        f"{study.paper}.",
        f"Run `ebit reproduce {study.name}`.",
        study.note,
    ]
    if result.plan.budget.quick:
        parts.append("**A quick look: few runs and steps. Do not cite these numbers.**")
    parts += [words.sets(result), words.rule(study), words.chance(result), words.times(result)]
    parts += [_item(item) for item in result.items]
    parts += [_left_out(item, study.name) for item in words.left_out(result)]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _left_out(item: Item, study: str) -> str:
    option = f"--figure {item.figure}" if item.table is None else f"--table {item.table}"
    return (
        f"## {item.label}: {item.title}\n\nNot computed here: `ebit reproduce {study} {option}`. "
        f"{item.data} {item.settings} Expected: {item.expected}"
    )


def _questions(result: ItemResult) -> str:
    """An item of a study of our own."""
    item, rows = result.item, result.rows
    count, runs = (rows[name].n_unique() for name in ("fingerprint", "run"))
    steps = " and ".join(str(number) for number in rows["steps"].unique().sort())
    lines = [
        f"## {item.label}: {item.title}",
        "",
        f"- **Data:** {item.data}",
        f"- **Settings:** {item.settings}",
        f"- **Expected:** {item.expected}",
        f"- **Rests on:** data sets: {count}; runs of each training: {runs}; steps: {steps}.",
        f"- **Verdict:** {words.outcome(result)}.",
        *[f"- **Found:** {finding}" for finding in result.findings],
        "",
        markdown_table(words.mean_titles(item), words.mean_lines(result)),
    ]
    for question in item.question:
        own = [words.answer_cells(one) for one in result.answers if one.text == question.text]
        if own:
            lines += ["", f"**{question.text}**", "", markdown_table(words.ANSWER_TITLES, own)]
    return "\n".join(lines)


def _item(result: ItemResult) -> str:
    item = result.item
    if item.question:
        return _questions(result)
    lines = [
        f"## {item.label}: {item.title}",
        "",
        f"- **Reproduced:** {item.label[0].lower() + item.label[1:]}",
        f"- **Data:** {item.data}",
        f"- **Settings:** {item.settings}",
        f"- **Expected:** {item.expected}",
        f"- **Measured:** {' '.join(result.findings) or 'see the numbers below.'}",
        f"- **Verdict:** {words.counts(result.points)}.",
        *[f"- **Pattern:** {one.text} {words.pattern(one)}" for one in result.patterns],
    ]
    return "\n".join([*lines, *_table(result)])


def _table(result: ItemResult) -> list[str]:
    item, points = result.item, words.compared(result.points)
    if points.height > MOST_LINES:
        points = points.filter(verdict=DIFFERS)
    if points.is_empty():
        return []
    hidden = points["verdict"].n_unique() == 1 and points["verdict"][0] == UNKNOWN
    titles = ["", "published", "measured", "difference", "standard errors"]
    titles += [] if hidden else ["verdict"]
    lines = ["", f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    for row in points.iter_rows(named=True):
        cells = words.cells(item, item.keys, row)
        cells += [] if hidden else [words.verdict(row)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
