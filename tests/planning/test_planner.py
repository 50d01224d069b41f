import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ebit.data import Dataset
from ebit.planning import Plan, Readouts, Trained, plan, read_out, waiting_seconds, words
from ebit.planning.sweeps import reference_of
from ebit.results import Task, make_task
from planning.conftest import RESOURCES, error_of, site

SITE = site(
    {"t1": "2 s", "t2": "1 s", "two_qubit_gate_error": 0.01, "readout_error": 0.01},
    pair_rate=None,
    efficiency=0.1,
    fidelity=0.9,
)
SMALL: dict[str, Any] = {
    "shots": [50, 500],
    "purification": [0, 1],
    "distances": [1.0, 300.0],
    "fidelities": [0.25, 1.0],
}


@pytest.fixture(scope="module")
def found(chsh: Dataset, tasks: dict[str, Task], store: Path, circuits: dict[str, Trained]) -> Plan:
    assert set(circuits) == set(RESOURCES)
    return plan(SITE, chsh, [tasks[n] for n in ("none", "bell:1", "classical")], store, **SMALL)


def test_every_option_is_there_once(found: Plan) -> None:
    keys = found.options.select("resource", "purification_rounds", "shots").rows()
    assert keys == [
        ("none", 0, 50),
        ("none", 0, 500),
        *[("bell:1", rounds, shots) for rounds in (0, 1) for shots in (50, 500)],
        ("classical", 0, 50),
        ("classical", 0, 500),
    ]


def test_shots_cost_what_they_cost(found: Plan) -> None:
    few, many = found.options.filter(resource="bell:1", purification_rounds=1).to_dicts()
    for name in ("fresh_pairs_per_label", "ebits_per_label", "seconds_per_label"):
        assert many[name] == pytest.approx(10 * few[name])
    assert few["labels_per_second"] == pytest.approx(1 / few["seconds_per_label"])
    assert few["ebits_per_label"] == 50
    assert few["waiting_seconds_per_label"] == pytest.approx(
        50 * few["waiting_seconds_per_inference"]
    )
    assert few["fresh_pairs_per_label"] > 100, "purification takes two pairs and may fail"


def test_what_is_on_the_front_is_feasible(found: Plan) -> None:
    front = found.options.filter("pareto")
    assert front.height > 0
    assert front["feasible"].all()


def test_the_recommended_row_is_marked(found: Plan) -> None:
    (row,) = found.options.filter("recommended").to_dicts()
    assert found.recommendation.option is not None
    assert row["resource"] == found.recommendation.option["resource"]
    assert row["resource"] in found.recommendation.sentence


def test_sweeps_have_one_row_per_point_and_run(found: Plan) -> None:
    assert found.distance.height == 3 * 2 * 2
    assert found.fidelity.height == 3 * 2 * 2
    assert found.distance["accuracy"].is_between(0, 1).all()
    for name in ("none", "classical"):
        own = found.fidelity.filter(resource=name)
        assert own.group_by("run").agg(pl.col("accuracy").n_unique())["accuracy"].to_list() == [
            1,
            1,
        ]


def test_a_white_pair_is_no_help(found: Plan) -> None:
    rows = found.fidelity.group_by("resource", "pair_fidelity").agg(pl.col("accuracy").mean())
    white = dict(rows.filter(pair_fidelity=0.25).select("resource", "accuracy").rows())
    assert white["bell:1"] <= white["none"] + 1e-6


def test_findings_are_sentences(found: Plan) -> None:
    sentences = words.findings(found)
    assert len(sentences) == 4  # distances of what sweep, of both resources; pairs by fidelity
    assert sentences[0] == (
        "Against distance, with 500 shots per label over 2 runs and, at every distance, those of 0 "
        "and 1 rounds of purification that are best for the resource there:"
    )
    for sentence in [*sentences[1:], *words.method(found), found.recommendation.sentence]:
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "nan" not in sentence


def test_a_second_plan_trains_nothing(
    chsh: Dataset, tasks: dict[str, Task], store: Path, circuits: dict[str, Trained]
) -> None:
    steps: list[int] = []
    points: list[tuple[int, int]] = []
    plan(
        site(),
        chsh,
        [tasks["none"]],
        store,
        **SMALL,
        progress=lambda task: lambda done, total: steps.append(done),
        evaluating=lambda done, total: points.append((done, total)),
    )
    assert circuits["none"].stored.task == tasks["none"]
    assert steps == []
    assert points[-1] == (5, 5)


