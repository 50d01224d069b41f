"""Pairs of different ages: engines against an average over sampled and enumerated ages."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

from ebit.engine import select_engine
from ebit.engine.shared_pairs import through_groups, through_pairs
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.physics import BELL, JointState, Noise, PairState, mean_pair, stored_state
from ebit.resources import BellPairs, DesignedPairs, SharedPairs
from random_circuits import random_data, random_parameters

WAITING = Noise(
    t1_seconds=(2.0, 3.0),
    t2_seconds=(1.0, 2.5),
    pair_errors=(0.1, 0.05, 0.02),
    storage_seconds=0.1,
    arrival_seconds=0.5,
)


def kept_by_ages(noise: Noise, ages: list[float], fresh: PairState = BELL) -> list[PairState]:
    """Every pair after its own age."""
    z, x, y = noise.pair_errors
    flips = np.diag(np.array([1.0, 1 - 2 * (z + y), 1 - 2 * (z + x), 1 - 2 * (x + y)]))
    made = fresh.through(np.eye(4), flips)
    stored = noise.storage_seconds
    assert isinstance(stored, float)
    return [made.through(*(qpu.idle(age + stored) for qpu in noise.qpus)) for age in ages]


def together(states: list[PairState]) -> NDArray[np.complex128]:
    """Density matrix of independent pairs as a group."""
    tensor: Any = np.ones((1, 1, 1, 1))
    for state in states:
        one = state.density_matrix.reshape(2, 2, 2, 2)
        size = 2 * len(tensor)
        tensor = np.einsum("abcd,efgh->aebfcgdh", tensor, one).reshape(4 * [size])
    return np.asarray(tensor, complex)


def test_four_ion_pairs() -> None:
    """The averaged channel, not the channel of the average: 0.36, not 0.29."""
    noise = Noise(t2_seconds=1.0, arrival_seconds=1 / 9.7)
    state = stored_state(BELL, noise, 4)
    assert state.weights is not None
    assert 16 * state.weights[0, 15].real == pytest.approx(0.3627, abs=1e-4)
    of_the_mean = np.exp(-2 * 6 / 9.7)
    assert of_the_mean == pytest.approx(0.29, abs=2e-3)


@pytest.mark.parametrize("attempts", [0.0, 0.2])
def test_the_state_is_the_mean_over_ages(attempts: float) -> None:
    """Gaps by numerical quadrature (exponential) or summed up (geometric)."""
    noise = Noise(**{**WAITING.changed, "attempt_seconds": attempts})
    if attempts:
        p, counts = attempts / 0.5, np.arange(1, 120)
        gaps, shares = attempts * counts, p * (1 - p) ** (counts - 1)
    else:
        nodes, shares = np.polynomial.laguerre.laggauss(24)
        gaps = 0.5 * nodes
    fresh = PairState.partially_entangled(0.8)
    wanted = np.zeros((4, 4, 4, 4), complex)
    for gap, share in zip(gaps, shares, strict=True):
        wanted += share * together(kept_by_ages(noise, [gap, 0.0], fresh))
    found = stored_state(fresh, noise, 2)
    assert isinstance(found, JointState)
    np.testing.assert_allclose(found.groups[0], wanted, atol=1e-9)
    halves = [np.einsum("abcdefgh,bdfh->aceg", *_split(wanted, k)) for k in (0, 1)]
    mean = sum(half.reshape(4, 4) for half in halves) / 2
    np.testing.assert_allclose(mean_pair(fresh, noise, 2).density_matrix, mean, atol=1e-9)


def _split(group: NDArray[np.complex128], kept: int) -> tuple[Any, Any]:
    """The group with the halves of one pair first, and what traces out the other pair."""
    tensor = group.reshape((2,) * 8)
    order = [0, 1, 2, 3, 4, 5, 6, 7] if kept == 0 else [1, 0, 3, 2, 5, 4, 7, 6]
    return tensor.transpose(order), np.einsum("bf,dh->bdfh", np.eye(2), np.eye(2))


def test_three_pairs_with_a_cutoff_against_drawn_ages() -> None:
    noise = Noise(**{**WAITING.changed, "cutoff_seconds": 0.8})
    random = np.random.default_rng(3)
    gaps = random.exponential(0.5, (6000, 2))
    gaps = gaps[gaps.sum(axis=1) <= 0.8]
    drawn = np.array(
        [together(kept_by_ages(noise, [a + b, b, 0.0])).reshape(-1) for a, b in gaps[:800]]
    )
    found = stored_state(BELL, noise, 3)
    assert isinstance(found, JointState)
    error = drawn.std(axis=0) / np.sqrt(800) * np.sqrt(1 + 800 / 600)
    gap = np.abs(drawn.mean(axis=0) - found.groups[0].reshape(-1))
    assert (gap <= 4.5 * error + 1e-12).all()
    free = stored_state(BELL, WAITING, 3)
    assert isinstance(free, JointState)
    assert found.groups[0][0, 0, 7, 7].real > free.groups[0][0, 0, 7, 7].real


def test_five_pairs_wait_in_groups() -> None:
    """The last pair is new, the first group has waited for it, too."""
    state = stored_state(BELL, Noise(t2_seconds=1.0, arrival_seconds=0.1), 5)
    assert isinstance(state, JointState)
    assert [len(group) for group in state.groups] == [16, 2]
    assert state.groups[1][0, 0, 1, 1] == pytest.approx(0.5)
    operator = np.random.default_rng(0).normal(size=(32, 32)) + 0j
    with jax.enable_x64(True):
        spread = jax.jit(lambda operator: through_pairs(operator, state, 5))(operator)
        same = jax.jit(lambda operator: through_groups(operator, state.groups_of(5)))(operator)
    np.testing.assert_allclose(spread, same, atol=1e-12)


def probabilities(engine: Any, parameters: Any, x: Any) -> jax.Array:
    both = jax.jit(lambda parameters, x: engine.probabilities(parameters, engine.encode(x)))
    return both(parameters, x)


def table(model: DistributedQCNN, parameters: Any, x: Any, resource: Any) -> NDArray[np.float64]:
    engine = select_engine(resource, model.qubits, model.mixing, model.pooling, model.noise)
    with jax.enable_x64(True):
        return np.asarray(probabilities(engine, parameters, x))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("mixing", "bits"), [(0, False), (1, False), (1, True)])
def test_correlated_pairs_are_the_mean_over_what_they_mix(mixing: int, bits: bool) -> None:
    """Engines are linear in the state: two old pairs or two new ones, each half of the time."""
    gates = Noise(two_qubit_error=0.02)
    old, new = kept_by_ages(WAITING, [0.7, 0.0])
    models = [
        DistributedQCNN(
            qubits=2, depth=1, mixing=mixing, resource=SharedPairs(2, s, bits), noise=gates
        )
        for s in (old, new)
    ]
    rng = np.random.default_rng(mixing)
    parameters, x = random_parameters(models[0], rng), random_data(models[0], rng)
    wanted = sum(table(model, parameters, x, model.resource) for model in models) / 2
    mixed = JointState(((together([old, old]) + together([new, new])) / 2,))
    built: Any = select_engine(models[0].resource, 2, mixing, noise=gates)
    engine = replace(built, state=mixed)
    with jax.enable_x64(True):
        got = probabilities(engine, parameters, x)
    np.testing.assert_allclose(got, wanted, atol=1e-10)


def test_a_trained_state_waits_as_a_fixed_one() -> None:
    """Equal Schmidt coefficients are Bell pairs; others against a partially entangled pair."""
    noise = Noise(**{**WAITING.changed, "two_qubit_error": 0.02})
    bell = DistributedQCNN(qubits=2, depth=1, mixing=1, resource=BellPairs(2), noise=noise)
    rng = np.random.default_rng(1)
    parameters, x = random_parameters(bell, rng), random_data(bell, rng)
    wanted = table(bell, parameters, x, bell.resource)
    trained = {**parameters, "schmidt": 3 * np.ones(4)}
    got = table(bell, trained, x, DesignedPairs(2))
    np.testing.assert_allclose(got, wanted, atol=1e-10)
    angle = 0.4
    state = PairState.partially_entangled(np.sin(2 * angle))
    wanted = table(bell, parameters, x, SharedPairs(1, state))
    schmidt = np.array([np.cos(angle), np.sin(angle)])
    got = table(bell, {**parameters, "schmidt": schmidt}, x, DesignedPairs(1))
    np.testing.assert_allclose(got, wanted, atol=1e-10)


def test_the_hash_of_earlier_noise_is_that_of_before() -> None:
    assert "arrival_seconds" not in Noise(two_qubit_error=0.1).content
    assert Noise(arrival_seconds=0.5).content["arrival_seconds"] == 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pair_errors": (0.1, 0.2)}, "`pair_errors` must be three probabilities"),
        ({"pair_errors": (0.5, 0.5, 0.5)}, "`pair_errors` must have a sum of at most 1"),
        ({"attempt_seconds": 1.0}, "`attempt_seconds` must be at most `arrival_seconds` = 0"),
        ({"cutoff_seconds": 0.0}, "`cutoff_seconds` must be a time in seconds, a number > 0"),
        ({"memory_t1_seconds": 1.0, "memory_t2_seconds": 3.0}, "`memory_t2_seconds` must be at"),
    ],
)
def test_bad_input(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError) as error:
        Noise(**wrong)
    assert message in str(error.value)


def test_ages_of_all_pairs_of_a_product() -> None:
    """Products of groups are what a kron of their states is."""
    one, two = PairState.werner(0.9), PairState.partially_entangled(0.5)
    joint = JointState((together([one]), together([two])))
    both = JointState((together([one, two]),))
    operator = np.random.default_rng(1).normal(size=(4, 4)) + 0j
    with jax.enable_x64(True):
        tables = [
            jax.jit(lambda operator, s=s: through_groups(operator, s.groups_of(2)))(operator)
            for s in (joint, both)
        ]
    np.testing.assert_allclose(tables[0], tables[1], atol=1e-12)
