"""The shape every model has."""

from typing import Any, Protocol, runtime_checkable

import jax

from ebit.circuits import Circuit
from ebit.engine.base import Encoded
from ebit.models.readout import ReadOut
from ebit.physics import Noise
from ebit.resources import Consumption

Parameters = dict[str, Any]
"""A plain pytree of arrays."""


@runtime_checkable
class Model(Protocol):
    """Scores of rows, which say their class or a number: pure functions of parameters and data."""

    @property
    def resource_name(self) -> str:
        """The resource string of the command line."""

    @property
    def features(self) -> int:
        """Features of one input."""

    @property
    def scores(self) -> int:
        """Scores of a row: one for two classes or a number, else one for each class."""

    @property
    def noise(self) -> Noise | None:
        """Local noise of the QPUs; None without noise, and for models that can have none."""

    @property
    def num_parameters(self) -> int:
        """Trained real numbers."""

    @property
    def consumption(self) -> Consumption:
        """What one inference uses up between the QPUs."""

    @property
    def stacks_runs(self) -> bool:
        """Whether several runs are faster side by side than one after the other."""

    def init(self, key: jax.Array, dtype: Any = ...) -> Parameters:
        """Random parameters."""

    def encode(self, x: jax.Array) -> Encoded:
        """Everything that depends on the data only; once per data set."""

    def expectation(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = ...
    ) -> jax.Array:
        """The first score, shape (batch,); its sign is the label of two classes."""

    def read_out(
        self, parameters: Parameters, encoded: Encoded, *, trained_readout: bool = ...
    ) -> ReadOut:
        """Scores, and the measured outcomes and their weights if there are any."""

    def memory(self, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step of one run holds at its peak, to leading order."""

    def operations(self, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""


@runtime_checkable
class CircuitModel(Model, Protocol):
    """A model whose label is read off measured bits."""

    @property
    def values(self) -> int:
        """Values of shared randomness, each with angles of its own; 1 is none."""

    @property
    def tells_outcomes(self) -> bool:
        """Whether a read-out has the probabilities of the outcomes that make up the scores."""

    @property
    def circuit(self) -> Circuit:
        """What happens to the qubits, in order."""

    def probabilities(self, parameters: Parameters, x: jax.Array) -> jax.Array:
        """Joint probabilities of the read-out bits, shape (batch, 2, ...), one axis per bit."""

    def readout_weights(self, parameters: Parameters, *, trained_readout: bool = ...) -> jax.Array:
        """Weight of every outcome, shape (2, ...); several scores have a first axis of them."""
