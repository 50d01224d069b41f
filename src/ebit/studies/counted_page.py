"""What the reproduction of a counted study writes: report, README in a fixed form, numbers."""

from collections import Counter
from pathlib import Path

import polars as pl

from ebit.communication.experiments import EXPERIMENTS
from ebit.communication.study import claims
from ebit.report import Part, write_communication
from ebit.report.communication_page import LIMITS
from ebit.report.table import markdown_table
from ebit.studies.counted import NOT_RUN, CountedResult, number_words, select_counted
from ebit.studies.points import AGREES, DIFFERS, UNKNOWN
from ebit.writing import write_atomically

PAPER = (
    "Gilboa, Michaeli, Soudry and McClean, Exponential quantum communication advantage in "
    "distributed inference and learning, NeurIPS 2024 (arXiv:2310.07136)"
)

RULE = (
    "The numbers are those of a specification that was written before this program: closed forms, "
    "which must be equal; results of throw-away prototypes (few seeds), which agree within three "
    "standard errors, or within the range or the tenth that stands beside them; and bars to be "
    "reached. Body and tables of the paper could not be read; what it claims is quoted with a "
    "mark. The word advantage stands only where measured qubits and bits undercut every executed "
    "classical protocol of the same model of communication at equal measured error."
)
"""The rule behind the verdicts."""

TITLES = ("", "measure", "expected", "measured", "verdict")


def write_counted(result: CountedResult, out: Path, *, command: str) -> list[Path]:
    """Write `report.html`, `figures/`, `table.md`, `README.md` and `comparisons.csv`.

    Args:
        result: What came of the study.
        out: The folder.
        command: The command line that makes the numbers again.

    Returns:
        The page first, then the other files.

    Raises:
        EbitError: Matplotlib is missing, or the folder cannot be written.
    """
    parts = [_part(result, name) for name in result.rows]
    written = write_communication(parts, out, command=command, quick=result.quick)
    contents = {
        "README.md": readme(result),
        "comparisons.csv": result.comparisons.write_csv(),
    }
    for name, content in contents.items():
        write_atomically(out / name, content.encode())
    return [*written, *(out / name for name in contents)]


def of(result: CountedResult, name: str) -> pl.DataFrame:
    """The comparisons of an experiment."""
    return result.comparisons.filter(experiment=name)


def outcome(comparisons: pl.DataFrame) -> str:
    """How many numbers agree, such as "5 of 6 agree, 1 differs".

    Example:
        >>> outcome(pl.DataFrame({"verdict": ["agrees", "differs"]}))
        '1 of 2 agree, 1 differs'
    """
    if comparisons.is_empty():
        return "no number is expected"
    number = Counter(comparisons["verdict"])
    parts = [f"{number[AGREES]} of {comparisons.height} agree"]
    if number[DIFFERS]:
        parts.append(f"{number[DIFFERS]} {'differs' if number[DIFFERS] == 1 else 'differ'}")
    if number[UNKNOWN]:
        parts.append(f"{number[UNKNOWN]} not compared in a quick look")
    if number[NOT_RUN]:
        parts.append(f"{number[NOT_RUN]} not run at these sizes")
    return ", ".join(parts)


def advantages(rows: pl.DataFrame) -> str:
    """Where the word advantage stands, of how many rows that were judged."""
    own = rows.filter(pl.col("verdict") == "advantage")
    judged = rows.filter(pl.col("verdict").str.contains(r"^(no )?advantage"))
    if judged.is_empty():
        return "no row is judged"
    if own.is_empty():
        return f"no advantage in any of {judged.height} rows"
    sizes = ", ".join(f"2^{n}" for n in own["n"].unique().sort())
    return f"advantage in {own.height} of {judged.height} rows, at N = {sizes}"


def lines(comparisons: pl.DataFrame) -> list[list[str]]:
    """The lines of a table of numbers, in the order of `TITLES`; those not run are left out."""
    return [
        [
            row["what"],
            row["measure"],
            row["expected"],
            number_words(row["measured"]),
            f"{row['verdict']}: {row['reason']}" if row["reason"] else row["verdict"],
        ]
        for row in comparisons.filter(pl.col("verdict") != NOT_RUN).iter_rows(named=True)
    ]


def readme(result: CountedResult) -> str:
    """Claim, settings, expected and measured numbers and verdict of every experiment.

    Args:
        result: What came of the study.

    Returns:
        Markdown.
    """
    parts = [
        f"# {result.study}",
        f"{PAPER}.",
        f"Run `ebit reproduce {result.study}`.",
        RULE,
        f"In all: {outcome(result.comparisons)}.",
    ]
    if result.quick:
        parts.append("**A quick look: small sizes. Do not cite these numbers.**")
    parts += [*_differing(result.comparisons), *(_section(result, name) for name in result.rows)]
    left = [name for name in select_counted() if name not in result.rows]
    if left:
        options = " ".join(f"--table {name}" for name in left)
        parts.append(f"Not computed here: `ebit reproduce {result.study} {options}`.")
    parts.append("## Limits\n\n" + "\n".join(f"- {limit}" for limit in LIMITS))
    return "\n\n".join(parts) + "\n"


def _differing(comparisons: pl.DataFrame) -> list[str]:
    """The numbers that differ, those of one reason together."""
    found = comparisons.filter(verdict=DIFFERS)
    told = []
    for (name, reason), own in found.group_by("experiment", "reason", maintain_order=True):
        numbers = "; ".join(
            f"{what}, {measure} {measured} for {expected}"
            for what, measure, expected, measured, _ in lines(own)
        )
        told.append(f"- **{name}** ({numbers}): {reason or 'no reason is known.'}")
    return ["## Numbers that differ\n\n" + "\n".join(told)] if told else []


def _section(result: CountedResult, name: str) -> str:
    case, claim, comparisons = EXPERIMENTS[name], claims()[name], of(result, name)
    text = [
        f"## Table {name}: {case.title}",
        "",
        f"- **Claim ({claim.mark}):** {claim.text}",
        *([f"- **To know:** {case.caption}"] if case.caption else []),
        f"- **Numbers:** {outcome(comparisons)}.",
        f"- **Verdict:** {advantages(result.rows[name])}.",
        "",
    ]
    cells = lines(comparisons)
    table = [markdown_table(TITLES, cells)] if cells else []
    return "\n".join([*text, *table]).rstrip()


def _part(result: CountedResult, name: str) -> Part:
    """An experiment on the page; numbers that differ are named before its table."""
    case, claim, comparisons = EXPERIMENTS[name], claims()[name], of(result, name)
    differing = [
        f"{what}: {measure} {measured}, expected {expected} ({verdict})"
        for what, measure, expected, measured, verdict in lines(comparisons.filter(verdict=DIFFERS))
    ]
    sentences = [f"Numbers of the specification: {outcome(comparisons)}.", *differing, case.caption]
    told = f"Claim ({claim.mark}): {claim.text}"
    words = " ".join(filter(None, sentences))
    return Part(name, case.title, words, result.rows[name], told, case.limits)
