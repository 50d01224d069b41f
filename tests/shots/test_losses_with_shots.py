import jax.numpy as jnp
import numpy as np
import pytest

from ebit.learning.losses import LOSSES
from ebit.shots.losses import PAIRED_LOSSES


def test_every_loss_has_its_pair() -> None:
    assert PAIRED_LOSSES.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", LOSSES)
def test_two_equal_estimates_give_the_loss(name: str) -> None:
    rng = np.random.default_rng(0)
    labels, values = jnp.asarray(np.sign(rng.normal(size=9))), jnp.asarray(rng.normal(size=9))
    assert float(PAIRED_LOSSES[name](labels, values, values)) == pytest.approx(
        float(LOSSES[name](labels, values)), abs=1e-6
    )


@pytest.mark.parametrize("name", LOSSES)
def test_the_mean_over_independent_estimates_is_the_loss(name: str) -> None:
    """Read-outs of +1 or -1, each pair of them as likely as it is."""
    exact, total = jnp.array([0.4]), 0.0
    for first in (1.0, -1.0):
        for second in (1.0, -1.0):
            chance = (1 + first * 0.4) / 2 * (1 + second * 0.4) / 2
            pair = PAIRED_LOSSES[name](jnp.ones(1), jnp.array([first]), jnp.array([second]))
            total += chance * float(pair)
    assert total == pytest.approx(float(LOSSES[name](jnp.ones(1), exact)), abs=1e-6)
