"""Made-up result rows for the report."""

import polars as pl
import pytest


@pytest.fixture
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
