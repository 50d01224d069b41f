"""The files of the studies: all of them parse, and every published number is there."""

import csv
import itertools
import json
import os
from importlib.resources import files
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
import polars as pl
import pytest

from ebit import EbitError
from ebit.consensus.study import claims, parts
from ebit.data import load
from ebit.results import depth_for
from ebit.studies import STUDIES, Item, Study, plan_study, read_study
from ebit.studies.patterns import check_patterns
from ebit.studies.points import AGREES
from ebit.studies.published import published_numbers, published_runs
from ebit.studies.study import folder_of

COUNTS = {
    "kim2026": {"S2": 20, "3c": 8, "S3": 15, "S4": 25, "S5": 10, "S6": 300, "converged": 10},
    "hwang2025": {"1": 4 * 3 * 4 + 2 * 4, "2": 12, "3c": 2, "5a": 2, "6": 3, "notebook": 12},
    "worth": {},
}
REFERENCE = os.environ.get("EBIT_REFERENCE_NUMBERS", "")
"""Folder with the numbers of the papers as JSON, typed in independently."""


OWN = read_study("worth")


def items() -> list[tuple[Study, Item]]:
    return [(study, item) for study in map(read_study, STUDIES) for item in study.item]


def identity(value: object) -> str:
    return value.name if isinstance(value, Study | Item) else str(value)


@pytest.mark.parametrize(("study", "item"), items(), ids=identity)
def test_every_item_has_tasks_and_columns(study: Study, item: Item) -> None:
    for name in item.task_files:
        assert (folder_of(study.name) / "tasks" / f"{name}.toml").is_file()
    published = published_numbers(study, item)
    known = {*item.keys, "row", "published", "published_std", "published_runs"}
    assert set(published.columns) <= known
    keys = [name for name in published.columns if not name.startswith("published")]
    assert published.is_empty() or published.select(keys).is_unique().all()


@pytest.mark.parametrize("name", STUDIES)
def test_every_published_number_is_there(name: str) -> None:
    study = read_study(name)
    counts = {
        item.name.partition("-")[2]: len(published_runs(study, item))
        for item in study.item
        if len(published_runs(study, item)) and item.published is None
    }
    assert counts == COUNTS[name]


def test_single_runs_become_mean_and_standard_deviation() -> None:
    study = read_study("kim2026")
    runs = [0.7407, 0.7412, 0.7437, 0.7406, 0.7438, 0.7408, 0.7364, 0.7412, 0.7409, 0.7410]
    none = published_numbers(study, study.select(["S2"])[0]).row(0)
    assert none == ("none", pytest.approx(mean(runs)), pytest.approx(stdev(runs)), 10)


@pytest.mark.parametrize("name", STUDIES)
def test_every_file_of_a_study_is_used(name: str) -> None:
    study = read_study(name)
    tasks = {f"{file}.toml" for item in study.item for file in item.task_files}
    names = {f"{item.name}.csv" for item in study.item}
    assert {path.name for path in (folder_of(name) / "tasks").iterdir()} == tasks
    published = folder_of(name) / "published"
    if published.is_dir():
        assert {path.name for path in published.iterdir()} <= names


@pytest.mark.parametrize(("study", "item"), items(), ids=identity)
def test_the_published_numbers_follow_the_patterns(study: Study, item: Item) -> None:
    """A statement is about the paper, so the paper's own numbers must have it."""
    published = published_numbers(study, item)
    if published.is_empty():
        return
    points = published.rename({"row": "set"}) if "row" in published.columns else published
    untold = [key for key in item.keys if key not in points.columns]
    points = points.with_columns(pl.lit("untold").alias(key) for key in untold)
    same = {name.replace("published", "measured"): name for name in published.columns}
    sides = {new: pl.col(old) for new, old in same.items() if new.startswith("measured")}
    measured = points.with_columns(**sides)
    for result in check_patterns(item, measured, quick=False):
        assert result.verdict == AGREES, result
        assert result.measured == result.published


@pytest.mark.parametrize(
    ("name", "sets", "trainings", "jobs"),
    [("kim2026", None, 328, 315), ("hwang2025", None, 116, 74), ("worth", 1, 172, 0)],
)
def test_plans(name: str, sets: int | None, trainings: int, jobs: int) -> None:
    plan = plan_study(name, sets=sets)
    assert len(plan.tasks(plan.sets)) == trainings
    assert len(plan.jobs) == jobs


