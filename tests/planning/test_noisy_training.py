"""Circuits that are trained further under the noise that they run with."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ebit import EbitError, fit
from ebit.data import Dataset
from ebit.planning import NoisyTraining, Trained, best_trained, condition, task_under
from ebit.planning.options import options_of
from ebit.planning.sweeps import distance_rows
from ebit.results import Task
from planning.conftest import site

NOISY = {"t2": "10 ms", "two_qubit_gate_error": 0.02, "readout_error": 0.02}


@pytest.fixture(scope="module")
def training(chsh: Dataset, store: Path) -> NoisyTraining:
    return NoisyTraining(chsh, store, rows=16)


def test_the_task_starts_where_the_other_one_ended(tasks: dict[str, Task]) -> None:
    before = tasks["bell:1"]
    model: Any = before.model.build()
    found = condition(site(NOISY), model)
    task = task_under(before, found.noisy(model))
    assert (task.start, task.training.steps) == (before.hash, 20)
    assert task.model.noise == found.noise
    assert task.hash != before.hash
    again = task_under(task, found.noisy(model))
    assert (again.training, again.start) == (task.training, task.hash)
    assert "start" not in before.content


@pytest.mark.slow
def test_both_ways_stand_in_the_options(
    circuits: dict[str, Trained], training: NoisyTraining
) -> None:
    """A longer training under the noise loses less than it gains, on average over the runs."""
    place = site(NOISY, fidelity=0.9, pair_rate="200 Hz")
    rows = list(
        options_of(
            place, circuits["bell:1"], purification=[0], shots=[1000], rate=None, training=training
        )
    )
    assert [row["trained_with_noise"] for row in rows] == [False, True]
    before, after = (row["accuracy_mean"] for row in rows)
    assert after > before - 0.03
    assert rows[0]["pair_fidelity"] == rows[1]["pair_fidelity"]


def test_without_noise_there_is_one_way(
    circuits: dict[str, Trained], training: NoisyTraining
) -> None:
    rows = list(
        options_of(
            site(), circuits["none"], purification=[0], shots=[100], rate=None, training=training
        )
    )
    assert [row["trained_with_noise"] for row in rows] == [False]


def test_equal_noise_is_trained_once(circuits: dict[str, Trained], training: NoisyTraining) -> None:
    """`none` sees no distance, so every length has the same parameters."""
    seen: list[Task] = []

    def started(task: Task) -> Callable[..., None]:
        seen.append(task)
        return lambda *_: None

    counted = replace(training, progress=started)
    rows = list(
        distance_rows(
            site(NOISY),
            circuits["none"],
            distances=[1.0, 2.0, 3.0, 4.0, 5.0, 100.0],
            purification=[0],
            shots=100,
            rate=None,
            step=lambda: None,
            training=counted,
        )
    )
    assert len(seen) == 1
    assert len(rows) == 6 * 2 * 2
    with_noise = [row["accuracy"] for row in rows if row["trained_with_noise"]]
    assert len(set(np.round(with_noise, 12))) <= 2


def test_a_start_must_fit(circuits: dict[str, Trained], chsh: Dataset) -> None:
    stored = circuits["bell:1"].stored
    data = (chsh.x_train, chsh.y_train)
    with pytest.raises(EbitError, match="`start` must hold parameters of this model"):
        fit(stored.model, data, steps=1, runs=3, start=stored.parameters)


def test_sweeps_without_noise_in_training() -> None:
    import polars as pl

    rows = pl.DataFrame({"trained_with_noise": [False, False], "accuracy": [0.5, 0.6]})
    assert best_trained(rows).height == 2
