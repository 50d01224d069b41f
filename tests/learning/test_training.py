import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ebit import BellPairs, Checkpoint, DistributedDNN, DistributedQCNN, EbitError, Fit, fit
from ebit.data import chsh, clusters
from ebit.errors import TrainingDivergedError
from ebit.learning import TrainingSettings, training
from ebit.learning.minibatches import minibatch_indices
from ebit.models import Model

DATA = (chsh().x_train, chsh().y_train)
MODEL = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1))
SETTINGS: dict[str, Any] = {
    "steps": 12, "batch_size": 7, "runs": 3, "seed": 5, "validate_every": 5
}  # fmt: skip


def train(model: Model = MODEL, **changes: Any) -> Fit:
    return fit(model, DATA, **{**SETTINGS, **changes})


@pytest.fixture(scope="module")
def base() -> Fit:
    return train()


def assert_same(one: Fit, other: Fit) -> None:
    """Everything but the times is equal, bit for bit."""
    for name in Fit.__dataclass_fields__:
        if not name.endswith("seconds"):
            jax.tree.map(assert_array_equal, getattr(one, name), getattr(other, name))


def accuracies(model: Model, result: Fit) -> list[float]:
    """Accuracy of every run on the data, from the parameters."""

    @jax.jit
    @jax.vmap
    def expectation(parameters: Any) -> jax.Array:
        return model.expectation(parameters, model.encode(jnp.asarray(DATA[0], jnp.float32)))

    signs = np.where(np.asarray(expectation(result.parameters)) >= 0, 1, -1)
    return list(np.mean(signs == DATA[1], axis=1))


def parities(model: DistributedQCNN, result: Fit) -> np.ndarray:
    """P(a = b) - P(a != b) of every run on the data, (runs, rows)."""

    @jax.jit
    @jax.vmap
    def parity(parameters: Any) -> jax.Array:
        p = model.probabilities(parameters, jnp.asarray(DATA[0], jnp.float32))
        return p[:, 0, 0] - p[:, 0, 1] - p[:, 1, 0] + p[:, 1, 1]

    return np.asarray(parity(result.parameters))


def test_shapes_and_curves(base: Fit) -> None:
    assert_array_equal(base.curve_steps, [5, 10, 12])
    assert base.train_loss_curve.shape == base.validation_accuracy_curve.shape == (3, 3)
    assert_array_equal(base.validation_accuracy_curve[:, -1], base.validation_accuracy)
    assert_array_equal(base.train_accuracy, base.validation_accuracy)  # the same rows
    assert np.all(np.isfinite(base.train_loss_curve))
    assert base.seconds > 0
    assert base.compile_seconds > 0
    assert accuracies(MODEL, base) == base.validation_accuracy.tolist()


def test_runs_differ_and_the_same_seed_gives_the_same_numbers(base: Fit) -> None:
    assert len(set(base.train_loss.tolist())) == 3
    assert_same(train(), base)


def test_another_seed_gives_other_numbers(base: Fit) -> None:
    assert not set(base.train_loss.tolist()) & set(train(seed=6).train_loss.tolist())


def test_one_run_alone_is_the_first_of_many(base: Fit) -> None:
    alone = train(runs=1)
    for name in ("parameters", "train_loss_curve", "train_loss"):
        jax.tree.map(
            lambda one, many: assert_allclose(one[0], many[0], rtol=2e-5, atol=2e-5),
            getattr(alone, name),
            getattr(base, name),
        )


def test_progress_goes_up_to_the_last_step(base: Fit) -> None:
    calls: list[tuple[int, int]] = []
    result = train(progress=lambda done, steps: calls.append((done, steps)))
    done = [call[0] for call in calls]
    assert done == sorted(set(done))
    assert calls[-1] == (12, 12)
    assert {5, 10, 12} <= set(done)  # never past a point of the curves
    assert_same(result, base)


