"""From the outcomes of a measurement to scores, and from scores to labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import UnsupportedError

PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])
"""Sign of the product of two outcomes, each 0 for +1 and 1 for -1."""

READOUT_LEAVES = ("readout", "scale")
"""Parameters that belong to the read-out and not to the circuit."""

MOST_SCORES = 256
"""Most scores of a model: one for each class."""


@dataclass(frozen=True)
class Weighting:
    """How the outcomes of the QPUs are weighted.

    Attributes:
        trained: Whether there are trained weights: one per outcome and score, or one of the parity.
        parity: Whether the weights are plus or minus one number by the parity of the outcomes; that
            makes one score.
    """

    trained: bool
    parity: bool

    def start(self, outcomes: Sequence[int], scores: int = 1) -> dict[str, NDArray[np.float64]]:
        """What is trained, at its start.

        Args:
            outcomes: Sizes of the axes of the table of outcomes, each a power of two.
            scores: Number of scores S.

        Returns:
            `readout`: the weights, of the shape of the table with a first axis for several scores,
            or of shape () for the parity; and, for several scores, `scale` (), which multiplies
            them all. Nothing if nothing is trained.

        Example:
            >>> READOUTS["weights"].start((2, 2))["readout"].tolist()
            [[1.0, -1.0], [-1.0, 1.0]]
            >>> {k: v.shape for k, v in READOUTS["weights"].start((2, 2), 3).items()}
            {'readout': (3, 2, 2), 'scale': ()}
        """
        if not self.trained:
            return {}
        if self.parity:
            return {"readout": np.array(1.0)}
        weights = walsh_functions(outcomes, scores)
        return (
            {"readout": weights[0]} if scores == 1 else {"readout": weights, "scale": np.array(1.0)}
        )


READOUTS: Mapping[str, Weighting] = {
    "weights": Weighting(trained=True, parity=False),
    "parity": Weighting(trained=True, parity=True),
    "fixed-parity": Weighting(trained=False, parity=True),
}
"""Read-outs by name."""


def walsh_functions(outcomes: Sequence[int], number: int) -> NDArray[np.float64]:
    """Products of signs of the bits of an outcome: the parity of all bits, then of fewer.

    Args:
        outcomes: Sizes of the axes of the table of outcomes, each a power of two.
        number: How many; they begin anew if there are not so many different ones.

    Returns:
        Plus or minus 1, shape (number, *outcomes).

    Example:
        >>> bool(np.all(walsh_functions((2, 2), 1)[0] == PARITY))
        True
        >>> walsh_functions((2,), 2).tolist()
        [[1.0, -1.0], [1.0, 1.0]]
    """
    size = int(np.prod(outcomes))
    masks = (size - 1 - np.arange(number)) % size
    ones = np.bitwise_count(masks[:, None] & np.arange(size))  # (number, size)
    return (1.0 - 2.0 * (ones % 2)).reshape(number, *outcomes)


def check_scores(scores: Any, readout: str) -> None:
    """Raise unless a read-out makes so many scores.

    Args:
        scores: What the user gave.
        readout: Name of the read-out.

    Raises:
        EbitError: If it is no whole number from 1 to `MOST_SCORES`.
        UnsupportedError: If the read-out is that of the parity and makes one score only.

    Example:
        >>> check_scores(3, "parity")
        Traceback (most recent call last):
        ebit.errors.UnsupportedError: Read-out 'parity' does not support 3 scores: use weights.
    """
    checks.whole(1, MOST_SCORES)("scores", scores)
    if scores > 1 and readout in READOUTS and READOUTS[readout].parity:
        raise UnsupportedError(f"{scores} scores", f"Read-out {readout!r}", "use weights")


MAX_SHOTS = 1_000_000
"""Most shots of one circuit; single precision cannot draw more of them accurately."""


class ReadOut(NamedTuple):
    r"""What a model says about a batch.

    .. math:: \text{scores}_s(x) = \sum_o w_{so}\, P(o \mid x)

    Attributes:
        scores: Shape (batch, S): one for two classes or for a number, else one for each class.
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
    """Scores from the probabilities of all outcomes.

    Args:
        probabilities: P(o | x), shape (batch, 2, ...), one axis per measured bit.
        weights: Weight of every outcome, shape (2, ...); several scores have a first axis of them.
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
    row = weights.reshape(-1, outcomes.shape[1])  # (S, outcomes)
    if parity:
        bits = np.indices(probabilities.shape[1:]).sum(axis=0).ravel() % 2
        outcomes = jnp.stack(
            [sum(outcomes[:, o] for o in np.flatnonzero(bits == bit)) for bit in (0, 1)], axis=1
        )  # (batch, 2)
        row = row[:, :2]  # (1, 2): even and odd, since only the last bit differs
    if len(row) > 1:
        scores = jnp.matmul(outcomes, row.T, precision=lax.Precision.HIGHEST)
        return ReadOut(scores, outcomes, row)
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
    """The one rule from scores to labels.

    One score is that of two classes: +1 if it is at least 0, else -1. With several, the label is
    the number of the largest, the first of equals.

    Args:
        scores: A NumPy or JAX array of shape (..., S).

    Returns:
        Whole numbers: +1 and -1, or 0 to S - 1; shape (...), an array of the same library.

    Example:
        >>> labels_of(np.array([[0.3], [0.0], [-0.1]])).tolist()
        [1, 1, -1]
        >>> labels_of(np.array([[0.3, 0.4, 0.1]])).tolist()
        [1]
    """
    if scores.shape[-1] > 1:
        return scores.argmax(axis=-1)
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
