"""A task: one training as an immutable value with a content hash."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from ebit import checks
from ebit.learning import TrainingOptions, TrainingSettings
from ebit.models import ModelOptions, ModelSettings
from ebit.physics import Noise
from ebit.reading import read_toml
from ebit.settings import Settings, hash_of


class TaskOptions(ModelOptions, TrainingOptions, total=False):
    """All settings of a task, but for its resource, as keyword arguments."""


class Task(Settings):
    """One training; the same hash gives the same numbers.

    Attributes:
        model: Which model.
        training: How it is trained.
        data: Name of the data set.
        fingerprint: Hash of the data themselves and of how their file was prepared.
        start: Hash of the training whose parameters this one starts from; None for random ones.
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
    start: str | None = None
    format: Literal[1] = 1

    @field_validator("model")
    @classmethod
    def _canonical(cls, model: ModelSettings) -> ModelSettings:
        built = model.build()
        noise = None if built.noise is None or built.noise.is_zero else built.noise
        return model.model_copy(update={"resource": built.resource_name, "noise": noise})

    @property
    def content(self) -> dict[str, Any]:
        """What counts in the hash: all but the name of the data."""
        return {
            "model": self.model.content,
            "training": self.training.content,
            "fingerprint": self.fingerprint,
            "format": self.format,
            **({} if self.start is None else {"start": self.start}),
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form of `content`."""
        return hash_of(self.content)


class _NoiseFile(Settings):
    noise: Noise


@checks.takes(path=checks.path)
def read_noise(path: Path) -> Noise:
    """Local noise from a TOML file that holds the arguments of `Noise`.

    Args:
        path: The file.

    Returns:
        The noise.

    Raises:
        EbitError: If the file cannot be read or a number is unknown or out of range.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "noise.toml"
        ...     _ = path.write_text("two_qubit_error = [0.01, 0.02]")
        ...     read_noise(path).two_qubit_error
        (0.01, 0.02)
    """
    return noise_of(read_toml(path))


def noise_of(table: Mapping[str, Any]) -> Noise:
    """Local noise from a table with the arguments of `Noise`.

    Args:
        table: Values by name.

    Returns:
        The noise.

    Raises:
        EbitError: If a number is unknown or out of range.

    Example:
        >>> noise_of({"two_qubit_error": 0.01}).two_qubit_error
        0.01
    """
    return _NoiseFile(noise=table).noise  # type: ignore[arg-type]
