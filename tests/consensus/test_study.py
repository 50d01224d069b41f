"""The study: what is trained, intervals, the verdict page, convergence."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from ebit.consensus.convergence import floor, stationarity
from ebit.consensus.readme import readme
from ebit.consensus.study import bootstrap, claims, gains, in_order, mean_gains, parts
from ebit.consensus.training import ARMS, CORNERS, MAIN
from ebit.consensus.verdict import verdicts, write_verdict
from ebit.errors import EbitError


def made_up(gain: float) -> pl.DataFrame:
    """Rows of two arms in which CEAS is better by a gain, give or take."""
    rows = []
    for seed in range(6):
        for arm in ("fifo+robust", "ceas"):
            own = 0.7 + 0.01 * seed + (gain + 0.001 * seed if arm == "ceas" else 0)
            rows.append(
                {
                    "part": "main", "regime": "hard", "attack": "alie_noise", "faulty": 10,
                    "arm": arm, "seed": seed, "accuracy": own, "gradient_error": 1 - own,
                    "noise_floor": 0.1, "rounds": [5, 10], "accuracies": [0.5, own],
                    "gradient_errors": [0.3, 0.2], "task": "0" * 64, "ebit_version": "0",
                    "jax_version": "0", "python_version": "3", "git_commit": None, "device": "cpu",
                    "precision": "complex64", "created_at": "2026-01-01T00:00:00+00:00",
                    "train_rows": None, "validation_rows": None,
                }
            )  # fmt: skip
    return pl.DataFrame(rows)


def schedules() -> pl.DataFrame:
    row = {
        "policy": "ceas", "regime": "hard", "seed": 0, "utilisation_strict": 0.95,
        "utilisation_useful": 1.0, "completion": 0.93, "fidelity_mean": 0.9, "fidelity_q05": 0.8,
        "attempts_per_pair": 5.0, "age_counts": [3, 1], "fidelity_counts": [0] * 14 + [4],
    }  # fmt: skip
    return pl.DataFrame([row])


def test_all_parts_are_there() -> None:
    found = {part.name: part for part in parts()}
    main = {(t.settings.arm, t.settings.attack, t.settings.faulty) for t in found["main"].tasks}
    assert {arm for arm, _, _ in main} == set(MAIN)
    assert {f for _, _, f in main} == {0, 5, 10, 12, 15}
    assert len(found["main"].tasks) == 5 * 2 * 5 * (1 + 4 * 12)  # two seeds at a time
    assert {t.settings.arm for t in found["corners"].tasks} == set(CORNERS)
    assert len({ARMS[arm] for arm in CORNERS}) == 8
    assert all(t.settings.hardware == "skewed" for t in found["skewed"].tasks)
    for part in found.values():
        assert {t.settings.seed for t in part.tasks} == {0, 2, 4, 6, 8}
        assert {t.settings.seeds for t in part.tasks} == {2}
    with pytest.raises(EbitError, match="`part` must be one of main"):
        parts(only=["other"])


def test_more_seeds_keep_what_is_finished() -> None:
    few, more = ({t.hash for t in parts(only=["main"], seeds=n)[0].tasks} for n in (2, 5))
    assert few < more
    found = in_order(parts(seeds=5))
    assert [t.settings.seed for _, t in found] == sorted(t.settings.seed for _, t in found)
    assert {(t.settings.seed, t.settings.seeds) for _, t in found} == {(0, 2), (2, 2), (4, 1)}


def test_a_piece_of_the_study() -> None:
    found = parts(attacks=["alie_noise"], faulty=[0, 15], regimes=["hard"], seeds=1)
    assert {p.name: len(p.tasks) for p in found} == {"main": 10, "corners": 8}
    assert {t.settings.faulty for t in found[0].tasks} == {0, 15}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"attacks": ["rude"]}, "`attacks` must be one of adaptive"),
        ({"faulty": [7]}, "`faulty` must be one of 0, 5, 10, 12, 15, but is '7'"),
        ({"only": ["ideal"], "attacks": ["ipm"]}, "No part of the study has these"),
    ]
    for given, words in wrong:
        with pytest.raises(EbitError, match=words):
            parts(**given)


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        _, low, high = bootstrap(random.normal(0.1, 0.05, 20).tolist())
        inside += low <= 0.1 <= high
    assert 170 <= inside <= 199


def test_gains_are_paired_by_seed() -> None:
    rows = made_up(0.12).sample(fraction=1.0, shuffle=True, seed=1)
    found = gains(rows).row(0, named=True)
    assert found["gain"] == pytest.approx(0.1225)
    assert 0.12 <= found["low"] < found["high"] <= 0.125  # the spread of the seeds is gone
    assert found["seeds"] == 6


def test_p_values_are_corrected_for_all_comparisons_with_an_arm() -> None:
    random = np.random.default_rng(5)
    rows = pl.concat(
        [
            made_up(gain).with_columns(
                attack=pl.lit(attack), accuracy=pl.col("accuracy") + random.normal(0, 0.03, 12)
            )
            for attack, gain in (("alie", 0.06), ("ipm", 0.02), ("mimic", 0.0))
        ]
    )
    found = gains(rows)
    raw = []
    for attack in found["attack"]:
        arms = [
            rows.filter(attack=attack, arm=arm)["accuracy"].to_numpy()
            for arm in ("ceas", "fifo+robust")
        ]
        raw.append(float(stats.ttest_rel(*arms).pvalue))
    order = sorted(range(3), key=raw.__getitem__)
    expected = np.minimum(
        1, np.maximum.accumulate([(3 - k) * raw[own] for k, own in enumerate(order)])
    )
    assert found["p_value"].to_numpy()[order] == pytest.approx(expected)
    same = made_up(0.1).with_columns(accuracy=0.5)
    assert gains(same)["p_value"].to_list() == [None]


def test_the_mean_over_attacks_is_paired_by_attack_and_seed() -> None:
    rows = pl.concat(
        made_up(gain).with_columns(attack=pl.lit(attack))
        for attack, gain in (("alie", 0.06), ("ipm", 0.02))
    )
    one = mean_gains(rows.filter((pl.col("attack") == "alie") | (pl.col("seed") > 0))).row(
        0, named=True
    )
    assert one["gain"] == pytest.approx(np.mean([0.06, *(0.04 + 0.001 * k for k in range(1, 6))]))
    assert (one["attacks"], one["seeds"]) == (2, 6)


def test_the_readme_has_all_rows_and_marks_what_is_told_apart() -> None:
    chosen = parts(only=["main", "ideal"])
    rows = pl.concat(
        [made_up(0.12), made_up(0.12).with_columns(part=pl.lit("ideal"), regime=pl.lit("ideal"))]
    )
    text = readme(chosen, rows, schedules(), [("claimed", "seen", "x")], ["Known."], quick=True)
    assert "Do not cite" in text
    assert "| claimed | seen | x |" in text
    assert "| `alie_noise` | 10 | 0.725 ± 0.019 | 0.848 ± 0.021 |" in text
    assert "| `alie_noise` | **+0.122 (+0.121 to +0.124)** |" in text
    assert "| mean over the attacks | +0.122 (+0.121 to +0.124) |" in text
    assert "| ideal | `alie_noise` | 10 | `ceas` | 0.848 ± 0.021 |" in text
    assert "| hard | `ceas` | 0.950 | 1.000 | 0.930 |" in text
    swing = pl.when(pl.col("arm") == "ceas").then(0.3 - 0.6 * (pl.col("seed") % 2)).otherwise(0.0)
    noisy = rows.with_columns(accuracy=pl.col("accuracy") + swing)
    assert "**+" not in readme(chosen, noisy, schedules().clear(), [], [], quick=False)


@pytest.mark.parametrize(("gain", "verdict"), [(0.12, "seen"), (0.0, "not seen")])
def test_verdicts(gain: float, verdict: str) -> None:
    found = {one.claim.name: one for one in verdicts(made_up(gain), schedules())}
    assert found["gain"].verdict == verdict
    assert found["utilisation"].verdict == "seen"
    assert "0.950 strict with 0.930" in found["utilisation"].measured
    nothing = verdicts(made_up(gain).filter(part="x"), schedules().clear())
    assert {one.verdict for one in nothing} == {"not measured"}


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    written = write_verdict(
        parts(only=["main"]), made_up(0.12), schedules(), tmp_path, quick=True, command="ebit x"
    )
    page = written[0].read_text()
    assert "could not be read" in page
    for claim in claims():
        assert claim.text.split(",")[0] in page
    assert "+0.122" in page
    assert (tmp_path / "README.md").read_text().startswith("# chen2026")
    assert "Do not cite" in page
    assert {path.suffix for path in written} == {".html", ".md", ".csv", ".png", ".svg"}


def test_the_floor_is_the_noise_of_the_aggregate() -> None:
    random = np.random.default_rng(3)
    p, w, mu = np.array([0.5, 0.3, 0.2]), np.array([0.9, 0.6, 0.3]), 0.6
    size, noise = 4, 0.2
    x = np.zeros((4000, 3, size))
    for _ in range(20):
        x = mu * x + (1 - mu) * random.normal(0, noise**0.5, x.shape)
    measured = ((np.einsum("k,rkp->rp", p, x) / (p @ w)) ** 2).sum(axis=1).mean()
    options: dict[str, Any] = {"size": size, "noise": noise, "momentum": mu}
    assert float(floor(p, w, **options)) == pytest.approx(measured, rel=0.08)


def test_the_bound_on_a_parabola() -> None:
    """Gradient descent with noise on x^2 / 2, L = 1."""
    random = np.random.default_rng(0)
    x, step, squares, errors = 3.0, 0.5, [], []
    for _ in range(200):
        error = random.normal(0, 0.3)
        squares.append(x**2)
        errors.append(error**2)
        x -= step * (x + error)
    assert np.mean(squares) <= stationarity(4.5, 0.0, step, errors)
