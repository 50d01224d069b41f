"""The scripts that import nothing but JAX and NumPy, against ebit's probabilities."""

from importlib import import_module
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit.benchmark.tools import SCRIPTS

problem: Any = import_module("problem")

MODELS = [
    *((name, 2) for name in ("none", "bell:1", "bell:2", "classical", "quantum")),
    *((name, 4) for name in ("bell:2", "classical", "quantum")),
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("resource", "qubits"), MODELS)
def test_dense_jax_agrees_with_ebit(resource: str, qubits: int) -> None:
    dense: Any = import_module("peer_dense_jax")
    given = problem.make_problem(resource, qubits, 2, 5, seed=1)
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), given.params)
    x = jnp.asarray(given.x, jnp.float32)
    model = ebit.DistributedQCNN(qubits=qubits, depth=2, resource=ebit.parse_resource(resource))
    seen = jax.jit(lambda p, x: dense.probabilities(given.layout, p, dense.embed(given.layout, x)))
    np.testing.assert_allclose(seen(params, x), model.probabilities(params, x), atol=1e-5)


@pytest.mark.parametrize(("resource", "qubits"), [("bell:1", 4), ("quantum", 2), ("none", 8)])
def test_a_problem_survives_its_file(resource: str, qubits: int, tmp_path: Path) -> None:
    given = problem.make_problem(resource, qubits, 3, 6)
    problem.save_problem(tmp_path / "problem.npz", given)
    read = problem.load_problem(tmp_path / "problem.npz")
    assert (read.resource, read.depth, read.batch) == (resource, 3, 6)
    np.testing.assert_array_equal(read.x, given.x)
    np.testing.assert_array_equal(read.y, given.y)
    np.testing.assert_array_equal(problem.flatten(read.params), problem.flatten(given.params))
    model = ebit.DistributedQCNN(qubits=qubits, depth=3)
    assert problem.flatten(read.params).size == model.num_parameters
    assert read.first(2).batch == 2


@pytest.mark.slow
def test_ebit_measures_its_own_training() -> None:
    """What `ebit bench` runs is the training program of today."""
    ours: Any = import_module("measure_ebit")
    given = problem.make_problem("bell:1", 2, 1, 8)
    answer = ours.measure_training(given, 2, 0.05)
    assert answer.step_seconds > 0
    found = answer.checks[8].value
    model = ours.model_of(given)
    expectation = model.expectation(given.params, model.encode(jnp.asarray(given.x)))
    loss = float(np.mean((given.y - np.asarray(expectation)) ** 2))
    assert found == pytest.approx(loss, abs=1e-5)


def test_repeats_end_with_the_budget() -> None:
    protocol: Any = import_module("protocol")
    calls: list[int] = []
    assert protocol.median_seconds(lambda: calls.append(1), 100) >= 0
    assert len(calls) == protocol.MAX_REPEATS


def test_peak_memory_is_that_of_a_python_process() -> None:
    protocol: Any = import_module("protocol")
    assert 10**7 < protocol.peak_memory() < 10**12


def test_scripts_import_only_what_peers_have() -> None:
    for path in SCRIPTS.glob("*.py"):
        text = path.read_text("utf-8")
        uses_ebit = "import ebit" in text or "from ebit" in text
        assert uses_ebit == (path.stem == "measure_ebit"), path.name
