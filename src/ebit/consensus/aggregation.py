r"""Robust, weighted aggregation of vectors, some of which are sent by nodes that lie.

Vectors are rows of x, shape (n, size); weights p, shape (n,), add up to 1, and are 0 for a node
that sent nothing. f is the number of rows that may be anything. Names are those of ByzFL; with
equal weights so are the values. Everything runs inside compiled programs, and f may be traced.

Source:
    Allouah et al., Fixing by mixing: a recipe for optimal Byzantine ML under heterogeneity, AISTATS
    (2023); Dahan and Levy, Weight for robustness, arXiv:2501.09621.
"""

from collections.abc import Callable, Mapping
from functools import partial

import jax
import jax.numpy as jnp

from ebit.consensus.mixing import TINY, arc, nnm, ranks, squared_distances

Aggregator = Callable[[jax.Array, jax.Array, jax.Array | int], jax.Array]
"""(x, p, f) to the aggregate, shape (size,)."""


def average(x: jax.Array, p: jax.Array, f: jax.Array | int = 0) -> jax.Array:
    r"""Weighted mean, :math:`\sum_k p_k x_k`; f does not matter.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: Ignored.

    Returns:
        Shape (size,).

    Example:
        >>> average(jnp.array([[1.0], [3.0]]), jnp.array([0.75, 0.25])).tolist()
        [1.5]
    """
    return p @ x


def median(x: jax.Array, p: jax.Array, f: jax.Array | int = 0) -> jax.Array:
    """Weighted median of every coordinate, the middle of the lower and the upper one; f is ignored.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: Ignored.

    Returns:
        Shape (size,).

    Example:
        >>> median(jnp.array([[1.0], [2.0], [9.0], [4.0]]), jnp.full(4, 0.25)).tolist()
        [3.0]
    """
    values, weights = _sorted(x, p)
    mass = jnp.cumsum(weights, axis=0)
    slip = 1e-6
    lower = jnp.argmax(mass >= 0.5 - slip, axis=0)
    upper = jnp.argmax(mass > 0.5 + slip, axis=0)
    ends = [jnp.take_along_axis(values, end[None], axis=0)[0] for end in (lower, upper)]
    return (ends[0] + ends[1]) / 2


