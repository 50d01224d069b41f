"""The state of one shared pair: a Bell pair, partially entangled, or any two-qubit state."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.checks import is_real, shown
from ebit.errors import EbitError
from ebit.physics.channels import PAULIS, Channel, damping, dephasing
from ebit.physics.checks import check_density_matrix, check_fidelity, check_probability
from ebit.physics.joint import Joint

"""Largest slip of a user's density matrix."""

_ROUNDING = 1e-14
"""Entries below this are rounding errors."""


@dataclass(frozen=True)
class PairState:
    r"""A density matrix of two qubits, QPU A's first; a hashable value.

    Args:
        entries: The 16 entries, row by row, in the basis 00, 01, 10, 11. Use `from_matrix`.

    Example:
        >>> PairState.partially_entangled(1.0).fidelity
        1.0
    """

    entries: tuple[complex, ...]

    def __post_init__(self) -> None:
        """Raise unless the entries are 16 numbers."""
        if not isinstance(self.entries, tuple) or len(self.entries) != 16:
            raise checks.wrong("entries", "a tuple of 16 numbers", self.entries)
        checks.complex_numbers("entries", self.entries)

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> "PairState":
        """Check and keep a density matrix.

        Args:
            matrix: Shape (4, 4), Hermitian, positive, trace 1.

        Returns:
            The state.

        Raises:
            EbitError: If it is no density matrix.

        Example:
            >>> PairState.from_matrix([[1, 0, 0, 0], [0] * 4, [0] * 4, [0] * 4]).concurrence
            0.0
        """
        try:
            rho = np.asarray(matrix, complex)
        except (TypeError, ValueError, OverflowError):
            raise EbitError("Argument `matrix` must hold 4 x 4 numbers.") from None
        if rho.shape != (4, 4):
            raise EbitError(f"Argument `matrix` must have shape (4, 4), but has {rho.shape}.")
        check_density_matrix(rho)
        return _of(rho)

    @classmethod
    def partially_entangled(cls, concurrence: float) -> "PairState":
        r"""The pure state :math:`\cos a\,|00\rangle + \sin a\,|11\rangle`.

        .. math:: C = \sin 2a, \qquad 0 \le a \le \pi/4

        Args:
            concurrence: C, from 0 (a product state) to 1 (a Bell pair).

        Returns:
            The state.

        Raises:
            EbitError: If C is out of range.

        Example:
            >>> round(PairState.partially_entangled(0.6).concurrence, 12)
            0.6
        """
        if not is_real(concurrence) or not 0 <= concurrence <= 1:
            raise EbitError(
                f"Argument `concurrence` must be from 0 (a product state) to 1 (a Bell pair), but "
                f"is {shown(concurrence)}."
            )
        root = np.sqrt(1 - concurrence**2)
        matrix = np.zeros((4, 4))
        matrix[[0, 3], [0, 3]] = (1 + root) / 2, (1 - root) / 2
        matrix[[0, 3], [3, 0]] = concurrence / 2
        return _of(matrix)

    @classmethod
    def werner(cls, fidelity: float) -> "PairState":
        r"""A Bell pair with white noise.

        .. math:: \rho = F\,\Phi^+ + \frac{1-F}{3}\,(1 - \Phi^+)

        Args:
            fidelity: F, from 1/4 (white noise) to 1 (a Bell pair).

        Returns:
            The state.

        Raises:
            EbitError: If F is out of range.

        Example:
            >>> round(PairState.werner(0.9).fidelity, 12)
            0.9

        Source:
            Werner, Phys. Rev. A 40, 4277 (1989).
        """
        return BELL.with_white_noise(fidelity)

    def with_white_noise(self, fidelity: float) -> "PairState":
        r"""Mix the state with white noise such that a Bell pair would get fidelity F.

        .. math:: \rho \mapsto v\rho + (1-v)\,I/4, \qquad v = (4F - 1)/3

        Args:
            fidelity: F, 1/4 to 1.

        Returns:
            The state.

        Raises:
            EbitError: If F is out of range.

        Example:
            >>> round(PairState.partially_entangled(0.5).with_white_noise(0.25).concurrence, 12)
            0.0
        """
        check_fidelity(fidelity)
        visibility = (4 * fidelity - 1) / 3
        return _of(visibility * self.density_matrix + (1 - visibility) * np.eye(4) / 4)

    def dephased(self, probability: float) -> "PairState":
        r"""Flip the phase of each half with probability p: :math:`(1-p)\rho + p\,Z\rho Z`, twice.

        Args:
            probability: p, 0 to 1; 1/2 destroys all coherence.

        Returns:
            The state.

        Raises:
            EbitError: If p is no probability.

        Example:
            >>> round(BELL.dephased(0.5).concurrence, 12)
            0.0
        """
        check_probability("dephasing", probability)
        return self.through(dephasing(probability), dephasing(probability))

    def damped(self, probability: float) -> "PairState":
        """Let each half decay from 1 to 0 with probability g.

        Args:
            probability: g, 0 to 1.

        Returns:
            The state.

        Raises:
            EbitError: If g is no probability.

        Example:
            >>> round(BELL.damped(1.0).fidelity, 12)  # the state 00
            0.5
        """
        check_probability("damping", probability)
        return self.through(damping(probability), damping(probability))

    def through(self, first: Channel, second: Channel) -> "PairState":
        """Send the halves through a channel each.

        Args:
            first: Channel of QPU A's half, shape (4, 4).
            second: Channel of QPU B's half.

        Returns:
            The state.

        Example:
            >>> from ebit.physics import depolarising
            >>> BELL.through(depolarising(1.0), np.eye(4)).fidelity
            0.25
        """
        if np.array_equal(first, np.eye(4)) and np.array_equal(second, np.eye(4)):
            return self
        after = first @ self.correlations @ second.T
        return _of(np.einsum("ij,ixw,jyz->xywz", after, PAULIS, PAULIS).reshape(4, 4) / 4)

    @cached_property
    def correlations(self) -> NDArray[np.float64]:
        r"""Expectations of the products of two Pauli operators, shape (4, 4).

        .. math:: C_{pq} = \mathrm{tr}[\rho\; P_p \otimes P_q]

        Example:
            >>> BELL.correlations.diagonal().tolist()
            [1.0, 1.0, -1.0, 1.0]
        """
        halves = self.density_matrix.reshape(2, 2, 2, 2)
        return np.asarray(np.einsum("ixw,jyz,wzxy->ij", PAULIS, PAULIS, halves).real)

    def joint(self) -> Joint:
        """Its Pauli expectations, all of them with QPU A's half."""
        return Joint((self.correlations, np.eye(4)))

    @cached_property
    def pauli_errors(self) -> NDArray[np.float64]:
        r"""Weights of the four Bell states, shape (2, 2): [phase flip, bit flip] of a Bell pair.

        Returns:
            :math:`\Phi^+, \Psi^+` in the first row, :math:`\Phi^-, \Psi^-` in the second.
        """
        matrix = self.density_matrix
        same = (matrix[0, 0] + matrix[3, 3]).real / 2 + np.array([1, -1]) * matrix[0, 3].real
        other = (matrix[1, 1] + matrix[2, 2]).real / 2 + np.array([1, -1]) * matrix[1, 2].real
        return np.stack([same, other], axis=1)

    @cached_property
    def density_matrix(self) -> NDArray[np.complex128]:
        """Shape (4, 4), basis 00, 01, 10, 11."""
        return np.array(self.entries).reshape(4, 4)

    def groups_of(self, pairs: int) -> tuple[NDArray[np.complex128], ...]:
        """Density matrices of so many independent pairs, (2, 2, 2, 2) each: halves A, B twice."""
        return pairs * (self.density_matrix.reshape(2, 2, 2, 2),)

    @cached_property
    def weights(self) -> NDArray[np.complex128] | None:
        r"""W of a state :math:`\sum_{jl} W_{jl} |jj\rangle\langle ll|`, shape (2, 2).

        None if the state has other entries: it is not diagonal in the Schmidt basis 0, 1.
        """
        matrix = self.density_matrix
        others = matrix.copy()
        others[np.ix_([0, 3], [0, 3])] = 0
        return None if np.abs(others).max() > _ROUNDING else matrix[np.ix_([0, 3], [0, 3])]

    @cached_property
    def after_hadamards(self) -> "PairState":
        """The state with a Hadamard gate on both qubits; a Bell pair stays a Bell pair."""
        one = np.array([[1.0, 1], [1, -1]])
        both = np.kron(one, one) / 2
        rotated = both @ self.density_matrix @ both
        return self if np.abs(rotated - self.density_matrix).max() < _ROUNDING else _of(rotated)

    @cached_property
    def reduced(self) -> NDArray[np.complex128]:
        """Density matrices of QPU A's and of QPU B's qubit, shape (2, 2, 2)."""
        tensor = self.density_matrix.reshape(2, 2, 2, 2)
        return np.stack([np.einsum("abcb->ac", tensor), np.einsum("abac->bc", tensor)])

    @property
    def is_product(self) -> bool:
        """Whether the two qubits have nothing to do with each other."""
        return np.allclose(self.density_matrix, np.kron(*self.reduced), atol=_ROUNDING)

    @cached_property
    def concurrence(self) -> float:
        r"""Wootters' concurrence, 0 to 1.

        .. math:: C = \max(0, \lambda_1 - \lambda_2 - \lambda_3 - \lambda_4)

        with the square roots :math:`\lambda` of the eigenvalues of
        :math:`\rho\,(Y \otimes Y)\rho^*(Y \otimes Y)` in falling order.

        Source:
            Wootters, Phys. Rev. Lett. 80, 2245 (1998).
        """
        flip = np.fliplr(np.diag([-1.0, 1, 1, -1]))
        rho = self.density_matrix
        values = np.linalg.eigvals(rho @ flip @ rho.conj() @ flip).real
        roots = np.sort(np.sqrt(np.clip(values, 0, None)))[::-1]
        return float(max(0.0, 2 * roots[0] - roots.sum()))

    @property
    def fidelity(self) -> float:
        r"""Overlap :math:`\langle\Phi^+|\rho|\Phi^+\rangle` with a Bell pair."""
        return float(self.density_matrix[np.ix_([0, 3], [0, 3])].sum().real / 2)

    def amplitudes(self) -> NDArray[np.complex128]:
        r"""Matrices K with :math:`\rho = \sum_e |K_e\rangle\langle K_e|`, shape (terms, 2, 2).

        Returns:
            One matrix (qubit of A, qubit of B) per eigenvector that is there, norms included.
        """
        values, vectors = np.linalg.eigh(self.density_matrix)
        kept = values > _ROUNDING
        scaled: NDArray[Any] = vectors[:, kept] * np.sqrt(values[kept])
        return scaled.T.reshape(-1, 2, 2)


def _of(matrix: NDArray[Any]) -> PairState:
    return PairState(tuple(complex(entry) for entry in matrix.reshape(-1)))


BELL = PairState.partially_entangled(1.0)
"""A Bell pair."""
