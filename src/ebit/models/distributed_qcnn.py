"""Two QPUs with a quantum convolutional network each, and what they share."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ebit import checks
from ebit.circuits import Circuit, Wiring, build_circuit, parameter_shapes
from ebit.engine import Engine, select_engine
from ebit.engine.base import Encoded
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models.base import Parameters
from ebit.models.checks import (
    check_circuit,
    check_inputs,
    check_key,
    check_noise,
    check_parameters,
    check_real_type,
)
from ebit.models.drawing import Drawn
from ebit.models.readout import PARITY, READOUTS, ReadOut, Weighting, weigh_outcomes
from ebit.physics import Noise
from ebit.resources import Consumption, Resource, Separable


@dataclass(frozen=True)
class DistributedQCNN(Drawn):
    r"""Distributed quantum convolutional network on two QPUs.

    .. math:: E_w(x) = \sum_{ab} w_{ab} P(a, b | x), \qquad \text{label} = \mathrm{sgn}\, E_w(x)

    Args:
        qpus: Number of QPUs, 2.
        qubits: Qubits per QPU, 2 to 16.
        depth: Convolution layers per stage.
        resource: What the QPUs share.
        mixing: Mixing layers before the embedding.
        readout: `weights` (four trained weights), `parity` (w, -w, -w, w with one trained w) or
            `fixed-parity` (1, -1, -1, 1, nothing is trained).
        pooling: `halves` (half of the qubits are measured in every round) or `all-but-one` (all
            but the last in the only round).
        noise: Local noise of the QPUs; none by default.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> from ebit.resources import BellPairs
        >>> model = DistributedQCNN(depth=20, resource=BellPairs(1))
        >>> model.num_parameters
        268
        >>> params = model.init(jax.random.key(0))
        >>> model.probabilities(params, jnp.zeros((3, 8))).shape
        (3, 2, 2)

    Source:
        Kim et al., arXiv:2605.03864; Hwang et al., Quantum Sci. Technol. 10 015059.
    """

    qpus: int = 2
    qubits: int = 4
    depth: int = 20
    resource: Resource = field(default_factory=Separable)
    mixing: int = 0
    readout: str = "weights"
    pooling: str = "halves"
    noise: Noise | None = None

    def __post_init__(self) -> None:
        check_circuit(self.qubits, self.depth, self.mixing, self.pooling)
        check_noise(self.noise)
        if not isinstance(self.resource, Resource):
            raise EbitError(
                "Argument `resource` must be a resource such as ebit.BellPairs(1), but is "
                f"{checks.shown(self.resource)}: use ebit.parse_resource for a string."
            )
        if checks.whole()("qpus", self.qpus) != 2:
            raise checks.wrong("qpus", "2", self.qpus)
        checks.one_of(READOUTS)("readout", self.readout)
        if self.resource.pairs > self.qubits:
            raise EbitError(
                f"Resource {self.resource.name!r} shares {self.resource.pairs} Bell pairs, but a "
                f"QPU has {self.qubits} qubits: use at most {self.qubits} pairs or more qubits."
            )
        _ = self.engine

    @property
    def resource_name(self) -> str:
        """The resource string."""
        return self.resource.name

    @property
    def features(self) -> int:
        """Features of one input: one per qubit."""
        return self.qpus * self.qubits

    @property
    def values(self) -> int:
        """Values of shared randomness, each with angles of its own."""
        return self.resource.values

    @property
    def stacks_runs(self) -> bool:
        """True if one small operator serves all samples; else one run fills the cache by itself."""
        return self.engine.stacks_runs

    @property
    def num_parameters(self) -> int:
        """Angles of both QPUs and read-out weights."""
        schmidt = 2**self.resource.pairs if self.resource.trains_state else 0
        logits = self.values if self.values > 1 else 0
        angles = self.values * count_angles(self._shapes)
        return angles + logits + schmidt + self._weighting.num_parameters

    @property
    def consumption(self) -> Consumption:
        """What one inference uses up between the QPUs; with noise, gates take pairs and bits."""
        return Consumption(**self.circuit.amounts)

    @cached_property
    def circuit(self) -> Circuit:
        """What happens to the qubits, in order."""
        return build_circuit(
            self._wiring, depth=self.depth, mixing=self.mixing, pooling=self.pooling
        )

    @cached_property
    def engine(self) -> Engine:
        """How the probabilities are computed."""
        return select_engine(self.resource, self.qubits, self.mixing, self.pooling, self.noise)

    @own_settings
    def init(self, key: jax.Array, dtype: Any = jnp.float32) -> Parameters:
        r"""Angles uniform in [0, 2 pi), read-out weights (1, -1, -1, 1), equal values.

        Args:
            key: JAX random key.
            dtype: Real type of the parameters.

        Returns:
            A dict with `mixing` (2, mixing, n), `convolution` (one (2, depth, m) per stage),
            `pooling` (one (2, h, 2, 2) per stage with h measured qubits) and `readout` ((2, 2), or
            () for parity; none for fixed-parity). With M > 1 values of shared randomness the angles
            have them as first axis, and `mixture` (M,) holds the logits of their weights.
        """
        check_key(key)
        check_real_type(dtype)
        values, shapes = self.values, self._shapes
        if values > 1:
            shapes = jax.tree.map(lambda shape: (values, *shape), shapes, is_leaf=_is_shape)
        parameters = random_angles(key, shapes, dtype)
        if self._weighting.start is not None:
            parameters["readout"] = jnp.asarray(self._weighting.start, dtype)
        if values > 1:
            parameters["mixture"] = jnp.zeros(values, dtype)
        if self.resource.trains_state:
            parameters["schmidt"] = jnp.ones(2**self.resource.pairs, dtype)
        return parameters

    @own_settings
    def encode(self, x: jax.Array) -> Encoded:
        """Everything that depends on the data only.

        Args:
            x: Angles (batch, 2n) in radians, QPU A's features first.

        Returns:
            Arrays with the batch on the first axis.

        Raises:
            EbitError: If the shape does not fit.
        """
        return self.engine.encode(check_inputs(x, self.features))

    @own_settings
    def probabilities(self, parameters: Parameters, x: jax.Array) -> Float[Array, "batch 2 2"]:
        """Joint probabilities of the read-out bits.

        Args:
            parameters: As `init` returns them.
            x: Angles (batch, 2n) in radians, QPU A's features first.

        Returns:
            P(a, b | x), shape (batch, 2, 2).

        Raises:
            EbitError: If the shape of `x` does not fit.
        """
        check_parameters(self.init, parameters)
        return self._probabilities(parameters, self.encode(x))

    @own_settings
    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> jax.Array:
        """The weighted read-out E_w, whose sign is the label.

        Args:
            parameters: As `init` returns them.
            encoded: What `encode` returned.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Shape (batch,).
        """
        check_parameters(self.init, parameters)
        return self.read_out(parameters, encoded, trained_readout=trained_readout).scores[:, 0]

    @own_settings
    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> ReadOut:
        """Scores, and the outcomes and weights that make them up.

        Args:
            parameters: As `init` returns them.
            encoded: What `encode` returned.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Scores of shape (batch, 1).
        """
        return weigh_outcomes(
            self._probabilities(parameters, encoded),
            self.readout_weights(parameters, trained_readout=trained_readout),
            parity=self._weighting.parity or not trained_readout,
        )

    @own_settings
    def readout_weights(self, parameters: Parameters, *, trained_readout: bool = True) -> jax.Array:
        """Weights w of the outcomes in the read-out.

        Args:
            parameters: As `init` returns them.
            trained_readout: Whether to use the trained weights; otherwise (1, -1, -1, 1).

        Returns:
            Shape (2, 2): [outcome of QPU A, outcome of QPU B].
        """
        check_parameters(self.init, parameters)
        parity = jnp.asarray(PARITY, jnp.result_type(*parameters["convolution"]))
        if not trained_readout or self._weighting.start is None:
            return parity
        readout = jnp.asarray(parameters["readout"])
        return readout * parity if self._weighting.parity else readout

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        return self.engine.operations(self.depth, batch)

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""
        return self.engine.memory(self.depth, batch, bytes_per_real)

    @property
    def _weighting(self) -> Weighting:
        return READOUTS[self.readout]

    @property
    def _wiring(self) -> Wiring:
        noisy = self.noise is not None and not self.noise.is_zero
        return self.resource.wiring(self.qubits, noisy=noisy)

    @property
    def _shapes(self) -> dict[str, Any]:
        """Shapes of the arrays of angles."""
        return parameter_shapes(self._wiring, self.depth, self.mixing, self.pooling)

    def _probabilities(self, parameters: Parameters, encoded: Encoded) -> Float[Array, "batch 2 2"]:
        circuit: Any = {name: leaf for name, leaf in parameters.items() if name != "readout"}
        return self.engine.probabilities(jax.tree.map(jnp.asarray, circuit), encoded)


def random_angles(key: jax.Array, shapes: dict[str, Any], dtype: Any) -> Parameters:
    """Angles uniform in [0, 2 pi) for a pytree of shapes (tuples of integers).

    All angles come from one draw, because a random generator takes long to compile.
    """
    leaves, structure = jax.tree.flatten(shapes, is_leaf=_is_shape)
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in leaves])
    flat = jax.random.uniform(key, (int(ends[-1]),), dtype, 0.0, 2 * np.pi)
    angles = [
        part.reshape(shape) for part, shape in zip(jnp.split(flat, ends[:-1]), leaves, strict=True)
    ]
    parameters: Parameters = jax.tree.unflatten(structure, angles)
    return parameters


def count_angles(shapes: dict[str, Any]) -> int:
    """Angles in a pytree of shapes."""
    return sum(math.prod(shape) for shape in jax.tree.leaves(shapes, is_leaf=_is_shape))


def _is_shape(node: Any) -> bool:
    return isinstance(node, tuple) and all(isinstance(k, int | np.integer) for k in node)
