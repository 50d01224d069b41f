"""The study chen2026: what is trained, what it gains, and what the paper's public text claims."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from ebit.consensus.training import Consensus, consensus_tasks
from ebit.errors import EbitError

RESAMPLES = 10_000

KEYS = ("part", "regime", "attack", "faulty")


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


def parts(quick: bool = False, only: Sequence[str] = (), **settings: Any) -> list[Part]:
    """The study.

    Args:
        quick: Two attacks, two numbers of faulty nodes, few seeds.
        only: Names of parts; all if none is named.
        **settings: Settings of all trainings, see `ConsensusSettings`.

    Returns:
        Its parts.

    Raises:
        EbitError: If a name or a setting is wrong.

    Example:
        >>> [len(part.tasks) for part in parts(quick=True)]
        [30, 32, 4, 2]
    """
    content = _read("study.toml")
    known = part_names()
    wrong = [name for name in only if name not in known]
    if wrong:
        raise EbitError(f"Argument `part` must be one of {', '.join(known)}, but is {wrong[0]!r}.")
    budget = content["quick"] if quick else {}
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
            for name in ("attacks", "faulty")
        }
        tasks = consensus_tasks(
            one["arms"], chosen["attacks"], chosen["faulty"], one["regimes"], **given
        )
        found.append(Part(one["name"], one["title"], tuple(tasks)))
    return found


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
        `other_mean`, `gain`, `low`, `high`, `seeds`.

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
                }
            )
    return pl.DataFrame(found, infer_schema_length=None)


def _read(name: str) -> dict[str, Any]:
    text = (files("ebit.studies") / "chen2026" / name).read_text("utf-8")
    return tomllib.loads(text)
