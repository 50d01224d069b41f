"""A task: one training as an immutable value with a content hash."""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ebit.errors import EbitError
from ebit.models import Model, model_from_string

FORMAT = 1
"""Version of the meaning of a task; a new one gives new hashes."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Settings):
    """Which model is trained.

    Attributes:
        resource: Resource string.
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        readout: `weights` or `parity`.
    """

    resource: str
    qubits: int = 4
    depth: int = 20
    mixing: int = 0
    readout: str = "weights"

    def build(self) -> Model:
        """The model; raises `EbitError` if a setting is out of range."""
        return model_from_string(
            self.resource,
            qubits=self.qubits,
            depth=self.depth,
            mixing=self.mixing,
            readout=self.readout,
        )


class TrainingSettings(_Settings):
    """How it is trained.

    Attributes:
        steps: Optimiser steps.
        batch_size: Rows of a minibatch.
        learning_rate: Step size of Adam.
        loss: `mse` or `product`.
        runs: Number of independent runs.
        seed: Seed of initial parameters and data order.
        validate_every: Steps between points of the curves.
    """

    steps: int = Field(2000, ge=1)
    batch_size: int = Field(768, ge=1)
    learning_rate: float = Field(0.05, gt=0, allow_inf_nan=False)
    loss: Literal["mse", "product"] = "mse"
    runs: int = Field(5, ge=1)
    seed: int = Field(0, ge=0, lt=2**32)
    validate_every: int = Field(40, ge=1)


class Task(_Settings):
    """One training; the same hash gives the same numbers.

    Attributes:
        model: Which model.
        training: How it is trained.
        data: Name of the data set.
        fingerprint: Hash of the data themselves.
        format: Version of the meaning of these fields.

    Example:
        >>> task = Task(model=ModelSettings(resource="bell:1"), training=TrainingSettings(),
        ...             data="clusters:0", fingerprint="0" * 64)
        >>> len(task.hash)
        64
    """

    model: ModelSettings
    training: TrainingSettings
    data: str
    fingerprint: str
    format: Literal[1] = 1

    @field_validator("model")
    @classmethod
    def _canonical(cls, model: ModelSettings) -> ModelSettings:
        return model.model_copy(update={"resource": model.build().resource_name})

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form, without the name of the data."""
        content = self.model_dump(mode="json", exclude={"data"})
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def settings_error(error: ValidationError) -> EbitError:
    """The first problem of a Pydantic error in one line.

    Args:
        error: What Pydantic raised.

    Returns:
        An error that names the field, the value and what is allowed.
    """
    first: dict[str, Any] = dict(error.errors()[0])
    where = ".".join(str(part) for part in first["loc"]) or "value"
    message = str(first["msg"]).removeprefix("Value error, ")
    return EbitError(f"Argument `{where}`: {message}, but is {first['input']!r}.")
