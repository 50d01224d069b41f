"""From the outcomes of a measurement to scores, and from scores to labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit import checks

PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])
"""Sign of the product of two outcomes, each 0 for +1 and 1 for -1."""


@dataclass(frozen=True)
class Weighting:
    """How the outcomes of two QPUs are weighted.

    Attributes:
        start: What is trained, at its start: a weight per pair of outcomes, or one weight of their
            parity; None if nothing is.
        parity: Whether the weights are plus or minus one number by the parity of the outcomes.
    """

    start: NDArray[np.float64] | None
    parity: bool

    @property
    def num_parameters(self) -> int:
        """Trained weights."""
        return 0 if self.start is None else self.start.size


READOUTS: Mapping[str, Weighting] = {
    "weights": Weighting(PARITY, parity=False),
    "parity": Weighting(np.array(1.0), parity=True),
    "fixed-parity": Weighting(None, parity=True),
}
"""Read-outs of two QPUs by name."""

MAX_SHOTS = 1_000_000
"""Most shots of one circuit; single precision cannot draw more of them accurately."""


class ReadOut(NamedTuple):
    r"""What a model says about a batch.

    .. math:: \text{scores}_s(x) = \sum_o w_{so}\, P(o \mid x)

    Attributes:
        scores: Shape (batch, S); two classes need one score.
        probabilities: Of the outcomes that the read-out tells apart, shape (batch, outcomes); None
            if nothing is measured.
        weights: Weight of every outcome in every score, shape (S, outcomes); None as above.
    """

    scores: jax.Array
    probabilities: jax.Array | None = None
    weights: jax.Array | None = None


def weigh_outcomes(
    probabilities: jax.Array, weights: jax.Array, *, parity: bool = False
) -> ReadOut:
    """One score from the probabilities of all outcomes.

    Args:
        probabilities: P(o | x), shape (batch, 2, ...), one axis per measured bit.
        weights: Weight of every outcome, shape (2, ...).
        parity: Whether the weights are plus or minus one number by the parity of the bits; then
            the parities are the outcomes that the read-out tells apart, even before odd.

    Returns:
        The read-out.

    Example:
        >>> table = jnp.array([[[0.5, 0.25], [0.25, 0.0]]])
        >>> weigh_outcomes(table, jnp.asarray(PARITY), parity=True).probabilities.tolist()
        [[0.5, 0.5]]
    """
    outcomes = probabilities.reshape(len(probabilities), -1)  # (batch, outcomes)
    row = weights.reshape(1, -1)  # (1, outcomes)
    if parity:
        bits = np.indices(weights.shape).sum(axis=0).ravel() % 2
        outcomes = jnp.stack(
            [sum(outcomes[:, o] for o in np.flatnonzero(bits == bit)) for bit in (0, 1)], axis=1
        )  # (batch, 2)
        row = row[:, :2]  # (1, 2): even and odd, since only the last bit differs
    return ReadOut(jnp.sum(row * outcomes, axis=1, keepdims=True), outcomes, row)


def unit_weights(weights: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Weights over the largest of them, so that shots of opposite weights cancel exactly.

    Args:
        weights: Weights of outcomes, any shape.

    Returns:
        Weights of at most 1, exactly 1 or -1 for the largest, and the size of the largest.

    Example:
        >>> unit_weights(jnp.array([0.7, -0.7, 0.0]))[0].tolist()
        [1.0, -1.0, 0.0]
    """
    sizes = jnp.abs(weights)
    largest = jnp.max(sizes)
    quotient = weights / jnp.where(largest > 0, largest, 1)
    return jnp.where(sizes == largest, jnp.sign(weights), quotient), largest


def labels_of(scores: Any) -> Any:
    """The one rule from scores to labels: +1 if the score is at least 0, else -1.

    Args:
        scores: A NumPy or JAX array of shape (..., 1): the score of two classes.

    Returns:
        Whole numbers +1 and -1, shape (...), an array of the same library.

    Example:
        >>> labels_of(np.array([[0.3], [0.0], [-0.1]])).tolist()
        [1, 1, -1]
    """
    return 2 * (scores[..., 0] >= 0) - 1


def check_shots(shots: Any, name: str = "shots") -> None:
    """Raise unless this is a number of shots.

    Args:
        shots: What the user gave.
        name: Name of the argument, for the error message.

    Raises:
        EbitError: If it is no whole number from 1 to `MAX_SHOTS`.

    Example:
        >>> check_shots(100)
    """
    checks.whole(1, MAX_SHOTS)(name, shots)
