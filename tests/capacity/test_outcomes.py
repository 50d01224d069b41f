"""The sampling bound is the rank that the rows of few inputs really have."""

from typing import Any

import numpy as np
import pytest

from ebit.capacity import rank_of, sampling_bound
from ebit.capacity.factors import fisher_factors
from ebit.capacity.inputs import Inputs, data_inputs, haar_inputs
from ebit.capacity.outcomes import fisher_factor
from ebit.capacity.points import Layout, random_points
from ebit.models import DistributedQCNN
from ebit.resources import parse_resource

LOCAL = [
    ("none", 2), ("bell:0", 2), ("bell:1", 2), ("bell:2", 2), ("bell:1", 3), ("bell:3", 3),
    ("bell:3", 4), ("bell:4", 4),
]  # fmt: skip
CASES = [
    *((resource, qubits, mixing) for resource, qubits in LOCAL for mixing in (0, 1)),
    ("classical", 2, 0), ("classical+bell:2", 2, 1), ("quantum", 2, 1),
]  # fmt: skip


def rank(model: DistributedQCNN, inputs: Inputs, outcomes: str) -> int:
    points = random_points(Layout.of(model), 2, seed=0)
    factors = fisher_factors(model, points, inputs, outcomes)
    spectra: list[Any] = [np.linalg.svd(factor, compute_uv=False) for factor in factors]
    return rank_of(spectra).rank


@pytest.mark.sampled(4)
@pytest.mark.parametrize("outcomes", ["joint", "parity"])
@pytest.mark.parametrize(("resource", "qubits", "mixing"), CASES)
def test_few_random_inputs(resource: str, qubits: int, mixing: int, outcomes: str) -> None:
    model = DistributedQCNN(
        qubits=qubits, depth=3, mixing=mixing, resource=parse_resource(resource)
    )
    for number in (1, 2) if (resource, qubits) in LOCAL else (2,):
        bound = sampling_bound(model.resource, qubits, outcomes, (number, number, number))
        assert rank(model, haar_inputs(qubits, number, seed=5), outcomes) == bound


@pytest.mark.sampled(2)
@pytest.mark.parametrize("outcomes", ["joint", "parity"])
@pytest.mark.parametrize("resource", ["none", "bell:1", "bell:2", "classical"])
def test_repeated_halves_of_data(resource: str, outcomes: str) -> None:
    """Three inputs made of two halves on one side and three on the other."""
    s, t = np.random.default_rng(0).normal(size=(2, 3, 2))
    x = np.stack([[*s[0], *t[0]], [*s[0], *t[1]], [*s[1], *t[2]], [*s[1], *t[2]]])
    inputs = data_inputs(x)
    assert inputs.distinct == (2, 3, 3)
    model = DistributedQCNN(qubits=2, depth=8, resource=parse_resource(resource))
    bound = sampling_bound(model.resource, 2, outcomes, inputs.distinct)
    assert rank(model, inputs, outcomes) == bound


def test_parity_of_all_pairs_of_halves() -> None:
    """Nine inputs made of three halves on each side: without a resource only 3 + 3 - 1 numbers."""
    s, t = np.random.default_rng(0).normal(size=(2, 3, 2))
    inputs = data_inputs(np.stack([[*s[i], *t[j]] for i in range(3) for j in range(3)]))
    assert inputs.distinct == (3, 3, 9)
    for resource, bound in (("none", 5), ("bell:1", 9)):
        model = DistributedQCNN(qubits=2, depth=8, resource=parse_resource(resource))
        assert sampling_bound(model.resource, 2, "parity", inputs.distinct) == bound
        assert rank(model, inputs, "parity") == bound


def test_impossible_outcomes_give_no_infinity() -> None:
    values = np.array([[1.0, 1.0, 1.0], [0.25, 0.5, 0.5]])
    slopes = np.zeros((2, 3, 2))
    slopes[1] = 1
    factor = fisher_factor(values, slopes)
    assert np.all(np.isfinite(factor))
    assert np.all(factor[:3] == 0)
    assert np.any(factor[3:] != 0)