def test_an_interrupted_plan_goes_on_where_it_stopped(
    chsh: Dataset,
    tasks: dict[str, Task],
    store: Path,
    circuits: dict[str, Trained],
    found: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read-outs are kept, and the plan is that of a run in one go, bit by bit."""
    assert set(circuits) == set(RESOURCES)
    for folder in ("rows", "models"):
        shutil.copytree(store / folder, tmp_path / folder)
    computed: list[str] = []

    def counted(*arguments: Any) -> Readouts:
        computed.append(arguments[1].resource_name)
        return read_out(*arguments)

    def stops(done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr("ebit.planning.evaluation.read_out", counted)
    own = [tasks[name] for name in ("none", "bell:1", "classical")]
    with pytest.raises(KeyboardInterrupt):
        plan(SITE, chsh, own, tmp_path, **SMALL, evaluating=stops)
    first = len(computed)
    again = plan(SITE, chsh, own, tmp_path, **SMALL)
    in_all = len(computed)
    assert len(list((tmp_path / "readouts").iterdir())) == in_all > first > 2
    assert again.options.equals(found.options)
    assert again.distance.equals(found.distance)
    assert again.fidelity.equals(found.fidelity)
    plan(SITE, chsh, own, tmp_path, **SMALL)
    assert len(computed) == in_all


def test_references() -> None:
    names = ["none", "classical", "classical+bell:1", "bell:1"]
    assert reference_of("classical+bell:1", names) == "classical"
    assert reference_of("classical+bell:1", ["none"]) == "none"
    assert reference_of("none", names) is None
    assert reference_of("bell:1", ["bell:1"]) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shots": []}, "`shots` is empty"),
        ({"shots": [0]}, "`shots` must be a whole number"),
        ({"purification": []}, "`purification` is empty"),
        ({"purification": [-1]}, "`purification` must be a whole number from 0 to 20"),
        ({"purification": [21]}, "but is 21"),
        ({"purification": [True]}, "but is True"),
        ({"rate": 0.0}, "`rate` must be a number more than 0, but is 0.0"),
        ({"rate": float("nan")}, "`rate` must be a number more than 0"),
        ({"rows": 0}, "`rows` must be a whole number, at least 1, but is 0"),
        ({"distances": [1.0]}, "`distances` must be two or more rising numbers"),
        ({"distances": [2.0, 1.0]}, "`distances` must be two or more rising"),
        ({"distances": [1.0, np.inf]}, "`distances` must be"),
        ({"fidelities": [0.2, 1.0]}, "`fidelities` must be a number from 0.25 to 1, but is 0.2"),
    ],
)
def test_bad_arguments(
    chsh: Dataset, tasks: dict[str, Task], tmp_path: Path, given: dict[str, Any], words: str
) -> None:
    arguments = {**SMALL, **given}
    assert words in error_of(plan, SITE, chsh, [tasks["none"]], tmp_path, **arguments)
    assert list(tmp_path.iterdir()) == [], "checked before anything is trained"


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("dnn", "'dnn', which uses no network: use none, "),
        ("single", "'single', which uses no network"),
        ("bell:1,fidelity=0.9", "use 'bell:1'"),
    ],
)
def test_resources_that_need_no_network(
    chsh: Dataset, tmp_path: Path, resource: str, words: str
) -> None:
    task = make_task(chsh, resource=resource, depth=1, steps=1, runs=1)
    assert words in error_of(plan, SITE, chsh, [task], tmp_path)


def test_no_tasks(chsh: Dataset, tmp_path: Path) -> None:
    assert "`tasks` is empty" in error_of(plan, SITE, chsh, [], tmp_path)


def test_waiting_of_any_task(chsh: Dataset, tasks: dict[str, Task]) -> None:
    dnn = make_task(chsh, resource="dnn", depth=1, steps=1, runs=1)
    found = waiting_seconds(SITE, [dnn, tasks["none"], tasks["classical"]])
    assert found[dnn.hash] is None
    assert found[tasks["none"].hash] == 0
    assert found[tasks["classical"].hash] == pytest.approx(SITE.link.message_time)
