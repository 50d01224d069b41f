"""Packed effects meet the features of the data: one effect alone as among others."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebit.engine.features import meet_features


@pytest.mark.parametrize("effects", [1, 2, 16])
def test_every_effect_meets_every_sample(effects: int) -> None:
    random = np.random.default_rng(effects)
    packed = random.normal(size=(effects, 16)).astype(np.float32)
    table = random.normal(size=(7, 16)).astype(np.float32)
    met = meet_features(jnp.asarray(packed), jnp.asarray(table))
    np.testing.assert_allclose(met, np.einsum("eg,bg->eb", packed, table), atol=1e-5)
