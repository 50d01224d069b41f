"""Probabilities and derivatives agree with the dense reference, for data and for random inputs."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dense_reference as dense
from ebit.capacity.factors import fisher_factors
from ebit.capacity.inputs import Inputs, data_inputs, haar_inputs
from ebit.capacity.local_jacobian import local_jacobian
from ebit.capacity.outcomes import equal_bits
from ebit.capacity.points import Layout, random_points
from ebit.capacity.traced_jacobian import traced_jacobian
from ebit.circuits import measurement_order
from ebit.models import DistributedQCNN
from ebit.resources import parse_resource

Real = NDArray[np.float64]
INPUTS = 4
CASES = [
    ("none", 2, 2, 0), ("bell:1", 2, 2, 2), ("bell:2", 2, 1, 1), ("none", 3, 1, 1),
    ("bell:2", 3, 2, 1), ("bell:3", 4, 2, 2), ("bell:4", 4, 1, 0), ("bell:1", 5, 1, 1),
    ("classical", 2, 3, 1), ("classical+bell:1", 3, 1, 1), ("quantum", 2, 2, 1),
    ("bell:2,concurrence=0.6", 3, 2, 1),
    *(pytest.param(*case, marks=pytest.mark.slow) for case in [
        ("classical", 4, 1, 0), ("quantum", 3, 1, 1), ("quantum", 4, 1, 0),
    ]),
]  # fmt: skip


def natural(unitaries: NDArray[np.complex128], qubits: int) -> NDArray[np.complex128]:
    """Matrices (inputs, 2**n, 2**n) from measurement order to natural order of the qubits."""
    order = measurement_order(qubits)
    rows = [1 + order.index(qubit) for qubit in range(qubits)]
    tensor = unitaries.reshape(len(unitaries), *[2] * (2 * qubits))
    moved = tensor.transpose(0, *rows, *(qubits + row for row in rows))
    return moved.reshape(unitaries.shape)


def haar_embedding(inputs: Inputs, qubits: int) -> Any:
    """Stands in for the embedding of the reference: one gate per QPU, the data play no part."""

    def embedding(x: Real, wires: Any) -> list[dense.Gate]:
        return [
            dense.Gate(
                natural(inputs.local[qpu], qubits),
                tuple(wire.qubit for wire in wires if wire.qpu == qpu),
            )
            for qpu in sorted({wire.qpu for wire in wires})
        ]

    return embedding


def expected(model: DistributedQCNN, layout: Layout, point: Real, x: Real) -> tuple[Real, Real]:
    """P(00), P(a=0), P(b=0) and their derivatives from the reference, one input at a time."""
    parameters = layout.cut(point)
    options: Any = {
        "qubits": model.qubits,
        "resource": model.resource_name,
        "layout": model.pooling,
    }
    table = dense.probabilities(parameters, x, **options)
    values = np.stack([table[:, 0, 0], table[:, 0].sum(1), table[:, :, 0].sum(1)], axis=1)
    slopes = np.empty((len(x), 3, len(point)))
    masks = np.array([[[1, 0], [0, 0]], [[1, 1], [0, 0]], [[1, 0], [1, 0]]])
    for row in range(len(x)):
        for number, mask in enumerate(masks):
            cotangent = np.zeros((len(x), 2, 2))
            cotangent[row] = mask
            gradient = dense.gradient(parameters, x, cotangent, **options)
            leaves = (*gradient["convolution"], gradient["mixing"], *gradient["pooling"])
            slopes[row, number] = np.concatenate([leaf.ravel() for leaf in leaves])
    return values, slopes


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", ["data", "haar"])
@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), CASES)
def test_against_the_dense_reference(
    resource: str, qubits: int, depth: int, mixing: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = parse_resource(resource)
    model = DistributedQCNN(qubits=qubits, depth=depth, mixing=mixing, resource=shared)
    agrees_with_the_dense_reference(model, kind, monkeypatch)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "quantum"])
@pytest.mark.parametrize("qubits", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_all_but_one(resource: str, qubits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other pooling layout."""
    shared = parse_resource(resource)
    model = DistributedQCNN(qubits=qubits, depth=1, pooling="all-but-one", resource=shared)
    agrees_with_the_dense_reference(model, "data", monkeypatch)


