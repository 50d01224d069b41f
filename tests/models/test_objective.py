"""Losses against their formulas, sequences of shots, and the binomial distribution of SciPy."""

from functools import partial
from itertools import product as sequences
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy import stats

from ebit import DistributedDNN, DistributedQCNN, EbitError
from ebit.models import LOSSES, ReadOut, check_objective, make_loss
from ebit.models.counts import number_of_counts
from ebit.models.objective import MOST_COUNTS, QuadraticLoss, WrongLabel

PAIRS = st.lists(
    st.tuples(st.sampled_from([-1.0, 1.0]), st.floats(-2, 2, width=32)), min_size=8, max_size=8
)
QUADRATIC = [kind() for kind in LOSSES.values() if issubclass(kind, QuadraticLoss)]


def scored(values: Any) -> ReadOut:
    return ReadOut(jnp.asarray(values)[:, None])


def measured(table: Any, weights: Any) -> ReadOut:
    """A read-out in the precision of JAX at the moment."""
    table, weights = jnp.asarray(table), jnp.asarray(weights)
    return ReadOut((table @ weights)[:, None], table, weights[None])


@partial(jax.jit, static_argnums=3)
def _wrong(table: Any, weights: Any, labels: Any, shots: int) -> Any:
    return WrongLabel(shots).of_rows(labels, measured(table, weights))


@partial(jax.jit, static_argnums=2)
def slopes_of(table: Any, weights: Any, shots: int) -> Any:
    """Value and gradients of the loss, for labels +1, -1, +1."""
    labels = jnp.array([1.0, -1.0, 1.0])
    loss = WrongLabel(shots)
    return jax.value_and_grad(lambda *both: loss(labels, measured(*both)), (0, 1))(table, weights)


