"""The baselines with one QPU that sees the whole input."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ebit import checks
from ebit.circuits import QPU, Circuit, Wiring, build_circuit, parameter_shapes
from ebit.engine import SingleQPU
from ebit.engine.base import CircuitParameters, Encoded
from ebit.jax_settings import Options, one_program, own_settings
from ebit.models.base import Parameters
from ebit.models.checks import (
    check_circuit,
    check_inputs,
    check_key,
    check_noise,
    check_parameters,
    check_real_type,
)
from ebit.models.distributed_qcnn import count_angles, random_angles
from ebit.models.drawing import Drawn
from ebit.models.readout import READOUTS, ReadOut, check_scores, weigh_outcomes
from ebit.physics import Noise
from ebit.resources import Consumption


@dataclass(frozen=True)
class SingleQCNN(Drawn):
    r"""One QPU of n qubits; the parts of the input are embedded one after the other.

    With two parts s and t

    .. math:: E(x) = P(0) - P(1),\quad |\psi\rangle = D(t) H D(s) H |0\rangle

    With one part and as many qubits as two QPUs have, it is what `quantum` is, but for one more
    pooling round, across the QPUs, that leaves one qubit to be read.

    Args:
        qubits: Qubits of the QPU, 2 to 16.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        pooling: `halves` (half of the qubits are measured in every round) or `all-but-one` (all
            but the last in the only round).
        scores: Scores; one is E, several have a trained weight for each outcome.
        noise: Local noise; of its two QPUs the first counts. None by default.
        passes: Parts of the input, each with one feature per qubit: 2 (`single`) or 1 (`joint`).

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> SingleQCNN(depth=20).num_parameters
        132
        >>> SingleQCNN(qubits=8, depth=9, passes=1).num_parameters  # 14 (L + 2)
        154

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (non-distributed model); one part: the first
        notebook of the authors' public code.
    """

    qubits: int = 4
    depth: int = 20
    mixing: int = 0
    pooling: str = "halves"
    noise: Noise | None = None
    scores: int = 1
    passes: int = 2

    def __post_init__(self) -> None:
        check_circuit(self.qubits, self.depth, self.mixing, self.pooling)
        checks.whole(1, 2)("passes", self.passes)
        check_noise(self.noise)
        check_scores(self.scores, "weights")
        _ = self.engine

    @property
    def resource_name(self) -> str:
        """The string of the command line."""
        return "single" if self.passes == 2 else "joint"

    @property
    def xla_options(self) -> Options:
        """Options of XLA that its programs need, see `xla_options_of`."""
        return self.engine.supports.xla_options(self.qubits)

    @property
    def features(self) -> int:
        """Features of one input: one per qubit in every pass."""
        return self.passes * self.qubits

    @property
    def values(self) -> int:
        """Nothing is shared."""
        return 1

    @property
    def tells_outcomes(self) -> bool:
        """Both outcomes of the qubit are there."""
        return True

    @property
    def stacks_runs(self) -> bool:
        """One small operator per run: runs are faster side by side."""
        return True

    @property
    def num_parameters(self) -> int:
        """Angles of the QPU and read-out weights."""
        return count_angles(self._shapes) + sum(leaf.size for leaf in self._readout.values())

    @property
    def consumption(self) -> Consumption:
        """One QPU needs no link."""
        return Consumption()

    @cached_property
    def circuit(self) -> Circuit:
        """What happens to the qubits, in order."""
        return build_circuit(
            self._wiring, depth=self.depth, mixing=self.mixing, pooling=self.pooling
        )

    @property
    def _wiring(self) -> Wiring:
        """One QPU that holds all features."""
        return Wiring((QPU("A", self.qubits, self.features),))

    @property
    def _shapes(self) -> dict[str, Any]:
        """Shapes of the arrays of angles."""
        return parameter_shapes(self._wiring, self.depth, self.mixing, self.pooling)

    @own_settings
    def init(self, key: jax.Array, dtype: Any = jnp.float32) -> Parameters:
        """Angles uniform in [0, 2 pi): `mixing`, `convolution`, `pooling` of one QPU."""
        check_key(key)
        check_real_type(dtype)
        weights = {name: jnp.asarray(leaf, dtype) for name, leaf in self._readout.items()}
        return random_angles(key, self._shapes, dtype) | weights

    @property
    def _readout(self) -> dict[str, Any]:
        """Trained weights, at their start."""
        return {} if self.scores == 1 else READOUTS["weights"].start((2,), self.scores)

    @own_settings
    def encode(self, x: jax.Array) -> Encoded:
        """Complex unit phases (batch, 2**n) of every embedding."""
        return self._encode(check_inputs(x, self.features))

    @one_program
    def _encode(self, x: jax.Array) -> Encoded:
        return self.engine.encode(x)

    @own_settings
    def probabilities(self, parameters: Parameters, x: jax.Array) -> Float[Array, "batch 2"]:
        """P(a | x), shape (batch, 2)."""
        check_parameters(self.init, parameters)
        return self._probabilities(parameters, self.encode(x))

    @own_settings
    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> jax.Array:
        """The first score, shape (batch,): with one, the expectation of Z on the last qubit."""
        return self.read_out(parameters, encoded).scores[:, 0]

    @own_settings
    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> ReadOut:
        """Scores of shape (batch, S), and the two outcomes and weights that make them up."""
        check_parameters(self.init, parameters)
        return self._read_out(parameters, encoded)

    @one_program
    def _read_out(self, parameters: Parameters, encoded: Encoded) -> ReadOut:
        return weigh_outcomes(
            self._probabilities(parameters, encoded), self.readout_weights(parameters)
        )

    @own_settings
    def readout_weights(self, parameters: Parameters, *, trained_readout: bool = True) -> jax.Array:
        """One score is the expectation of Z: weights (1, -1), (2,); several are trained, (S, 2)."""
        check_parameters(self.init, parameters)
        if self.scores > 1:
            return jnp.asarray(parameters["scale"]) * jnp.asarray(parameters["readout"])
        return jnp.asarray([1, -1], jnp.asarray(parameters["mixing"]).dtype)

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        batch = checks.whole()("batch", batch)
        return self.engine.operations(self.depth, batch)

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""
        batch = checks.whole()("batch", batch)
        bytes_per_real = checks.whole(1)("bytes_per_real", bytes_per_real)
        return self.engine.memory(self.depth, batch, bytes_per_real)

    @cached_property
    def engine(self) -> SingleQPU:
        """How the probabilities are computed."""
        noise = None if self.noise is None or self.noise.is_zero else self.noise.qpus[0]
        return SingleQPU(self.qubits, self.mixing, self.pooling, noise, self.passes)

    @one_program
    def _probabilities(self, parameters: Parameters, encoded: Encoded) -> jax.Array:
        zero = self._probability_of_zero(parameters, encoded)
        return jnp.stack([zero, 1 - zero], axis=-1)

    def _probability_of_zero(
        self, parameters: Parameters, encoded: Encoded
    ) -> Float[Array, " batch"]:
        circuit = CircuitParameters(
            mixing=parameters["mixing"],
            convolution=parameters["convolution"],
            pooling=parameters["pooling"],
        )
        return self.engine.probability_of_zero(jax.tree.map(jnp.asarray, circuit), encoded)
