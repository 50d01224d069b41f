import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit import DistributedQCNN
from ebit.data import Dataset
from ebit.learning import shared_programs
from ebit.planning import Readouts, Trained, read_out
from ebit.shots import sampled_accuracies
from planning.conftest import error_of, site

RANDOM = np.random.default_rng(0)


def test_many_shots_are_the_exact_label() -> None:
    mean = RANDOM.normal(size=(3, 50))
    readouts = Readouts(mean, np.ones((3, 50)), np.sign(RANDOM.normal(size=50)))
    np.testing.assert_allclose(readouts.accuracy(1_000_000), readouts.accuracy(), atol=0.02)


def test_a_sharp_readout_needs_one_shot() -> None:
    readouts = Readouts(np.array([[0.5, -0.5, 0.0]]), np.zeros((1, 3)), np.array([1.0, 1.0, 1.0]))
    assert readouts.accuracy(1).tolist() == pytest.approx([2 / 3])


@pytest.mark.parametrize("shots", [0, -1, 1.5, True, "10"])
def test_bad_shots(shots: object) -> None:
    readouts = Readouts(np.zeros((1, 1)), np.ones((1, 1)), np.ones(1))
    assert f"but is {shots!r}" in error_of(readouts.accuracy, shots)


@pytest.mark.slow
@pytest.mark.parametrize("shots", [30, 300])
def test_the_normal_approximation_agrees_with_sampling(
    circuits: dict[str, Trained], chsh: Dataset, shots: int
) -> None:
    circuit = circuits["bell:1"]
    model = circuit.model
    run = jax.tree.map(lambda leaf: leaf[0], circuit.stored.parameters)
    sampled = sampled_accuracies(
        jax.random.key(1),
        model.probabilities(run, jnp.asarray(chsh.x_validation, jnp.float32)),
        model.readout_weights(run),
        chsh.y_validation,
        shots=[shots],
        repeats=400,
    )[0]
    error = sampled.std(ddof=1) / np.sqrt(len(sampled))
    found = circuit.read_out().accuracy(shots)[0]
    assert abs(found - sampled.mean()) < 0.01 + 4 * error


def test_readouts_agree_with_the_model(circuits: dict[str, Trained], chsh: Dataset) -> None:
    circuit = circuits["classical"]
    wanted = [circuit.stored.expectation(chsh.x_validation, run) for run in range(2)]
    np.testing.assert_allclose(circuit.read_out().mean, wanted, atol=1e-5)


def test_rows_in_several_parts_are_the_same(circuits: dict[str, Trained], chsh: Dataset) -> None:
    circuit = circuits["none"]
    many = np.tile(chsh.x_train, (40, 1))
    found = read_out(circuit.stored, circuit.model, many, np.tile(chsh.y_train, 40))
    assert found.mean.shape == (2, 640)
    np.testing.assert_allclose(found.mean[:, :16], found.mean[:, -16:], atol=1e-6)


def test_equal_conditions_are_computed_once(circuits: dict[str, Trained]) -> None:
    circuit = circuits["none"]
    assert circuit.read_out() is circuit.read_out()
    assert isinstance(circuit.model, DistributedQCNN)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["bell:2", "classical"])
def test_conditions_share_a_program_and_have_numbers_of_their_own(
    circuits: dict[str, Trained], chsh: Dataset, name: str
) -> None:
    circuit = circuits[name]
    place = site({"two_qubit_gate_error": 0.01, "t2": "1 s"}, fidelity=0.9, pair_rate="20 Hz")
    before = len(shared_programs._programs)
    found = []
    for kilometres in (1.0, 2000.0, 20_000.0):
        condition = circuit.condition(place.at_distance(kilometres))
        found.append(circuit.read_out(condition).mean)
        model = condition.noisy(circuit.model)
        parameters = jax.tree.map(jnp.asarray, circuit.stored.parameters)
        x = jnp.asarray(chsh.x_validation, jnp.float32)
        tables = [
            model.probabilities(jax.tree.map(operator.itemgetter(run), parameters), x)
            for run in range(2)
        ]
        weights = [
            model.readout_weights(jax.tree.map(operator.itemgetter(run), parameters))
            for run in range(2)
        ]
        wanted = [np.sum(w * t, axis=(1, 2)) for w, t in zip(weights, tables, strict=True)]
        np.testing.assert_allclose(found[-1], wanted, atol=2e-6)
    assert len(shared_programs._programs) <= before + 1
    assert np.abs(found[0] - found[1]).max() > 1e-3 > np.abs(found[0] - found[0]).max()
