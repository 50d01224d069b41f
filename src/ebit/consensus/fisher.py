r"""Quantum and classical Fisher information of states and outcomes that depend on parameters.

Source:
    Braunstein and Caves, Phys. Rev. Lett. 72, 3439 (1994); Liu et al., J. Phys. A 53, 023001
    (2020).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from ebit.jax_settings import own_settings

SMALL = 1e-12
"""Sums of eigenvalues, and probabilities, below this are taken as 0."""


@own_settings
def pure_qfi(state: Callable[[jax.Array], jax.Array], theta: jax.Array) -> jax.Array:
    r"""QFI of a pure state.

    .. math:: Q_{ij} = 4\,\mathrm{Re}\big[\langle\partial_i\psi|\partial_j\psi\rangle -
        \langle\partial_i\psi|\psi\rangle\langle\psi|\partial_j\psi\rangle\big]

    Args:
        state: Parameters (P,) to amplitudes (d,).
        theta: Parameters.

    Returns:
        Shape (P, P).

    Example:
        >>> turned = lambda t: jnp.array([jnp.cos(t[0] / 2), jnp.sin(t[0] / 2)]) + 0j
        >>> pure_qfi(turned, jnp.array([0.3])).round(4).tolist()
        [[1.0]]
    """
    psi = state(theta)
    moved = jax.jacfwd(state)(theta)  # (d, P)
    along = psi.conj() @ moved
    return 4 * (moved.conj().T @ moved - jnp.outer(along.conj(), along)).real


@own_settings
def mixed_qfi(rho: jax.Array, derivatives: jax.Array) -> jax.Array:
    r"""QFI of a density matrix, by its symmetric logarithmic derivative.

    .. math:: Q_{ij} = 2 \sum_{\lambda_a + \lambda_b > 0}
        \frac{\mathrm{Re}\,\langle a|\partial_i\rho|b\rangle\langle b|\partial_j\rho|a\rangle}
        {\lambda_a + \lambda_b}

    Args:
        rho: Density matrix, shape (d, d).
        derivatives: Its derivatives, shape (P, d, d).

    Returns:
        Shape (P, P).

    Example:
        >>> rho = jnp.eye(2) / 2  # (1 + x Z / 2) / 2 at x = 0
        >>> mixed_qfi(rho, jnp.array([[[0.25, 0], [0, -0.25]]])).tolist()
        [[0.25]]
    """
    values, vectors = jnp.linalg.eigh(rho)
    inside = jnp.einsum("xa,pxy,yb->pab", vectors.conj(), derivatives, vectors)
    sums = values[:, None] + values
    share = jnp.where(sums > SMALL, 1 / jnp.where(sums > SMALL, sums, 1), 0)
    return 2 * jnp.einsum("pab,qba,ab->pq", inside, inside, share).real


@own_settings
def classical_fisher(
    probabilities: Callable[[jax.Array], jax.Array], theta: jax.Array
) -> jax.Array:
    r"""Fisher information of measured outcomes, at most the QFI.

    .. math:: C_{ij} = \sum_y \frac{\partial_i p_y\,\partial_j p_y}{p_y}

    Args:
        probabilities: Parameters (P,) to probabilities (outcomes,).
        theta: Parameters.

    Returns:
        Shape (P, P).

    Example:
        >>> coin = lambda t: jnp.array([t[0], 1 - t[0]])
        >>> classical_fisher(coin, jnp.array([0.5])).tolist()
        [[4.0]]
    """
    p = probabilities(theta)
    moved = jax.jacfwd(probabilities)(theta)  # (outcomes, P)
    share = jnp.where(p > SMALL, 1 / jnp.where(p > SMALL, p, 1), 0)
    return jnp.einsum("yi,yj,y->ij", moved, moved, share)
