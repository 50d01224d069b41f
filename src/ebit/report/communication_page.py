"""The page on communication: verdicts, tables and figures of every experiment, and the limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from ebit.plots import (
    bits_against_qubits,
    cost_against_size,
    error_against_copies,
    error_against_cost,
    frequencies_against_layers,
    new_figure,
    paper_style,
)
from ebit.report.parts import PagePart, write_parts
from ebit.report.picture import Picture, save_picture
from ebit.report.provenance import Made
from ebit.report.render import check_installed
from ebit.report.table import Cell, Column, Line, Table, markdown_table
from ebit.writing import write_atomically

LIMITS = (
    "All states are simulated. Counts are exact; wall time says nothing on hardware. Channels are "
    "free of noise unless a network is given.",
    "On small real data (30 to 64 features, graphs of 18 atoms) quantum costs far more. Gains "
    "begin near N = 2^7 (inference against passing vectors), 2^10 to 2^13 (sketches, gradients) "
    "and 2^12 (training, against shipping the columns once).",
    "Where a party has few parameters, shipping them (C1) wins.",
    "Gains on graphs and hidden matchings are one-way statements: with talk in both directions "
    "the classical cost is as low.",
    "1/eps^2 multiplies everything, and margins set eps.",
    "On structureless data gradients vanish, and eps would have to shrink with them.",
    "Constants of the theorems are not claimed, only numbers that were counted.",
    "Sample-and-query access to classical data can beat state inputs exponentially (Cotler, Huang "
    "and McClean, arXiv:2112.00811). Exponential advantages in memory are statements on space, not "
    "on communication.",
)
"""What a reader has to know, wherever a claim is met."""


@dataclass(frozen=True)
class Part:
    """One experiment on the page.

    Attributes:
        name: Such as `E2`.
        title: What is asked.
        caption: What a reader has to know beside the rows.
        rows: Its rows, with verdicts.
        claim: What it is about to show, with its mark.
        limits: Which of `LIMITS` belong to it, beside the first.
    """

    name: str
    title: str
    caption: str
    rows: pl.DataFrame
    claim: str = ""
    limits: Sequence[int] = ()

    @property
    def sentences(self) -> list[str]:
        """What stands above the rows: the claim, what to know, and the limits of it."""
        limits = " ".join(LIMITS[place] for place in self.limits)
        told = (self.claim, self.caption, f"Limits: {limits}" if limits else "")
        return [text for text in told if text]


_TITLES = (
    "protocol", "verdict", "n", "case", "model", "qubits", "cbits", "ebits", "copies", "rounds",
    "error", "seconds", "value", "expected", "note",
)  # fmt: skip
_HEADINGS = {"n": "log2 N", "cbits": "bits"}
_SIZES = {"E15": "parties"}
"""What n is, where it is not the log2 of a size."""


def write_communication(
    parts: Sequence[Part], out: Path, *, command: str, quick: bool
) -> list[Path]:
    """Write `report.html`, `table.md` and `figures/` with a PNG, SVG and CSV file of every figure.

    Args:
        parts: The experiments.
        out: Folder, made where needed.
        command: The command line that makes the numbers again.
        quick: Whether it is a quick look that must not be cited.

    Returns:
        The page, the table, then the files of the figures.

    Raises:
        EbitError: Matplotlib is missing, or the folder cannot be written.
    """
    check_installed()
    pictures = {part.name: _draw(part, out / "figures") for part in parts}
    sections = [
        PagePart(
            f"{part.name}: {part.title}",
            sentences=part.sentences,
            tables=[_table(part)],
            pictures=[(f"Figure {part.name}", picture) for picture in pictures[part.name]],
        )
        for part in parts
    ]
    path, table = out / "report.html", out / "table.md"
    write_parts(
        path,
        title="What quantum links buy, counted",
        parts=sections,
        made=Made(_METHOD, command),
        quick=quick,
        headline=_headline(parts),
        answers=_answers(parts),
        remarks=["Limits, at the end of the page, belong to every one of these lines."],
        limits=LIMITS,
    )
    write_atomically(table, markdown(parts).encode())
    return [
        path,
        table,
        *(file for some in pictures.values() for one in some for file in one.paths),
    ]


_METHOD = (
    "Every qubit and bit is written down where it is sent. Classical protocols are run, each at "
    "the smallest budget that reaches the same measured error.",
    "The word advantage stands only where measured qubits and bits undercut every executed "
    "classical protocol of the same model of communication at equal measured error; a one-way "
    "protocol is a rival of two-way ones, too.",
    "Rows marked as formulas or as emulated are no rivals and have no advantage. The column "
    "expected holds the numbers of the specification.",
)


_IN_TABLE = (
    "n", "case", "protocol", "model", "qubits", "cbits", "ebits", "error", "expected", "verdict",
)  # fmt: skip


def markdown(parts: Sequence[Part]) -> str:
    """The rows of all experiments as one Markdown table.

    Args:
        parts: The experiments.

    Returns:
        Markdown.
    """
    lines = [
        [part.name, *(_cell(row[title]).replace("|", "/") for title in _IN_TABLE)]
        for part in parts
        for row in part.rows.to_dicts()
    ]
    return markdown_table(("experiment", *_IN_TABLE), lines) + "\n"


def _judged(part: Part) -> tuple[pl.DataFrame, int]:
    """The rows of an experiment with an advantage, and how many rows could have one."""
    own = part.rows.filter(pl.col("verdict") == "advantage")
    against = part.rows.filter(pl.col("verdict").str.starts_with("no advantage"))
    return own, own.height + against.height


def _headline(parts: Sequence[Part]) -> str:
    """In how many experiments the word advantage stands."""
    judged = [_judged(part) for part in parts]
    known = [own for own, total in judged if total]
    if not known:
        return "No row of these experiments is judged."
    found = sum(own.height > 0 for own in known)
    return (
        f"Quantum links have an advantage somewhere in {found} of {len(known)} experiments that "
        "are judged, each within its limits."
    )


def _answers(parts: Sequence[Part]) -> list[str]:
    """One line an experiment: where the word advantage stands."""
    lines = []
    for part in parts:
        own, total = _judged(part)
        if total:
            places = ", ".join(f"2^{n}" for n in own["n"].unique().sort())
            models = " and ".join(own["model"].unique(maintain_order=True))
            words = f"{models} advantage at N = {places}" if own.height else "no advantage"
            lines.append(f"{part.name}, {part.title}: {words} ({own.height} of {total} rows)")
    return lines


def _table(part: Part) -> Table:
    """The rows; verdicts stand second, notes are footnotes, rows of a case stand together."""
    found = part.rows.to_dicts()
    shown = [
        title
        for title in _TITLES
        if title not in ("case", "note")
        and any(row.get(title) not in (None, "", 0) for row in found)
    ]
    words = ("protocol", "model", "verdict")
    headings = {**_HEADINGS, "n": _SIZES.get(part.name, _HEADINGS["n"])}
    columns = [Column(headings.get(title, title), is_number=title not in words) for title in shown]
    groups: dict[str, list[dict[str, object]]] = {}
    for row in found:
        groups.setdefault(str(row["case"] or ""), []).append(row)
    lines = [
        Line(
            [
                Cell(
                    _cell(row[title]),
                    "" if row[title] is None else str(row[title]),
                    note=str(row["note"] or "") if title == shown[0] else "",
                )
                for title in shown
            ],
            is_marked=row["verdict"] == "advantage",
            group=case,
        )
        for case, own in groups.items()
        for row in own
    ]
    return Table(f"table-{part.name}", f"Rows of {part.name}", columns, lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return _cell(int(value)) if value.is_integer() else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


class _Figure(NamedTuple):
    """A figure of an experiment: its mark, what it shows, how it is drawn and of which rows."""

    mark: str
    caption: str
    draw: Callable[..., pl.DataFrame]
    rows: pl.Expr = pl.lit(value=True)


_BUDGET = _Figure("budget", "Measured error against what is sent.", error_against_cost)
_COPIES = _Figure("copies", "Measured error against copies.", error_against_copies)
_FIGURES: Mapping[str, tuple[_Figure, ...]] = {
    "E1": (),
    "E8": (_BUDGET,),
    "E10": (_BUDGET, _COPIES._replace(rows=pl.col("quantum"))),
    "E11": (_Figure("spectra", "Frequencies against layers.", frequencies_against_layers),),
    "E12": (
        _Figure(
            "bits",
            "What a party could have learned: bits at most, against the qubits it received.",
            bits_against_qubits,
        ),
        _Figure(
            "attacks",
            "1 less the fidelity of states rebuilt by attacks; dotted: nobody comes below.",
            error_against_copies,
            pl.col("protocol").str.starts_with("attack"),
        ),
    ),
    "E13": (),
    "speed": (),
}
"""Figures of the experiments that have no cost against a size."""

MOST_CASES = 3
"""Cases of an experiment whose cost is drawn against the size."""


def _draw(part: Part, folder: Path) -> list[Picture]:
    """The figures declared for an experiment; by default cost against the size, for some cases."""
    if part.name not in _FIGURES:
        return _against_size(part, folder)
    return [
        _picture(
            own.draw, part.rows.filter(own.rows), f"{part.name} {own.mark}", own.caption, folder
        )
        for own in _FIGURES[part.name]
    ]


def _against_size(part: Part, folder: Path) -> list[Picture]:
    pictures: list[Picture] = []
    for (case,), own in part.rows.group_by("case", maintain_order=True):
        sent = own.filter(pl.col("qubits") + pl.col("cbits") + pl.col("ebits") > 0)
        if sent["n"].n_unique() > 1 and len(pictures) < MOST_CASES:
            words = f" ({case})" if case else ""
            caption = f"Qubits and bits sent against the size{words}. Dotted verticals: crossings."
            if not own["reached"].all():
                caption += " Crosses: the error was not reached with any budget that was tried."
            name = f"{part.name} {case}"
            size = _SIZES.get(part.name, "")
            pictures.append(_picture(cost_against_size, own, name, caption, folder, size))
    return pictures or [
        _picture(_BUDGET.draw, part.rows, f"{part.name} {_BUDGET.mark}", _BUDGET.caption, folder)
    ]


def _picture(
    draw: Callable[..., pl.DataFrame],
    rows: pl.DataFrame,
    name: str,
    caption: str,
    folder: Path,
    size: str = "",
) -> Picture:
    """A figure in files that are called after it; `size` stands below it in place of its own."""
    with paper_style():
        figure, ax = new_figure(3.2)
        draw(rows, ax)
        if size:
            ax.set_xlabel(size.capitalize())
    mark = "-".join(name.lower().replace(".", "-").replace("=", "-").split())
    return save_picture(figure, mark, caption, caption, folder)