def wrong(table: Any, weights: Any, labels: Any, shots: int) -> Any:
    with jax.enable_x64(True):
        return np.asarray(_wrong(table, np.asarray(weights), labels, shots))


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_losses_of_scores_are_their_formulas(pairs: list[tuple[float, float]]) -> None:
    labels, values = (np.array(column) for column in zip(*pairs, strict=True))
    mse, product = make_loss("mse"), make_loss("product")
    assert float(mse(jnp.asarray(labels), scored(values))) == pytest.approx(
        np.mean((labels - values) ** 2), abs=1e-5
    )
    assert float(product(jnp.asarray(labels), scored(values))) == pytest.approx(
        -np.mean(labels * values), abs=1e-5
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("loss", [*QUADRATIC, WrongLabel(1), WrongLabel(4), WrongLabel(100)])
def test_the_right_answer_has_the_least_loss_and_a_useful_slope(loss: Any) -> None:
    labels = jnp.array([1.0, -1.0])

    def value(scores: jax.Array) -> jax.Array:
        table = jnp.stack([1 + scores, 1 - scores], axis=1) / 2
        return loss(labels, measured(table, jnp.array([1.0, -1.0])))

    right, wrong = (float(jax.jit(value)(scores)) for scores in (labels, -labels))
    assert right < wrong
    slope = jax.jit(jax.grad(value))(jnp.zeros(2))
    assert np.all(np.sign(slope) == -np.sign(labels))


@pytest.mark.parametrize("loss", QUADRATIC)
def test_two_equal_estimates_give_the_loss(loss: QuadraticLoss) -> None:
    rng = np.random.default_rng(0)
    labels, values = jnp.asarray(np.sign(rng.normal(size=9))), jnp.asarray(rng.normal(size=9))
    assert float(loss.from_two_estimates(labels, values, values)) == pytest.approx(
        float(loss(labels, scored(values))), abs=1e-6
    )


@pytest.mark.parametrize("loss", QUADRATIC)
def test_the_mean_over_independent_estimates_is_the_loss(loss: QuadraticLoss) -> None:
    """Read-outs of +1 or -1, each pair of them as likely as it is."""
    total = 0.0
    for first, second in sequences((1.0, -1.0), repeat=2):
        chance = (1 + first * 0.4) / 2 * (1 + second * 0.4) / 2
        pair = loss.from_two_estimates(jnp.ones(1), jnp.array([first]), jnp.array([second]))
        total += chance * float(pair)
    assert total == pytest.approx(float(loss(jnp.ones(1), scored([0.4]))), abs=1e-6)


@pytest.mark.parametrize("shots", [1, 2, 3, 10, 63])
def test_the_parity_from_few_shots_is_binomial(shots: int) -> None:
    """+1 needs at least half of the shots, so a tie is +1; weights of any size."""
    even = np.linspace(0, 1, 21)
    positive = stats.binom.sf((shots - 1) // 2, shots, even)
    table, labels = np.stack([even, 1 - even], axis=1), np.where(np.arange(21) % 2, 1.0, -1.0)
    found = wrong(table, [0.7, -0.7], labels, shots)
    assert_allclose(found, np.where(labels > 0, 1 - positive, positive), atol=1e-12)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shots", [1, 3, 4])
def test_the_slope_of_the_binomial_sum(shots: int) -> None:
    """d/dp P(K >= k) = N times the probability of k - 1 successes in N - 1 shots."""
    even = np.linspace(0, 1, 11)

    def total(even: jax.Array) -> jax.Array:
        table = jnp.stack([even, 1 - even], axis=1)
        return WrongLabel(shots).of_rows(-jnp.ones(11), measured(table, [1.0, -1.0])).sum()

    with jax.enable_x64(True):
        slope = jax.jit(jax.grad(total))(even)
    needed = (shots + 1) // 2
    assert_allclose(slope, shots * stats.binom.pmf(needed - 1, shots - 1, even), atol=1e-9)


@pytest.mark.parametrize("shots", [1, 2, 3, 5])
def test_four_weights_from_few_shots_are_sums_over_all_sequences(shots: int) -> None:
    rng = np.random.default_rng(shots)
    table, weights = rng.dirichlet(np.ones(4), 3), rng.normal(size=4)
    positive = np.zeros(3)
    for outcomes in sequences(range(4), repeat=shots):
        if sum(weights[o] for o in outcomes) >= 0:
            positive += np.prod([table[:, o] for o in outcomes], axis=0)
    assert number_of_counts(shots, 4) <= MOST_COUNTS
    assert_allclose(wrong(table, weights, np.ones(3), shots), 1 - positive, atol=1e-12)


def test_one_shot_of_the_parity_is_the_product_loss() -> None:
    even, labels = np.array([0.2, 0.5, 0.9]), np.array([1.0, -1.0, 1.0])
    table = np.stack([even, 1 - even], axis=1)
    with jax.enable_x64(True):
        product = make_loss("product").of_rows(jnp.asarray(labels), scored(2 * even - 1))
    assert_allclose(wrong(table, [1.0, -1.0], labels, 1), (1 + np.asarray(product)) / 2, atol=1e-12)


@pytest.mark.parametrize("shots", [6, 100, 10**6])
def test_many_shots_are_normally_distributed(shots: int) -> None:
    rng = np.random.default_rng(shots)
    table, weights = rng.dirichlet(np.ones(4), 20), rng.normal(size=4)
    labels = np.sign(rng.normal(size=20))
    mean = table @ weights
    std = np.sqrt(table @ weights**2 - mean**2)
    expected = stats.norm.sf(labels * mean * np.sqrt(shots) / std)
    assert_allclose(wrong(table, weights, labels, shots), expected, atol=1e-9)


@pytest.mark.parametrize("shots", [5, 21, 63])
def test_the_two_forms_agree_within_the_theorem_of_berry_and_esseen(shots: int) -> None:
    """Their difference is at most 0.4748 rho / (sigma^3 sqrt(N)) (Shevtsova 2011)."""
    even = np.linspace(0.05, 0.95, 19)
    table, weights, labels = np.stack([even, 1 - even], 1), np.array([1.0, -1.0]), np.ones(19)
    mean = (table @ weights)[:, None]
    std, rho = (np.sum(table * np.abs(weights - mean) ** power, axis=1) for power in (2, 3))
    std = np.sqrt(std)
    limit = stats.norm.sf(mean[:, 0] * np.sqrt(shots) / std)
    difference = np.abs(wrong(table, weights, labels, shots) - limit)
    assert np.all(difference <= 0.4748 * rho / (std**3 * np.sqrt(shots)))
    assert difference.max() < 0.13 / np.sqrt(shots)


def test_weights_move_as_in_the_limit_of_many_shots() -> None:
    rng = np.random.default_rng(0)
    table, weights = jnp.asarray(rng.dirichlet(np.ones(4), 8)), jnp.asarray(rng.normal(size=4))
    labels = jnp.asarray(np.sign(rng.normal(size=8)))

    def exact(weights: jax.Array) -> jax.Array:
        return WrongLabel(2)(labels, measured(table, weights))

    def limit(weights: jax.Array) -> jax.Array:
        mean = table @ weights
        z = labels * mean * jnp.sqrt(2) / jnp.sqrt(table @ weights**2 - mean**2)
        return jnp.mean(jax.scipy.special.ndtr(-z))

    found, wanted = (jax.jit(jax.grad(loss))(weights) for loss in (exact, limit))
    assert_allclose(found, wanted, atol=1e-5)


@settings(deadline=None, max_examples=200)
@given(
    arrays(np.float32, (3, 4), elements=st.floats(0, 1, width=32)),
    arrays(np.float32, 4, elements=st.sampled_from([0, 1, -1, 0.5, -2, 1e-6, 3]))
    | arrays(np.float32, 4, elements=st.floats(-10, 10, width=32)),
    st.sampled_from([2, 5, 100, 10**6]),
)
def test_values_and_gradients_are_finite(table: Any, weights: Any, shots: int) -> None:
    """Also where an outcome is certain or impossible, weights are equal or all of them are 0."""
    table[:, 0] += table.sum(axis=1) == 0
    table /= table.sum(axis=1, keepdims=True)

    loss, slopes = slopes_of(table, weights, shots)
    assert -1e-5 <= float(loss) <= 1 + 1e-5
    assert all(np.all(np.isfinite(slope)) for slope in slopes)


def test_losses_are_values() -> None:
    assert make_loss("shots", shots_per_label=7) == WrongLabel(7) != WrongLabel(8)
    assert hash(make_loss("mse")) == hash(make_loss("mse"))
    assert make_loss("mse") != make_loss("product")
    for name, kind in LOSSES.items():
        assert kind.name == name
        assert kind.words
    assert [kind.trains_readout for kind in LOSSES.values()] == [True, False, True, True]


@pytest.mark.parametrize(
    ("name", "shots", "message"),
    [
        ("hinge", None, "`loss` must be one of mse, product, shots, cross-entropy, but is 'hinge'"),
        (["mse"], None, r"`loss` must be one of .*, but is \['mse'\]"),
        ("shots", None, "`shots_per_label` is missing"),
        ("shots", 0, "`shots_per_label` must be a whole number from 1 to 1000000, but is 0"),
        ("shots", 2.5, "`shots_per_label` must be a whole number"),
        ("mse", 10, "`shots_per_label` is for the loss 'shots', but `loss` is 'mse'"),
    ],
)
def test_bad_settings(name: Any, shots: Any, message: str) -> None:
    with pytest.raises(EbitError, match=message) as caught:
        make_loss(name, shots_per_label=shots)
    assert "\n" not in str(caught.value)


def test_what_a_model_cannot_be_trained_with() -> None:
    with pytest.raises(EbitError, match="'dnn' has nothing that is measured"):
        check_objective(WrongLabel(1), DistributedDNN())
    with pytest.raises(EbitError, match="shots give no unbiased gradient"):
        check_objective(WrongLabel(1), DistributedQCNN(qubits=2, depth=1), shots=10)
    check_objective(make_loss("product"), DistributedQCNN(qubits=2, depth=1), shots=10)
