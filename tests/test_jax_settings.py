"""A user's settings of JAX change neither the numbers of ebit nor whether it works."""

import hashlib
import json
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from os import environ
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit.data import load
from ebit.jax_settings import (
    WITH_FUSION_EMITTERS,
    WITHOUT_PRODUCT_FUSION,
    own_settings,
    xla_options_of,
)

SETTINGS: dict[str, AbstractContextManager[Any]] = {
    "other splitting of random numbers": jax.threefry_partitionable(False),
    "other generator of random numbers": jax.default_prng_impl("rbg"),
    "64 bits": jax.enable_x64(True),
    "coarse matrix products": jax.default_matmul_precision("bfloat16"),
    "strict types": jax.numpy_dtype_promotion("strict"),
    "strict shapes": jax.numpy_rank_promotion("raise"),
    "no transfers": jax.transfer_guard("disallow"),
    "no compilation": jax.disable_jit(True),
    "NaN are errors": jax.debug_nans(True),
    "infinities are errors": jax.debug_infs(True),
    "leaks are errors": jax.check_tracer_leaks(True),
    "keys used twice are errors": jax.debug_key_reuse(True),
}

ENVIRONMENT = {
    "JAX_THREEFRY_PARTITIONABLE": "0",
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "JAX_RANDOM_SEED_OFFSET": "7",
    "JAX_ENABLE_X64": "1",
    "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16",
    "JAX_NUMPY_DTYPE_PROMOTION": "strict",
    "JAX_NUMPY_RANK_PROMOTION": "raise",
    "JAX_TRANSFER_GUARD": "disallow",
    "JAX_DISABLE_JIT": "1",
    "JAX_DEBUG_NANS": "1",
    "JAX_CHECK_TRACER_LEAKS": "1",
    "JAX_LEGACY_PRNG_KEY": "error",
}


def numbers() -> dict[str, str]:
    """Hashes of what a small training, its evaluation, shots and a capacity give."""
    data = load("chsh")
    with tempfile.TemporaryDirectory() as folder:
        task = ebit.make_task(data, resource="bell:1", depth=1, steps=3, runs=2, batch_size=8)
        rows = ebit.train(data, task, Path(folder))
        stored = ebit.load_model(ebit.Store(Path(folder)).model_path(task.hash))
    sampled = ebit.accuracy_with_shots(stored, data.x_train, data.y_train, shots=(3,), repeats=2)
    model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
    noisy = ebit.fit(model, (data.x_train, data.y_train), steps=2, runs=2, shots=5)
    found: dict[str, Any] = {
        "training": [rows["train_loss"].to_numpy(), stored.parameters],
        "evaluation": [stored.expectation(data.x_train, 0)],
        "shots": [sampled["accuracy"].to_numpy()],
        "training with shots": [noisy.parameters, noisy.train_loss],
        "capacity": [ebit.effective_dimension(model, inputs=8, points=2, seed=0).rank],
    }
    return {name: digest(value) for name, value in found.items()}


def digest(tree: Any) -> str:
    result = hashlib.sha256()
    for leaf in jax.tree.leaves(tree):
        result.update(np.asarray(leaf, np.float64).tobytes())
    return result.hexdigest()


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    return numbers()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_of_the_user_changes_a_training(name: str, expected: dict[str, str]) -> None:
    data = load("chsh")
    model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
    with SETTINGS[name]:
        result = ebit.fit(model, (data.x_train, data.y_train), steps=2, runs=2, shots=5)
    assert digest([result.parameters, result.train_loss]) == expected["training with shots"]


@pytest.mark.slow
def test_all_settings_of_the_environment_at_once_change_nothing(expected: dict[str, str]) -> None:
    program = "import json, test_jax_settings; print(json.dumps(test_jax_settings.numbers()))"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**environ, **ENVIRONMENT, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == expected


def test_a_device_that_is_not_there_is_an_error_of_one_line() -> None:
    program = "import ebit; ebit.DistributedDNN().init(None)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**environ, "JAX_PLATFORMS": "cuda", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    last = run.stderr.splitlines()[-1]
    assert last.startswith("ebit.errors.EbitError: JAX finds no device for JAX_PLATFORMS='cuda'")
    assert "unset JAX_PLATFORMS" in last


