"""What quantum theory demands of the joint probabilities, for any parameters and any data."""

from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from circuit_strategies import (
    ANY,
    BATCH,
    DISTRIBUTED,
    LOCAL,
    ONE_ROUND,
    SENDING,
    Case,
    Real,
    Shape,
    any_case,
    cases,
    data_sets,
    model_of,
    parameter_sets,
    table_of,
)
from ebit.circuits import stages
from random_circuits import random_data, random_parameters


@any_case
@given(cases(ANY))
def test_probabilities_are_a_distribution(case: Case) -> None:
    table = table_of(*case)
    assert table.shape == (BATCH, *(2,) * (table.ndim - 1))
    assert table.min() >= -1e-12
    np.testing.assert_allclose(table.reshape(BATCH, -1).sum(axis=1), 1, rtol=0, atol=1e-12)


@any_case
@given(cases([("none", 2), ("bell:0", 2), ("none", 4), ("bell:0", 4), ("none", 3, ONE_ROUND)]))
def test_no_pairs_is_a_product(case: Case) -> None:
    table = table_of(*case)
    product = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
    np.testing.assert_allclose(table, product, rtol=0, atol=1e-12)


@any_case
@given(cases([("none", 2), ("none", 4), ("none", 4, ONE_ROUND)]))
def test_zero_pairs_is_no_communication(case: Case) -> None:
    model, parameters, x = case
    bell = table_of(model_of("bell:0", model.qubits, model.pooling), parameters, x)
    np.testing.assert_allclose(bell, table_of(*case), rtol=0, atol=1e-12)


def one_side(kept: dict[str, Any], new: dict[str, Any], qpu: int) -> dict[str, Any]:
    """QPU `qpu` keeps its parameters, the other one gets new ones."""

    def choose(old: Real, other: Real) -> Real:
        return np.stack([old[0], other[1]] if qpu == 0 else [other[0], old[1]])

    parameters: dict[str, Any] = jax.tree.map(choose, kept, new)
    return parameters


@any_case
@given(st.data(), st.sampled_from([0, 1]), st.sampled_from([0, 1]))
def test_no_signalling(data: st.DataObject, qpu: int, mixing: int) -> None:
    """Without messages, nothing that happens at one QPU changes the outcomes of the other."""
    model, parameters, x = data.draw(cases(LOCAL, mixing))
    new_parameters, new_x = data.draw(parameter_sets(model)), data.draw(data_sets(model))
    half = slice(0, model.qubits) if qpu == 0 else slice(model.qubits, None)
    new_x[:, half] = x[:, half]
    before = table_of(model, parameters, x).sum(axis=2 - qpu)
    after = table_of(model, one_side(parameters, new_parameters, qpu), new_x).sum(axis=2 - qpu)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("shape", SENDING)
def test_messages_and_links_do_signal(shape: Shape) -> None:
    """The counterpart: B's data reach A's outcome where something is sent."""
    model, rng = model_of(*shape, mixing=0), np.random.default_rng(1)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    new_x = x.copy()
    new_x[:, model.qubits :] += 1
    before, after = (table_of(model, parameters, data).sum(axis=2) for data in (x, new_x))
    assert np.abs(after - before).max() > 1e-3


@any_case
@given(cases([("classical", 2), ("classical", 4), ("classical", 3, ONE_ROUND)]))
def test_messages_that_change_nothing_are_no_communication(case: Case) -> None:
    """If both outcomes select the same rotation, it does not matter who sent them."""
    model, parameters, x = case
    pooling = tuple(np.repeat(leaf[:, :, :1], 2, axis=2) for leaf in parameters["pooling"])
    parameters = parameters | {"pooling": pooling}
    unsent = table_of(model_of("none", model.qubits, model.pooling), parameters, x)
    np.testing.assert_allclose(table_of(model, parameters, x), unsent, rtol=0, atol=1e-12)


@any_case
@given(cases(DISTRIBUTED))
def test_swapping_the_qpus_transposes(case: Case) -> None:
    """Not `quantum` with an odd number of qubits left: there the two bricks change places."""
    model, parameters, x = case
    odd = any(m % 2 for m in stages(model.qubits, model.pooling))
    assume(model.resource_name != "quantum" or not odd)
    mirrored_parameters = jax.tree.map(lambda leaf: leaf[::-1], parameters)
    mirrored_x = np.concatenate([x[:, model.qubits :], x[:, : model.qubits]], axis=1)
    mirrored = table_of(model, mirrored_parameters, mirrored_x)
    expected = np.swapaxes(table_of(*case), 1, 2)
    np.testing.assert_allclose(mirrored, expected, rtol=0, atol=1e-12)


@any_case
@given(st.data(), st.sampled_from([0, 1]))
def test_full_pairing_leaves_random_bits(data: st.DataObject, mixing: int) -> None:
    """With all qubits paired, each QPU alone is maximally mixed: every marginal is 1/2."""
    table = table_of(
        *data.draw(cases([("bell:2", 2), ("bell:4", 4), ("bell:3", 3, ONE_ROUND)], mixing))
    )
    np.testing.assert_allclose(table.sum(axis=1), 0.5, rtol=0, atol=1e-12)
    np.testing.assert_allclose(table.sum(axis=2), 0.5, rtol=0, atol=1e-12)


def test_full_pairing_correlates() -> None:
    """The counterpart: together the bits are far from independent."""
    model, rng = model_of("bell:2", 2), np.random.default_rng(4)
    table = table_of(model, random_parameters(model, rng), random_data(model, rng))
    assert np.abs(table - 0.25).max() > 0.05
