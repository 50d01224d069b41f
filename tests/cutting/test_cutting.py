"""Cut gates: overheads in closed form, and probabilities from runs of single QPUs."""

import math
from typing import Any

import numpy as np
import pytest

import circuit_interpreter
import ebit
from ebit.cutting import (
    CutOverhead,
    cut_overhead,
    gate_gamma,
    pair_gamma,
    pairs_gamma,
    reconstruct,
)
from random_circuits import circuit_model, random_data, random_parameters


def rzz(angle: float) -> Any:
    return np.diag(np.exp(-0.5j * angle * np.array([1, -1, -1, 1])))


def test_published_overheads_of_gates() -> None:
    assert gate_gamma(np.diag([1, 1, 1, -1])) ** 2 == pytest.approx(9)
    assert gate_gamma(rzz(0.3)) ** 2 == pytest.approx(2.5314, abs=5e-5)
    assert gate_gamma(np.diag([1, 1, 1, 1j])) ** 2 == pytest.approx(5.8284, abs=5e-5)
    assert gate_gamma(np.eye(4)[[0, 2, 1, 3]]) ** 2 == pytest.approx(49)
    assert gate_gamma(np.kron(rzz(0.4)[:2, :2], np.eye(2))) == pytest.approx(1)
    for fidelity in (0.5, 0.7, 1.0):
        k = (1 - math.sqrt(1 - (2 * fidelity - 1) ** 2)) / (2 * fidelity - 1 or 1)
        assert pair_gamma(fidelity) == pytest.approx(4 * (k * k + 1) / (k + 1) ** 2 - 1)


def case(resource: str, depth: int = 1) -> tuple[Any, Any, Any]:
    model = circuit_model(resource, 2, depth)
    rng = np.random.default_rng(3)
    return model, random_parameters(model, rng), random_data(model, rng, batch=1)


def test_single_qpus_give_the_probabilities() -> None:
    model, parameters, x = case("quantum")
    expected = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    found = reconstruct(model, parameters, x[0])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_overhead_of_a_circuit() -> None:
    """Every layer has two CZ gates across; the embedding two RZZ that the input turns."""
    model, parameters, x = case("quantum", depth=3)
    row = x[0]
    angles = [
        (math.pi - row[1]) * (math.pi - row[2]) / 2,
        (math.pi - row[3]) * (math.pi - row[0]) / 2,
    ]
    sines = [abs(math.sin(angle)) for angle in angles]
    found = cut_overhead(model, parameters, row)
    assert found.gates == 8
    each = 6 * math.log10(9) + sum(2 * math.log10(1 + 2 * sine) for sine in sines)
    assert found.log10_each == pytest.approx(each)
    joint = 6 * math.log10(7) + 2 * math.log10(2 * (1 + sines[0]) * (1 + sines[1]) - 1)
    assert found.log10_joint == pytest.approx(joint)
    assert found.shots(100) == pytest.approx(100 * 10**each)


def test_nothing_to_cut() -> None:
    model, parameters, x = case("none")
    assert cut_overhead(model, parameters, x[0]).log10_each == 0
    expected = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    np.testing.assert_allclose(reconstruct(model, parameters, x[0]), expected, atol=1e-12)


def test_what_cannot_be_cut_is_one_line() -> None:
    model, parameters, x = case("quantum", depth=3)
    with pytest.raises(ebit.EbitError, match="has 8 gates across the QPUs, but at most 5"):
        reconstruct(model, parameters, x[0])
    model, parameters, x = case("bell:1")
    with pytest.raises(ebit.UnsupportedError, match="shared pairs"):
        reconstruct(model, parameters, x[0])
    with pytest.raises(ebit.EbitError, match="unitary"):
        gate_gamma(np.ones((4, 4)))
    with pytest.raises(ebit.EbitError, match="`fidelity`"):
        pair_gamma(0.4)


def test_pairs_that_are_made_up_together() -> None:
    """2 / f - 1: from 3 for one wire without a pair to 1; together cheaper than one by one."""
    assert pairs_gamma(1, 0.7) == pytest.approx(pair_gamma(0.7))
    assert [pairs_gamma(k) for k in (1, 2, 3)] == [3, 7, 15]
    assert pairs_gamma(5, 1.0) == 1
    for fidelity in (0.6, 0.9):
        assert pairs_gamma(4, fidelity) < pair_gamma(fidelity) ** 4
    with pytest.raises(ebit.EbitError, match="`pairs`"):
        pairs_gamma(0)


def test_the_mean_overhead_of_inputs_is_that_of_their_shots() -> None:
    one, two = CutOverhead(2, 1.0, 0.5), CutOverhead(2, 3.0, 2.5)
    found = CutOverhead.mean([one, two])
    assert found.log10_each == pytest.approx(math.log10((10 + 1000) / 2))
    assert found.log10_joint == pytest.approx(math.log10((10**0.5 + 10**2.5) / 2))
    huge = CutOverhead.mean([CutOverhead(1, 500.0, 400.0)] * 2)
    assert (huge.log10_each, huge.log10_joint) == (500.0, 400.0)
