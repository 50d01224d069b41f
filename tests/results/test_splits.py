from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ebit import EbitError, Store, make_task, summarize
from ebit.data import DataSource, load
from ebit.results import (
    OtherClassifier,
    compare_splits,
    gains,
    load_splits,
    run_experiment,
    with_gains,
)
from results.conftest import write_points


def source(path: Path, rows: int = 60) -> DataSource:
    return DataSource(source=str(write_points(path / "points.csv", rows)), scale="angles")


@pytest.mark.parametrize(("rows", "number"), [(60, 5), (999, 5), (1000, 1)])
def test_a_small_file_is_split_several_times(tmp_path: Path, rows: int, number: int) -> None:
    assert len(load_splits(source(tmp_path, rows))) == number


def test_splits_are_those_of_the_seeds_that_follow(tmp_path: Path) -> None:
    own = source(tmp_path).model_copy(update={"split_seed": 7})
    found = load_splits(own, 3)
    for number, dataset in enumerate(found):
        alone = load(own.model_copy(update={"split_seed": 7 + number}))
        assert dataset.fingerprint == alone.fingerprint
    assert len({dataset.fingerprint for dataset in found}) == 3
    shares = [np.mean(dataset.y_validation > 0) for dataset in found]
    assert max(shares) - min(shares) < 1e-9


def test_what_is_split_already_is_not_split_again(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).uniform(size=(20, 4)), np.arange(20) % 2
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_validation=x, y_validation=y)
    for name in ("chsh", str(tmp_path / "a.npz")):
        assert len(load_splits(DataSource(source=name))) == 1
        assert len(load_splits(DataSource(source=name), 1)) == 1
        with pytest.raises(EbitError, match="validation part of their own: leave it out"):
            load_splits(DataSource(source=name), 2)


@pytest.mark.parametrize("splits", [0, -1, 1001])
def test_a_number_of_splits_out_of_range(tmp_path: Path, splits: int) -> None:
    with pytest.raises(EbitError, match=f"a whole number from 1 to 1000, but is {splits}"):
        load_splits(source(tmp_path), splits)


@pytest.mark.slow
def test_gains_are_paired_by_split_with_their_overlap(tmp_path: Path) -> None:
    datasets = load_splits(source(tmp_path), 3)
    tasks = [
        [
            make_task(data, resource=name, depth=1, steps=3, runs=1, seed=seed)
            for name in ("none", "bell:1")
        ]
        for seed, data in enumerate(datasets)
    ]
    others = [[OtherClassifier("svc", data, seed)] for seed, data in enumerate(datasets)]
    rows = compare_splits(datasets, tasks, others, tmp_path)
    assert rows["split"].to_list() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert rows["resource"].to_list() == ["none", "bell:1", "svc"] * 3
    accuracy = {
        str(name): own["validation_accuracy"].to_numpy()
        for (name,), own in rows.group_by("resource")
    }
    found = gains(rows)["svc"]
    difference = accuracy["svc"] - accuracy["none"]
    assert found.value == pytest.approx(difference.mean())
    variance = max(difference.var(ddof=1), (1 / 15) ** 2 / 6)  # an accuracy is rounded to rows
    overlap = 15 / 45  # Nadeau and Bengio: the training rows are the same in part
    assert found.standard_error == pytest.approx(np.sqrt(variance * (1 / 3 + overlap)))
    summary = with_gains(summarize(rows), rows)
    assert summary["splits"].to_list() == [3, 3, 3]
    assert summary["gain_over_none"].to_list()[0] is None
    assert summary["gain_over_none"].to_list()[2] == pytest.approx(found.value)
    assert summary["num_parameters"].to_list()[2] is None
    assert gains(rows.filter(resource="svc")) == {}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["logistic-regression", "svc", "mlp"])
def test_other_classifiers_are_kept_and_the_same_again(tmp_path: Path, name: str) -> None:
    data = load(source(tmp_path))
    one, two = (
        run_experiment(OtherClassifier(name, data, 3), Store(tmp_path / place)) for place in "ab"
    )
    assert one["validation_accuracy"].item() == two["validation_accuracy"].item()
    assert one["resource"].item() == name
    assert one["task"].item() == OtherClassifier(name, data, 3).hash
    assert OtherClassifier(name, data, 4).hash != one["task"].item()
    more = run_experiment(OtherClassifier(name, data, 3, runs=2), Store(tmp_path / "c"))
    assert more["run"].to_list() == [0, 1]
    assert more["validation_accuracy"].to_list()[0] == one["validation_accuracy"].item()
    store = Store(tmp_path / "a")
    assert store.rows()["validation_accuracy"].to_list() == one["validation_accuracy"].to_list()
    content = store.content(one["task"].item())
    assert content is not None
    assert content["classifier"] == name
    assert isinstance(one.schema["depth"], pl.Int64)


def test_a_classifier_is_no_circuit() -> None:
    with pytest.raises(EbitError, match="are no circuits: `ebit compare` trains them beside"):
        make_task(load("chsh"), resource="svc")
