r"""Bell-diagonal states: mixtures of :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-`, in this order."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.network.checks import check_number

_BELL: Final = np.array(
    [[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]], dtype=np.float64
) / np.sqrt(2)
_TOLERANCE = 1e-9


def werner_weights(fidelity: float) -> NDArray[np.float64]:
    r"""Weights of the Werner state: :math:`(F, \frac{1-F}3, \frac{1-F}3, \frac{1-F}3)`.

    Args:
        fidelity: Fidelity F with :math:`\Phi^+`, from 0 to 1.

    Returns:
        Weights of shape (4,).

    Raises:
        EbitError: If the fidelity is out of range.

    Example:
        >>> werner_weights(0.7).round(6).tolist()
        [0.7, 0.1, 0.1, 0.1]

    Source:
        Bennett et al., Phys. Rev. Lett. 76, 722 (1996), eq. 1, with the roles of the Bell states
        exchanged.
    """
    check_number("fidelity", fidelity, low=0.0, high=1.0)
    return np.array([fidelity, *[(1 - fidelity) / 3] * 3])


def bell_diagonal(weights: ArrayLike) -> NDArray[np.complex128]:
    r"""The density matrix :math:`\sum_k w_k |B_k\rangle\langle B_k|`.

    Args:
        weights: Weights of shape (4,), from 0, with sum 1.

    Returns:
        Density matrix of shape (4, 4); the first QPU is the more significant bit.

    Raises:
        EbitError: If the weights are no probabilities.

    Example:
        >>> bell_diagonal([1, 0, 0, 0]).real.round(6).tolist()[0]
        [0.5, 0.0, 0.0, 0.5]
    """
    return (_BELL.T * checked_weights(weights)) @ _BELL.astype(np.complex128)


def pair_fidelity(state: ArrayLike) -> float:
    r"""Fidelity :math:`\langle\Phi^+|\rho|\Phi^+\rangle` of a shared pair.

    Args:
        state: Density matrix of shape (4, 4).

    Returns:
        The fidelity, 0 to 1.

    Raises:
        EbitError: If the state has another shape.

    Example:
        >>> round(pair_fidelity(bell_diagonal(werner_weights(0.9))), 6)
        0.9
    """
    return float(np.real(_BELL[0] @ checked_state(state) @ _BELL[0]))


def checked_weights(weights: ArrayLike) -> NDArray[np.float64]:
    """The weights of a Bell-diagonal state as an array.

    Args:
        weights: Weights of shape (4,), from 0, with sum 1.

    Returns:
        The weights.

    Raises:
        EbitError: If they are no probabilities.

    Example:
        >>> checked_weights([1, 0, 0, 0]).shape
        (4,)
    """
    array = checks.numbers("weights", weights)
    if array.shape != (4,):
        raise EbitError(f"Argument `weights` must have shape (4,), but has shape {array.shape}.")
    if not (np.all(array >= 0) and abs(array.sum() - 1) < _TOLERANCE):
        raise EbitError(
            f"Argument `weights` must be probabilities with sum 1, but is {array.tolist()}."
        )
    return array


def checked_state(state: ArrayLike) -> NDArray[np.complex128]:
    """The density matrix of a pair as an array.

    Args:
        state: Density matrix of shape (4, 4).

    Returns:
        The matrix.

    Raises:
        EbitError: If it has another shape or a trace other than 1, or is not finite.

    Example:
        >>> import numpy as np
        >>> checked_state(np.eye(4) / 4).shape
        (4, 4)
    """
    array = checks.complex_numbers("state", state)
    if array.shape != (4, 4):
        raise EbitError(f"Argument `state` must have shape (4, 4), but has shape {array.shape}.")
    trace = complex(np.trace(array))
    if not (np.all(np.isfinite(array)) and abs(trace - 1) < _TOLERANCE):
        raise EbitError(f"Argument `state` must be finite with trace 1, but has trace {trace:g}.")
    return array
