r"""What waiting does to a stored pair, in closed form.

All functions take numbers or arrays, which are broadcast against each other. Times are in seconds,
infinite for memories that keep everything.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ebit.physics.checks import numbers_within


def pair_coherence(first: ArrayLike, second: ArrayLike) -> Any:
    r"""Time constant of a pair in two memories, :math:`1/T = 1/T_A + 1/T_B`.

    Args:
        first: Time constant with which QPU A's memory depolarises, in seconds.
        second: That of QPU B's.

    Returns:
        T, in seconds.

    Raises:
        EbitError: If a time is negative.

    Example:
        >>> float(pair_coherence(1.0, 1.0))
        0.5
    """
    with np.errstate(divide="ignore"):
        rates = [
            1 / numbers_within(name, time, 0.0, np.inf)
            for name, time in {"first": first, "second": second}.items()
        ]
        return 1 / (rates[0] + rates[1])


def pauli_coherence(coherence_time: ArrayLike) -> Any:
    r"""Depolarising time of a memory that suffers X, Y and Z equally often, :math:`3T/4`.

    Such a memory has one of the three errors at the rate 1/T, and a pair of two of them decays
    with :math:`3T/8`.

    Args:
        coherence_time: Mean time T until an error happens, in seconds.

    Returns:
        Time constant with which the memory depolarises, in seconds.

    Raises:
        EbitError: If a time is negative.

    Example:
        >>> float(pauli_coherence(1.0))
        0.75

    Source:
        Bell-diagonal memories of SeQUeNCe (Wu et al., Quantum Sci. Technol. 6, 045027, 2021).
    """
    return 0.75 * numbers_within("coherence_time", coherence_time, 0.0, np.inf)


def werner_decay(parameter: ArrayLike, age: ArrayLike, coherence_time: ArrayLike) -> Any:
    r"""A Werner state that depolarises as a whole, :math:`w(t) = w_0\,e^{-t/T}`.

    Args:
        parameter: w when the pair was made, -1/3 to 1.
        age: Time t since then, in seconds.
        coherence_time: Time constant T of the pair, in seconds.

    Returns:
        w at this age.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> werner_decay(1.0, [0.0, 1.0], 1.0).round(3).tolist()
        [1.0, 0.368]
    """
    fresh = numbers_within("parameter", parameter, -1 / 3, 1.0)
    return fresh * np.exp(-_lifetimes(age, coherence_time, "coherence_time"))


def bell_pair_decay(age: ArrayLike, t1: ArrayLike, t2: ArrayLike) -> Any:
    r"""Fidelity of a Bell pair in two equal memories that relax to 0.

    .. math:: F(t) = \tfrac14\big(1 + g^2 + (1-g)^2\big) + \tfrac12 e^{-2t/T_2}, \qquad
        g = 1 - e^{-t/T_1}

    Args:
        age: Time t in memory, in seconds.
        t1: Relaxation time of each memory, in seconds.
        t2: Coherence time of each memory, in seconds, at most 2 `t1`.

    Returns:
        Fidelity with the Bell pair.

    Raises:
        EbitError: If a time is negative.

    Example:
        >>> bell_pair_decay([0.0, 1.0], np.inf, 1.0).round(3).tolist()
        [1.0, 0.568]

    Source:
        Nielsen and Chuang, Quantum Computation and Quantum Information, section 8.3.
    """
    relaxed = -np.expm1(-_lifetimes(age, t1, "t1"))
    coherent = np.exp(-2 * _lifetimes(age, t2, "t2"))
    return (1 + relaxed**2 + (1 - relaxed) ** 2) / 4 + coherent / 2


def cutoff_age(parameter: ArrayLike, least: ArrayLike, coherence_time: ArrayLike) -> Any:
    r"""Age at which a pair should be discarded, :math:`T \ln(w_0/w_{min})`.

    Args:
        parameter: w when the pair was made, -1/3 to 1.
        least: Smallest useful w, above 0 to 1.
        coherence_time: Time constant T of the pair, in seconds.

    Returns:
        Seconds; 0 for a pair that is no good when it is made.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> round(float(cutoff_age(0.96, 0.8, 1.0)), 4)
        0.1823

    Source:
        Inesta et al., npj Quantum Information 9, 46 (2023).
    """
    fresh = numbers_within("parameter", parameter, -1 / 3, 1.0)
    wanted = numbers_within("least", least, np.finfo(float).tiny, 1.0)
    time = numbers_within("coherence_time", coherence_time, 0.0, np.inf)
    useful = np.log(np.maximum(fresh / wanted, 1.0))
    with np.errstate(invalid="ignore"):
        return np.where(useful > 0, time * useful, 0.0)[()]


def _lifetimes(age: ArrayLike, time: ArrayLike, name: str) -> Any:
    """Ages in units of a time constant; nothing decays at age 0 or without a time constant."""
    ages = numbers_within("age", age, 0.0, np.inf)
    times = numbers_within(name, time, 0.0, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((ages > 0) & (times < np.inf), ages / times, 0.0)
