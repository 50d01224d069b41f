"""Shared random bits, and random values that choose the circuits."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from circuit_strategies import parameter_sets, table_of
from ebit import DistributedQCNN, Mixture, Noise, PairState, SharedBits, SharedPairs, fit
from ebit.data import load
from ebit.errors import EbitError
from ebit.resources import parse_resource
from random_circuits import circuit_model, random_data, random_parameters

CLASSICAL = 3 / 4
TSIRELSON = (2 + np.sqrt(2)) / 4
NOISE = Noise(two_qubit_error=0.02, flip_one=0.05, t1_seconds=2.0, message_seconds=0.1)


def success(tables: Any, labels: Any) -> Any:
    """Probability that the product of the read-out bits is the label."""
    return (1 + (labels * (tables * [[1, -1], [-1, 1]]).sum(axis=(-2, -1))).mean(axis=-1)) / 2


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [None, NOISE])
@pytest.mark.parametrize(
    ("shared", "dephased", "qubits"),
    [
        ("shared:0", "none", 2),
        ("shared:1", "bell:1,dephasing=0.5", 2),
        ("shared:2", "bell:2,dephasing=0.5", 3),
        ("classical+shared:1", "classical+bell:1,dephasing=0.5", 2),
    ],
)
def test_shared_bits_are_dephased_pairs(
    shared: str, dephased: str, qubits: int, noise: Noise | None
) -> None:
    model, other = circuit_model(shared, qubits, 1, 1), circuit_model(dephased, qubits, 1, 1)
    assert isinstance(model, DistributedQCNN)
    assert isinstance(other, DistributedQCNN)
    rng = np.random.default_rng(qubits)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    expected = table_of(replace(other, noise=noise), parameters, x)
    assert_allclose(table_of(replace(model, noise=noise), parameters, x), expected, atol=1e-12)


def test_shared_bits_do_not_decay_in_a_memory() -> None:
    stored, fresh = (Noise(t1_seconds=1.0, storage_seconds=seconds) for seconds in (5.0, 0.0))
    rng = np.random.default_rng(0)
    for resource, decays in (("shared:1", False), ("bell:1", True)):
        model = circuit_model(resource, 2)
        assert isinstance(model, DistributedQCNN)
        parameters, x = random_parameters(model, rng), random_data(model, rng)
        tables = [table_of(replace(model, noise=noise), parameters, x) for noise in (stored, fresh)]
        assert (np.abs(tables[0] - tables[1]).max() > 1e-3) == decays


def test_what_shared_randomness_costs() -> None:
    used = SharedBits(2).consumption(4, 20, 0)
    assert (used.ebits, used.bits, used.amounts["shared_bits"]) == (0, 0, 2)
    assert SharedBits(1, sends_bits=True).consumption(4, 20, 0).bits == 6
    bits = [Mixture(m).consumption(4, 20, 0).amounts.get("shared_bits", 0) for m in range(1, 10)]
    assert bits == [0, 1, 2, 2, 3, 3, 3, 3, 4]
    both = Mixture(4, pairs=2).consumption(4, 20, 0)
    assert (both.ebits, both.amounts["shared_bits"]) == (2, 2)


@st.composite
def separable_states(draw: st.DrawFn) -> PairState:
    """A mixture of up to four products of pure qubits."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = rng.dirichlet(np.ones(draw(st.integers(1, 4))))
    rho = np.zeros((4, 4), complex)
    for weight in weights:
        first, second = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
        vector = np.kron(first / np.linalg.norm(first), second / np.linalg.norm(second))
        rho += weight * np.outer(vector, vector.conj())
    return PairState.from_matrix(rho)


@settings(max_examples=6)
@given(state=separable_states(), data=st.data(), values=st.sampled_from([1, 3]))
def test_separable_states_do_not_win_more_often(
    state: PairState, data: st.DataObject, values: int
) -> None:
    """Whatever the state, the angles and the values: at most 3/4 of the CHSH game."""
    game = load("chsh")
    resource = SharedPairs(1, state, values=values)
    model = DistributedQCNN(qubits=2, depth=1, mixing=1, resource=resource)
    parameters = data.draw(parameter_sets(model))
    with jax.disable_jit():
        won = success(table_of(model, parameters, np.asarray(game.x_train)), game.y_train)
    assert 1 - CLASSICAL - 1e-12 <= won <= CLASSICAL + 1e-12


@pytest.mark.slow
def test_a_shared_bit_classifies_all_of_chsh_and_nothing_shared_does_not() -> None:
    game = load("chsh")

    def best(resource: str) -> float:
        model = circuit_model(resource, 2, 4)
        done = fit(model, (game.x_train, game.y_train), steps=1500, batch_size=16, runs=10)
        return float(done.train_accuracy.max())

    assert best("shared:1") == 1.0
    assert best("none") < 1.0


@pytest.mark.parametrize("values", [0, -1, 1.5, True])
def test_wrong_number_of_values(values: int) -> None:
    with pytest.raises(EbitError, match=r"^Argument `values` must be a whole number .*>= 1"):
        Mixture(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "mixture:0",
            "^Argument `values` must be a whole number of shared random values >= 1, but",
        ),
        ("mixture:x", "^Unknown resource 'mixture:x': use none, "),
        ("mixture", "^Unknown resource 'mixture': use none, "),
        ("mixture:3+classical", r"^Unknown resource 'mixture:3\+classical': use none, "),
        ("mixture:3+bell", r"^Unknown resource 'mixture:3\+bell': use none, "),
        ("mixture:3,fidelity=0.9", r"^Unknown option in .* mixture:M takes none\."),
        ("mixture:3+bell:1,fidelity=2", "^Argument `fidelity` must be"),
    ],
)
def test_wrong_mixtures(text: str, words: str) -> None:
    with pytest.raises(EbitError, match=words):
        parse_resource(text)


@pytest.mark.slow
def test_mixtures_by_their_strings() -> None:
    assert parse_resource("mixture:4") == Mixture(4) == parse_resource("mixture:4+bell:0")
    assert parse_resource("mixture:2+bell:1,fidelity=0.9") == Mixture(2, 1, fidelity=0.9)
    assert Mixture(2, 1, fidelity=0.9).name == "mixture:2+bell:1,fidelity=0.9"
    assert repr(Mixture(2, 1)) == "Mixture(values=2, pairs=1)"
