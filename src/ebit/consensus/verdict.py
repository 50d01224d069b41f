"""The verdict page of the study chen2026: measured numbers beside the paper's public text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ebit.consensus.readme import readme
from ebit.consensus.study import Claim, Part, claims, gains
from ebit.plots import (
    accuracy_by_faulty,
    accuracy_by_round,
    age_histogram,
    fidelity_histogram,
    gradient_errors,
    new_figure,
    paper_style,
    utilisation_bars,
)
from ebit.report.parts import PagePart, write_parts
from ebit.report.picture import Picture, save_picture
from ebit.report.provenance import Made
from ebit.report.table import Cell, Column, Line, Table, text_table
from ebit.writing import write_atomically

FAIR = "fifo+robust"
"""The baseline that differs from CEAS by its awareness of entanglement only."""

Plot = Callable[[pl.DataFrame, Any], pl.DataFrame]

HONESTY = (
    "The body of arXiv:2602.06847 could not be read; only its abstract and digests are public. "
    "Circuit, data, attacks, baselines, decay, rates and the meaning of utilisation are ebit's own "
    "choices. These numbers are no reproduction of a table of the paper."
)

METHOD = (
    "Gain: mean difference of the accuracies of equal seeds (each the mean of the last three "
    "evaluations), with the 95 % interval of 10,000 bootstrap samples of the seeds. All arms of a "
    "seed share data, links, noise of the nodes, and the nodes that lie. Intervals are not "
    "adjusted for their number; p-values are those of paired t-tests after Holm's correction for "
    "all comparisons of a part with the same arm."
)


@dataclass(frozen=True)
class Verdict:
    """A claim beside what was measured.

    Attributes:
        claim: What the public text says.
        measured: What was measured, in words.
        verdict: `seen`, `seen in part`, `not seen`, or `not measured`.
    """

    claim: Claim
    measured: str
    verdict: str


def verdicts(rows: pl.DataFrame, schedules: pl.DataFrame) -> list[Verdict]:
    """The three claims of the public text.

    Args:
        rows: Rows of the study with a column part.
        schedules: Rows of schedules; may be empty.

    Returns:
        One verdict for each.
    """
    found = {claim.name: claim for claim in claims()}
    return [
        _gain(found["gain"], rows),
        _utilisation(found["utilisation"], schedules),
        _variance(found["variance"], rows),
    ]


def write_verdict(
    parts: Sequence[Part],
    rows: pl.DataFrame,
    schedules: pl.DataFrame,
    out: Path,
    *,
    quick: bool,
    command: str,
) -> list[Path]:
    """Write ``report.html``, ``README.md``, ``gains.csv`` and ``figures/``.

    Args:
        parts: The study.
        rows: Its rows, with a column part.
        schedules: Rows of schedules.
        out: Folder.
        quick: Mark the page as a quick look.
        command: The command line that makes it again.

    Returns:
        The page, its README, the table, and the files of the figures.

    Raises:
        EbitError: If the folder cannot be written, or Matplotlib is missing.
    """
    table = gains(rows)
    pictures = _pictures(rows, schedules, out / "figures")
    judged = verdicts(rows, schedules)
    sections = [PagePart("Beside the public text", tables=[_verdict_table(judged)])]
    for part in parts:
        own = table.filter(part=part.name) if table.height else table
        if own.height:
            sections.append(PagePart(part.title, tables=[_gains_table(part.name, own)]))
    if schedules.height:
        sections.append(PagePart("Schedules", tables=[_schedules_table(schedules)]))
    numbered = [(f"Figure {number}", picture) for number, picture in enumerate(pictures, start=1)]
    sections.append(PagePart("Figures", pictures=numbered))
    path = out / "report.html"
    write_parts(
        path,
        title="Consensus over a faulty quantum network (chen2026)",
        parts=sections,
        made=_made(rows, command),
        quick=quick,
        headline="; ".join(f"{one.claim.name}: {one.verdict}" for one in judged) + ".",
        remarks=[HONESTY],
    )
    written = out / "gains.csv"
    write_atomically(written, table.write_csv().encode())
    told = out / "README.md"
    lines = [(one.claim.text, one.verdict, one.measured or "-") for one in judged]
    text = readme(parts, rows, schedules, lines, [HONESTY, METHOD], quick=quick)
    write_atomically(told, text.encode())
    return [path, told, written, *(file for picture in pictures for file in picture.paths)]


def _gain(claim: Claim, rows: pl.DataFrame) -> Verdict:
    main = rows.filter(pl.col("part") == "main", pl.col("faulty") > 0)
    if main.is_empty():
        return Verdict(claim, "", "not measured")
    own = gains(main).filter(over=FAIR)
    inside = own.filter((pl.col("low") <= claim.high) & (pl.col("high") >= claim.low))
    reached = inside.filter(pl.col("gain") >= claim.low)
    words = (
        f"over {FAIR}: {min(own['gain']):+.3f} to {max(own['gain']):+.3f} in "
        f"{_settings(own.height)}; {reached.height} of them with a mean of at least {claim.low:.2f}"
    )
    verdict = "seen" if reached.height == own.height else "seen in part"
    return Verdict(claim, words, verdict if reached.height else "not seen")


def _utilisation(claim: Claim, schedules: pl.DataFrame) -> Verdict:
    own = schedules.filter(policy="ceas") if schedules.height else schedules
    if own.is_empty():
        return Verdict(claim, "", "not measured")
    means = own.group_by("regime", maintain_order=True).agg(
        pl.col("utilisation_strict", "completion").mean()
    )
    words = "; ".join(
        f"{row['regime']}: {row['utilisation_strict']:.3f} strict with {row['completion']:.3f} of "
        "jobs completed"
        for row in means.iter_rows(named=True)
    )
    reached = (means["utilisation_strict"] >= claim.low).sum()
    verdict = "seen" if reached == means.height else "seen in part"
    return Verdict(claim, words, verdict if reached else "not seen")


def _variance(claim: Claim, rows: pl.DataFrame) -> Verdict:
    main = rows.filter(part="main")
    if main.is_empty():
        return Verdict(claim, "", "not measured")
    own = gains(main, column="gradient_error").filter(over=FAIR)
    lower = own.filter(pl.col("high") < 0).height
    words = (
        f"squared gradient error against {FAIR}: lower in {lower} of {_settings(own.height)} "
        f"(interval below 0), {min(own['gain']):+.4f} to {max(own['gain']):+.4f}"
    )
    verdict = "seen" if lower == own.height else "seen in part"
    return Verdict(claim, words, verdict if lower else "not seen")


def _settings(number: int) -> str:
    """So many settings, in words."""
    return "1 setting" if number == 1 else f"{number} settings"


def _made(rows: pl.DataFrame, command: str) -> Made:
    columns = {
        "ebit": "ebit_version",
        "JAX": "jax_version",
        "git commit": "git_commit",
        "device": "device",
    }
    made = {
        name: ", ".join(rows[column].drop_nulls().cast(pl.String).unique().sort()) or "—"
        for name, column in columns.items()
    }
    return Made([METHOD], command, {"Where the results were computed": made})


def _verdict_table(judged: Sequence[Verdict]) -> Table:
    titles = ("public text", "verdict", "measured", "where")
    lines = [(one.claim.text, one.verdict, one.measured or "-", one.claim.page) for one in judged]
    columns = [Column(title, is_number=False) for title in titles]
    return text_table("verdicts", "Verdicts beside the public text", columns, lines)


def _gains_table(name: str, table: pl.DataFrame) -> Table:
    """The gain stands second; rows of a regime and an attack stand together."""
    columns = [
        Column("over", is_number=False), Column("gain", "95 %"), Column("faulty"), Column("ceas"),
        Column("other"), Column("p", "Holm"), Column("seeds"),
    ]  # fmt: skip
    lines = [
        Line(
            [
                Cell(row["over"]),
                Cell(
                    f"{row['gain']:+.3f}",
                    row["gain"],
                    below=f"({row['low']:+.3f} to {row['high']:+.3f})",
                ),
                Cell(str(row["faulty"]), row["faulty"]),
                Cell(f"{row['mean']:.3f}", row["mean"]),
                Cell(f"{row['other_mean']:.3f}", row["other_mean"]),
                Cell("-") if row["p_value"] is None else Cell(_p(row["p_value"]), row["p_value"]),
                Cell(str(row["seeds"]), row["seeds"]),
            ],
            group=f"{row['regime']} network, attack {row['attack']}",
        )
        for row in table.sort("regime", "attack", maintain_order=True).iter_rows(named=True)
    ]
    return Table(f"gains-{name}", f"Gains, part {name}", columns, lines)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _schedules_table(schedules: pl.DataFrame) -> Table:
    columns = (
        "utilisation_strict", "utilisation_useful", "completion", "fidelity_mean", "fidelity_q05",
        "attempts_per_pair",
    )  # fmt: skip
    means = schedules.group_by("regime", "policy", maintain_order=True).agg(pl.col(columns).mean())
    lines = [
        Line(
            [Cell(row["policy"]), *(Cell(f"{row[c]:.3f}", row[c]) for c in columns)],
            group=f"{row['regime']} network",
        )
        for row in means.iter_rows(named=True)
    ]
    titles = [Column("policy", is_number=False), *(Column(c.replace("_", " ")) for c in columns)]
    return Table("schedules", "Schedules", titles, lines)


def _pictures(rows: pl.DataFrame, schedules: pl.DataFrame, folder: Path) -> list[Picture]:
    found = []

    def draw(name: str, caption: str, plot: Plot, data: pl.DataFrame) -> None:
        with paper_style():
            figure, ax = new_figure()
            plot(data, ax)
            found.append(save_picture(figure, name, caption, caption, folder))

    main = rows.filter(part="main")
    for (regime, attack), own in main.filter(pl.col("faulty") > 0).group_by(
        "regime", "attack", maintain_order=True
    ):
        most = own.filter(faulty=own["faulty"].max())
        told = f"regime {regime}, attack {attack}"
        draw(
            f"rounds-{regime}-{attack}",
            f"Test accuracy by round, {most['faulty'][0]} faulty nodes, {told}.",
            accuracy_by_round,
            most,
        )
        both = pl.concat([main.filter(regime=regime, faulty=0), own])
        draw(
            f"faulty-{regime}-{attack}",
            f"Test accuracy by faulty nodes, {told}.",
            accuracy_by_faulty,
            both,
        )
        draw(
            f"gradient-{regime}-{attack}",
            f"Squared error of the direction, mean over rounds, and the part of shot noise alone "
            f"(line); {told}.",
            gradient_errors,
            most,
        )
    regimes = schedules.partition_by("regime", maintain_order=True) if schedules.height else []
    for own in regimes:
        regime = own["regime"][0]
        draw(
            f"utilisation-{regime}",
            f"Strict utilisation and completed jobs, regime {regime}.",
            utilisation_bars,
            own,
        )
        draw(f"ages-{regime}", f"Ages of used pairs, regime {regime}.", age_histogram, own)
        draw(
            f"fidelities-{regime}",
            f"Fidelities of used pairs, regime {regime}.",
            fidelity_histogram,
            own,
        )
    return found
