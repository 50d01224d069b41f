"""Every public function of a model, on every model there is: right, or the generic error.

The fast tests take some of the list; `pytest -m slow` takes all of it.
"""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from all_models import Named, all_models, reference
from ebit.capacity import effective_dimension
from ebit.errors import UnsupportedError
from ebit.models import labels_of
from ebit.resources import all_rows, find_row
from ebit.results import ModelSettings, TrainingSettings, load_model
from ebit.results.model_file import save_model
from ebit.shots import accuracy_at_shots, sampled_accuracies

ALL = list(all_models())
FEW = 11
"""Every so many models, with a step that shares no factor with the sizes of the axes."""


def every(models: list[Named], step: int = FEW) -> list[Any]:
    """Some models, and the others as slow tests."""
    return [
        pytest.param(m, id=m.name, marks=() if k % step == 0 else pytest.mark.slow)
        for k, m in enumerate(models)
    ]


MEASURED = [named for named in ALL if named.resource != "dnn"]
BOTH = [named for named in MEASURED if "designed:2" not in named.resource]
"""Models for which the density-matrix reference knows the state of the pairs."""


def circuit_of(named: Named) -> Any:
    return named.model


def parameters_and_data(named: Named, rows: int = 3) -> tuple[dict[str, Any], Any]:
    """Random numbers in double precision."""
    rng = np.random.default_rng(3)
    shapes = jax.eval_shape(named.model.init, jax.random.key(0))
    draw = jax.tree.map(lambda leaf: rng.uniform(-3, 3, leaf.shape), shapes)
    return draw, rng.normal(size=(rows, named.model.features), scale=1.5)


def test_the_list_holds_every_resource_and_baseline() -> None:
    rows = {row for row in all_rows() if row.form != "state:FILE"}  # a file, see test_given_state
    assert {find_row(named.resource) for named in ALL} == rows


def test_the_list_is_not_cut_down_by_errors() -> None:
    """What is unsupported today; a model more is good news, one less needs a reason."""
    assert len(ALL) >= 180


@pytest.mark.sampled(6)
@pytest.mark.parametrize("named", every(BOTH))
def test_probabilities_are_those_of_the_reference(named: Named) -> None:
    parameters, x = parameters_and_data(named)
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(circuit_of(named).probabilities)(parameters, x))
    np.testing.assert_allclose(found, reference(named, parameters, x), rtol=0, atol=1e-10)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("named", every(ALL))
def test_scores_are_weighted_probabilities_and_give_labels(named: Named) -> None:
    parameters, x = parameters_and_data(named)
    with jax.enable_x64(True):
        model, encoded = named.model, named.model.encode(jnp.asarray(x))
        read = jax.jit(model.read_out)(parameters, encoded)
        scores = np.asarray(read.scores)
        expectation = np.asarray(jax.jit(model.expectation)(parameters, encoded))
    np.testing.assert_allclose(scores[:, 0], expectation, atol=1e-12)
    assert set(np.unique(labels_of(scores))) <= {-1, 1}
    if read.probabilities is None:
        assert named.resource == "dnn"
        return
    table = np.asarray(read.probabilities)
    np.testing.assert_allclose(table.sum(axis=-1), 1, atol=1e-12)
    assert table.min() > -1e-12
    np.testing.assert_allclose(scores, table @ np.asarray(read.weights).T, atol=1e-12)


@pytest.mark.parametrize("named", [pytest.param(m, id=m.name) for m in ALL])
def test_counts_names_and_settings(named: Named) -> None:
    model = named.model
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    assert sum(leaf.size for leaf in jax.tree.leaves(shapes)) == model.num_parameters
    assert ebit.model_from_string(model.resource_name, **settings_of(named)) == model
    assert model.memory(16, 4) > 0
    assert model.operations(16) > 0
    assert all(amount >= 0 for amount in model.consumption.amounts.values())


def settings_of(named: Named) -> dict[str, Any]:
    names = ("qubits", "depth", "mixing", "pooling", "readout", "noise", "outputs")
    fields = getattr(named.model, "__dataclass_fields__", {})
    given = {name: getattr(named.model, name) for name in names if name in fields}
    if named.resource == "joint":  # its one QPU has the qubits of both
        given["qubits"] //= 2
    return given


