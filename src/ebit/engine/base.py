"""The shape every engine has, and the parameters they share."""

from typing import NotRequired, Protocol, TypedDict

import jax


class CircuitParameters(TypedDict):
    """Angles of both QPUs, in radians; n qubits each, of which m are left before a stage.

    Attributes:
        mixing: (2, mixing, n).
        convolution: One array (2, depth, m) per stage.
        pooling: One array (2, h, 2, 2) per stage, h = m // 2 or m - 1 measured qubits: [QPU of the
            rotated qubit, measured qubit, outcome, (phi, chi)] for RZ(phi) and then RX(chi).
        schmidt: Schmidt coefficients (2**pairs,) up to their norm, if they are trained.
    """

    mixing: jax.Array
    convolution: tuple[jax.Array, ...]
    pooling: tuple[jax.Array, ...]
    schmidt: NotRequired[jax.Array]


Encoded = tuple[jax.Array, ...]
"""What an engine makes of the data: arrays with the batch on the first axis."""


class Engine(Protocol):
    """Two pure functions: `encode` once per data set, `probabilities` once per step."""

    def encode(self, x: jax.Array) -> Encoded:
        """Everything that depends on the data only.

        Args:
            x: Angles (batch, 2n) in radians: QPU A's features, then QPU B's.

        Returns:
            Arrays with the batch on the first axis.
        """

    def probabilities(self, parameters: CircuitParameters, encoded: Encoded) -> jax.Array:
        """Joint probabilities of the two read-out bits.

        Args:
            parameters: Angles of both QPUs.
            encoded: What `encode` returned (or rows of it).

        Returns:
            P(a, b | x), shape (batch, 2, 2).
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
