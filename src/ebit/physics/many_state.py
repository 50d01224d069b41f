"""States of any number of qubits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.physics.checks import check_density_matrix, check_probability
from ebit.physics.joint import Joint
from ebit.physics.pauli import coefficients

MOST_MEMBERS = 8
"""Most qubits of a state that is given as a density matrix: its table has 4**m numbers."""

MOST_SIZE = 64
"""Most members of a GHZ state."""


@dataclass(frozen=True)
class ManyState:
    """A density matrix of m qubits; a hashable value.

    Args:
        entries: Its entries, row by row, the first qubit being the most significant bit. Use
            `from_matrix`.

    Example:
        >>> ManyState.from_matrix(np.diag([0.5, 0, 0, 0, 0, 0, 0, 0.5])).members
        3
    """

    entries: tuple[complex, ...]

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> "ManyState":
        """Check and keep a density matrix, or the amplitudes of a pure state.

        Args:
            matrix: Shape (2**m, 2**m), Hermitian, positive, trace 1; or (2**m,), of length 1.

        Returns:
            The state.

        Raises:
            EbitError: If it is neither.
        """
        try:
            rho = np.asarray(matrix, complex)
        except (TypeError, ValueError, OverflowError):
            raise EbitError("Argument `matrix` must hold numbers.") from None
        if rho.ndim == 1:
            rho = np.outer(rho, rho.conj())
        size = rho.shape[0] if rho.ndim == 2 else 0
        members = size.bit_length() - 1
        if rho.shape != (2 ** max(members, 0),) * 2 or not 2 <= members <= MOST_MEMBERS:
            raise EbitError(
                f"Argument `matrix` must be a state of 2 to {MOST_MEMBERS} qubits, but has shape "
                f"{np.shape(matrix)}."
            )
        check_density_matrix(rho)
        return cls(tuple(complex(entry) for entry in rho.reshape(-1)))

    @property
    def members(self) -> int:
        """Its qubits."""
        return (len(self.entries).bit_length() - 1) // 2

    @cached_property
    def density_matrix(self) -> NDArray[np.complex128]:
        """Shape (2**m, 2**m)."""
        return np.array(self.entries).reshape(2**self.members, -1)

    def joint(self) -> Joint:
        """Its Pauli expectations."""
        table = coefficients(self.density_matrix[None]).reshape(self.members * (4,))
        return Joint(self.members * (np.eye(4),), table)


@dataclass(frozen=True)
class GHZState(ManyState):
    r"""A Greenberger-Horne-Zeilinger state, with white noise.

    .. math:: \rho = v\, |GHZ\rangle\langle GHZ| + (1 - v)\, I / 2^m, \qquad
        |GHZ\rangle = (|0 \dots 0\rangle + |1 \dots 1\rangle) / \sqrt 2

    Args:
        size: Members m, at least 2.
        visibility: v, from 0 to 1.

    Raises:
        EbitError: If a number is out of range.

    Example:
        >>> float(GHZState(3).density_matrix[0, 7].real)
        0.5

    Source:
        Greenberger, Horne and Zeilinger, arXiv:0712.0921 (1989).
    """

    entries: tuple[complex, ...] = ()
    size: int = 2
    visibility: float = 1.0

    def __init__(self, size: int, visibility: float = 1.0) -> None:
        """Check and keep the numbers."""
        size = checks.whole(2, MOST_SIZE, "members")("size", size)
        check_probability("visibility", visibility)
        object.__setattr__(self, "entries", ())
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "visibility", float(visibility))

    @property
    def members(self) -> int:
        """Its qubits."""
        return self.size

    @cached_property
    def density_matrix(self) -> NDArray[np.complex128]:
        """Shape (2**m, 2**m)."""
        rho = np.eye(2**self.size, dtype=complex) * (1 - self.visibility) / 2**self.size
        rho[np.ix_([0, -1], [0, -1])] += self.visibility / 2
        return rho

    def joint(self) -> Joint:
        """Its Pauli expectations: four values |j><l| of the index, and a fifth for white noise."""
        factor = np.zeros((4, 5), complex)
        factor[[0, 0, 0], [0, 3, 4]] = 1
        factor[3, [0, 3]] = 1, -1
        factor[1, [1, 2]] = 1
        factor[2, [1, 2]] = 1j, -1j
        weights = np.array([*4 * [self.visibility / 2], 1 - self.visibility])
        kept = weights != 0
        first = (factor * weights)[:, kept]
        return Joint((first, *(self.size - 1) * (factor[:, kept],)))
