"""Optimisers by name and by object, and losses and read-outs of one's own."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ebit
from ebit.data import load
from ebit.learning import OPTIMIZERS, Checkpoint, TrainingSettings, training
from ebit.learning.optimizers import CHOSEN_BY_OPTIMIZER, optimizer_named, searches_line
from ebit.models import CustomReadOut, ReadOut

DATA = load("chsh")
ROWS = (DATA.x_train, DATA.y_train)
MODEL = ebit.DistributedQCNN(qubits=2, depth=2, resource=ebit.BellPairs(1))
BEST = 2**-0.5


def train(**options: Any) -> ebit.Fit:
    return ebit.fit(MODEL, ROWS, **{"steps": 20, "loss": "product", **options})


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_table_says_what_an_optimiser_does(name: str) -> None:
    row = OPTIMIZERS[name]
    made = optimizer_named(name, 0.1, 0.9, 0.999, None)
    assert searches_line(made) == row.searches
    if row.searches:
        assert row.uses == frozenset()
        return
    start = jnp.array([0.3, -0.8])

    def moved(**change: float) -> list[float]:
        own = optax.with_extra_args_support(
            row.make(*({"learning_rate": 0.1, "b1": 0.9, "b2": 0.999} | change).values())
        )
        state, at = own.init(start), start
        for _ in range(2):
            slope = 2 * at
            extra = {"value": jnp.sum(at**2), "grad": slope, "value_fn": lambda x: jnp.sum(x**2)}
            updates, state = own.update(slope, state, at, **extra)
            at = optax.apply_updates(at, updates)
        return np.asarray(at).tolist()

    usual = moved()
    assert sum(x * x for x in usual) < 0.73
    for setting, other in (("learning_rate", 0.2), ("b1", 0.5), ("b2", 0.5)):
        assert (moved(**{setting: other}) != usual) == (setting in row.uses), setting
    assert row.uses <= set(CHOSEN_BY_OPTIMIZER)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["lbfgs", optax.lbfgs()], ids=["name", "object"])
def test_lbfgs_finds_the_optimum_in_few_steps(optimizer: Any) -> None:
    assert train(optimizer=optimizer, runs=3).train_loss.min() == pytest.approx(-BEST, abs=1e-4)


@pytest.mark.slow
def test_lbfgs_goes_on_from_its_checkpoint(tmp_path: Any, monkeypatch: Any) -> None:
    whole = train(optimizer="lbfgs", steps=6)
    monkeypatch.setattr(training, "CHUNK_SECONDS", 0.0)
    monkeypatch.setattr(training, "EVERY_SECONDS", 0.0)
    checkpoint = Checkpoint(tmp_path / "state.safetensors", "task")

    def stop(done: int, _: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(optimizer="lbfgs", steps=6, checkpoint=checkpoint, progress=stop)
    again = train(optimizer="lbfgs", steps=6, checkpoint=checkpoint)
    jax.tree.map(np.testing.assert_array_equal, again.parameters, whole.parameters)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "lbfgs", "batch_size": 4}, "all 16 rows"),
        ({"optimizer": optax.lbfgs(), "batch_size": 4}, "all 16 rows"),
        ({"optimizer": optax.lbfgs(), "minibatches": "replacement"}, "all 16 rows"),
        ({"optimizer": "lbfgs", "shots": 10}, "leave `shots` out"),
        ({"optimizer": "lbfgs", "learning_rate": 0.1}, "not used by the optimizer 'lbfgs'"),
        ({"optimizer": "sgd", "b2": 0.5}, "not used by the optimizer 'sgd'"),
        ({"optimizer": "newton"}, "'newton'"),
        ({"optimizer": 3}, "must be a name"),
        ({"loss": lambda targets, _: jnp.ones(3)}, r"has shape \(3,\)"),
        ({"loss": lambda targets, _: targets, "shots": 5}, "no unbiased gradient"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ebit.EbitError, match=words) as found:
        train(**options)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("name", ["loss", "optimizer"])
def test_a_task_holds_names_only(name: str) -> None:
    with pytest.raises(ebit.EbitError, match=f"`{name}` must be a name"):
        ebit.make_task(DATA, resource="none", **{name: lambda *_: 0})  # type: ignore[arg-type]


def test_hashes_know_the_optimiser_unless_it_is_adam() -> None:
    usual = TrainingSettings()
    assert TrainingSettings(optimizer="adam").content == usual.content
    assert TrainingSettings(optimizer="sgd").content != usual.content


def squares(targets: jax.Array, read_out: ReadOut) -> jax.Array:
    return (targets - read_out.scores[:, 0]) ** 2


def weighted(read_out: ReadOut) -> jax.Array:
    assert read_out.probabilities is not None
    assert read_out.weights is not None
    return read_out.probabilities @ read_out.weights.T


def test_a_loss_and_a_read_out_may_be_functions() -> None:
    same = CustomReadOut(MODEL, weighted)
    options: Any = {"steps": 3, "seed": 4}
    own = ebit.fit(same, ROWS, loss=squares, **options)
    usual = ebit.fit(MODEL, ROWS, loss="mse", **options)
    np.testing.assert_allclose(own.train_loss, usual.train_loss, rtol=1e-4)
    np.testing.assert_array_equal(own.train_accuracy, usual.train_accuracy)
    assert np.isnan(own.validation_accuracy_at_shots[10]).all()
    wrong = CustomReadOut(MODEL, lambda read_out: read_out.scores[:, 0])
    with pytest.raises(ebit.EbitError, match="shape"):
        ebit.fit(wrong, ROWS, **options)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("a", squares), "model"),
        ((MODEL, 3), "function"),
        ((MODEL, squares), "function"),
        ((MODEL, weighted, 0), "scores"),
    ],
)
def test_a_read_out_needs_a_model_and_a_function(arguments: Any, name: str) -> None:
    with pytest.raises(ebit.EbitError, match=f"`{name}`"):
        CustomReadOut(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": optax.adam}, "`optimizer` must be a name, or an Optax optimiser that is"),
        ({"optimizer": 3}, "`optimizer` must be a name, or .* but is 3"),
        ({"loss": 3}, "`loss` must be a name, or a function of targets and read-outs, but is 3"),
        ({"loss": lambda targets: targets}, r"but takes \(targets\)"),
    ],
)
def test_what_is_no_optimiser_and_no_loss_is_told(options: Any, message: str) -> None:
    with pytest.raises(ebit.EbitError, match=message):
        ebit.fit(MODEL, ROWS, steps=1, **options)


def test_a_read_out_that_gives_no_numbers() -> None:
    text: Any = "x"
    with pytest.raises(ebit.EbitError, match=r"must give scores of shape .* but gives 'x'"):
        ebit.fit(CustomReadOut(MODEL, lambda _: text), ROWS, steps=1)