@pytest.mark.slow
def test_models_work_with_what_a_user_traces_or_keeps_in_64_bits() -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=1)
    with jax.enable_x64(True), jax.numpy_rank_promotion("raise"):
        parameters = model.init(jax.random.key(0), jnp.float64)
        x = jnp.ones((3, 4))
        probabilities = jax.jit(model.probabilities)(parameters, x)
        gradient = jax.grad(lambda p: model.probabilities(p, x)[0, 0, 0])(parameters)
    assert probabilities.dtype == np.float64
    assert jax.tree.leaves(gradient)[0].dtype == np.float64


def test_settings_are_the_users_again_afterwards() -> None:
    with jax.numpy_rank_promotion("raise"):
        assert own_settings(lambda: jax.config.jax_numpy_rank_promotion)() == "allow"  # type: ignore[attr-defined]
        assert jax.config.jax_numpy_rank_promotion == "raise"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_model_called_twice_is_traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one compiled program, not one operation after the other."""
    model: Any = ebit.DistributedQCNN(qubits=2, depth=3, resource=ebit.BellPairs(1, 0.77))
    parameters, x = model.init(jax.random.key(0)), np.ones((2, 4), np.float32)
    traced: list[int] = []
    engine: Any = type(model.engine)
    compute = engine.probabilities

    def counted(*arguments: Any) -> Any:
        traced.append(1)
        return compute(*arguments)

    monkeypatch.setattr(engine, "probabilities", counted)
    first, second = (model.probabilities(parameters, angles) for angles in (x, 2 * x))
    assert traced == [1]
    assert not np.allclose(first, second)
    circuit = {name: leaf for name, leaf in parameters.items() if name != "readout"}
    np.testing.assert_allclose(
        compute(model.engine, circuit, model.encode(x)), first, rtol=0, atol=1e-6
    )


def test_programs_of_more_than_two_qpus_say_what_they_need() -> None:
    two, three = (ebit.DistributedQCNN(qpus=qpus, qubits=2, depth=1) for qpus in (2, 3))
    assert xla_options_of(two) == ()
    assert xla_options_of(three) == WITHOUT_PRODUCT_FUSION


@pytest.mark.parametrize("resource", ["bell:1", "mixture:2", "classical", "single"])
def test_programs_of_large_qpus_say_what_they_need(resource: str) -> None:
    four, five = (ebit.model_from_string(resource, qubits=n, depth=1) for n in (4, 5))
    assert xla_options_of(four) == ()
    assert xla_options_of(five) == WITH_FUSION_EMITTERS


def test_programs_of_one_register_say_what_they_need() -> None:
    two, three = (ebit.model_from_string("quantum", qpus=n, qubits=2, depth=1) for n in (2, 3))
    assert xla_options_of(two) == WITH_FUSION_EMITTERS
    assert xla_options_of(three) == (*WITH_FUSION_EMITTERS, *WITHOUT_PRODUCT_FUSION)


MATRICES_OF_16_QPUS = """
import numpy as np, ebit
model = ebit.model_from_string(
    "none", qpus=16, qubits=4, depth=3, scores=10, readout="mps:2", topology="line"
)
x, y = np.random.default_rng(0).uniform(0, 3, (1347, 64)), np.arange(1347) % 10
print(*ebit.fit(model, (x, y), steps=3, runs=1, batch_size=256, progress=False).train_loss)
"""


@pytest.mark.slow
def test_a_step_of_many_qpus_does_not_crash() -> None:
    """Without the option jaxlib 0.10.2 ends in a segmentation fault."""
    done = subprocess.run(
        [sys.executable, "-c", MATRICES_OF_16_QPUS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0


def test_data_may_be_constants_of_a_program_of_the_user() -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
    parameters = model.init(jax.random.key(0))
    x = jnp.linspace(0, 3, 12).reshape(3, 4)
    expected = model.probabilities(parameters, x)
    np.testing.assert_allclose(
        jax.jit(lambda p: model.probabilities(p, x))(parameters), expected, atol=1e-6
    )
    counted, _ = jax.lax.scan(
        lambda total, _: (total + model.probabilities(parameters, x), None), 0 * expected, length=2
    )
    np.testing.assert_allclose(counted, 2 * expected, atol=1e-6)
