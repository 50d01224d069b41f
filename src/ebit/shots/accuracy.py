"""Accuracy of labels that are read off a finite number of shots."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models.checks import check_key
from ebit.models.counts import all_counts, number_of_counts
from ebit.models.readout import MAX_SHOTS, check_shots, labels_of
from ebit.shots.sampling import check_tables, estimate_expectation, sample_outcomes

MAX_REPEATS = 1_000_000
"""More repeats than this are a slip of the pen."""

DRAWS = 100
"""How often the shots of all rows are drawn where there are several scores."""

_DRAWN = 20261126
_REPEATS_AT_ONCE = 16
_MOST_COUNTS = 6000
_CERTAIN = 8.0
_LEAST = float(np.finfo(np.float64).tiny)
_NOTHING = -32.0
"""Logarithm of what is left out of a sum of numbers up to 1."""

_STEPS = 1024
_MOST_PARTS = 64


def accuracy_at_shots(
    probabilities: ArrayLike, weights: ArrayLike, labels: ArrayLike, shots: int
) -> float:
    r"""Expected fraction of right labels that are read off a number of shots.

    The estimate of the score is the mean of N independent draws of :math:`w_o`; its sign is the
    label, +1 for a tie. Outcomes of equal weight count as one. With up to 6,000 results of the
    shots (any N up to 5,999 for the parity, 30 for four weights) their probabilities are added up.
    Beyond, the distribution of the sum S of the draws comes from its characteristic function,

    .. math:: P(S \ge s) = \frac12 + \frac1\pi \int_0^\infty \frac{dt}{t}\, \mathrm{Im}\;
        e^{-i t s} \Big(\sum_o P(o \mid x)\, e^{i t w_o}\Big)^N

    with s = 0, or half a spacing below the least sum of label +1 where all sums lie on a lattice,
    up to a blur of 0.02 standard deviations of S at most; where its mean is more than 8 of them
    from 0, the label is certain.

    With several scores the label is that of the largest estimate, and its accuracy is the mean over
    `DRAWS` draws of the shots of all rows, always the same ones.

    Args:
        probabilities: P(o | x), shape (rows, 2, ...).
        weights: Weight of every outcome in the read-out, shape (2, ...); several scores have a
            first axis of them.
        labels: +1 or -1, or 0 to S - 1 for S scores, shape (rows,).
        shots: Shots N of a label.

    Returns:
        The expected accuracy.

    Raises:
        EbitError: If `shots` is no number of shots or shapes do not fit.

    Example:
        >>> table = [[0.9, 0.1], [0.2, 0.8]]
        >>> [round(accuracy_at_shots(table, [1, -1], [1, -1], shots), 3) for shots in (1, 3, 1000)]
        [0.85, 0.934, 1.0]

    Source:
        Gil-Pelaez, Biometrika 38, 481 (1951); sum of Davies, Biometrika 60, 415 (1973).
    """
    check_shots(shots)
    table, row, targets = (
        checks.numbers(name, value)
        for name, value in (
            ("probabilities", probabilities),
            ("weights", weights),
            ("labels", labels),
        )
    )
    if table.ndim < 2:
        raise EbitError(
            f"Argument `probabilities` must have shape (rows, 2, ...), but has shape {table.shape}."
        )
    if row.ndim == table.ndim and row.shape[1:] == table.shape[1:]:
        return _by_draws(table, row, targets, shots)
    if table.shape[1:] != row.shape:
        raise EbitError(
            f"Argument `weights` must have shape {table.shape[1:]}, one entry per outcome, but has "
            f"shape {row.shape}."
        )
    _check_labels(targets, len(table))
    row = row / max(float(np.abs(row).max()), _LEAST)  # opposite weights: exact ties
    values, places = np.unique(row.ravel(), return_inverse=True)
    outcomes = np.clip(table.reshape(len(table), -1), 0, None)  # (rows, outcomes)
    outcomes = outcomes @ (places.reshape(-1, 1) == np.arange(len(values)))  # (rows, values)
    outcomes /= outcomes.sum(axis=1, keepdims=True)
    if len(values) == 1:
        return float(np.mean(labels_of(values) == targets))
    few = number_of_counts(shots, len(values)) <= _MOST_COUNTS
    positive = (_by_counts if few else _by_inversion)(outcomes, values, shots)
    positive = np.clip(positive, 0, 1)  # sums of many probabilities round
    return float(np.mean(np.where(targets > 0, positive, 1 - positive)))


def _by_draws(
    table: NDArray[np.float64],
    weights: NDArray[np.float64],
    targets: NDArray[np.float64],
    shots: int,
) -> float:
    """Expected accuracy of the label with the largest estimated score, from draws."""
    _check_labels(targets, len(table), len(weights))
    outcomes = np.clip(table.reshape(len(table), -1), 0, None)  # (rows, outcomes)
    outcomes /= outcomes.sum(axis=1, keepdims=True)
    counts = np.random.default_rng(_DRAWN).multinomial(shots, outcomes, size=(DRAWS, len(outcomes)))
    scores = counts @ weights.reshape(len(weights), -1).T  # (draws, rows, S)
    return float(np.mean(labels_of(scores) == targets))


def _by_counts(
    outcomes: NDArray[np.float64], values: NDArray[np.float64], shots: int
) -> NDArray[np.float64]:
    """Probability of the label +1 from all results of the shots, (rows,)."""
    counts, log_orders = all_counts(shots, len(values))
    kept = labels_of((counts @ values)[:, None]) > 0
    counts, log_orders = counts[kept], log_orders[kept]
    with np.errstate(under="ignore"):
        logs = np.log(np.maximum(outcomes, 1e-300))
        return np.concatenate(
            [
                np.exp(part @ counts.T + log_orders).sum(axis=1)
                for part in _blocks(logs, len(counts))
            ]
        )


def _by_inversion(
    outcomes: NDArray[np.float64], values: NDArray[np.float64], shots: int
) -> NDArray[np.float64]:
    """Probability of the label +1 from the characteristic function of the sum, (rows,)."""
    threshold = _threshold(values, shots)
    mean = outcomes @ values
    std = np.sqrt(np.sum((values - mean[:, None]) ** 2 * outcomes, axis=1))
    distance = shots * mean - threshold
    result = (labels_of(distance[:, None]) > 0).astype(np.float64)
    unclear = np.abs(distance) < _CERTAIN * np.sqrt(shots) * std
    half = np.arange(_STEPS) + 0.5
    share = np.exp(-0.5 * (4 * half / _STEPS) ** 2) / (np.pi * half)
    scale = np.floor(np.log2(np.where(unclear, std, 1.0)))
    for power in np.unique(scale[unclear]):  # rows of similar spread take the same steps
        times = half * 2 * np.pi / (2 * _CERTAIN * np.sqrt(shots) * 2.0 ** (power + 1))
        turns = np.outer(values, times)  # (values, steps)
        cosines, sines = np.cos(turns), np.sin(turns)
        for rows in _blocks(np.flatnonzero(unclear & (scale == power)), _STEPS):
            # the characteristic function of a shot, (rows, steps)
            real, imaginary = outcomes[rows] @ cosines, outcomes[rows] @ sines
            squares = real**2 + imaginary**2
            row, step = np.nonzero(squares > np.exp(2 * _NOTHING / shots))
            phases = shots * np.arctan2(imaginary[row, step], real[row, step])
            heights = np.exp(shots / 2 * np.log(squares[row, step])) * share[step]
            parts = heights * np.sin(phases - times[step] * threshold)
            result[rows] = 0.5 + np.bincount(row, parts, minlength=len(rows))
    return np.clip(result, 0, 1)


def _threshold(values: NDArray[np.float64], shots: int) -> float:
    """The middle between the least sum of label +1 and the next below it, if sums lie on a lattice.

    That is where whole multiples of one spacing separate the values; otherwise 0.
    """
    gaps = np.diff(values)
    for parts in range(1, _MOST_PARTS + 1):
        spacing = gaps[0] / parts
        if np.allclose(gaps / spacing, np.round(gaps / spacing), rtol=0, atol=1e-6):
            first = -shots * values[0] / spacing
            return float((np.ceil(first - 1e-6) - first - 0.5) * spacing)
    return 0.0


def _blocks(rows: NDArray[Any], size: int) -> list[NDArray[Any]]:
    """Rows in parts that take about 30 MB with so many numbers a row."""
    return np.array_split(rows, len(rows) * size // 4_000_000 + 1)


@own_settings
def sampled_accuracies(
    key: jax.Array,
    probabilities: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    *,
    shots: Sequence[int],
    repeats: int = 20,
) -> NDArray[np.float64]:
    r"""Fraction of right labels :math:`\mathrm{sgn}\, \hat E` for several numbers of shots.

    Args:
        key: JAX random key.
        probabilities: P(o | x), shape (rows, 2, ...).
        weights: Weight of every outcome in the read-out, shape (2, ...); several scores have a
            first axis of them.
        labels: +1 or -1, or 0 to S - 1 for S scores, shape (rows,).
        shots: Numbers of shots per row.
        repeats: How often all rows are measured anew.

    Returns:
        Shape (numbers of shots, repeats).

    Raises:
        EbitError: If a number is out of range or shapes do not fit.

    Example:
        >>> certain = jnp.array([[1.0, 0.0], [0.0, 1.0]])
        >>> sampled_accuracies(jax.random.key(0), certain, jnp.array([1.0, -1.0]),
        ...                    jnp.array([1.0, 1.0]), shots=(1, 9), repeats=2)
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    shots = checks.several(checks.whole(1, MAX_SHOTS))("shots", shots)
    checks.whole(1, MAX_REPEATS)("repeats", repeats)
    check_key(key)
    given = {"probabilities": probabilities, "weights": weights, "labels": labels}
    for name, value in given.items():
        checks.numbers(name, value)
    several = np.ndim(weights) == np.ndim(probabilities)
    outcomes = np.shape(weights)[1 if several else 0 :]
    if np.ndim(probabilities) < 2 or outcomes != np.shape(probabilities)[1:]:
        raise EbitError(
            "Argument `probabilities` must have shape (rows, 2, ...) and `weights` shape (2, ...), "
            f"but they have shapes {np.shape(probabilities)} and {np.shape(weights)}."
        )
    check_tables(np.asarray(probabilities))
    table, targets = jnp.asarray(probabilities), jnp.asarray(labels)
    _check_labels(targets, len(table), len(weights) if several else 1)  # type: ignore[arg-type]
    numbers = jnp.repeat(jnp.asarray(shots, table.dtype), repeats)
    keys = jax.random.split(key, len(numbers))
    result = _accuracies(keys, numbers, table, jnp.asarray(weights), targets)
    return np.asarray(result, np.float64).reshape(len(shots), repeats)


