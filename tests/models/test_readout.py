from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from ebit.models.readout import PARITY, labels_of, weigh_outcomes


@pytest.mark.parametrize("library", [np, jnp])
def test_the_label_rule(library: Any) -> None:
    """A tie is +1; a small negative number of double precision is not a tie."""
    labels = labels_of(library.asarray([[0.5], [0.0], [-0.0], [-0.25]]))
    assert isinstance(labels, type(library.zeros(1)))
    assert labels.tolist() == [1, 1, 1, -1]
    assert labels_of(np.array([[-1e-300]])).tolist() == [-1]


def test_scores_are_weighted_probabilities() -> None:
    rng = np.random.default_rng(0)
    table, weights = rng.dirichlet(np.ones(4), 5).reshape(5, 2, 2), rng.normal(size=(2, 2))
    read_out = weigh_outcomes(jnp.asarray(table), jnp.asarray(weights))
    assert read_out.probabilities is not None
    assert read_out.weights is not None
    np.testing.assert_allclose(
        read_out.scores[:, 0], np.sum(weights * table, axis=(1, 2)), atol=1e-6
    )
    np.testing.assert_allclose(
        read_out.scores, read_out.probabilities @ read_out.weights.T, atol=1e-6
    )


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_the_parity_has_two_outcomes(bits: int) -> None:
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.ones(2**bits), 4).reshape(4, *[2] * bits)
    signs = (-1.0) ** np.indices([2] * bits).sum(axis=0)
    read_out = weigh_outcomes(jnp.asarray(table), jnp.asarray(0.3 * signs), parity=True)
    outcomes = tuple(range(1, bits + 1))
    even = np.sum(table * (signs > 0), axis=outcomes)
    assert read_out.probabilities is not None
    np.testing.assert_allclose(read_out.probabilities, np.stack([even, 1 - even], 1), atol=1e-6)
    assert read_out.weights is not None
    np.testing.assert_allclose(np.asarray(read_out.weights), [[0.3, -0.3]], atol=1e-6)
    np.testing.assert_allclose(
        read_out.scores[:, 0], 0.3 * np.sum(table * signs, axis=outcomes), atol=1e-6
    )


def test_parity_of_two_bits() -> None:
    assert PARITY.tolist() == [[1, -1], [-1, 1]]