def interrupt_at(step: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    def progress(done: int, _: int) -> None:
        if done >= step:
            act()

    return progress


def raise_interrupt() -> None:
    raise KeyboardInterrupt


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("act", "step"), [(raise_interrupt, 8), (press_ctrl_c, 7)])
def test_an_interrupted_training_goes_on_with_the_same_numbers(
    base: Fit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[], None],
    step: int,
) -> None:
    monkeypatch.setattr(training, "CHUNK_SECONDS", 0.0)  # one step a chunk
    if act is raise_interrupt:  # between two checkpoints, as if killed
        monkeypatch.setattr(training, "EVERY_SECONDS", 0.0)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    checkpoint = Checkpoint(tmp_path / "state.safetensors", "task")
    try:
        with pytest.raises(KeyboardInterrupt):
            train(checkpoint=checkpoint, progress=interrupt_at(step, act))
    finally:
        signal.signal(signal.SIGINT, previous)
    assert checkpoint.path.is_file()
    calls: list[int] = []
    resumed = train(checkpoint=checkpoint, progress=lambda done, _: calls.append(done))
    assert calls[0] == 8  # in the middle between two points of the curves
    assert_same(resumed, base)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("options", "optimizer"),
    [
        ({"learning_rate": 0.2, "b1": 0.5, "b2": 0.9}, optax.adam(0.2, 0.5, 0.9)),
        (
            {"learning_rate": 0.2, "schedule": "cosine"},
            optax.adam(lambda step: 0.1 * (1 + jnp.cos(jnp.pi * step / 6))),
        ),
    ],
    ids=["betas", "cosine"],
)
def test_the_settings_of_the_optimiser_are_the_formulas(
    options: dict[str, Any], optimizer: optax.GradientTransformation
) -> None:
    found = train(steps=6, **options).parameters
    expected = train(steps=6, optimizer=optimizer).parameters
    for own, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)


def test_one_step_of_gradient_descent_is_the_formula() -> None:
    rate, seed = 0.3, 2
    result = train(steps=1, seed=seed, runs=2, optimizer=optax.sgd(rate), dtype=jnp.complex128)
    settings = TrainingSettings(seed=seed, batch_size=7)
    x, y = (part[minibatch_indices(settings, 16, 0, 1)[0]] for part in DATA)
    with jax.enable_x64(True):

        def loss(parameters: Any) -> jax.Array:
            return jnp.mean((y - MODEL.expectation(parameters, MODEL.encode(jnp.asarray(x)))) ** 2)

        gradient = jax.jit(jax.grad(loss))
        for run, key in enumerate(jax.random.split(jax.random.key(seed), 2)):
            start = MODEL.init(key, np.dtype(np.float64))
            expected = jax.tree.map(lambda p, g: p - rate * g, start, gradient(start))
            jax.tree.map(
                lambda have, want, run=run: assert_allclose(have[run], want, atol=1e-12),
                result.parameters,
                expected,
            )


def test_double_precision_is_chosen_per_call(base: Fit) -> None:
    result = train(dtype=jnp.complex128)
    leaves = jax.tree.leaves(result.parameters)
    assert all(leaf.dtype == np.float64 for leaf in leaves)
    assert jnp.zeros(1).dtype == jnp.float32
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(base.parameters))
    assert np.all(np.isfinite(result.train_loss))


@pytest.mark.slow
def test_the_product_loss_keeps_the_weights() -> None:
    result = train(loss="product", runs=2)
    assert_array_equal(result.parameters["readout"], [[[1, -1], [-1, 1]]] * 2)
    expected = -np.mean(DATA[1] * parities(MODEL, result), axis=1)
    assert_allclose(result.train_loss, expected, atol=1e-6)


@pytest.mark.slow
def test_the_fixed_parity_trains_no_weight() -> None:
    model = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1), readout="fixed-parity")
    result = train(model)
    assert "readout" not in result.parameters
    values = parities(model, result)
    assert_allclose(result.train_loss, np.mean((DATA[1] - values) ** 2, axis=1), atol=1e-5)
    assert accuracies(model, result) == result.train_accuracy.tolist()


