"""Products of tiny tensors beside `einsum`, their slopes too."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.engine.tensor_plan import products


@pytest.mark.parametrize(("i", "m", "j"), [(1, 4, 2), (4, 16, 4), (3, 17, 2), (18, 2, 3)])
def test_products_and_their_slopes(i: int, m: int, j: int) -> None:
    """Few and many terms, in the product and in its slopes."""
    rng = np.random.default_rng(0)
    sides = rng.normal(size=(2, i, m, 5)), rng.normal(size=(2, m, j, 5))
    weight = rng.normal(size=(2, i, j, 5))

    def plain(left: Any, right: Any) -> Any:
        return jnp.einsum("rimb,rmjb->rijb", left, right, precision=jax.lax.Precision.HIGHEST)

    def all_of(function: Any) -> Any:
        def total(sides: Any) -> Any:
            return jnp.sum(weight * function(*sides))

        return jax.jit(lambda sides: (function(*sides), jax.grad(total)(sides)))(sides)

    with jax.enable_x64(True):
        found, expected = all_of(products), all_of(plain)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), found, expected)
