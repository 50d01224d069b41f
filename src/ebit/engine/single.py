r"""One QPU that embeds parts of the data, one after the other; nothing is joined.

For two parts s and t

.. math:: |\psi\rangle = D(t)\, H\, D(s)\, H\, U_{mix} |0\rangle,\qquad P(0) = |R\,|\psi\rangle|^2

With noise :math:`\rho = H\,\mathcal{N}(D(s)\,\rho_0\,D^\dagger(s))\,H` and
:math:`P(0) = \mathrm{tr}[M\,D(t)\,\rho\,D^\dagger(t)]`. The state between the embeddings is
different for every sample, so that costs more.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float

from ebit.circuits import (
    convolve_states,
    embedding_phases,
    hadamard_matrix,
    measurement_order,
    stages,
    walsh_hadamard,
)
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.effects import effect_operations, effect_rows, noisy_operations
from ebit.engine.effects.noisy import (
    Tables,
    in_precision_of,
    pair_operators,
    tables_of,
    trained_effects,
)
from ebit.errors import UnsupportedError
from ebit.physics import QPUNoise
from ebit.physics.pauli import HADAMARD, apply_all, from_matrices, to_matrices, together

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class SingleQPU:
    """Engine for `single`. Its parameters have no axis for the QPUs.

    Args:
        qubits: Qubits of the QPU, n.
        mixing: Mixing layers before the embeddings.
        pooling: Pooling layout.
        noise: Noise of the QPU.
        passes: Parts of the data, each with one feature per qubit.

    Raises:
        UnsupportedError: If the QPU is too large for noise.
    """

    qubits: int
    mixing: int = 0
    pooling: str = "halves"
    noise: QPUNoise | None = None
    passes: int = 2

    supports: ClassVar = Supports(noisy_qubits=8, bits=1, stacks_runs=True)

    local_form: ClassVar = None
    """There are no two QPUs."""

    def __post_init__(self) -> None:
        if self.noise is not None and self.qubits > self.supports.noisy_qubits:
            raise UnsupportedError(
                f"noise on a QPU of {self.qubits} qubits",
                "Resource 'single'",
                f"argument `qubits` must be at most {self.supports.noisy_qubits} with noise",
            )

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Complex unit phases (batch, 2**n) of every embedding."""
        parts = jnp.split(x, self.passes, axis=1)
        return tuple(jnp.exp(1j * embedding_phases(part)) for part in parts)

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2"]:
        """P(a | x), shape (batch, 2)."""
        zero = self.probability_of_zero(parameters, encoded)
        return jnp.stack([zero, 1 - zero], axis=-1)

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "passes batch dim dim"]
    ) -> Float[Array, "batch 2"]:
        """P(a) with any unitaries in the place of the embeddings, noise included.

        Args:
            parameters: Angles of the QPU.
            unitaries: Complex, (passes, batch, 2**n, 2**n), first embedding first.

        Returns:
            Shape (batch, 2).
        """
        zero = self._probability_behind(parameters, unitaries)
        return jnp.stack([zero, 1 - zero], axis=-1)

    def probability_of_zero(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, " batch"]:
        """P(0) of the last qubit, shape (batch,)."""
        if self.noise is None:
            state = self._before_embedding(parameters)
            for phases in encoded:
                state = phases * walsh_hadamard(state)
            return self._of_states(parameters, state)
        operator = _phases(encoded[0]) * self._start(parameters)
        for phases in encoded[1:]:
            operator = _phases(phases) * self._behind(parameters, operator)
        return self._of_operators(parameters, operator)

    def _probability_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "passes batch dim dim"]
    ) -> Float[Array, " batch"]:
        """P(0) behind any unitaries, shape (batch,)."""
        first, *others = unitaries
        if self.noise is None:
            state = jnp.einsum("bzw,w->bz", first, self._before_embedding(parameters))
            for unitary in others:
                state = jnp.einsum("bzw,bw->bz", unitary, state)
            return self._of_states(parameters, state)
        hadamards = jnp.asarray(hadamard_matrix(self.qubits), unitaries.dtype)
        operator = _moved(first @ hadamards, self._start(parameters))
        for unitary in others:
            operator = _moved(unitary @ hadamards, self._behind(parameters, operator))
        return self._of_operators(parameters, operator)

    def _before_embedding(self, parameters: CircuitParameters) -> Complex[Array, " dim"]:
        """State behind the mixing layers, (2**n,)."""
        start = jnp.asarray(np.eye(2**self.qubits)[0], parameters["mixing"].dtype) + 0j
        return convolve_states(parameters["mixing"], start)

    def _of_states(
        self, parameters: CircuitParameters, states: Complex[Array, "batch dim"]
    ) -> Float[Array, " batch"]:
        """P(0) of embedded states (batch, 2**n)."""
        rows = effect_rows(parameters["convolution"], parameters["pooling"])
        amplitudes = jnp.matmul(states, rows.T, precision=_HIGHEST)
        return jnp.sum(amplitudes.real**2 + amplitudes.imag**2, axis=-1)

    def _start(self, parameters: CircuitParameters) -> Complex[Array, "dim dim"]:
        """Density matrix behind mixing layers and Hadamards, (2**n, 2**n)."""
        assert self.noise is not None
        bricks = in_precision_of(parameters["mixing"], self._tables).bricks[0]
        return pair_operators(parameters["mixing"], self.qubits, 0, bricks)[0, 0].T

    def _behind(
        self, parameters: CircuitParameters, states: Complex[Array, "batch dim dim"]
    ) -> Complex[Array, "batch dim dim"]:
        """Noise of an embedding, then Hadamards: (batch, 2**n, 2**n)."""
        order = measurement_order(self.qubits)
        tables = in_precision_of(parameters["mixing"], self._tables)
        embedded = [matrix.mT for matrix in tables.embedding]
        digits = apply_all(embedded, from_matrices(states, order) * tables.both)
        return to_matrices(apply_all(together(self.qubits * [HADAMARD]), digits), order)

    def _of_operators(
        self, parameters: CircuitParameters, states: Complex[Array, "batch dim dim"]
    ) -> Float[Array, " batch"]:
        """P(0) of embedded density matrices (batch, 2**n, 2**n)."""
        tables = in_precision_of(parameters["mixing"], self._tables)
        effects = trained_effects(parameters["convolution"], parameters["pooling"], tables)
        effect = to_matrices(effects, measurement_order(self.qubits))[0]
        return jnp.einsum("bzw,wz->b", states, effect, precision=_HIGHEST).real

    @property
    def _tables(self) -> Tables:
        assert self.noise is not None
        return tables_of(self.noise, self.qubits, self.pooling)

    def operations(self, depth: int, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        if self.noise is not None:
            sizes = stages(self.qubits, self.pooling)
            build = sum(noisy_operations(size, depth) for size in sizes)
            build += 2 * noisy_operations(self.qubits, self.mixing)
            return build + batch * self.passes * noisy_operations(self.qubits, 1)
        return effect_operations(self.qubits, depth, self.pooling) + batch * 6 * 4**self.qubits

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step holds at its peak, to leading order."""
        if self.noise is not None:
            bricks = 4 * (depth + 2 * self.mixing) * 4**self.qubits
            return bytes_per_real * (bricks + batch * 16 * 4**self.qubits)
        return 8 * bytes_per_real * (4**self.qubits + batch * 4 * 2**self.qubits)


def _phases(phases: Complex[Array, "batch dim"]) -> Complex[Array, "batch dim dim"]:
    """Factors of the entries of a state: (batch, 2**n, 2**n)."""
    return phases[:, :, None] * phases[:, None, :].conj()


def _moved(
    unitaries: Complex[Array, "batch dim dim"], states: Complex[Array, "batch dim dim"]
) -> Complex[Array, "batch dim dim"]:
    """U rho U^dagger, (batch, 2**n, 2**n)."""
    half = jnp.matmul(unitaries, states, precision=_HIGHEST)
    return jnp.matmul(half, unitaries.conj().mT, precision=_HIGHEST)
