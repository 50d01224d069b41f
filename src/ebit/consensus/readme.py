"""All rows of the study chen2026 as Markdown, in the fixed form that stands with its source."""

from collections.abc import Iterable, Sequence

import polars as pl

from ebit.consensus.study import Part, gains, mean_gains
from ebit.report.table import markdown_table
from ebit.statistics import LEVEL

MAIN = "main"
"""The part with all attacks, which gets a table per arm instead of a line per comparison."""


def readme(
    parts: Sequence[Part],
    rows: pl.DataFrame,
    schedules: pl.DataFrame,
    judged: Iterable[Sequence[str]],
    remarks: Sequence[str],
    *,
    quick: bool,
) -> str:
    """What was trained, verdicts, and all numbers.

    Args:
        parts: The study.
        rows: Its rows, with a column part.
        schedules: Rows of schedules; may be empty.
        judged: Public text, verdict and what was measured, for every claim.
        remarks: What a reader has to know first.
        quick: Mark it as a quick look.

    Returns:
        Markdown.
    """
    sections = ["# chen2026", "Run `ebit reproduce chen2026`."]
    if quick:
        sections.append("**A quick look: few attacks and seeds. Do not cite these numbers.**")
    made = ", ".join(sorted(rows["device"].drop_nulls().unique())) or "an unknown device"
    about = f"{rows.height:,} trainings, on: {made}."
    sections += [*remarks, f"{about} Accuracy: mean ± sample standard deviation over the seeds."]
    sections += [markdown_table(("public text", "verdict", "measured"), judged)]
    table = gains(rows)
    for part in parts:
        own = rows.filter(part=part.name)
        if own.height:
            sections += [f"## {part.title}"]
            told = table.filter(part=part.name) if table.height else table
            sections += _attacks(own, told) if part.name == MAIN else [_arms(own, told)]
    if schedules.height:
        sections += ["## Schedules", _schedules(schedules)]
    return "\n\n".join(sections) + "\n"


def _attacks(rows: pl.DataFrame, table: pl.DataFrame) -> list[str]:
    """Accuracies of all arms, then what CEAS gains over each of the others."""
    arms = rows["arm"].unique(maintain_order=True).to_list()
    regimes = rows["regime"].unique(maintain_order=True).to_list()
    found = []
    for regime in regimes:
        own = rows.filter(regime=regime)
        lines = []
        for (attack, faulty), group in own.sort("attack", "faulty").group_by(
            "attack", "faulty", maintain_order=True
        ):
            cells = [_mean(group.filter(arm=arm)["accuracy"]) for arm in arms]
            lines.append([f"`{attack}`", str(faulty), *cells])
        titles = ["attack", "faulty", *(f"`{arm}`" for arm in arms)]
        found += [f"### Accuracy, {regime} regime", markdown_table(titles, lines)]
    means = mean_gains(rows)
    for over in [arm for arm in arms if arm != "ceas"]:
        compared = table.filter(over=over)
        if compared.is_empty():
            continue
        told = compared.filter(pl.col("p_value") < LEVEL)
        found += [
            f"### CEAS minus `{over}`",
            f"Accuracy (95 %). **Bold**: told apart after Holm's correction, {told.height} of "
            f"{compared.height}.",
        ]
        for regime in regimes:
            own = compared.filter(regime=regime)
            if own.height:
                found.append(_gains(own, means.filter(regime=regime, over=over), regime))
    return found


def _gains(table: pl.DataFrame, means: pl.DataFrame, regime: str) -> str:
    """Attacks down, numbers of faulty nodes across."""
    attacked = table.filter(pl.col("faulty") > 0)
    numbers = sorted(attacked["faulty"].unique())
    lines = []
    for attack in sorted(attacked["attack"].unique()):
        own = {row["faulty"]: row for row in attacked.filter(attack=attack).to_dicts()}
        lines.append([f"`{attack}`", *(_gain(own.get(number)) for number in numbers)])
    if means.height:
        own = {row["faulty"]: row for row in means.to_dicts()}
        lines.append(["mean over the attacks", *(_gain(own.get(number)) for number in numbers)])
    shown = markdown_table([f"{regime} regime", *(f"{number} faulty" for number in numbers)], lines)
    alone = [f"Without an attack: {_gain(row)}." for row in table.filter(faulty=0).to_dicts()]
    return "\n\n".join([*([shown] if lines else []), *alone])


def _arms(rows: pl.DataFrame, table: pl.DataFrame) -> str:
    """A line for every arm under every attack."""
    keys = ("regime", "attack", "faulty", "arm")
    known = {tuple(row[k] for k in (*keys[:3], "over")): row for row in table.to_dicts()}
    lines = []
    for key, group in rows.group_by(keys, maintain_order=True):
        regime, attack, faulty, arm = key
        lines.append(
            [
                str(regime),
                f"`{attack}`",
                str(faulty),
                f"`{arm}`",
                _mean(group["accuracy"]),
                _number(group["gradient_error"].mean()),
                _gain(known.get(key)),
            ]
        )
    titles = ("regime", "attack", "faulty", "arm", "accuracy", "squared gradient error")
    return markdown_table((*titles, "CEAS minus this arm (95 %)"), lines)


def _schedules(schedules: pl.DataFrame) -> str:
    columns = {
        "strict": "utilisation_strict", "useful": "utilisation_useful", "completed": "completion",
        "mean F": "fidelity_mean", "5 % of F": "fidelity_q05",
        "attempts per pair": "attempts_per_pair",
    }  # fmt: skip
    means = schedules.group_by("regime", "policy", maintain_order=True).agg(
        pl.col(list(columns.values())).mean()
    )
    lines = [
        [row["regime"], f"`{row['policy']}`", *(_number(row[c]) for c in columns.values())]
        for row in means.to_dicts()
    ]
    return markdown_table(("regime", "policy", *columns), lines)


def _mean(values: pl.Series) -> str:
    if values.is_empty():
        return ""
    spread = values.std()
    return _number(values.mean()) + ("" if spread is None else f" ± {_number(spread)}")


def _gain(row: dict[str, float] | None) -> str:
    """A gain with its interval, bold where it is told apart."""
    if row is None:
        return ""
    gain, low, high = (f"{row[name]:+.3f}".replace("-", "−") for name in ("gain", "low", "high"))
    p_value = row.get("p_value")
    text = f"{gain} ({low} to {high})"
    return f"**{text}**" if p_value is not None and p_value < LEVEL else text


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-"
