"""Aggregators and attacks: ByzFL's constants, definitions in NumPy, bounds, oracles."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.consensus import aggregation as agg
from ebit.consensus import mixing
from ebit.consensus.attacks import ATTACKS, attacked, most_harmful
from ebit.consensus.twins import drop_twins, momentum_floor

NINE = np.arange(1.0, 10).reshape(3, 3)
THIRDS = np.full(3, 1 / 3)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    return jax.jit(function)


def run(function: Callable[..., Any], x: Any, p: Any, f: int, **options: Any) -> Any:
    called = compiled(function) if not options else jax.jit(partial(function, **options))
    return jax.tree.map(np.asarray, called(jnp.asarray(x), jnp.asarray(p), f))


def vectors(n: int = 9, size: int = 4, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(n, size))


def equal(n: int) -> Any:
    return np.full(n, 1 / n)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (agg.krum, [1, 2, 3]),
        (agg.multi_krum, [2.5, 3.5, 4.5]),
        (agg.mean_around_median, [2.5, 3.5, 4.5]),
        (agg.trimmed_mean, [4, 5, 6]),
        (agg.median, [4, 5, 6]),
        (agg.geometric_median, [4, 5, 6]),
        (agg.average, [4, 5, 6]),
    ],
)
def test_constants_of_three_rows(function: agg.Aggregator, expected: list[float]) -> None:
    np.testing.assert_allclose(run(function, NINE, THIRDS, 1), expected, atol=1e-5)


def test_nnm_of_three_rows() -> None:
    np.testing.assert_allclose(run(mixing.nnm, NINE, THIRDS, 1)[:, 0], [2.5, 2.5, 5.5])


@pytest.mark.parametrize("n", [8, 9])
def test_equal_weights_give_the_textbook(n: int) -> None:
    x, f = vectors(n), 2
    kept = np.sort(x, axis=0)[f:-f]
    np.testing.assert_allclose(run(agg.trimmed_mean, x, equal(n), f), kept.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(run(agg.median, x, equal(n), f), np.median(x, axis=0), atol=1e-12)
    far = ((x[:, None] - x) ** 2).sum(axis=-1)
    scores = np.sort(far, axis=1)[:, 1 : n - f - 1].sum(axis=1)
    np.testing.assert_allclose(run(agg.krum, x, equal(n), f), x[scores.argmin()])
    best = x[np.argsort(scores)[: n - f]].mean(axis=0)
    np.testing.assert_allclose(run(agg.multi_krum, x, equal(n), f), best, atol=1e-12)
    mixed = [x[np.argsort(row)[: n - f]].mean(axis=0) for row in far]
    np.testing.assert_allclose(run(mixing.nnm, x, equal(n), f), mixed, atol=1e-12)


@pytest.mark.parametrize("name", [*agg.AGGREGATORS])
def test_an_absent_node_changes_nothing(name: str) -> None:
    x, p = vectors(), equal(9)
    absent = run(agg.AGGREGATORS[name], np.vstack([x, 1e6 * np.ones(4)]), [*p, 0.0], 2)
    np.testing.assert_allclose(absent, run(agg.AGGREGATORS[name], x, p, 2), atol=1e-9)


@pytest.mark.parametrize("name", ["mean", "median", "trmean", "geomedian"])
def test_a_weight_of_two_is_two_equal_nodes(name: str) -> None:
    """With no mass to trim; the trimmed mass follows the largest weight."""
    x = vectors(5)
    weights = np.array([2, 1, 1, 1, 1]) / 6
    twice = run(agg.AGGREGATORS[name], np.vstack([x[:1], x]), equal(6), 0)
    np.testing.assert_allclose(run(agg.AGGREGATORS[name], x, weights, 0), twice, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in agg.AGGREGATORS if n not in ("mean", "clipping")])
def test_far_outliers_do_not_carry_a_robust_aggregate_away(name: str) -> None:
    x = vectors(11, seed=3)
    x[:3] = 1e4
    assert np.abs(run(agg.AGGREGATORS[name], x, equal(11), 3)).max() < 10
    assert np.abs(run(agg.average, x, equal(11), 3)).max() > 1000  # the test can fail


@pytest.mark.parametrize("name", ["trmean", "median", "geomedian", "krum"])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_bound_on_kappa_holds_on_random_vectors(name: str, mixed: bool) -> None:
    n, f = 9, 2
    name = f"nnm+{name}" if mixed else name
    plain = agg.AGGREGATORS[name.removeprefix("nnm+")]
    bound = agg.robustness(name, n, f)
    for seed in range(3):
        x = vectors(n, seed=seed) * np.array([1, 1, 1, 1, 1, 1, 1, 5, 9])[:, None]
        given = run(mixing.nnm, x, equal(n), f) if mixed else x
        found = run(plain, given, equal(n), f)
        for honest in combinations(range(n), n - f):
            mean = x[list(honest)].mean(axis=0)
            spread = ((x[list(honest)] - mean) ** 2).sum(axis=1).mean()
            assert ((found - mean) ** 2).sum() <= bound * spread


def test_the_geometric_median_is_the_minimum_of_scipy() -> None:
    from scipy.optimize import minimize

    x, p = vectors(7, 3), np.array([3, 1, 1, 2, 1, 1, 1]) / 10
    best = minimize(lambda z: p @ np.linalg.norm(x - z, axis=1), x.mean(axis=0), tol=1e-10)
    found = run(agg.geometric_median, x, p, 0, steps=500)
    np.testing.assert_allclose(found, best.x, atol=1e-4)


def test_clipping_and_arc_shorten_and_bucketing_keeps_the_mean() -> None:
    x = vectors(10)
    length = np.linalg.norm(x, axis=1)
    radius = np.sort(length)[10 - int(2 * 0.2 * 8) - 1]
    expected = x * np.minimum(1, radius / length)[:, None]
    np.testing.assert_allclose(run(mixing.arc, x, equal(10), 2), expected, atol=1e-12)
    short = run(mixing.clipping, x, equal(10), 0, radius=0.5)
    assert np.linalg.norm(short, axis=1).max() <= 0.5 + 1e-12
    means, weights = run(mixing.bucketing, x, equal(10), 0, key=jax.random.key(1), size=3)
    np.testing.assert_allclose(weights @ means, x.mean(axis=0), atol=1e-12)
    clipped = run(agg.centered_clipping, x, equal(10), 0, radius=1e9)
    np.testing.assert_allclose(clipped, x.mean(axis=0), atol=1e-12)


def test_twins_are_dropped_and_dressed_ones_are_not() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(12, 56))
    floor = jnp.array(2.0 * 56)
    p, f = run(drop_twins, x, equal(12), 3, floor=floor)
    assert (p > 0).all()
    assert f == 3
    twins = x.copy()
    twins[:3] = twins[0]
    p, f = run(drop_twins, twins, equal(12), 3, floor=floor)
    np.testing.assert_array_equal(p > 0, np.arange(12) >= 3)
    assert (f, p.sum()) == (0, pytest.approx(1))
    dressed = twins.copy()
    dressed[:3] += random.normal(size=(3, 56))
    assert (run(drop_twins, dressed, equal(12), 3, floor=floor)[0] > 0).all()
    many = x.copy()
    many[:8] = many[0]
    assert (run(drop_twins, many, equal(12), 3, floor=floor)[0] > 0).all()


def test_the_noise_floor_of_momenta() -> None:
    random = np.random.default_rng(1)
    mu, turn, size = 0.7, 5, 20
    noise = random.normal(size=(turn, 400, size)) * 0.5
    x = np.zeros((400, size))
    for message in noise:
        x = mu * x + (1 - mu) * message
    x /= 1 - mu**turn
    measured = ((x[::2] - x[1::2]) ** 2).sum(axis=1).mean()
    assert float(momentum_floor(size, 0.25, mu, turn)) == pytest.approx(measured, rel=0.1)


@pytest.mark.parametrize(
    ("name", "strength", "expected"),
    [
        ("ipm", 2.0, [-8, -10, -12]),
        ("sign_flip", 1.0, [-4, -5, -6]),
        ("mimic", None, [1, 2, 3]),
        ("alie", 0.0, [4, 5, 6]),
    ],
)
def test_constants_of_attacks(name: str, strength: float | None, expected: list[float]) -> None:
    x = jnp.vstack([jnp.asarray(NINE), jnp.zeros((2, 3))])
    sent = sent_by(name, x, 3, strength)
    np.testing.assert_allclose(sent[:3], NINE)
    np.testing.assert_allclose(sent[3:], [expected] * 2)


@pytest.mark.parametrize("name", [name for name in ATTACKS if ATTACKS[name].noise])
def test_dressed_colluders_differ(name: str) -> None:
    x = jnp.asarray(vectors(8))
    sent = sent_by(name, x, 5)
    assert np.abs(sent[5] - sent[6]).min() > 0
    np.testing.assert_allclose(sent[:5], x[:5])


def sent_by(name: str, x: jax.Array, honest: int, strength: float | None = None) -> Any:
    shares = jnp.array(ATTACKS[name].shares(strength))
    return compiled(attacked)(x, jnp.arange(len(x)) < honest, shares, jax.random.key(0))


def test_an_adaptive_attack_moves_the_aggregate_most() -> None:
    x, p = jnp.asarray(vectors(10)), jnp.asarray(equal(10))
    honest, key = jnp.arange(10) < 8, jax.random.key(0)

    def aggregate(y: jax.Array) -> jax.Array:
        return agg.trimmed_mean(y, p, 2)

    def moved(sent: Any) -> float:
        found = run(agg.trimmed_mean, sent, equal(10), 2)
        return float(((found - np.asarray(x)[:8].mean(axis=0)) ** 2).sum())

    harmful = jax.jit(lambda x: most_harmful(ATTACKS["adaptive"], x, honest, key, aggregate))
    assert moved(harmful(x)) >= max(moved(sent_by("alie_noise", x, 8, z)) for z in (0.3, 1.5))


BYZFL = {
    "TrMean": agg.trimmed_mean,
    "Median": agg.median,
    "Krum": agg.krum,
    "MultiKrum": agg.multi_krum,
    "Meamed": agg.mean_around_median,
    "Average": agg.average,
    "NNM": mixing.nnm,
    "ARC": mixing.arc,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BYZFL)
@pytest.mark.parametrize(("n", "f"), [(7, 2), (12, 3)])
def test_equal_to_byzfl(name: str, n: int, f: int) -> None:
    byzfl = pytest.importorskip("byzfl", exc_type=ImportError)
    x = vectors(n, 6, seed=n)
    theirs = getattr(byzfl, name)(**({} if name in ("Median", "Average") else {"f": f}))
    np.testing.assert_allclose(run(BYZFL[name], x, equal(n), f), theirs(x), atol=1e-6)


@pytest.mark.slow
def test_attacks_equal_to_byzfl() -> None:
    byzfl = pytest.importorskip("byzfl", exc_type=ImportError)
    x = vectors(8, 6)
    both = jnp.vstack([jnp.asarray(x), jnp.zeros((2, 6))])
    for name, theirs, strength in (
        ("sign_flip", byzfl.SignFlipping(), 1.0),
        ("ipm", byzfl.InnerProductManipulation(tau=2.0), 2.0),
        ("mimic", byzfl.Mimic(epsilon=0), None),
    ):
        np.testing.assert_allclose(sent_by(name, both, 8, strength)[9], theirs(x), atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "f"), [("median", 0), ("trimmed_mean", 2)])
def test_equal_to_qora_fl(method: str, f: int) -> None:
    qora = pytest.importorskip("qora", exc_type=ImportError)
    x = vectors(7, 6, seed=7).astype(np.float32)
    theirs = qora.ByzantineAggregator(method, 0.15).aggregate([row[None] for row in x])
    own = {"median": agg.median, "trimmed_mean": agg.trimmed_mean}[method]
    np.testing.assert_allclose(np.ravel(theirs), run(own, x, equal(7), f), atol=1e-6)
