"""The page of results of a study in the fixed form, as Markdown."""

from ebit.studies import words
from ebit.studies.points import DIFFERS, UNKNOWN
from ebit.studies.run import ItemResult, StudyResult

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
    parts += [words.sets(result), words.RULE, words.chance(result), words.times(result)]
    parts += [_item(item) for item in result.items]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _item(result: ItemResult) -> str:
    item = result.item
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
