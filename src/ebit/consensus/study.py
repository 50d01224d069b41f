"""The study chen2026: what is trained, what it gains, and what the paper's public text claims."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from ebit.checks import one_of
from ebit.consensus.training import Consensus, ConsensusSettings, consensus_tasks
from ebit.errors import EbitError
from ebit.statistics import holm, paired

RESAMPLES = 10_000

KEYS = ("part", "regime", "attack", "faulty")

PACK = 2
"""Seeds of one training; what is finished stays when more seeds are asked for."""


@dataclass(frozen=True)
class Part:
    """Trainings that answer one question.

    Attributes:
        name: Short name.
        title: The question.
        tasks: The trainings.
    """

    name: str
    title: str
    tasks: tuple[Consensus, ...]


@dataclass(frozen=True)
class Claim:
    """A number of the paper's public text.

    Attributes:
        name: What is claimed.
        text: In words.
        low: Smallest value claimed.
        high: Largest one.
        page: Where it stands.
    """

    name: str
    text: str
    low: float
    high: float
    page: str


def claims() -> list[Claim]:
    """All numbers of the paper's public text.

    Returns:
        The claims.

    Example:
        >>> [claim.name for claim in claims()]
        ['gain', 'utilisation', 'variance']
    """
    return [Claim(**one) for one in _read("published.toml")["claim"]]


def part_names() -> list[str]:
    """Names of all parts.

    Returns:
        The names, in order.

    Example:
        >>> part_names()
        ['main', 'corners', 'skewed', 'ideal']
    """
    return [one["name"] for one in _read("study.toml")["part"]]


def parts(
    quick: bool = False,
    only: Sequence[str] = (),
    *,
    attacks: Sequence[str] = (),
    faulty: Sequence[int] = (),
    regimes: Sequence[str] = (),
    **settings: Any,
) -> list[Part]:
    """The study, or a piece of it.

    Args:
        quick: Two attacks, two numbers of faulty nodes, few seeds.
        only: Names of parts; all if none is named.
        attacks: Only these attacks.
        faulty: Only these numbers of faulty nodes.
        regimes: Only these regimes.
        **settings: Settings of all trainings, see `ConsensusSettings`.

    Returns:
        Its parts, each with a training for every two seeds; a part without trainings is left out.

    Raises:
        EbitError: If a name or a setting is wrong, or nothing is left.

    Example:
        >>> [len(part.tasks) for part in parts(quick=True, seeds=2)]
        [30, 32, 4, 2]
    """
    content = _read("study.toml")
    for name in only:
        one_of(part_names())("part", name)
    budget = content["quick"] if quick else {}
    asked = {"attacks": attacks, "faulty": faulty, "regimes": regimes}
    for name, values in asked.items():
        known = sorted({value for one in content["part"] for value in one[name]})
        for value in values:
            one_of([str(one) for one in known])(name, str(value))
    found = []
    for one in content["part"]:
        if only and one["name"] not in only:
            continue
        given = {"seeds": budget["seeds"], **settings} if quick else dict(settings)
        if "hardware" in one:
            given["hardware"] = one["hardware"]
        chosen = {
            name: [value for value in one[name] if value in budget.get(name, one[name])]
            or one[name]
            for name in asked
        }
        for name, values in asked.items():
            chosen[name] = [value for value in chosen[name] if not values or value in values]
        tasks = [
            task
            for pack in _packs(given)
            for task in consensus_tasks(
                one["arms"], chosen["attacks"], chosen["faulty"], chosen["regimes"], **pack
            )
        ]
        if tasks:
            found.append(Part(one["name"], one["title"], tuple(tasks)))
    if not found:
        raise EbitError(
            "No part of the study has these attacks, numbers of faulty nodes and regimes together: "
            "leave one of them out."
        )
    return found


def in_order(chosen: Sequence[Part]) -> list[tuple[Part, Consensus]]:
    """All trainings in the order of their seeds: early ones make a study with few seeds.

    Args:
        chosen: Parts.

    Returns:
        Part and training.

    Example:
        >>> found = in_order(parts(only=["ideal", "skewed"], seeds=4))
        >>> [(part.name, task.settings.seed) for part, task in found][::2]
        [('skewed', 0), ('skewed', 0), ('ideal', 0), ('skewed', 2), ('skewed', 2), ('ideal', 2)]
    """
    found = [(part, task) for part in chosen for task in part.tasks]
    return sorted(found, key=lambda one: one[1].settings.seed)


def _packs(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The settings of every pack of seeds."""
    whole = ConsensusSettings(**settings)
    end = whole.seed + whole.seeds
    return [
        {**settings, "seed": first, "seeds": min(PACK, end - first)}
        for first in range(whole.seed, end, PACK)
    ]


