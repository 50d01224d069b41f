"""Join of more than two QPUs by gates across them: one register, while its state fits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import Circuit, Wiring, measurement_order, outputs_of
from ebit.engine.base import CircuitParameters, Encoded, Supports, TensorNetwork
from ebit.engine.effects import LocalEffect
from ebit.engine.register import Register
from ebit.errors import EbitError, UnsupportedError

MOST_QUBITS = 20
"""Most qubits of a register of more than two QPUs: 2**20 amplitudes per sample."""

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class LocalRegister(Register):
    """A register whose gates across are in front of the data and among them.

    Args:
        local: Circuit of every QPU in the place of convolutions and poolings.
    """

    local: Circuit | None = None

    def _from_states(
        self, parameters: CircuitParameters, states: Complex[Array, "batch dim"]
    ) -> Float[Array, "batch ..."]:
        """P of all outcomes: every QPU turns its own qubits."""
        batch, bits = len(states), self.qpus * self.qubits
        joint, own = measurement_order(bits, self.qpus), measurement_order(self.qubits)
        order = [joint.index(q * self.qubits + place) for q in range(self.qpus) for place in own]
        table = states.reshape(batch, *bits * (2,)).transpose(0, *(1 + bit for bit in order))
        table = table.reshape(batch, *self.qpus * (2**self.qubits,))
        effect = LocalEffect(self.qubits, 0, self.mixing, local=self.local)
        for turn in effect.unitaries(parameters):  # each QPU in front goes behind the others
            table = jnp.einsum("bz...,orz->b...or", table, turn, precision=_HIGHEST)
            table = table.reshape(batch, *table.shape[1:-2], -1)
        weights = table.real**2 + table.imag**2
        split = weights.reshape(batch, *self.qpus * (2, 2 ** (self.qubits - 1)))
        return jnp.sum(split, axis=tuple(range(2, 2 * self.qpus + 1, 2)))

    def operations(self, depth: int, batch: int) -> int:
        """The circuits of all QPUs, and every QPU's turn of all states."""
        bits, effect = self.qpus * self.qubits, LocalEffect(self.qubits, 0, 0, local=self.local)
        return self.qpus * (effect.operations(depth) + 8 * batch * 2 ** (bits + self.qubits))


@dataclass(frozen=True)
class GraphRegister:
    """Engine for `quantum` on any number of QPUs: read-outs are made of all outcomes.

    Args:
        wiring: The QPUs; the ring of their register has their order.
        edges: Pairs of QPUs whose outcomes are read together, by their places.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        local: Circuit of every QPU in the place of convolutions and poolings; gates across are then
            those of the embedding and of the mixing layers.

    Raises:
        EbitError: If the register is too large.
        UnsupportedError: If it cannot do what the wiring asks for.
    """

    wiring: Wiring
    edges: tuple[tuple[int, int], ...]
    mixing: int = 0
    pooling: str = "halves"
    local: Circuit | None = None

    supports: ClassVar = Supports(noisy_qubits=0, fused_from=1)

    local_form: ClassVar = None
    """There are no local circuits."""

    has_marginals: ClassVar = True
    """Everything is made of all outcomes."""

    networks: ClassVar[tuple[TensorNetwork, ...]] = ()
    """None: a register has no tensors of single QPUs."""

    def __post_init__(self) -> None:
        count, who = len(self.wiring.qpus), f"Gates across {len(self.wiring.qpus)} QPUs"
        first = self.wiring.qpus[0]
        if len(self.wiring.sizes) > 1:
            raise UnsupportedError("QPUs of different sizes", who, "use QPUs of one size")
        if outputs_of(self.pooling) > 1:
            raise UnsupportedError("several outputs", who, "use another resource, or one output")
        if first.passes > 1:
            cure = "use as many features as qubits"
            raise UnsupportedError("several passes of the embedding", who, cure)
        if self.wiring.teleported:
            cure = "use two QPUs without a circuit of your own, or no noise"
            raise UnsupportedError("noise", who, cure)
        if self.wiring.shared or self.wiring.messages:
            raise UnsupportedError("shared states and messages", who, "use gates across alone")
        qubits = count * first.qubits
        if qubits > MOST_QUBITS:
            fewer = MOST_QUBITS // count
            smaller = f", or at most {fewer} qubits per QPU" if fewer > 1 else ""
            raise EbitError(
                f"Resource 'quantum' makes one register of {qubits} qubits of {count} QPUs with "
                f"{first.qubits} each, and {MOST_QUBITS} qubits fit: use at most "
                f"{MOST_QUBITS // first.qubits} such QPUs{smaller}."
            )

    @cached_property
    def register(self) -> Register:
        """The same for outcomes alone."""
        count, qubits = len(self.wiring.qpus), self.wiring.qpus[0].qubits
        if self.local is not None:
            return LocalRegister(qubits, self.mixing, self.pooling, count, local=self.local)
        return Register(qubits, self.mixing, self.pooling, count)

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Complex unit phases of the register."""
        return self.register.encode(x)

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch ..."]:
        """P of all outcomes together, (batch, 2, ..., 2)."""
        return self.register.probabilities(parameters, encoded)

    def probabilities_behind(self, parameters: CircuitParameters, unitaries: Any) -> jax.Array:
        """There are no unitaries of single QPUs behind the embedding of the whole register."""
        del parameters, unitaries
        who = f"Gates across {len(self.wiring.qpus)} QPUs"
        raise UnsupportedError("unitaries in the place of the embedding", who, "use data")

    @cached_property
    def _signs(self) -> NDArray[np.float64]:
        """Outcomes as +1 and -1 for every string, (QPUs, 2**K)."""
        count = len(self.wiring.qpus)
        return np.asarray(1.0 - 2.0 * np.indices(count * (2,)).reshape(count, -1))

    def parity(self, parameters: CircuitParameters, encoded: Encoded) -> Float[Array, " batch"]:
        """Expectation of the product of all outcomes, +1 for 0 and -1 for 1."""
        return self._mean(parameters, encoded, np.prod(self._signs, axis=0)[None])[:, 0]

    def matrix_product(
        self,
        parameters: CircuitParameters,
        weights: Float[Array, "qpus 2 chi chi"],
        encoded: Encoded,
    ) -> Float[Array, " batch"]:
        """Expectation of the trace of a product of one matrix per QPU and outcome."""
        found = weights[0]  # (2**k, chi, chi) after k QPUs
        for factor in weights[1:]:
            found = jnp.einsum("aij,bjk->abik", found, factor, precision=_HIGHEST)
            found = found.reshape(-1, *found.shape[2:])
        traces = jnp.trace(found, axis1=-2, axis2=-1)
        return self._mean(parameters, encoded, traces[None])[:, 0]

    def correlations(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch numbers"]:
        """Expectations of the outcomes of every QPU, and of their products along every edge."""
        signs = self._signs
        both = [signs[i] * signs[j] for i, j in self.edges]
        return self._mean(parameters, encoded, np.stack([*signs, *both]))

    def _mean(
        self, parameters: CircuitParameters, encoded: Encoded, values: Any
    ) -> Float[Array, "batch numbers"]:
        """Expectations of functions of all outcomes, each (2**K,)."""
        table = self.probabilities(parameters, encoded)
        flat = table.reshape(len(table), -1)
        return jnp.matmul(flat, jnp.asarray(values, flat.dtype).T, precision=_HIGHEST)

    def operations(self, depth: int, batch: int) -> int:
        """Real floating-point operations of one forward evaluation."""
        return self.register.operations(depth, batch)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step holds at its peak."""
        return self.register.memory(depth, batch, bytes_per_real)
