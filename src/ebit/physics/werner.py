r"""Werner states :math:`w\,\Phi^+ + (1-w)\,I/4`: one number each, and what is done with them.

All functions take numbers or arrays of any shape and return the same shape.
"""

from typing import Any

from numpy.typing import ArrayLike

from ebit.physics.checks import numbers_within


def werner_parameter(fidelity: ArrayLike) -> Any:
    r"""The weight of the Bell pair, :math:`w = (4F-1)/3`.

    Args:
        fidelity: Fidelity F with :math:`\Phi^+`, 0 to 1.

    Returns:
        w, from -1/3; 0 is white noise.

    Raises:
        EbitError: If a fidelity is out of range.

    Example:
        >>> werner_parameter([0.25, 1.0]).tolist()
        [0.0, 1.0]

    Source:
        Werner, Phys. Rev. A 40, 4277 (1989).
    """
    return (4 * numbers_within("fidelity", fidelity, 0.0, 1.0) - 1) / 3


def werner_fidelity(parameter: ArrayLike) -> Any:
    r"""The fidelity of a Werner state, :math:`F = (1+3w)/4`.

    Args:
        parameter: w, -1/3 to 1.

    Returns:
        F, 0 to 1.

    Raises:
        EbitError: If a parameter is out of range.

    Example:
        >>> float(werner_fidelity(0.0))
        0.25
    """
    return (1 + 3 * numbers_within("parameter", parameter, -1 / 3, 1.0)) / 4


def teleportation_fidelity(fidelity: ArrayLike) -> Any:
    r"""Average fidelity of a qubit teleported over a pair, :math:`(2F+1)/3`.

    Args:
        fidelity: Fidelity F of the pair with :math:`\Phi^+`, 0 to 1.

    Returns:
        Average over all pure states of the qubit.

    Raises:
        EbitError: If a fidelity is out of range.

    Example:
        >>> float(teleportation_fidelity(0.5))  # as good as measuring and preparing again
        0.6666666666666666

    Source:
        Horodecki, Horodecki and Horodecki, Phys. Rev. A 60, 1888 (1999).
    """
    return (2 * numbers_within("fidelity", fidelity, 0.0, 1.0) + 1) / 3
