"""Made-up result rows for the figures."""

import polars as pl
import pytest

RESOURCES = (
    "none",
    "bell:1",
    "bell:2",
    "classical",
    "classical+bell:1",
    "quantum",
    "single",
    "dnn",
)


@pytest.fixture
def rows() -> pl.DataFrame:
    """Three runs of eight resources; accuracy 0.7 + 0.02 * resource + 0.01 * run."""
    return pl.DataFrame(
        [
            {
                "resource": resource,
                "run": run,
                "loss": "mse",
                "validation_accuracy": 0.7 + 0.02 * number + 0.01 * run,
                "ebits_per_inference": int(resource[-1]) if "bell" in resource else 0,
                "bits_per_inference": 6 if "classical" in resource else 0,
                "nonlocal_gates_per_inference": 100 if resource == "quantum" else 0,
                "curve_steps": [1, 10, 20],
                "train_loss_curve": [1.0, 0.5 + 0.1 * run, 0.02],
                "validation_accuracy_curve": [0.5, 0.6, 0.7 + 0.01 * run],
            }
            for number, resource in enumerate(RESOURCES)
            for run in range(3)
        ]
    )
