r"""The CHSH game bounds what local schemes can do: 3/4 without, (2 + \sqrt 2)/4 with Bell pairs."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuit_strategies import any_case, model_of, parameter_sets, table_of
from ebit.data import load
from ebit.models import DistributedQCNN
from ebit.physics import Noise
from random_circuits import circuit_model, random_parameters

CLASSICAL = 3 / 4
TSIRELSON = (2 + np.sqrt(2)) / 4
EMBEDDINGS = ["chsh", "chsh:alternative"]
BOUNDS = [
    ("none", CLASSICAL),
    ("bell:0", CLASSICAL),
    ("shared:1", CLASSICAL),
    ("mixture:4", CLASSICAL),
    ("bell:1", TSIRELSON),
    ("bell:2", TSIRELSON),
]


def success(tables: Any, labels: Any) -> Any:
    """Probability that the product of the read-out bits (as +1 and -1) is the label."""
    signs = np.array([[1, -1], [-1, 1]])
    return (1 + (labels * (tables * signs).sum(axis=(-2, -1))).mean(axis=-1)) / 2


@pytest.mark.sampled(2)
@pytest.mark.parametrize("embedding", EMBEDDINGS)
@pytest.mark.parametrize(("resource", "bound"), BOUNDS)
@any_case
@given(data=st.data(), mixing=st.sampled_from([0, 1]))
def test_no_parameters_beat_the_bound(
    resource: str, bound: float, embedding: str, data: st.DataObject, mixing: int
) -> None:
    game = load(embedding)
    model = model_of(resource, 2, mixing=mixing)
    parameters = data.draw(parameter_sets(model))
    won = success(table_of(model, parameters, np.asarray(game.x_train)), game.y_train)
    assert 1 - bound - 1e-12 <= won <= bound + 1e-12


def best_success(resource: str, depth: int = 4, mixing: int = 0, embedding: str = "chsh") -> float:
    """The best of 16 runs of gradient ascent on the success probability."""
    game = load(embedding)
    model = circuit_model(resource, 2, depth, mixing)
    runs = [random_parameters(model, np.random.default_rng(seed)) for seed in range(16)]
    optimiser = optax.adam(0.1)

    def loss(parameters: Any) -> Any:
        return -success(model.probabilities(parameters, jnp.asarray(game.x_train)), game.y_train)

    def ascend(parameters: Any) -> Any:
        def step(carry: Any, _: None) -> Any:
            current, state = carry
            updates, state = optimiser.update(jax.grad(loss)(current), state)
            return (optax.apply_updates(current, updates), state), None

        (final, _), _ = jax.lax.scan(step, (parameters, optimiser.init(parameters)), length=400)
        return -loss(final)

    with jax.enable_x64(True):
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *runs)
        return float(jax.jit(jax.vmap(ascend))(stacked).max())


@pytest.mark.sampled(2)
@pytest.mark.parametrize("embedding", EMBEDDINGS)
@pytest.mark.parametrize(("resource", "bound"), BOUNDS)
def test_training_does_not_beat_the_bound(resource: str, bound: float, embedding: str) -> None:
    """Unlike random parameters, gradient ascent comes to where a small error would show."""
    assert best_success(resource, embedding=embedding) <= bound + 1e-12


def test_bell_pair_reaches_tsirelsons_bound() -> None:
    assert TSIRELSON - 1e-6 < best_success("bell:1", depth=2) <= TSIRELSON + 1e-12


@pytest.mark.sampled(1)
@pytest.mark.parametrize("visibility", [0.95, 0.8, 1 / np.sqrt(2)])
def test_werner_pairs(visibility: float) -> None:
    """The best success is 1/2 + v sqrt(2)/4: at v = 1/sqrt(2) the advantage is lost."""
    fidelity = (3 * visibility + 1) / 4
    best = best_success(f"bell:1,fidelity={float(fidelity)!r}", depth=2)
    assert best == pytest.approx(1 / 2 + visibility * np.sqrt(2) / 4, abs=1e-3)
    assert (best > CLASSICAL + 1e-3) == (visibility > 0.72)


@pytest.mark.parametrize("flip", [0.05, 0.1])
def test_read_out_errors_of_the_best_strategy(flip: float) -> None:
    """They shrink the correlation by (1 - 2 f)^2 where the last qubits alone are read."""
    game = load("chsh")
    model = circuit_model("bell:1", 2)
    assert isinstance(model, DistributedQCNN)
    noisy = replace(model, noise=Noise(flip_zero=flip, flip_one=flip))
    parameters = random_parameters(model, np.random.default_rng(0))
    parameters["pooling"] = tuple(0 * angles for angles in parameters["pooling"])
    clean = success(table_of(model, parameters, np.asarray(game.x_train)), game.y_train)
    found = success(table_of(noisy, parameters, np.asarray(game.x_train)), game.y_train)
    assert found - 0.5 == pytest.approx((1 - 2 * flip) ** 2 * (clean - 0.5), abs=1e-12)


def test_no_communication_comes_close_to_the_classical_bound() -> None:
    assert CLASSICAL - 0.01 < best_success("none") <= CLASSICAL + 1e-12


@pytest.mark.slow
def test_communication_beats_the_bounds() -> None:
    """The counterpart: who sends something is not bound."""
    assert best_success("classical") > CLASSICAL + 0.01
    assert best_success("quantum", mixing=1) > TSIRELSON + 0.01
