"""Public functions answer wrong arguments with one `EbitError`, and nothing else."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

import ebit
from ebit import network, shots

HOSTILE: list[Any] = [
    None, True, -1, 10**30, 10**5000, float("nan"), float("inf"), 1e30, 1j, "text", b"bytes", "",
    [], {}, object(), np.ma.masked_array([1.0], mask=[True]), np.array("2020-01-01", "M8[s]"),
    np.array([]),
]  # fmt: skip

MODEL = ebit.DistributedQCNN(qubits=2, depth=1)
KEY = jax.random.key(0)
PARAMETERS = MODEL.init(KEY)
FAIR = np.full((3, 2, 2), 0.25)
PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])

GOOD: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "BellPairs": (ebit.BellPairs, {"pairs": 1, "fidelity": 0.9}),
    "DesignedPairs": (ebit.DesignedPairs, {"pairs": 1}),
    "ClassicalBits": (ebit.ClassicalBits, {"pairs": 1}),
    "QuantumLink": (ebit.QuantumLink, {"fidelity": 0.9}),
    "DistributedQCNN": (ebit.DistributedQCNN, {"qubits": 2, "depth": 1, "mixing": 0,
                                               "readout": "weights", "pooling": "halves"}),
    "SingleQCNN": (ebit.SingleQCNN, {"qubits": 2, "depth": 1, "mixing": 0, "pooling": "halves"}),
    "DistributedDNN": (ebit.DistributedDNN, {"qubits": 2}),
    "Noise": (ebit.Noise, {"one_qubit_error": 0.1, "message_seconds": 0.0}),
    "Store": (ebit.Store, {"folder": "out"}),
    "init": (MODEL.init, {"key": KEY}),
    "encode": (MODEL.encode, {"x": np.ones((1, 4))}),
    "probabilities": (MODEL.probabilities, {"parameters": PARAMETERS, "x": np.ones((1, 4))}),
    "sample_outcomes": (ebit.sample_outcomes, {"key": KEY, "probabilities": FAIR, "shots": 3}),
    "estimate_expectation": (ebit.estimate_expectation, {"counts": FAIR, "weights": PARITY}),
    "gradient_circuits": (ebit.gradient_circuits, {"model": MODEL}),
    "shot_cost": (ebit.shot_cost, {"model": MODEL, "shots": 3, "rows": 2, "circuits": 1}),
    "sampled_accuracies": (shots.sampled_accuracies, {
        "key": KEY, "probabilities": FAIR, "weights": PARITY, "labels": np.ones(3),
        "shots": (1,), "repeats": 1}),
    "purify": (network.purify, {"weights": [1, 0, 0, 0], "protocol": "dejmps", "rounds": 1}),
    "load_model": (ebit.load_model, {"path": "no-such-file"}),
    "read_sweep": (ebit.read_sweep, {"path": "no-such-file"}),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_hostile_argument_is_one_ebit_error(name: str) -> None:
    function, good = GOOD[name]
    other = []
    for argument in good:
        for value in HOSTILE:
            try:
                function(**{**good, argument: value})
            except ebit.EbitError as error:
                assert "\n" not in str(error)
            except Exception as error:
                kind = type(value).__name__
                other.append(f"{argument}={kind}: {type(error).__name__} {str(error)[:60]}")
    assert other == []
