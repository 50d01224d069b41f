import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.learning.losses import LOSSES, TRAINS_READOUT, mse, product

PAIRS = st.lists(
    st.tuples(st.sampled_from([-1.0, 1.0]), st.floats(-2, 2, width=32)), min_size=1, max_size=20
)


@settings(deadline=None)
@given(PAIRS)
def test_losses_are_their_formulas(pairs: list[tuple[float, float]]) -> None:
    labels, values = (np.array(column) for column in zip(*pairs, strict=True))
    assert float(mse(jnp.asarray(labels), jnp.asarray(values))) == pytest.approx(
        np.mean((labels - values) ** 2), abs=1e-5
    )
    assert float(product(jnp.asarray(labels), jnp.asarray(values))) == pytest.approx(
        -np.mean(labels * values), abs=1e-5
    )


def test_every_loss_says_whether_the_readout_is_trained() -> None:
    assert LOSSES.keys() == TRAINS_READOUT.keys()


@pytest.mark.parametrize("name", LOSSES)
def test_the_right_answer_has_the_least_loss_and_a_useful_slope(name: str) -> None:
    loss = LOSSES[name]
    labels = jnp.array([1.0, -1.0])
    assert float(loss(labels, labels)) < float(loss(labels, -labels))
    slope = jax.grad(loss, argnums=1)(labels, jnp.zeros(2))
    assert np.all(np.sign(slope) == -np.sign(labels))
