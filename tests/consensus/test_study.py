"""The study: what is trained, intervals, the verdict page, convergence."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ebit.consensus.convergence import floor, stationarity
from ebit.consensus.study import bootstrap, claims, gains, in_order, parts
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
    assert "Do not cite" in page
    assert {path.suffix for path in written} == {".html", ".csv", ".png", ".svg"}


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
