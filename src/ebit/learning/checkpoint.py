"""Checkpoints: the state of an unfinished training."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax

from ebit import checks
from ebit.errors import EbitError
from ebit.learning.arrays import load_arrays, restore, save_arrays


@dataclass(frozen=True)
class Checkpoint:
    """Where a training keeps its state.

    Args:
        path: A `.safetensors` file. It stays when the training has finished: whoever asked for
            the training removes it once the result is safe.
        identity: A string (a task's hash) that must match for the state to be taken up again.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     checkpoint = Checkpoint(Path(folder) / "a.safetensors", "some task")
        ...     checkpoint.save({"angle": np.zeros(2)}, {"done": 40})
        ...     checkpoint.load({"angle": np.ones(2)})
        ({'angle': array([0., 0.])}, {'done': 40})
    """

    path: Path
    identity: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", checks.path("path", self.path))
        checks.instance(str, "text, such as the hash of a task")("identity", self.identity)

    def save(self, state: Any, position: dict[str, Any]) -> None:
        """Write the state (a pytree of arrays) and the position in the training.

        Raises:
            EbitError: If the file cannot be written, a leaf is no array of numbers, or the position
                is no dictionary that JSON can write.
        """
        for leaf in jax.tree.leaves(state):
            checks.real_numbers("state", leaf)
        try:
            position = dict(position)
            json.dumps(position)
        except (TypeError, ValueError):
            raise checks.wrong("position", "a dictionary that JSON can write", position) from None
        metadata = {"identity": self.identity, "position": json.dumps(position)}
        save_arrays(self.path, state, metadata)

    def load(self, state: Any) -> tuple[Any, dict[str, Any]] | None:
        """The saved state and position, or None if there is none for this identity.

        Args:
            state: A state of the same structure, shapes and dtypes.

        Raises:
            EbitError: If the file is damaged or its state does not fit.
        """
        if not self.path.exists():
            return None
        try:
            arrays, metadata = load_arrays(self.path)
            if metadata.get("identity") != self.identity:
                return None
            return restore(state, arrays, self.path), dict(json.loads(metadata["position"]))
        except (KeyError, TypeError, ValueError) as error:
            reason = error if isinstance(error, EbitError) else "no position in it"
            raise EbitError(
                f"Checkpoint {str(self.path)!r} cannot be used ({str(reason).rstrip('.')}): delete "
                "it, and the training starts anew."
            ) from None

    def remove(self) -> None:
        """Delete the file, if there is one."""
        with suppress(OSError):
            self.path.unlink()
