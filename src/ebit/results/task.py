"""A task: one training as an immutable value with a content hash."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ebit.models import DistributedQCNN, Model, SingleQCNN, model_from_string
from ebit.physics import Noise
from ebit.settings import Settings


class ModelSettings(Settings):
    """Which model is trained.

    Attributes:
        resource: Resource string.
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        readout: `weights` or `parity`.
        pooling: `halves` or `all-but-one`.
        noise: Local noise, or None.
    """

    resource: str
    qubits: int = 4
    depth: Annotated[int, Field(ge=1, le=10_000)] = 20
    mixing: Annotated[int, Field(ge=0, le=10_000)] = 0
    readout: Literal["weights", "parity"] = "weights"
    pooling: Literal["halves", "all-but-one"] = "halves"
    noise: Noise | None = None

    def build(self) -> Model:
        """The model; raises `EbitError` if a setting is out of range."""
        return model_from_string(
            self.resource,
            qubits=self.qubits,
            depth=self.depth,
            mixing=self.mixing,
            readout=self.readout,
            pooling=self.pooling,
            noise=self.noise,
        )


class TrainingSettings(Settings):
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

    steps: Annotated[int, Field(ge=1, le=10**9)] = 2000
    batch_size: Annotated[int, Field(ge=1)] = 768
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.05
    loss: Literal["mse", "product"] = "mse"
    runs: Annotated[int, Field(ge=1, le=10_000)] = 5
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    validate_every: Annotated[int, Field(ge=1)] = 40


class Task(Settings):
    """One training; the same hash gives the same numbers.

    Attributes:
        model: Which model.
        training: How it is trained.
        data: Name of the data set.
        fingerprint: Hash of the data themselves and of how their file was prepared.
        format: Version of the meaning of these fields; a new one gives new hashes.

    Raises:
        EbitError: If a setting is unknown or out of range.

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
        built = model.build()
        noise = None if model.noise is None or model.noise.is_zero else model.noise
        if not isinstance(built, DistributedQCNN | SingleQCNN):
            noise = None
        return model.model_copy(update={"resource": built.resource_name, "noise": noise})

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form, without the name of the data.

        `pooling` and `noise` came later than the first results: they count only where they are not
        `halves` and none, so that earlier tasks keep their hashes.
        """
        content = self.model_dump(mode="json", exclude={"data"})
        if self.model.pooling == "halves":
            del content["model"]["pooling"]
        if self.model.noise is None:
            del content["model"]["noise"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
