"""Checks that the models share."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.circuits import POOLINGS
from ebit.errors import EbitError
from ebit.physics import Noise

MAX_QUBITS = 16

MAX_ANGLE = 1e4
"""Largest angle in radians; the embedding squares it, and float32 keeps seven digits."""


def check_circuit(qubits: int, depth: int, mixing: int, pooling: str) -> None:
    """Raise unless a QPU of this shape exists."""
    for name, value in {"qubits": qubits, "depth": depth, "mixing": mixing}.items():
        if not isinstance(value, int | np.integer) or isinstance(value, bool):
            raise EbitError(f"Argument `{name}` must be a whole number, but is {value!r}.")
    if not 2 <= qubits <= MAX_QUBITS:
        raise EbitError(
            f"Argument `qubits` must be a whole number from 2 to {MAX_QUBITS} (qubits per QPU), "
            f"but is {qubits}."
        )
    if depth < 1:
        raise EbitError(
            f"Argument `depth` must be at least 1 (convolution layers), but is {depth}."
        )
    if mixing < 0:
        raise EbitError(f"Argument `mixing` must be at least 0 (mixing layers), but is {mixing}.")
    if pooling not in POOLINGS:
        raise EbitError(
            f"Argument `pooling` must be one of {', '.join(POOLINGS)}, but is {pooling!r}."
        )


def check_noise(noise: Noise | None) -> None:
    """Raise unless this is None or noise."""
    if noise is not None and not isinstance(noise, Noise):
        raise EbitError(f"Argument `noise` must be an ebit.Noise or None, but is {noise!r}.")


def check_angles(x: NDArray[Any], name: str) -> None:
    """Raise unless all angles are finite and small enough for the embedding."""
    if not np.all(np.isfinite(x)):
        raise EbitError(f"Argument `{name}` holds NaN or infinite angles: remove those rows.")
    if x.size and np.abs(x).max() > MAX_ANGLE:
        raise EbitError(
            f"Argument `{name}` holds the angle {np.abs(x).max():.3g} rad, more than "
            f"{MAX_ANGLE:.0f}: map the features to angles first (--scale angles)."
        )


def check_inputs(x: Any, features: int) -> jax.Array:
    """Convert to a JAX array of real numbers of shape (batch, features), or raise."""
    x = jnp.asarray(x)
    if x.ndim != 2 or x.shape[1] != features:
        raise EbitError(
            f"Argument `x` must have shape (batch, {features}), but has shape {x.shape}."
        )
    if not jnp.issubdtype(x.dtype, jnp.floating):
        x = x.astype(float)
    return x