def agrees_with_the_dense_reference(
    model: DistributedQCNN, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values to 1e-10 and slopes to 1e-8, for data or Haar-random inputs."""
    qubits, depth, shared = model.qubits, model.depth, model.resource
    layout = Layout.of(model)
    points = random_points(layout, 1, seed=qubits)
    x = np.random.default_rng(depth).normal(size=(INPUTS, 2 * qubits), scale=2)
    inputs = data_inputs(x) if kind == "data" else haar_inputs(qubits, INPUTS, seed=3)
    if kind == "haar":
        monkeypatch.setattr(dense, "embedding", haar_embedding(inputs, qubits))
    values, slopes = expected(model, layout, points[0], x)

    engine = model.engine
    if engine.local_form is not None:
        state = shared.pair_state.density_matrix
        found = next(local_jacobian(layout, points, inputs, shared.pairs, state))
    else:
        found = next(traced_jacobian(engine, layout, points, inputs, "joint"))
        even = next(traced_jacobian(engine, layout, points, inputs, "parity"))
        for part, wanted in zip(even, equal_bits(values, slopes), strict=True):
            np.testing.assert_allclose(part, wanted, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[0], values, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[1], slopes, rtol=0, atol=1e-8)


@pytest.mark.parametrize("resource", ["bell:1", "classical"])
@pytest.mark.parametrize("outcomes", ["joint", "parity"])
def test_factor_gives_the_fisher_information(resource: str, outcomes: str) -> None:
    """F = J^T J equals the sum over outcomes of its definition."""
    model = DistributedQCNN(qubits=2, depth=2, resource=parse_resource(resource))
    layout = Layout.of(model)
    points = random_points(layout, 1, seed=0)
    x = np.random.default_rng(0).normal(size=(INPUTS, 4))
    values, slopes = expected(model, layout, points[0], x)
    both, first, second = values.T
    table = np.stack([both, first - both, second - both, 1 - first - second + both], axis=1)
    maps = np.array([[1, 0, 0], [-1, 1, 0], [-1, 0, 1], [1, -1, -1]])
    if outcomes == "parity":
        table, maps = table[:, [0, 1]] + table[:, [3, 2]], maps[[0, 1]] + maps[[3, 2]]
    derivatives = np.einsum("yk,xkp->xyp", maps, slopes)
    information = np.einsum("xyp,xyq,xy->pq", derivatives, derivatives, 1 / table) / INPUTS
    (factor,) = fisher_factors(model, points, data_inputs(x), outcomes)
    assert len(factor) == INPUTS * (3 if outcomes == "joint" else 1)
    np.testing.assert_allclose(factor.T @ factor, information, rtol=0, atol=1e-10)


def test_points_in_chunks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = DistributedQCNN(qubits=2, depth=2, mixing=1)
    layout, inputs = Layout.of(model), haar_inputs(2, 5, seed=0)
    points = random_points(layout, 5, seed=0)
    whole = list(local_jacobian(layout, points, inputs, pairs=0))
    monkeypatch.setattr("ebit.capacity.local_jacobian._CHUNK_BYTES", 1)
    for one, other in zip(whole, local_jacobian(layout, points, inputs, pairs=0), strict=True):
        np.testing.assert_allclose(one[1], other[1], rtol=0, atol=1e-14)


def test_inputs_in_chunks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = DistributedQCNN(qubits=2, depth=2, resource=parse_resource("classical"))
    layout, inputs = Layout.of(model), haar_inputs(2, 5, seed=0)
    points = random_points(layout, 1, seed=0)
    engine: Any = model.engine
    (whole,) = traced_jacobian(engine, layout, points, inputs, "joint")
    monkeypatch.setattr("ebit.capacity.chunks._CHUNK", 2)
    (parts,) = traced_jacobian(engine, layout, points, inputs, "joint")
    for one, other in zip(whole, parts, strict=True):
        assert one.dtype == np.float64
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)


def test_a_mixed_pair_is_like_no_pair() -> None:
    """A maximally mixed pair gives each QPU a mixed qubit: the outcomes are independent."""
    model = DistributedQCNN(qubits=2, depth=1, resource=parse_resource("bell:1"))
    layout, inputs = Layout.of(model), haar_inputs(2, 5, seed=0)
    points = random_points(layout, 1, seed=0)
    values, _ = next(local_jacobian(layout, points, inputs, 1, np.eye(4) / np.complex128(4)))
    np.testing.assert_allclose(values[:, 0], values[:, 1] * values[:, 2], rtol=0, atol=1e-14)
    perfect, _ = next(local_jacobian(layout, points, inputs, 1))
    assert np.abs(perfect[:, 0] - perfect[:, 1] * perfect[:, 2]).max() > 1e-3


def test_a_product_pair_is_no_pair() -> None:
    """The pair state |00> is what a QPU starts in without pairs."""
    model = DistributedQCNN(qubits=3, depth=1, mixing=1)
    layout, inputs = Layout.of(model), haar_inputs(3, 4, seed=0)
    points = random_points(layout, 1, seed=0)
    ground = np.zeros((4, 4), complex)
    ground[0, 0] = 1
    with_pairs = next(local_jacobian(layout, points, inputs, 2, ground))
    without = next(local_jacobian(layout, points, inputs, 0))
    for one, other in zip(with_pairs, without, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)


def test_sides_of_an_uneven_pair_are_kept_apart() -> None:
    """Pairs in |01>: QPU A's qubit is 0 and QPU B's is 1, which the dense circuit makes with X."""
    layout = Layout.of(DistributedQCNN(qubits=2, depth=1))
    points, inputs = random_points(layout, 1, seed=0), haar_inputs(2, 3, seed=0)
    state = np.zeros((4, 4), complex)
    state[1, 1] = 1
    values, slopes = next(local_jacobian(layout, points, inputs, 2, state))
    flipped = inputs.local.copy()
    flipped[1] = flipped[1][..., ::-1]  # X on both qubits of QPU B before its input
    other = Inputs(flipped, None, inputs.distinct)
    wanted = next(local_jacobian(layout, points, other, 0))
    np.testing.assert_allclose(values, wanted[0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(slopes, wanted[1], rtol=0, atol=1e-14)
