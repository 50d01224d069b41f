"""`ebit communication graph` and `privacy`, and the experiments on graphs and states."""

import json
from pathlib import Path

import numpy as np
import pytest

from command_line import error_of, run_ebit
from ebit.communication.experiments import EXPERIMENTS
from ebit.communication.experiments.graph_sets import _gap
from ebit.communication.graphs.generate import ring_and_path
from ebit.communication.graphs.study import Judged
from ebit.communication.graphs.validation import Score
from ebit.communication.rows import NO_RIVAL, Row, judged

SMALL = ("--hidden", 2, "--epochs", 5, "--folds", 3, "--hops", "0,0,1,0")


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    graphs = ring_and_path(12, seed=0)
    path = tmp_path_factory.mktemp("rings") / "rings.npz"
    np.savez(
        path,
        graph_ptr=graphs.starts,
        node_label=graphs.features.argmax(axis=1),
        edge_source=graphs.sources,
        edge_target=graphs.targets,
        graph_label=graphs.labels,
    )
    return path


@pytest.mark.slow
def test_graph_tells_accuracy_and_copies(rings: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.json"
    outcome = run_ebit(
        "communication", "graph", "--data", rings, *SMALL, "--activation", "polynomial",
        "--protocol", "nested", "--copies", "10,inf", "--json", out,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    [row] = json.loads(out.read_text())["rows"]
    assert row["accuracy"] == pytest.approx(np.mean(row["accuracies"]))
    points = row["copies"]["points"]
    assert [point["copies"] for point in points] == [10, None]
    assert points[0]["qubits"] > 10 * 3
    assert "Shipping the labels of the nodes" in outcome.out


@pytest.mark.slow
def test_folds_that_were_shared_out_make_one_score(rings: Path, tmp_path: Path) -> None:
    options = (
        "communication", "graph", "--data", rings, *SMALL, "--activation", "polynomial",
        "--protocol", "nested", "--copies", "10",
    )  # fmt: skip
    folder, alone, joint = tmp_path / "kept", tmp_path / "alone.json", tmp_path / "joint.json"
    for fold in (2, 0, 1):
        outcome = run_ebit(*options, "--fold", fold, "--out", folder)
        assert outcome.code == 0, outcome.err
    assert "0, 1, 2" in outcome.out
    assert len(list((folder / "communication_folds").iterdir())) == 3
    assert not list((folder / "checkpoints").iterdir())
    run_ebit(*options, "--json", alone)
    joined = run_ebit(*options, "--out", folder, "--json", joint)
    assert "epochs in" not in joined.err  # nothing is trained again
    found, expected = (json.loads(path.read_text())["rows"][0] for path in (joint, alone))
    assert found["accuracies"] == expected["accuracies"]
    assert found["copies"]["spread"] == pytest.approx(expected["copies"]["spread"], rel=0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--hops", "1,2"), "`hops` must be four whole numbers such as 6,5,1,8, but is '1,2'"),
        (("--hops", "1,2,3,-4"), "`rw` must be a whole number from 0 to 50, but is -4"),
        (("--copies", "many"), "whole numbers of at least 1, or inf, between commas, but is 'many"),
        (("--copies", "0"), "`copies` must be whole numbers of at least 1, or inf"),
        (("--copies", "5", "--protocol", "published"), "`copies` needs the polynomial"),
        (("--activation", "relu"), "`activation` must be one of polynomial, prelu, both"),
        (("--settings", "cora"), "`settings` must be one of mutag"),
        (("--folds", "7"), "`folds` is 7, but a class has 6 graphs only"),
        (("--fold", "0"), "`fold` only trains folds into a folder: give `out`"),
        (("--hidden", "0"), "`hidden` must be a whole number from 1 to 1024, but is 0"),
    ],
)
def test_wrong_options_of_graph_are_one_line(
    rings: Path, options: tuple[str, ...], message: str
) -> None:
    assert message in error_of("communication", "graph", "--data", rings, *options)


def test_privacy_tells_bounds_and_attacks(tmp_path: Path) -> None:
    out = tmp_path / "privacy.json"
    outcome = run_ebit(
        "communication", "privacy", "--qubits", 2, "--copies", 20, "--attacks", "--json", out
    )
    assert outcome.code == 0, outcome.err
    content = json.loads(out.read_text())
    assert content["holevo_bits"] == 40
    assert content["symmetric_bits"] == pytest.approx(np.log2(1771))  # 23 over 3
    for found in content["attacks"]:
        assert found["fidelity"]["mean"] < content["rebuilding_fidelity"]
    message = error_of("communication", "privacy", "--attacks")
    assert "`qubits` must be a whole number from 1 to 6, but is 10" in message


@pytest.mark.parametrize("name", ["E11", "E12"])
def test_quick_experiments_show_what_they_must(name: str) -> None:
    rows = judged(EXPERIMENTS[name].run(True, 0))
    exact = [row for row in rows if row.verdict == "exact"]
    assert all(row.error == 0 for row in exact)
    bounded = [row for row in rows if row.verdict == "bound" and row.expected is not None]
    for row in bounded:
        assert row.error == pytest.approx(row.expected, rel=1e-3)
    assert len(exact) + len(bounded) >= 2
    assert "above it" not in {row.verdict for row in rows}


def test_the_gap_between_activations_is_no_rival() -> None:
    folds = np.zeros(2, int)
    scores = {"polynomial": 0.8, "prelu": 0.7}
    results = [
        Judged(name, "nested", 0.0, 4, Score(np.full(2, mean), folds, folds, ()))
        for name, mean in scores.items()
    ]
    gap = _gap(ring_and_path(4, 0), results, "nested")
    sent = Row("E10", gap.n, "copies", "one-way", qubits=9, error=0.2, case="nested", quantum=True)
    found, told = judged([sent, gap])
    assert found.verdict == NO_RIVAL
    assert told.error == pytest.approx(-0.1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["E10", "E14"])
def test_long_experiments_count_what_is_sent(name: str) -> None:
    rows = judged(EXPERIMENTS[name].run(True, 0))
    assert {row.model for row in rows} == {"one-way"}
    for row in rows:
        if row.quantum and row.copies is not None and row.executed and name == "E14":
            assert row.qubits == row.n
    assert any(not row.quantum and row.executed and row.cbits > 0 for row in rows)
