"""The shape every engine has, and the parameters they share."""

from dataclasses import dataclass
from typing import NotRequired, Protocol, TypedDict, runtime_checkable

import jax
from jaxtyping import Array, Complex, Float

from ebit.circuits import POOLINGS
from ebit.engine.tensor_plan import Plan
from ebit.jax_settings import WITH_FUSION_EMITTERS, Options
from ebit.physics import PairState

MAX_QUBITS = 16
"""Most qubits of a QPU."""


class CircuitParameters(TypedDict):
    """Angles of both QPUs, in radians; n qubits each, of which m are left before a stage.

    Attributes:
        mixing: (2, mixing, n).
        convolution: One array (2, depth, m) per stage.
        pooling: One array (2, h, 2, 2) per stage, h = m // 2 or m - 1 measured qubits: [QPU of the
            rotated qubit, measured qubit, outcome, (phi, chi)] for RZ(phi) and then RX(chi).
        schmidt: Schmidt coefficients (2**pairs,) up to their norm, if they are trained.
        local: (QPUs, angles) in the place of convolutions and poolings, if the QPUs have a circuit
            of the user's own.
        mixture: Logits (values,) of shared randomness, if it has values; then all others have the
            values as first axis.
    """

    mixing: jax.Array
    convolution: tuple[jax.Array, ...]
    pooling: tuple[jax.Array, ...]
    schmidt: NotRequired[jax.Array]
    local: NotRequired[jax.Array]
    mixture: NotRequired[jax.Array]


Encoded = tuple[jax.Array, ...]
"""What an engine makes of the data: arrays with the batch on the first axis."""


@dataclass(frozen=True)
class Supports:
    """What an engine can compute; whoever asks for more gets an `UnsupportedError`.

    Attributes:
        noisy_qubits: Most qubits per QPU with noise; 0 if it takes no noise.
        trained_qubits: Most qubits per QPU with a trained state of the pairs; 0 if it takes none.
        trained_noise: Whether a trained state of the pairs and noise go together.
        correlated_errors: Whether errors may meet both qubits of a gate at once.
        poolings: Pooling layouts.
        bits: Bits that are read off in the end.
        stacks_runs: True if one small operator serves all samples, so that runs are faster side by
            side; else one run fills the cache by itself.
        fused_from: Fewest qubits of a QPU with which its programs run faster with XLA's fusion
            emitters, see `ebit.jax_settings`.
    """

    noisy_qubits: int
    trained_qubits: int = 0
    trained_noise: bool = False
    correlated_errors: bool = True
    poolings: tuple[str, ...] = POOLINGS
    bits: int = 2
    stacks_runs: bool = False
    fused_from: int = 5

    def xla_options(self, qubits: int) -> Options:
        """Options of XLA with which programs of QPUs of so many qubits run faster."""
        return WITH_FUSION_EMITTERS if qubits >= self.fused_from else ()


@dataclass(frozen=True)
class LocalForm:
    """A circuit of two noise-free QPUs that share nothing but pairs in a fixed state.

    Attributes:
        pairs: Shared pairs.
        state: State of every pair.
    """

    pairs: int
    state: PairState


@runtime_checkable
class Engine(Protocol):
    """Two pure functions: `encode` once per data set, `probabilities` once per step."""

    @property
    def supports(self) -> Supports:
        """What it can compute."""

    @property
    def local_form(self) -> LocalForm | None:
        """The form whose derivatives need one pass for all inputs; None if there is none."""

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Everything that depends on the data only.

        Args:
            x: Angles (batch, 2n) in radians: QPU A's features, then QPU B's.

        Returns:
            Arrays with the batch on the first axis.
        """

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2 2"]:
        """Joint probabilities of the two read-out bits.

        Args:
            parameters: Angles of both QPUs.
            encoded: What `encode` returned (or rows of it).

        Returns:
            P(a, b | x), shape (batch, 2, 2).
        """

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """The same with any unitary of each QPU in the place of its embedding, noise included.

        Args:
            parameters: Angles of both QPUs.
            unitaries: Complex, (2, batch, 2**n, 2**n), basis in measurement order.

        Returns:
            P(a, b), shape (batch, 2, 2).
        """

    def operations(self, depth: int, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order.

        Args:
            depth: Convolution layers per stage.
            batch: Samples.
        """

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step holds at its peak, to leading order.

        Args:
            depth: Convolution layers per stage.
            batch: Samples.
            bytes_per_real: 4 for complex64, 8 for complex128.
        """


@runtime_checkable
class TensorNetwork(Protocol):
    """Tensors of QPUs along the edges of a graph, and how they are put together."""

    @property
    def outcome_plan(self) -> Plan:
        """How the probabilities of all outcomes are contracted."""

    @property
    def parity_plan(self) -> Plan:
        """How the parity is contracted."""

    def matrix_product_plan(self, chi: int) -> Plan:
        """How weights of a bond dimension are contracted with the graph."""


@runtime_checkable
class GraphEngine(Engine, Protocol):
    """An engine of any number of QPUs, which need not write out all outcomes."""

    @property
    def has_marginals(self) -> bool:
        """Whether what a few QPUs say needs these QPUs alone, so that there are `correlations`."""

    @property
    def networks(self) -> tuple[TensorNetwork, ...]:
        """What a read-out of all QPUs contracts beside what `operations` and `memory` count."""

    def parity(self, parameters: CircuitParameters, encoded: Encoded) -> Float[Array, " batch"]:
        """Expectation of the product of all outcomes, +1 for 0 and -1 for 1."""

    def matrix_product(
        self,
        parameters: CircuitParameters,
        weights: Float[Array, "qpus 2 chi chi"],
        encoded: Encoded,
    ) -> Float[Array, " batch"]:
        """Expectation of the trace of a product of one matrix per QPU and outcome."""

    def correlations(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch numbers"]:
        """Expectations of all outcomes, and of their products along all edges."""
