"""Checks that the models share."""

from typing import Any

import jax
import jax.numpy as jnp

from ebit.circuits import is_power_of_two
from ebit.errors import EbitError

MAX_QUBITS = 16


def check_circuit(qubits: int, depth: int, mixing: int) -> None:
    """Raise unless a QPU of this shape exists."""
    if not is_power_of_two(qubits) or not 2 <= qubits <= MAX_QUBITS:
        raise EbitError(
            f"Argument `qubits` must be a power of two from 2 to {MAX_QUBITS} (qubits per QPU), "
            f"but is {qubits}."
        )
    if depth < 1:
        raise EbitError(
            f"Argument `depth` must be at least 1 (convolution layers), but is {depth}."
        )
    if mixing < 0:
        raise EbitError(
            f"Argument `mixing` must be at least 0 (mixing layers), but is {mixing}."
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