def trimmed_mean(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    r"""Weighted mean of every coordinate without a mass :math:`f \max_k p_k` at both ends.

    The mass is below 1/2; a vector on the edge counts with the part of its weight that is inside.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: How many vectors may be anything.

    Returns:
        Shape (size,).

    Example:
        >>> trimmed_mean(jnp.array([[1.0], [2.0], [3.0], [99.0]]), jnp.full(4, 0.25), 1).tolist()
        [2.5]

    Source:
        Yin et al., Byzantine-robust distributed learning, ICML (2018).
    """
    cut = jnp.minimum(f * p.max(), 0.5 - 1e-4)
    values, weights = _sorted(x, p)
    above = jnp.cumsum(weights, axis=0)
    inside = jnp.clip(jnp.minimum(above, 1 - cut) - jnp.maximum(above - weights, cut), 0)
    return (inside * values).sum(axis=0) / inside.sum(axis=0)


def mean_around_median(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    """Weighted mean, in every coordinate, of the n - f values nearest to the median.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: How many vectors may be anything.

    Returns:
        Shape (size,).

    Example:
        >>> mean_around_median(jnp.array([[1.0], [2.0], [99.0]]), jnp.full(3, 1 / 3), 1).tolist()
        [1.5]

    Source:
        Xie, Koyejo and Gupta, Generalized Byzantine-tolerant SGD, arXiv:1802.10116.
    """
    present = p > 0
    far = jnp.where(present[:, None], jnp.abs(x - median(x, p)), jnp.inf)
    kept = ranks(far, axis=0) < present.sum() - f
    weights = kept * p[:, None]
    return (weights * x).sum(axis=0) / weights.sum(axis=0)


def krum(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    """The vector with the least sum of squared distances to its n - f - 2 nearest others.

    Args:
        x: Vectors, shape (n, size).
        p: Weights; only whether they are 0 matters.
        f: How many vectors may be anything.

    Returns:
        Shape (size,).

    Example:
        >>> krum(jnp.array([[1.0], [1.1], [1.3], [9.0]]), jnp.full(4, 0.25), 1).tolist()
        [1.0]

    Source:
        Blanchard et al., Machine learning with adversaries, NeurIPS (2017).
    """
    return x[jnp.argmin(_krum_scores(x, p, f))]


def multi_krum(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    """Weighted mean of the n - f vectors with the least scores of `krum`.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: How many vectors may be anything.

    Returns:
        Shape (size,).

    Example:
        >>> multi_krum(jnp.array([[1.0], [2.0], [3.0], [99.0]]), jnp.full(4, 0.25), 1).tolist()
        [2.0]
    """
    kept = p * (ranks(_krum_scores(x, p, f)) < (p > 0).sum() - f)
    return kept @ x / kept.sum()


def geometric_median(
    x: jax.Array, p: jax.Array, f: jax.Array | int = 0, *, smooth: float = 1e-6, steps: int = 64
) -> jax.Array:
    r"""Minimiser of :math:`\sum_k p_k \lVert x_k - z \rVert`; f is ignored.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: Ignored.
        smooth: Distances are taken to be no less.
        steps: Iterations.

    Returns:
        Shape (size,).

    Example:
        >>> x = jnp.array([[0.0], [1.0], [50.0]])
        >>> geometric_median(x, jnp.full(3, 1 / 3)).round(3).tolist()
        [1.0]

    Source:
        Pillutla, Kakade and Harchaoui, Robust aggregation for federated learning, IEEE TSP (2022).
    """

    def improve(_: int, z: jax.Array) -> jax.Array:
        weights = p / jnp.maximum(jnp.linalg.norm(x - z, axis=1), smooth)
        return weights @ x / weights.sum()

    return jax.lax.fori_loop(0, steps, improve, p @ x)


def centered_clipping(
    x: jax.Array,
    p: jax.Array,
    f: jax.Array | int = 0,
    *,
    start: jax.Array | float = 0.0,
    radius: float = 100.0,
    steps: int = 1,
) -> jax.Array:
    r"""Steps :math:`z \leftarrow z + \sum_k p_k (x_k - z) \min(1, \tau/\lVert x_k - z \rVert)`.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: Ignored.
        start: First z, such as the aggregate of the round before.
        radius: The radius.
        steps: Iterations.

    Returns:
        Shape (size,).

    Example:
        >>> centered_clipping(jnp.array([[1.0], [9.0]]), jnp.full(2, 0.5), radius=2.0).tolist()
        [1.5]

    Source:
        Karimireddy, He and Jaggi, Learning from history, ICML (2021).
    """

    def improve(_: int, z: jax.Array) -> jax.Array:
        gap = x - z
        length = jnp.linalg.norm(gap, axis=1)
        return z + (p * jnp.minimum(1, radius / jnp.maximum(length, TINY))) @ gap

    first = jnp.broadcast_to(jnp.asarray(start, x.dtype), x.shape[1:])
    return jax.lax.fori_loop(0, steps, improve, first)


def _with_nnm(aggregate: Aggregator) -> Aggregator:
    return lambda x, p, f: aggregate(nnm(x, p, f), p, f)


AGGREGATORS: Mapping[str, Aggregator] = {
    "mean": average,
    "median": median,
    "trmean": trimmed_mean,
    "meamed": mean_around_median,
    "krum": krum,
    "multikrum": multi_krum,
    "geomedian": geometric_median,
    "clipping": partial(centered_clipping, radius=1.0, steps=3),
    "nnm+trmean": _with_nnm(trimmed_mean),
    "nnm+median": _with_nnm(median),
    "nnm+geomedian": _with_nnm(geometric_median),
    "arc+trmean": lambda x, p, f: trimmed_mean(arc(x, p, f), p, f),
}
"""All filters by name."""


def robustness(name: str, n: int, f: int) -> float:
    r"""Upper bound on kappa of the aggregators for which one is known, with equal weights.

    An aggregator is (f, kappa)-robust if for every set of n - f vectors

    .. math:: \lVert R - \bar x_S \rVert^2 \le \frac{\kappa}{|S|} \sum_{k \in S} \lVert x_k - \bar
    x_S \rVert^2

    Args:
        name: `trmean`, `krum`, `median` or `geomedian`; with `nnm+` in front for the mixed ones.
        n: Number of vectors.
        f: How many may be anything, below n / 2.

    Returns:
        The bound.

    Example:
        >>> robustness("trmean", 10, 0), round(robustness("trmean", 10, 2), 2)
        (0.0, 2.67)

    Source:
        Allouah et al., arXiv:2302.01772, propositions of section 3 and lemma 1.
    """
    ratio = f / (n - 2 * f)
    if name.startswith("nnm+"):
        return 8 * f / (n - f) * (robustness(name.removeprefix("nnm+"), n, f) + 1)
    return {
        "trmean": 6 * ratio * (1 + ratio),
        "krum": 6 * (1 + ratio),
        "median": 4 * (1 + ratio) ** 2,
        "geomedian": 4 * (1 + ratio) ** 2,
    }[name]


def _krum_scores(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    """Infinite for absent vectors, shape (n,)."""
    present = p > 0
    far = jnp.where(present, squared_distances(x), jnp.inf)
    far = jnp.where(jnp.eye(len(p), dtype=bool), -1.0, far)  # itself comes first
    place = ranks(far)
    counted = (place > 0) & (place <= present.sum() - f - 2)
    return jnp.where(present, jnp.where(counted, far, 0).sum(axis=1), jnp.inf)


def _sorted(x: jax.Array, p: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Values of every coordinate in rising order, with their weights, each (n, size)."""
    order = jnp.argsort(x, axis=0)
    return jnp.take_along_axis(x, order, axis=0), p[order]