@pytest.mark.slow
def test_the_parity_readout_trains_one_weight() -> None:
    model = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1), readout="parity")
    result = train(model)
    weights = result.parameters["readout"]
    assert weights.shape == (3,)
    assert np.all(weights != 1)
    values = weights[:, None] * parities(model, result)
    assert_allclose(result.train_loss, np.mean((DATA[1] - values) ** 2, axis=1), atol=1e-5)
    assert accuracies(model, result) == result.train_accuracy.tolist()


def test_validation_rows_of_their_own() -> None:
    model = DistributedDNN(qubits=4)
    data = clusters(0)
    wrong = -data.y_train[:700]
    result = fit(
        model,
        (data.x_train[:700], data.y_train[:700]),
        validation=(data.x_train[:700], wrong),
        steps=3,
        batch_size=100,
    )
    assert result.validation_accuracy == pytest.approx(1 - result.train_accuracy)
    assert len(result.curve_steps) == 3


@pytest.mark.parametrize(
    ("steps", "optimizer", "rate"),
    [(5, None, 1e30), (1, optax.sgd(1e38), 0.1)],
    ids=["while training", "at the very end"],
)
def test_a_loss_that_is_not_finite_is_an_error(
    steps: int, optimizer: optax.GradientTransformation | None, rate: float
) -> None:
    data = clusters(1)
    with pytest.raises(TrainingDivergedError, match=r"not finite at step \d+ \(run 0, 1\)"):
        fit(
            DistributedDNN(qubits=4),
            (data.x_train[:64], data.y_train[:64]),
            steps=steps,
            runs=2,
            optimizer=optimizer,
            learning_rate=rate,
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "`steps`.* 0"),
        ({"steps": 2.5}, "`steps`.* 2.5"),
        ({"steps": True}, "`steps` must be a whole number, but is True"),
        ({"steps": 10**30}, "`steps` must be at most 1000000000"),
        ({"stepz": 3}, "`stepz` is unknown"),
        ({"b2": 1.0}, "`b2` must be less than 1"),
        ({"optimizer": "sgdd"}, "`optimizer`.*'sgdd'"),
        ({"shots_per_label": 10}, "`shots_per_label` belongs to the loss 'shots'"),
        ({"settings": TrainingSettings()}, "`settings` holds all options: leave out `steps`"),
        ({"runs": -1}, "`runs`.* -1"),
        ({"batch_size": 0}, "`batch_size`.* 0"),
        ({"batch_size": 17}, "`batch_size`.* 16 .* 17"),
        ({"validate_every": 0}, "`validate_every`.* 0"),
        ({"seed": -1}, "`seed`.* -1"),
        ({"learning_rate": 0.0}, "`learning_rate`.* 0"),
        ({"learning_rate": float("nan")}, "`learning_rate`.* nan"),
        ({"loss": "hinge"}, "`loss`.*'hinge'"),
        ({"dtype": jnp.float32}, "`dtype`"),
        ({"validation": (DATA[0][:, :2], DATA[1])}, r"`validation`.*\(16, 2\)"),
        ({"validation": (DATA[0], DATA[1][:3])}, r"`validation`.*\(3,\)"),
        ({"validation": (DATA[0], DATA[1] * 2)}, r"`validation`.*\+1 and -1.* "),
        ({"validation": (DATA[0] * np.nan, DATA[1])}, "`validation`.*NaN"),
        ({"validation": (np.full((16, 4), 1e39), DATA[1])}, r"`validation` holds the angle 1e\+39"),
        ({"validation": (np.full((16, 4), "a"), DATA[1])}, "`validation`.*numbers"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message) as caught:
        train(**changes)
    assert len(str(caught.value).splitlines()) == 1
