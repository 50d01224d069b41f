r"""Arithmetic of Bell-diagonal states: swapping, purification, and the errors of both.

Weights stand in the order :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-`, shape (..., 4); leading axes are
broadcast. Written as bits (bit flip, phase flip), weights become arrays of shape (..., 2, 2).
"""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.errors import EbitError
from ebit.physics.checks import numbers_within

Protocol = Literal["bbpssw", "dejmps"]
_SUM = 1e-9


class Kept(NamedTuple):
    """A pair that a round of purification kept.

    Attributes:
        weights: Of the four Bell states, shape (..., 4).
        probability: That the pair is kept, shape (...).
    """

    weights: NDArray[np.float64]
    probability: NDArray[np.float64]


def swap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    two_qubit_error: ArrayLike = 0.0,
    readout_error: ArrayLike = 0.0,
) -> Any:
    r"""The pair A-C from pairs A-B and B-C, after a Bell measurement at B and corrections.

    Errors of the two pairs add up: :math:`w_k = \sum_{i \oplus j = k} u_i v_j`, and for Werner
    states :math:`w = w_1 w_2`. Each of the two measured bits is wrong with probability
    :math:`f = e + (1-2e)\,q/2`.

    Args:
        first: Weights of the pair A-B.
        second: Weights of the pair B-C.
        two_qubit_error: Probability q that the gate at B depolarises each of its qubits.
        readout_error: Probability e that a measurement shows the wrong bit.

    Returns:
        Weights of the pair A-C, shape (..., 4).

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> werner = [0.85, 0.05, 0.05, 0.05]  # w = 0.8
        >>> swap(werner, werner).round(4).tolist()  # w = 0.64
        [0.73, 0.09, 0.09, 0.09]

    Source:
        Zukowski et al., Phys. Rev. Lett. 71, 4287 (1993); Briegel et al., Phys. Rev. Lett. 81,
        5932 (1998) for the errors.
    """
    wrong = _wrong_bit(two_qubit_error, readout_error)
    right = 1 - wrong
    flips = np.stack([right * right, right * wrong, wrong * right, wrong * wrong], axis=-1)
    joined = _added(_weights("first", first), _weights("second", second))
    return _added(joined, flips)


def purify_pair(
    kept: ArrayLike,
    measured: ArrayLike,
    protocol: Protocol = "dejmps",
    *,
    two_qubit_error: ArrayLike = 0.0,
    readout_error: ArrayLike = 0.0,
) -> Kept:
    r"""One round of purification of two pairs, which may differ: CNOTs, compare the bits.

    With equal pairs and no errors these are the published forms. DEJMPS rotates both pairs first,
    BBPSSW makes them Werner states before and after. At both ends the gate depolarises each of its
    qubits with probability q, and a measurement shows the wrong bit with probability e.

    Args:
        kept: Weights of the pair that may stay.
        measured: Weights of the pair that is measured.
        protocol: `dejmps` or `bbpssw`.
        two_qubit_error: Probability q.
        readout_error: Probability e.

    Returns:
        Weights of the kept pair, and the probability that the two bits agree.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> after = purify_pair([0.8, 0.2, 0, 0], [0.8, 0.2, 0, 0])
        >>> after.weights.round(4).tolist(), round(float(after.probability), 2)
        ([0.9412, 0.0, 0.0588, 0.0], 0.68)

    Source:
        Bennett et al., Phys. Rev. Lett. 76, 722 (1996); Deutsch et al., Phys. Rev. Lett. 77, 2818
        (1996).
    """
    if protocol not in ("bbpssw", "dejmps"):
        raise EbitError(f"Argument `protocol` must be bbpssw or dejmps, but is {protocol!r}.")
    pairs = _weights("kept", kept), _weights("measured", measured)
    twirls = protocol == "bbpssw"
    u, v = (_bits(_twirled(pair) if twirls else _rotated(pair)) for pair in pairs)
    error = numbers_within("two_qubit_error", two_qubit_error, 0.0, 1.0)
    lost = 1 - (1 - error) ** 2
    flip = numbers_within("readout_error", readout_error, 0.0, 1.0)
    unequal = 2 * flip * (1 - flip)
    wrong = (unequal + (1 - 2 * unequal) * lost / 2)[..., None, None]
    equal, other = np.stack([_phases(u, w) for w in (v, v[..., ::-1, :])])  # (2, ..., 2, 2)
    passed = (1 - wrong) * equal + wrong * other
    probability = passed.sum(axis=(-2, -1))
    after = passed.reshape(*passed.shape[:-2], 4) / probability[..., None]  # (..., 4)
    after = (1 - lost[..., None]) * after + lost[..., None] / 4
    return Kept(_twirled(after) if twirls else after, probability)


def _weights(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = numbers_within(name, values, 0.0, 1.0 + _SUM)
    if array.ndim == 0 or array.shape[-1] != 4:
        raise EbitError(
            f"Argument `{name}` must hold the weights of 4 Bell states on its last axis, but has "
            f"shape {array.shape}."
        )
    if np.any(abs(array.sum(axis=-1) - 1) > _SUM):
        raise EbitError(
            f"Argument `{name}` must hold probabilities with sum 1, but the sum is "
            f"{float(array.sum(axis=-1).ravel()[0]):g}."
        )
    return array


def _wrong_bit(two_qubit_error: ArrayLike, readout_error: ArrayLike) -> NDArray[np.float64]:
    """Probability that a bit is read wrongly after a gate that depolarises its qubit."""
    lost = numbers_within("two_qubit_error", two_qubit_error, 0.0, 1.0)
    flip = numbers_within("readout_error", readout_error, 0.0, 1.0)
    return np.asarray(flip + (1 - 2 * flip) * lost / 2)


def _added(first: NDArray[Any], second: NDArray[Any]) -> Any:
    """Weights of the sums of two independent errors."""
    places = np.arange(4)[:, None] ^ np.arange(4)  # [sum, error of the first]
    return np.einsum("...j,...kj->...k", first, second[..., places])


def _bits(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return weights.reshape(*weights.shape[:-1], 2, 2)  # (..., bit flip, phase flip)


def _phases(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Phase flips of two pairs add up, separately for both bit flips."""
    same = u[..., 0] * v[..., 0] + u[..., 1] * v[..., 1]
    differ = u[..., 1] * v[..., 0] + u[..., 0] * v[..., 1]
    return np.stack([same, differ], axis=-1)


def _rotated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Rotations of the halves by :math:`\pm\pi/2` about X, which exchange two Bell states."""
    return weights[..., [0, 3, 2, 1]]


def _twirled(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Werner state of the same fidelity."""
    fidelity = weights[..., :1]
    return np.concatenate([fidelity, *3 * [(1 - fidelity) / 3]], axis=-1)
