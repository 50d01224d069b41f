"""A model whose scores come from a function of one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ebit import checks
from ebit.engine.base import Encoded
from ebit.errors import EbitError
from ebit.models.base import Model, Parameters
from ebit.models.readout import MOST_SCORES, ReadOut
from ebit.physics import Noise
from ebit.resources import Consumption


@dataclass(frozen=True)
class CustomReadOut:
    r"""A model with a read-out of one's own, to train and evaluate in Python.

    .. math:: \text{scores}(x) = f(\text{read-out of the model at } x)

    Args:
        model: The model whose read-out is read further.
        function: JAX function of a `ReadOut` (`scores` (batch, S); `probabilities` (batch,
            outcomes) and trained `weights` (S, outcomes), both None where a model does not write
            them out) to scores (batch, `scores`).
        scores: Scores that the function gives: one for two classes or a number, else one for each
            class.

    Raises:
        EbitError: If `model` is no model, `function` no function or `scores` out of range.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> from ebit.resources import BellPairs
        >>> qpus = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1))
        >>> model = CustomReadOut(qpus, lambda read_out: jnp.tanh(3 * read_out.scores))
        >>> parameters = model.init(jax.random.key(0))
        >>> model.read_out(parameters, model.encode(jnp.ones((5, 4)))).scores.shape
        (5, 1)
    """

    model: Model
    function: Callable[[ReadOut], jax.Array]
    scores: int = 1

    def __post_init__(self) -> None:
        checks.instance(Model, "a model such as ebit.DistributedQCNN()")("model", self.model)
        checks.function_of("read-outs")("function", self.function)
        checks.whole(1, MOST_SCORES)("scores", self.scores)

    @property
    def resource_name(self) -> str:
        """That of the model."""
        return self.model.resource_name

    @property
    def features(self) -> int:
        """Features of one input."""
        return self.model.features

    @property
    def noise(self) -> Noise | None:
        """That of the model."""
        return self.model.noise

    @property
    def num_parameters(self) -> int:
        """Trained real numbers."""
        return self.model.num_parameters

    @property
    def consumption(self) -> Consumption:
        """What one inference uses up between the QPUs."""
        return self.model.consumption

    @property
    def stacks_runs(self) -> bool:
        """Whether several runs are faster side by side."""
        return self.model.stacks_runs

    def init(self, key: jax.Array, dtype: Any = jnp.float32) -> Parameters:
        """Random parameters of the model."""
        return self.model.init(key, dtype)

    def encode(self, x: jax.Array) -> Encoded:
        """Everything that depends on the data only."""
        return self.model.encode(x)

    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> jax.Array:
        """The first score, shape (batch,)."""
        return self.read_out(parameters, encoded, trained_readout=trained_readout).scores[:, 0]

    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = True
    ) -> ReadOut:
        """The scores of the function; they are no weighted outcomes, so it tells none."""
        inner = self.model.read_out(parameters, encoded, trained_readout=trained_readout)
        found = self.function(inner)
        try:
            scores = jnp.asarray(found)
        except (TypeError, ValueError):
            raise EbitError(
                f"Argument `function` must give scores of shape (batch, {self.scores}), but gives "
                f"{checks.shown(found)}."
            ) from None
        if scores.shape != (len(inner.scores), self.scores):
            raise EbitError(
                f"Argument `function` must give scores of shape (batch, {self.scores}), but gives "
                f"shape {scores.shape} for a batch of {len(inner.scores)}."
            )
        return ReadOut(scores)

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""
        return self.model.memory(batch, bytes_per_real)

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        return self.model.operations(batch)
