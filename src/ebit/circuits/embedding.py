"""Embedding of real features into the phases of a register."""

import jax
import jax.numpy as jnp

from ebit.circuits.basis import spins


def ring(qubits: int) -> list[tuple[int, int]]:
    """Neighbours on a ring: (0,1), (1,2), ..., (n-1,0); the single pair (0,1) for n = 2.

    Example:
        >>> ring(4)
        [(0, 1), (1, 2), (2, 3), (3, 0)]
    """
    if qubits == 2:
        return [(0, 1)]
    return [(qubit, (qubit + 1) % qubits) for qubit in range(qubits)]


def embedding_phases(x: jax.Array, qpus: int = 1) -> jax.Array:
    r"""Phases of the embedding, which is diagonal after the Hadamards: :math:`D(x) H^{\otimes n}`.

    .. math:: \varphi_z(x) = -\tfrac12 \sum_i x_i z_i
        - \tfrac14 \sum_{(i,j)} (\pi - x_i)(\pi - x_j) z_i z_j,\quad z_i = \pm 1

    where (i,j) runs over the ring of neighbours: RZ(x_i) on every qubit, then
    RZZ((pi - x_i)(pi - x_j)/2) on neighbours.

    Args:
        x: Angles of shape (..., n) in radians, one per qubit.
        qpus: QPUs that the register spans.

    Returns:
        Phases of shape (..., 2**n) in radians, basis in measurement order.

    Example:
        >>> embedding_phases(jnp.zeros((5, 4))).shape
        (5, 16)

    Source:
        Kim et al., arXiv:2605.03864; Hwang et al., Quantum Sci. Technol. 10 015059.
    """
    qubits = x.shape[-1]
    table = spins(qubits, qpus)
    pairs = ring(qubits)
    left = [i for i, _ in pairs]
    right = [j for _, j in pairs]
    couplings = (jnp.pi - x[..., left]) * (jnp.pi - x[..., right])
    single = jnp.asarray(-0.5 * table, x.dtype)
    double = jnp.asarray(-0.25 * table[:, left] * table[:, right], x.dtype)
    highest = jax.lax.Precision.HIGHEST
    return jnp.matmul(x, single.T, precision=highest) + jnp.matmul(
        couplings, double.T, precision=highest
    )
