"""Checks that the models share."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.circuits import POOLINGS, stages
from ebit.engine.base import MAX_QUBITS as MAX_QUBITS
from ebit.errors import EbitError
from ebit.models.base import Parameters
from ebit.physics import Noise
from ebit.random_keys import random_key

MAX_LAYERS = 10_000
"""More layers than this are a slip of the pen."""

MAX_ANGLE = 1e4
"""Largest angle in radians; the embedding squares it, and float32 keeps seven digits."""


def check_circuit(qubits: int, depth: int, mixing: int, pooling: str) -> None:
    """Raise unless a QPU of this shape exists."""
    checks.whole(2, MAX_QUBITS, "qubits per QPU")("qubits", qubits)
    checks.whole(1, MAX_LAYERS, "convolution layers")("depth", depth)
    checks.whole(0, MAX_LAYERS, "mixing layers")("mixing", mixing)
    checks.one_of(POOLINGS)("pooling", pooling)


def check_outputs(qubits: int, pooling: str, outputs: int) -> None:
    """Raise unless pooling leaves a QPU with so many qubits.

    Example:
        >>> check_outputs(8, "halves", 3)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `outputs` is 3, but a QPU of 8 qubits is left with 4, 2 or \
1: use one of them.
    """
    checks.whole(1, MAX_QUBITS, "outputs per QPU")("outputs", outputs)
    fitting = [*stages(qubits, pooling)[1:], 1]
    if outputs not in fitting:
        first = ", ".join(map(str, fitting[:-1]))
        raise EbitError(
            f"Argument `outputs` is {outputs}, but a QPU of {qubits} qubits is left with "
            f"{f'{first} or 1: use one of them' if first else '1: leave `outputs` out'}."
        )


def check_noise(noise: Noise | None) -> None:
    """Raise unless this is None or noise."""
    checks.maybe(checks.instance(Noise, "an ebit.Noise or None"))("noise", noise)


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
    """Convert to a JAX array of real numbers of shape (batch, features), or raise.

    What is being traced (in a user's `jit`, `vmap` or `grad`) has a shape, but no numbers to check.
    """
    if not isinstance(x, jax.core.Tracer):
        check_angles(checks.real_numbers("x", x), "x")
    x = jnp.asarray(x)
    if x.ndim != 2 or x.shape[1] != features:
        raise EbitError(
            f"Argument `x` must have shape (batch, {features}), but has shape {x.shape}."
        )
    if not jnp.issubdtype(x.dtype, jnp.floating):
        x = x.astype(float)
    return x


def check_parameters(init: Callable[[jax.Array], Parameters], parameters: Any) -> None:
    """Raise unless these are parameters as `init` of the same model makes them.

    Args:
        init: The method of the model.
        parameters: What the user gave.
    """
    expected = _shapes_of(init)
    structures = [jax.tree.structure(tree) for tree in (expected, parameters)]
    if len(set(structures)) > 1:
        raise EbitError(
            f"Argument `parameters` must have the arrays {_names(expected)}, but has "
            f"{_names(parameters)}: use what `init` of the same model returns."
        )
    leaves = jax.tree_util.tree_leaves_with_path(parameters)
    for (where, leaf), shape in zip(leaves, jax.tree.leaves(expected), strict=True):
        name = f"parameters{jax.tree_util.keystr(where)}"
        if np.shape(leaf) != shape.shape:
            raise EbitError(
                f"Argument `{name}` must have shape {shape.shape}, but has shape {np.shape(leaf)}: "
                "use what `init` of the same model returns."
            )
        if not isinstance(leaf, jax.core.Tracer):
            check_angles(checks.real_numbers(name, leaf), name)


@lru_cache(maxsize=256)
def _shapes_of(init: Callable[[jax.Array], Parameters]) -> Parameters:
    with jax.ensure_compile_time_eval():  # nothing of this is part of a program that is traced
        key = random_key(0)
    return jax.eval_shape(init, key)


def _names(tree: Any) -> str:
    names = [jax.tree_util.keystr(where) for where, _ in jax.tree_util.tree_leaves_with_path(tree)]
    return checks.shortened(", ".join(names) or "none", 300)


def check_key(key: Any) -> None:
    """Raise unless this is one random key of JAX, of the old kind or the new one."""
    dtype = getattr(key, "dtype", None)
    is_key = dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key)
    if is_key and key.shape == ():
        return
    if dtype is not None and dtype == np.uint32 and key.ndim == 1:
        return
    raise checks.wrong("key", "one random key, such as jax.random.key(0)", key)


def check_real_type(dtype: Any) -> None:
    """Raise unless this is float32 or float64."""
    try:
        is_real = np.dtype(dtype) in (np.float32, np.float64)
    except Exception:  # NumPy reads text of many forms
        is_real = False
    if not is_real:
        raise checks.wrong("dtype", "float32 or float64", dtype)