@pytest.mark.parametrize("named", [pytest.param(m, id=m.name) for m in MEASURED])
def test_the_circuit_tells_consumption_and_drawing(named: Named) -> None:
    model = circuit_of(named)
    assert dict(model.circuit.amounts) == dict(model.consumption.amounts)
    text = str(model.draw())
    assert all(str(qpu.name) in text for qpu in model.circuit.wiring.qpus)
    assert len(model.circuit.uses) <= model.num_parameters


@pytest.mark.slow
@pytest.mark.parametrize("named", [pytest.param(m, id=m.name) for m in MEASURED[::3]])
def test_gradients_from_shifts_are_exact_or_unsupported(named: Named) -> None:
    model = circuit_of(named)
    parameters, x = parameters_and_data(named, 2)
    y = jnp.array([1.0, -1.0])
    try:
        circuits = ebit.gradient_circuits(model)
    except UnsupportedError:
        with pytest.raises(UnsupportedError):
            ebit.parameter_shift_gradient(model, parameters, x, y)
        return
    assert circuits > 2

    def loss(parameters: Any) -> jax.Array:
        return jnp.mean((y - model.expectation(parameters, model.encode(jnp.asarray(x)))) ** 2)

    with jax.enable_x64(True):
        parameters = jax.tree.map(jnp.asarray, parameters)
        value, gradient = jax.jit(jax.value_and_grad(loss))(parameters)
        found = ebit.parameter_shift_gradient(model, parameters, x, y)
    np.testing.assert_allclose(found[0], value, atol=1e-9)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-8), found[1], gradient)


@pytest.mark.slow
@pytest.mark.parametrize("named", [pytest.param(m, id=m.name) for m in MEASURED[::3]])
def test_the_effective_dimension_is_a_rank_or_unsupported(named: Named) -> None:
    model = circuit_of(named)
    try:
        found = effective_dimension(model, inputs=12, points=1)
    except UnsupportedError:
        return
    assert 0 < found.rank <= min(found.sampling_bound, model.num_parameters)


@pytest.mark.slow
@pytest.mark.parametrize("named", [pytest.param(m, id=m.name) for m in ALL[::3]])
def test_it_trains_and_survives_its_file(named: Named, tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(0, 3, (8, named.model.features))
    y = np.array([1.0, -1.0] * 4)
    fit = ebit.fit(named.model, (x, y), steps=2, runs=2)
    assert np.isfinite(fit.train_loss).all()
    settings = settings_of(named)
    task = ebit.Task(
        model=ModelSettings(resource=named.resource, **settings),
        training=TrainingSettings(steps=2, runs=2, batch_size=8),
        data="random",
        fingerprint="0" * 64,
    )
    path = tmp_path / "model.safetensors"
    save_model(path, task, fit.parameters, fit.validation_accuracy, {})
    stored = load_model(path)
    assert stored.task.hash == task.hash
    assert stored.task.model.build() == named.model


@pytest.mark.slow
def test_predicted_accuracies_are_those_of_drawn_shots() -> None:
    """Within 4 standard errors in 99.9 % of cases; a rare event may happen once."""
    rows, repeats, numbers, z = 12, 200, (1, 10, 100, 1000), []
    for number, named in enumerate(MEASURED[::4]):
        parameters, x = parameters_and_data(named, rows)
        with jax.enable_x64(True):
            read = jax.jit(named.model.read_out)(parameters, named.model.encode(jnp.asarray(x)))
        table, weights = np.asarray(read.probabilities), np.asarray(read.weights)[0]
        labels = np.where(np.arange(rows) % 2, 1.0, -1.0)
        key = jax.random.key(number)
        found = sampled_accuracies(key, table, weights, labels, shots=numbers, repeats=repeats)
        for shots, drawn in zip(numbers, found, strict=True):
            expected = np.array(
                [accuracy_at_shots(table[[k]], weights, labels[[k]], shots) for k in range(rows)]
            )
            variance = np.sum(expected * (1 - expected)) / (rows**2 * repeats)
            error = np.sqrt(variance + 1 / (rows * repeats) ** 2)
            z.append((drawn.mean() - expected.mean()) / error)
    assert len(z) > 150
    assert np.mean(np.abs(z) <= 4) >= 0.999
    assert np.sqrt(np.mean(np.square(z))) < 1.15
