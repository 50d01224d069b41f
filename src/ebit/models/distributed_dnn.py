"""The classical baseline: one small network per half of the input."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ebit import checks
from ebit.engine.base import Encoded
from ebit.jax_settings import one_program, own_settings
from ebit.models.base import Parameters
from ebit.models.checks import check_inputs, check_key, check_parameters, check_real_type
from ebit.models.readout import MOST_SCORES, ReadOut, walsh_functions
from ebit.resources import Consumption

_HIDDEN = 8

MAX_FEATURES = 100_000
"""More features of a half than this are a slip of the pen."""


@dataclass(frozen=True)
class DistributedDNN:
    r"""Distributed classical network: n-8-8-1 per half, final layer on a, b and ab.

    .. math:: E(x) = c_0 + c_1 a(s) + c_2 b(t) + c_3 a(s) b(t)

    The paper does not say which activations it used; here every layer of the halves ends in
    tanh, so that a and b lie in [-1, 1] like the expectation of a measured bit.

    Args:
        qubits: Features per half.
        scores: Outputs of the final layer, each with coefficients of its own.

    Raises:
        EbitError: If a number is less than 1.

    Example:
        >>> DistributedDNN().num_parameters
        246

    Source:
        Kim et al., arXiv:2605.03864 (distributed DNN).
    """

    qubits: int = 4
    scores: int = 1

    def __post_init__(self) -> None:
        checks.whole(1, MAX_FEATURES, "features per half")("qubits", self.qubits)
        checks.whole(1, MOST_SCORES)("scores", self.scores)

    @property
    def resource_name(self) -> str:
        """The string of the command line."""
        return "dnn"

    @property
    def noise(self) -> None:
        """There are no qubits."""

    @property
    def features(self) -> int:
        """Features of one input."""
        return 2 * self.qubits

    @property
    def stacks_runs(self) -> bool:
        """Small products: runs are faster side by side."""
        return True

    @property
    def num_parameters(self) -> int:
        """Weights and biases."""
        sizes = self._sizes
        return 2 * sum((i + 1) * o for i, o in pairwise(sizes)) + 4 * self.scores

    @property
    def consumption(self) -> Consumption:
        """No quantum link."""
        return Consumption()

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (self.qubits, _HIDDEN, _HIDDEN, 1)

    @own_settings
    def init(self, key: jax.Array, dtype: Any = jnp.float32) -> Parameters:
        """Weights normal with variance 1 / inputs, biases zero, final layer a b only."""
        check_key(key)
        check_real_type(dtype)
        sizes = self._sizes
        shapes = [(2, i, o) for i, o in pairwise(sizes)]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        flat = jax.random.normal(key, (int(ends[-1]),), dtype)
        weights = tuple(
            part.reshape(shape) / np.sqrt(shape[1]).astype(dtype)
            for part, shape in zip(jnp.split(flat, ends[:-1]), shapes, strict=True)
        )
        biases = tuple(jnp.zeros((2, 1, o), dtype) for o in sizes[1:])
        final = jnp.asarray([0, 0, 0, 1], dtype)
        if self.scores > 1:
            final = jnp.asarray(walsh_functions((2, 2), self.scores).reshape(-1, 4), dtype)
        return {"weights": weights, "biases": biases, "final": final}

    @own_settings
    def encode(self, x: jax.Array) -> Encoded:
        """The two halves of the features."""
        x = check_inputs(x, self.features)
        return (x[:, : self.qubits], x[:, self.qubits :])

    @own_settings
    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> jax.Array:
        """The first output of the final layer, shape (batch,)."""
        return self.read_out(parameters, encoded).scores[:, 0]

    @own_settings
    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> ReadOut:
        """The outputs of the final layer as scores, (batch, S); nothing is measured."""
        check_parameters(self.init, parameters)
        return self._read_out(parameters, encoded)

    @one_program
    def _read_out(self, parameters: Parameters, encoded: Encoded) -> ReadOut:
        state = jnp.stack(encoded)
        for weight, bias in zip(parameters["weights"], parameters["biases"], strict=True):
            state = jnp.tanh(jnp.matmul(state, weight, precision=jax.lax.Precision.HIGHEST) + bias)
        a, b = state[0, :, 0], state[1, :, 0]
        rows = parameters["final"].reshape(self.scores, 4)
        outputs = [c[0] + c[1] * a + c[2] * b + c[3] * a * b for c in rows]
        return ReadOut(jnp.stack(outputs, axis=1))

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        batch = checks.whole()("batch", batch)
        return 2 * batch * self.num_parameters

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""
        batch = checks.whole()("batch", batch)
        bytes_per_real = checks.whole(1)("bytes_per_real", bytes_per_real)
        return 4 * bytes_per_real * batch * 2 * sum(self._sizes)