@pytest.mark.parametrize("name", STUDIES)
def test_a_quick_look_is_small(name: str) -> None:
    plan = plan_study(name, quick=True)
    most = 70 if name != "worth" else 20 * len(plan.items)
    assert len(plan.tasks(plan.sets)) < most
    assert len(plan.jobs) <= 40
    assert all(task.task.training.runs == 2 for task in plan.tasks(plan.sets))


@pytest.mark.parametrize("name", STUDIES)
def test_every_capacity_has_valid_settings(name: str) -> None:
    for job in plan_study(name).jobs:
        job.capacity.settings.build()


def test_a_readme_for_every_paper() -> None:
    for name in ("kim2026", "hwang2025"):
        text = (files("ebit.studies") / name / "README.md").read_text("utf-8")
        for item in read_study(name).item:
            assert f"## {item.label}: " in text
        for part in ("Reproduced", "Data", "Settings", "Expected", "Measured", "Verdict"):
            least = sum(not item.question for item in read_study(name).item)
            assert text.count(f"- **{part}:**") >= least


def test_the_readme_of_the_study_with_liars_has_all_parts() -> None:
    text = (files("ebit.studies") / "chen2026" / "README.md").read_text("utf-8")
    for part in parts():
        assert f"\n## {part.title}\n" in text
        for arm in {task.settings.arm for task in part.tasks}:
            assert f"`{arm}`" in text
    assert "A quick look" not in text
    for claim in claims():
        assert claim.text in text


def test_the_readme_of_our_own_study_names_every_item() -> None:
    text = (folder_of("worth") / "README.md").read_text("utf-8")
    for item in OWN.item:
        computed, todo = text.count(f"## {item.label}: "), f"--table {item.table}`"
        assert computed == 1
        rests = f"## {item.label}: {item.title}\n\n- **Data:**" in text
        assert rests != (todo in text)


@pytest.mark.parametrize("item", OWN.item, ids=identity)
def test_the_trainings_answer_the_questions_at_equal_parameters(item: Item) -> None:
    """A mixture is as deep as the parameters of none allow; every resource asked for is trained."""
    plan = plan_study("worth", tables=[str(item.table)], sets=1)
    models = {task.task.model.resource: task.task.model for task in plan.tasks(plan.sets)}
    asked = {name for q in item.question for name in (*q.first, *q.second)}
    assert asked <= models.keys()
    assert item.question
    deepest = max(model.depth for model in models.values())
    for name, model in models.items():
        assert model.depth == depth_for(model.model_copy(update={"depth": deepest})), name
        none = model.model_copy(update={"resource": "none", "depth": deepest}).build()
        more = model.build().num_parameters - none.num_parameters
        allowed = {"mixture:8": 32, "designed:2": 4, "quantum": none.num_parameters}
        assert more <= allowed.get(name, 0), name


@pytest.mark.parametrize("item", [one for one in OWN.item if one.bound], ids=identity)
def test_bounds_without_entanglement_are_those_of_the_best_local_players(item: Item) -> None:
    """All deterministic answers of all players but the last, who then has the best one."""
    plan = plan_study("worth", tables=[str(item.table)])
    (name,) = {task.task.data for task in plan.tasks(plan.sets)}
    (players,) = {task.task.model.qpus for task in plan.tasks(plan.sets)}
    data = load(name)
    inputs = [
        np.unique(block, axis=0, return_inverse=True)[1].reshape(-1)
        for block in np.split(data.x_train, players, axis=1)
    ]
    rewards = np.zeros([one.max() + 1 for one in inputs])  # (inputs of each player ...)
    np.add.at(rewards, tuple(inputs), data.y_train / len(data.y_train))
    values = rewards[None]  # (answers of the players so far, inputs of each other player ...)
    while values.ndim > 2:
        answers = np.array(list(itertools.product([-1, 1], repeat=values.shape[1])))
        values = np.einsum("ai,si...->as...", answers, values)
        values = values.reshape(-1, *values.shape[2:])  # (answers, inputs of each other player ...)
    best = (1 + np.abs(values).sum(-1).max()) / 2
    free = ("none", "shared", "mixture")
    bounds = [bound for name, bound in item.bound.items() if name.split(":")[0] in free]
    assert bounds == pytest.approx([best] * len(bounds))
    assert len(bounds) >= 3


