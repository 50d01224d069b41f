r"""Probabilities and their derivatives where no message is sent: `none` and `bell:N`.

The derivative of an effect is the same for every input, and the rest of the circuit is one
conditional operator :math:`X` per input:

.. math:: \frac{\partial P(00)}{\partial\theta_A}
    = \mathrm{tr}\Big[\frac{\partial M_A}{\partial\theta_A} X_A\Big],\quad
    X_A = E_A\, \mathrm{tr}_B[\tau\,(1 \otimes E_B^\dagger M_B E_B)]\, E_A^\dagger ,

with the state of the pairs :math:`\tau` and the embedded columns E. So the Jacobian of all inputs
is one matrix product.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Complex, Float
from numpy.typing import NDArray

from ebit.capacity.generators import LocalCircuit, local_circuit
from ebit.capacity.inputs import Inputs
from ebit.capacity.points import Layout

Real = NDArray[np.float64]
Matrices = NDArray[np.complex128]

PHI_PLUS: Matrices = np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / np.complex128(2)
"""Density matrix of a perfect pair."""

_CHUNK_BYTES = 2**27


def local_jacobian(
    layout: Layout,
    points: Float[np.ndarray, "points numbers"],
    inputs: Inputs,
    pairs: int,
    pair_state: Matrices = PHI_PLUS,
) -> Iterator[tuple[Real, Real]]:
    """P(00), P(a=0), P(b=0) and their derivatives, one parameter point after the other.

    Args:
        layout: Shapes of the circuit.
        points: Angles (points, angles) in radians.
        inputs: The inputs.
        pairs: Shared pairs.
        pair_state: Density matrix (4, 4) of one pair, qubit of QPU A first.

    Yields:
        Values (inputs, 3) and slopes (inputs, 3, angles) of one point.

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> from ebit.models import DistributedQCNN
        >>> layout = Layout.of(DistributedQCNN(qubits=2, depth=3))
        >>> point = np.ones((1, layout.angles))
        >>> values, slopes = next(local_jacobian(layout, point, haar_inputs(2, 7, seed=0), 0))
        >>> values.shape, slopes.shape
        ((7, 3), (7, 3, 20))
    """
    numbers = layout.cut(np.arange(layout.angles))
    order = [
        np.concatenate([leaf[q].ravel() for leaf in (*numbers["convolution"], *numbers["pooling"])])
        for q in range(2)
    ]
    order = [np.concatenate([order[q], numbers["mixing"][q].ravel()]) for q in range(2)]
    chunk = max(1, _CHUNK_BYTES // (32 * layout.angles * inputs.local.shape[-1] ** 2))
    for start in range(0, len(points), chunk):
        part = layout.cut(points[start : start + chunk])
        circuits = [
            local_circuit(
                part["mixing"][:, q],
                tuple(leaf[:, q] for leaf in part["convolution"]),
                tuple(leaf[:, q] for leaf in part["pooling"]),
                pairs,
            )
            for q in range(2)
        ]
        for point in range(len(part["mixing"])):
            own = [circuit.at(point) for circuit in circuits]
            yield _one_point(own, order, inputs, pair_state.reshape(2, 2, 2, 2))


def _one_point(
    circuits: list[LocalCircuit], order: list[NDArray[np.intp]], inputs: Inputs, tensor: Matrices
) -> tuple[Real, Real]:
    tensors = (tensor, tensor.transpose(1, 0, 3, 2))
    columns = [inputs.local[q] @ circuits[q].columns for q in range(2)]
    pulled = [_dagger(columns[q]) @ circuits[q].effect for q in range(2)]
    effects = [pulled[q] @ columns[q] for q in range(2)]
    certain = np.broadcast_to(np.eye(effects[0].shape[-1], dtype=complex), effects[0].shape)
    values = np.empty((len(inputs), 3))
    slopes = np.zeros((len(inputs), 3, len(order[0]) + len(order[1])))
    for q in range(2):
        for row, effect in ((0, effects[1 - q]), (1 + q, certain)):
            state = _conditioned(effect, tensors[q])
            values[:, row] = np.einsum("bjl,blj->b", effects[q], state).real
            operator = columns[q] @ state @ _dagger(columns[q])
            by_effect = _packed(operator) @ _packed(circuits[q].effect_slopes).T
            moved = (state @ pulled[q] @ inputs.local[q]).swapaxes(1, 2)
            by_columns = 2 * (_flat(moved) @ _flat(circuits[q].column_slopes).T).real
            slopes[:, row, order[q]] = np.concatenate([by_effect, by_columns], axis=1)
    return values, slopes


def _conditioned(
    effect: Complex[np.ndarray, "batch states states"],
    tensor: Complex[np.ndarray, "2 2 2 2"],
) -> Complex[np.ndarray, "batch states states"]:
    """State of one QPU's pair qubits when the other QPU's `effect` has happened, (batch, k, k).

    The pairs are worked off one by one: `tensor` is [own ket, other ket, own bra, other bra].
    """
    batch, states, _ = effect.shape
    pairs = states.bit_length() - 1
    result = effect.reshape(batch, *[2] * (2 * pairs))  # [bras, kets] of the effect
    for done in range(pairs):
        result = np.tensordot(result, tensor, axes=((1, 1 + pairs - done), (3, 1)))
    kets = [1 + 2 * pair for pair in range(pairs)]
    bras = [2 + 2 * pair for pair in range(pairs)]
    return result.transpose(0, *kets, *bras).reshape(batch, states, states)


def _packed(hermitian: Matrices) -> Real:
    """Hermitian matrices as real rows whose products are traces: real plus imaginary part."""
    return _flat(hermitian.real + hermitian.imag)


def _flat(matrices: NDArray[Any]) -> NDArray[Any]:
    first, *others = matrices.shape
    return matrices.reshape(first, math.prod(others))


def _dagger(matrix: Matrices) -> Matrices:
    return matrix.conj().swapaxes(-1, -2)
