"""Pairs in any state, against the dense reference run on every vector of the mixture."""

import itertools
from typing import Any

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

import dense_reference as dense
from ebit.engine import Contraction, Messages
from ebit.physics import BELL, PairState
from random_circuits import circuit_model, random_data, random_parameters


def prepared(vector: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """A unitary that takes |00> to a vector."""
    basis = np.column_stack([vector, np.eye(4, dtype=complex)[:, :3]])
    unitary, upper = np.linalg.qr(basis)
    unitary[:, 0] *= upper[0, 0] / abs(upper[0, 0])
    return np.asarray(unitary, complex)


def reference(
    resource: str, pairs: int, rho: NDArray[np.complex128], parameters: Any, x: Any, qubits: int
) -> NDArray[np.float64]:
    """P(a, b | x) as the mean over the eigenvectors of all pairs."""
    values, vectors = np.linalg.eigh(rho)
    circuit = dense.build(dense.with_qpu_axis(parameters, resource), x, qubits, resource)
    summed = [1 + q for q in range(circuit.qubits) if q not in circuit.readout]
    total = np.zeros((len(x), 2, 2))
    for terms in itertools.product(range(4), repeat=pairs):
        gates: list[dense.Step] = [
            dense.Gate(prepared(vectors[:, term]), (pair, qubits + pair))
            for pair, term in enumerate(terms)
        ]
        state = dense.evolve([*gates, *circuit.steps], dense.ground_state(len(x), 2 * qubits))
        share = np.prod(values[list(terms)])
        total += share * np.sum(np.abs(state) ** 2, axis=tuple(summed))
    return total


def random_state(rng: np.random.Generator) -> NDArray[np.complex128]:
    root = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    rho: NDArray[np.complex128] = root @ root.conj().T
    return rho / np.trace(rho).real


BIT_FLIP = np.kron(np.eye(2), np.fliplr(np.eye(2)))
STATES = {
    "any": random_state(np.random.default_rng(7)),
    "Werner": 0.8 * BELL.density_matrix + 0.05 * np.eye(4),
    "bit flips": 0.9 * BELL.density_matrix + 0.1 * BIT_FLIP @ BELL.density_matrix @ BIT_FLIP,
    "shared bit": np.diag([0.5, 0, 0, 0.5]).astype(complex),
    "any shared values": np.diag([0.4, 0.1, 0.2, 0.3]).astype(complex),
    "dephased": BELL.density_matrix * np.kron([[1, 0.7], [0.7, 1]], np.ones((2, 2))),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("engine", "qubits", "pairs", "mixing"),
    [
        (Contraction, 2, 1, 0),
        (Contraction, 2, 2, 1),
        (Contraction, 3, 2, 0),
        (Contraction, 3, 2, 2),
        pytest.param(Contraction, 5, 1, 0, marks=pytest.mark.slow),
        pytest.param(Contraction, 5, 1, 1, marks=pytest.mark.slow),
        (Messages, 2, 1, 0),
        (Messages, 2, 2, 1),
        (Messages, 3, 1, 1),
    ],
)
def test_mixed_pairs(state: str, engine: Any, qubits: int, pairs: int, mixing: int) -> None:
    rng = np.random.default_rng([qubits, pairs, mixing])
    resource = "none" if engine is Contraction else "classical"
    model = circuit_model(resource, qubits, depth=2, mixing=mixing)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    rho = STATES[state]
    built = engine(qubits, pairs, mixing, PairState.from_matrix(rho))
    with jax.enable_x64(True):
        encoded = built.encode(jax.numpy.asarray(x))
        table = np.asarray(jax.jit(built.probabilities)(parameters, encoded))
    expected = reference(resource, pairs, rho, parameters, x, qubits)
    np.testing.assert_allclose(table, expected, rtol=0, atol=1e-10)


def test_every_way_was_taken() -> None:
    """Bit flips keep the feature method of nearly all qubits paired, other noise does not."""
    kept = PairState.from_matrix(STATES["dephased"])
    assert Contraction(3, 2, 0).method == "paired features"
    assert Contraction(3, 2, 0, PairState.from_matrix(STATES["bit flips"])).method in (
        "features",
        "paired features",
    )
    assert Contraction(3, 2, 0, PairState.from_matrix(STATES["any"])).method == "features"
    assert Contraction(3, 2, 0, PairState.from_matrix(STATES["shared bit"])).populations is not None
    assert Contraction(3, 2, 0, kept).populations is None
    assert Contraction(5, 1, 0, kept).method == "columns"