def test_the_trainings_of_our_own_study_have_the_loss_of_their_name() -> None:
    for item in OWN.item:
        plan = plan_study("worth", tables=[str(item.table)], sets=1)
        trainings = [task.task for task in plan.tasks(plan.sets)]
        if item.name.startswith("table-shots-"):
            shots = int(item.name.split("-")[2])
            assert {task.training.shots_per_label for task in trainings} == {shots}
        mixing = 3 if item.name.endswith("-mixing") else 0
        assert {task.model.mixing for task in trainings} == {mixing}


def test_only_the_first_data_sets() -> None:
    few, all_sets = (plan_study("worth", tables=["mse"], sets=sets) for sets in (3, None))
    hashes = [{task.task.hash for task in plan.tasks(plan.sets)} for plan in (few, all_sets)]
    assert len(hashes[0]) == 3 * 8
    assert hashes[0] < hashes[1]
    with pytest.raises(EbitError, match=r"`sets` must be at least 5 here, but is 4"):
        plan_study("kim2026", sets=4)
    with pytest.raises(EbitError, match=r"`sets` must be at least 1 here, but is 0"):
        plan_study("worth", sets=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tables": ["S9"]}, "Argument `table` must be one of S6, S2, S3, S4, S5"),
        ({"figures": ["9"]}, "but is '9'"),
        ({"runs": 0}, "Argument `runs` must be a whole number, at least 1, but is 0."),
        ({"data": [Path("a.npz")]}, "this study generates its data"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError) as caught:
        plan_study("kim2026", **settings)
    assert message in str(caught.value)


def numbers(name: str, file: str) -> dict[tuple[str, ...], tuple[float, ...]]:
    """The numbers of a CSV file by its keys."""
    text = (folder_of(name) / "published" / f"{file}.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {
        tuple(v for k, v in row.items() if not k.startswith("published")): tuple(
            float(v) for k, v in row.items() if k in ("published", "published_std")
        )
        for row in rows
    }


def resource(name: str) -> str:
    return {"Bell-0": "none", "DNN": "dnn"}.get(name, name.lower().replace("-", ":"))


def reference(name: str) -> dict[str, Any]:
    if not REFERENCE:
        pytest.skip("EBIT_REFERENCE_NUMBERS names no folder")
    return json.loads((Path(REFERENCE) / f"{name}.json").read_text())


def test_kim_as_typed_in_elsewhere() -> None:
    paper = reference("kim2026")
    for name in ("Bell-0", "Bell-1"):
        for run, value in enumerate(paper["table_S2"][name]):
            assert numbers("kim2026", "table-S2")[resource(name), str(run)] == (value,)
    for name in ("DNN", "Bell-0", "Bell-1"):
        for label, pair in paper["table_S3"][name].items():
            assert numbers("kim2026", "table-S3")[label, resource(name)] == tuple(pair)
    for number in range(5):
        name = f"Bell-{number}"
        for depth, pair in zip(paper["table_S4"]["depth"], paper["table_S4"][name], strict=True):
            assert numbers("kim2026", "table-S4")[resource(name), str(depth)] == tuple(pair)
        for key, mixing, depth in (("no_mixing", "0", "10"), ("mixing", "3", "7")):
            pair = paper["table_S5"][key][number]
            assert numbers("kim2026", "table-S5")[resource(name), mixing, depth] == tuple(pair)
        for key, layers in (("no_mixing", 0), ("mixing_3", 3)):
            table = paper["table_S6"][key]
            found = numbers("kim2026", "table-S6")
            for depth, rank in zip(table["depth"], table[name], strict=True):
                assert found[resource(name), str(layers), str(depth - layers)] == (rank,)


def test_hwang_as_typed_in_elsewhere() -> None:
    paper = reference("hwang2025")
    table = paper["table_1"]
    for depth in (3, 5, 7, 9, 15, 20):
        for row, line in enumerate(table[f"L{depth}"], start=1):
            for name, pair in zip(table["columns"], line, strict=True):
                assert numbers("hwang2025", "table-1")[str(row), name, str(depth)] == tuple(pair)
    table = paper["table_2"]
    for depth in (3, 5, 7, 9):
        for name, pair in zip(table["columns"], table[f"L{depth}"], strict=True):
            assert numbers("hwang2025", "table-2")[name, str(depth)] == tuple(pair)