def _check_labels(labels: Any, rows: int, scores: int = 1) -> None:
    if labels.shape != (rows,):
        raise EbitError(
            f"Argument `labels` must have shape {(rows,)}, one entry per row, but has shape "
            f"{labels.shape}."
        )
    if rows == 0:
        raise EbitError("Argument `labels` has no rows: give at least one.")
    allowed = (-1, 1) if scores == 1 else np.arange(scores)
    if not np.all(np.isin(np.asarray(labels), allowed)):
        words = "+1 and -1" if scores == 1 else f"from 0 to {scores - 1}"
        raise EbitError(f"Argument `labels` must hold labels {words} only.")


@jax.jit
def _accuracies(
    keys: jax.Array,
    shots: jax.Array,
    probabilities: jax.Array,
    weights: jax.Array,
    labels: jax.Array,
) -> jax.Array:
    def accuracy(measurement: tuple[jax.Array, jax.Array]) -> jax.Array:
        key, number = measurement
        counts = sample_outcomes(key, probabilities, number)
        several = weights.ndim == counts.ndim
        estimates = [
            estimate_expectation(counts, w)[0] for w in (weights if several else [weights])
        ]
        return jnp.mean(labels_of(jnp.stack(estimates, axis=-1)) == labels)

    return lax.map(accuracy, (keys, shots), batch_size=_REPEATS_AT_ONCE)