def bootstrap(differences: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """Mean of paired differences and its 95 % interval, by resampling the seeds.

    Args:
        differences: One per seed.
        seed: Of the resampling.

    Returns:
        Mean, lower and upper end (the 2.5 and 97.5 % quantiles of resampled means).

    Example:
        >>> bootstrap([0.1, 0.1, 0.1])
        (0.1, 0.1, 0.1)

    Source:
        Efron and Tibshirani, An introduction to the bootstrap (1993), chapter 13.
    """
    values = np.asarray(differences, float)
    random = np.random.Generator(np.random.Philox(key=[seed, len(values)]))
    means = values[random.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return tuple(round(float(x), 12) for x in (values.mean(), low, high))  # type: ignore[return-value]


def gains(rows: pl.DataFrame, arm: str = "ceas", column: str = "accuracy") -> pl.DataFrame:
    """What an arm gains over every other one, seed by seed.

    Args:
        rows: Rows of the study, with the columns part, regime, attack, faulty, arm, seed.
        arm: The arm.
        column: What is compared.

    Returns:
        One row for every part, regime, attack, number of faulty nodes and other arm: `mean` and
        `other_mean`, `gain`, `low`, `high`, `seeds`, and `p_value` of the paired t-test after
        Holm's correction for all comparisons of the part with that arm (None without a spread).

    Example:
        >>> rows = pl.DataFrame({"part": ["main"] * 4, "regime": ["easy"] * 4,
        ...     "attack": ["none"] * 4, "faulty": [0] * 4,
        ...     "arm": ["ceas", "ceas", "fifo+mean", "fifo+mean"],
        ...     "seed": [0, 1, 0, 1], "accuracy": [0.9, 0.8, 0.7, 0.6]})
        >>> gains(rows)["gain"].round(6).to_list()
        [0.2]
    """
    found = []
    for key, group in rows.group_by(KEYS, maintain_order=True):
        own = group.filter(arm=arm)
        if own.is_empty():
            continue
        for (other,), rest in group.group_by("arm", maintain_order=True):
            if other == arm:
                continue
            both = own.select("seed", column).join(
                rest.select("seed", pl.col(column).alias("other")), on="seed"
            )
            values = both[column].to_list(), both["other"].to_list()
            gain, low, high = bootstrap((both[column] - both["other"]).to_list())
            found.append(
                {
                    **dict(zip(KEYS, key, strict=True)),
                    "arm": arm,
                    "over": other,
                    "mean": both[column].mean(),
                    "other_mean": both["other"].mean(),
                    "gain": gain,
                    "low": low,
                    "high": high,
                    "seeds": both.height,
                    "p_value": paired(*values).p_value,
                }
            )
    _adjust(found)
    return pl.DataFrame(found, infer_schema_length=None, schema_overrides={"p_value": pl.Float64})


def _adjust(found: Sequence[dict[str, Any]]) -> None:
    """Holm's correction of the p-values, among all comparisons of a part with the same arm."""
    families: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found:
        if row["p_value"] is not None:
            families.setdefault((row["part"], row["over"]), []).append(row)
    for family in families.values():
        for row, after in zip(family, holm([one["p_value"] for one in family]), strict=True):
            row["p_value"] = after


def mean_gains(rows: pl.DataFrame, arm: str = "ceas") -> pl.DataFrame:
    """What an arm gains over every other one in the mean over all attacks, seed by seed.

    Args:
        rows: Rows of the study, as for `gains`.
        arm: The arm.

    Returns:
        One row for every part, regime, number of faulty nodes (not 0) and other arm: `gain`, `low`,
        `high`, `attacks`, `seeds`.

    Example:
        >>> rows = pl.DataFrame({"part": ["main"] * 4, "regime": ["easy"] * 4,
        ...     "attack": ["ipm"] * 2 + ["alie"] * 2, "faulty": [5] * 4,
        ...     "arm": ["ceas", "fifo+mean"] * 2, "seed": [0] * 4,
        ...     "accuracy": [0.9, 0.8, 0.8, 0.6]})
        >>> mean_gains(rows)["gain"].round(6).to_list()
        [0.15]
    """
    keys = ["part", "regime", "faulty"]
    attacked = rows.filter(pl.col("faulty") > 0)
    own = attacked.filter(arm=arm).select(*keys, "attack", "seed", pl.col("accuracy").alias("own"))
    both = attacked.filter(pl.col("arm") != arm).join(own, on=[*keys, "attack", "seed"])
    found = []
    for key, group in both.group_by(*keys, "arm", maintain_order=True):
        means = group.group_by("seed").agg((pl.col("own") - pl.col("accuracy")).mean()).sort("seed")
        gain, low, high = bootstrap(means["own"].to_list())
        found.append(
            {
                **dict(zip((*keys, "over"), key, strict=True)),
                "gain": gain,
                "low": low,
                "high": high,
                "attacks": group["attack"].n_unique(),
                "seeds": means.height,
            }
        )
    return pl.DataFrame(found, infer_schema_length=None)


def _read(name: str) -> dict[str, Any]:
    text = (files("ebit.studies") / "chen2026" / name).read_text("utf-8")
    return tomllib.loads(text)
