"""What waiting does to a stored pair."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.network.bell_states import checked_state
from ebit.network.checks import check_number, check_positive


def store_pair(
    state: ArrayLike,
    seconds: float,
    *,
    t1: tuple[float, float] = (math.inf, math.inf),
    t2: tuple[float, float],
) -> NDArray[np.complex128]:
    r"""Relaxation and dephasing of both halves of a pair, each for itself.

    .. math:: \begin{pmatrix} \rho_{00} & \rho_{01} \\ \rho_{10} & \rho_{11} \end{pmatrix} \to
       \begin{pmatrix} \rho_{00} + (1-e^{-t/T_1})\rho_{11} & e^{-t/T_2}\rho_{01} \\
       e^{-t/T_2}\rho_{10} & e^{-t/T_1}\rho_{11} \end{pmatrix}

    Args:
        state: Density matrix of shape (4, 4).
        seconds: Time t in memory, in seconds.
        t1: Relaxation times of the two halves, in seconds.
        t2: Coherence times of the two halves, in seconds, at most twice the relaxation times.

    Returns:
        Density matrix of shape (4, 4).

    Raises:
        EbitError: If the state, the time or a coherence time is wrong.

    Example:
        >>> from ebit.network import bell_diagonal, pair_fidelity, store_pair, werner_weights
        >>> pair = bell_diagonal(werner_weights(1.0))
        >>> round(pair_fidelity(store_pair(pair, 0.5, t2=(1.0, 1.0))), 6)
        0.68394

    Source:
        Nielsen and Chuang, Quantum Computation and Quantum Information, section 8.3.
    """
    check_number("seconds", seconds, low=0.0)
    t1, t2 = (checks.pair(_time)(name, times) for name, times in (("t1", t1), ("t2", t2)))
    halves = checked_state(state).reshape(2, 2, 2, 2)
    first, second = (_relaxation(seconds, t1[half], t2[half]) for half in (0, 1))
    stored = np.einsum("ikac,jlbd,abcd->ijkl", first, second, halves)
    return np.asarray(stored.reshape(4, 4), dtype=np.complex128)


def depolarise_pair(
    state: ArrayLike, seconds: float, coherence_time: float
) -> NDArray[np.complex128]:
    r"""Depolarisation of a whole pair: :math:`e^{-t/T}\rho + (1-e^{-t/T})\,\mathbb 1/4`.

    A Werner state stays one, with :math:`F(t) = \frac14 + (F-\frac14) e^{-t/T}`.

    Args:
        state: Density matrix of shape (4, 4).
        seconds: Time t in memory, in seconds.
        coherence_time: Time constant T of the pair, in seconds.

    Returns:
        Density matrix of shape (4, 4).

    Raises:
        EbitError: If the state, the time or the coherence time is wrong.

    Example:
        >>> from ebit.network import bell_diagonal, depolarise_pair, pair_fidelity, werner_weights
        >>> pair = bell_diagonal(werner_weights(1.0))
        >>> round(pair_fidelity(depolarise_pair(pair, 1.0, 1.0)), 6)
        0.52591
    """
    check_number("seconds", seconds, low=0.0)
    check_positive("coherence_time", coherence_time)
    kept = math.exp(-seconds / coherence_time)
    return kept * checked_state(state) + (1 - kept) * np.eye(4, dtype=np.complex128) / 4


def _time(name: str, seconds: float) -> float:
    """The rule of times of decay."""
    check_positive(name, seconds)
    return seconds


def check_coherence(t1: float, t2: float) -> None:
    r"""Refuse relaxation and coherence times that no qubit has, :math:`T_2 > 2T_1`.

    Args:
        t1: Relaxation time, in seconds.
        t2: Coherence time, in seconds.

    Raises:
        EbitError: If a time is not above zero, or `t2` is larger than twice `t1`.

    Example:
        >>> check_coherence(1.0, 3.0)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `t2` must be at most 2 t1 = 2 s, but is 3 s.
    """
    check_positive("t1", t1)
    check_positive("t2", t2)
    if t1 < math.inf and t2 > 2 * t1 * (1 + 1e-12):
        raise EbitError(f"Argument `t2` must be at most 2 t1 = {2 * t1:g} s, but is {t2:g} s.")


def _relaxation(seconds: float, t1: float, t2: float) -> NDArray[np.float64]:
    """The map of one qubit: element [i, k, a, c] takes entry (a, c) to entry (i, k)."""
    check_coherence(t1, t2)
    relaxed = -math.expm1(-seconds / t1)
    channel = np.zeros((2, 2, 2, 2))
    channel[0, 0, 0, 0] = 1.0
    channel[0, 0, 1, 1] = relaxed
    channel[1, 1, 1, 1] = 1 - relaxed
    channel[0, 1, 0, 1] = channel[1, 0, 1, 0] = math.exp(-seconds / t2)
    return channel
