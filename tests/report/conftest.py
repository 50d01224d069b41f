"""Made-up result rows for the report."""

import numpy as np
import polars as pl
import pytest

from ebit.report import PlanPage, Predictions, write_plan, write_report


@pytest.fixture(scope="session")
def rows() -> pl.DataFrame:
    """Two runs of six resources; bell:1 is best with 0.90 +- 0.0141, none has 0.70 +- 0.0141."""
    means = {
        "none": 0.70,
        "bell:1": 0.90,
        "classical": 0.80,
        "quantum": 0.85,
        "single": 0.60,
        "dnn": 0.75,
    }
    return pl.DataFrame(
        [
            {
                "task": f"hash-{resource}",
                "resource": resource,
                "qubits": 4,
                "depth": None if resource == "dnn" else 20,
                "data": "clusters",
                "loss": "mse",
                "seed": 0,
                "run": run,
                "steps": 2000,
                "validation_accuracy": mean - 0.01 + 0.02 * run,
                "num_parameters": 246 if resource == "dnn" else 268,
                "ebits_per_inference": int(resource == "bell:1"),
                "bits_per_inference": 6 if resource == "classical" else 0,
                "nonlocal_gates_per_inference": 170 if resource == "quantum" else 0,
                "rounds_per_inference": 2 if resource == "classical" else 0,
                "seconds": 12.5,
                "compile_seconds": 3.25,
                "curve_steps": [1, 10],
                "train_loss_curve": [1.0, 0.5],
                "validation_accuracy_curve": [0.5, mean],
            }
            for resource, mean in means.items()
            for run in range(2)
        ]
    )


@pytest.fixture(scope="session")
def points():
    x = np.random.default_rng(0).normal(size=(1200, 8))
    return x, np.where(x[:, 0] > 0, 1, -1), ["no", "yes"]


@pytest.fixture(scope="session")
def whole(rows, points, tmp_path_factory):
    """The page with everything on it, made once."""
    out = tmp_path_factory.mktemp("whole") / "out"
    settings = {"command": "ebit compare --runs 2", "device": "cpu"}

    def predictions(resources):
        assert sorted(resources) == ["bell:1", "none"]
        guesses = ["a", "b", "b", "b"]
        return [Predictions("bell:1", 0, ["a", "a", "a", "b"], guesses, ["<script>", "a", "b"])]

    paths = write_report(
        rows,
        out,
        title="Clusters",
        settings=settings,
        quick=False,
        points=points,
        predictions=predictions,
    )
    return out, paths, paths[0].read_text("utf-8")


@pytest.fixture(scope="session")
def plan(page, tmp_path_factory):
    """The files of a plan, written once."""
    return write_plan(page, tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def page():
    options = pl.DataFrame(
        {
            "resource": ["none", "bell:1"],
            "purification_rounds": [0, 1],
            "shots": [100, 100],
            "feasible": [True, False],
            "reason": [None, "a <pair> waits"],
            "accuracy_mean": [0.8, 0.9],
            "accuracy_std": [0.01, 0.01],
            "runs": [5, 5],
            "accuracy_noiseless": [0.85, 0.95],
            "pair_fidelity": [None, 0.9],
            "fresh_pairs_per_label": [0.0, 250.0],
            "bits_per_label": [0, 0],
            "waiting_seconds_per_inference": [0.0, 0.1],
            "labels_per_second": [float("inf"), 0.1],
            "pareto": [True, False],
            "recommended": [True, False],
        }
    )
    sweep = pl.DataFrame(
        {
            "resource": ["none", "none"],
            "distance_km": [1.0, 10.0],
            "pair_fidelity": [0.5, 1.0],
            "accuracy": [0.8, 0.8],
            "feasible": [True, True],
        }
    )
    return PlanPage(
        site="a & b: 1 km",
        recommendation="Use none. bell:1 with `a` is worth -0.01 more.",
        options=options,
        distance=sweep,
        fidelity=sweep,
        distance_marks={"none": 3.0},
        fidelity_marks={},
        findings=["bell:1 is better than none up to 3 km."],
        method=["A method."],
        settings={"data": "chsh"},
        tasks={"none": ["abcd"]},
        command="ebit plan nv+laboratory",
    )
