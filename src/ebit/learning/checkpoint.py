"""Files that hold arrays: checkpoints of a training and trained models (safetensors)."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ebit.errors import EbitError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the whole new one, never a part.

    Args:
        path: Where to write; missing folders are made.
        content: The bytes.

    Raises:
        EbitError: If the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise EbitError(
            f"Cannot write {str(path)!r}: {error.strerror}. Choose a folder you may write to."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise EbitError(
                f"Cannot write {str(path)!r}: {error.strerror}. Free some space or choose "
                "another folder."
            ) from None
        raise


def save_arrays(path: Path, tree: Any, metadata: dict[str, str]) -> None:
    """Save the leaves of a pytree, named by their paths, with string metadata.

    Args:
        path: A `.safetensors` file.
        tree: Pytree of arrays.
        metadata: Strings to keep beside them.

    Raises:
        EbitError: If the file cannot be written.
    """
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    arrays = {
        jax.tree_util.keystr(where): np.ascontiguousarray(leaf) for where, leaf in leaves
    }
    write_atomically(path, save(arrays, metadata))


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Load what `save_arrays` wrote; nothing in the file is executed.

    Args:
        path: A `.safetensors` file.

    Returns:
        Arrays by name, and the metadata.

    Raises:
        EbitError: If the file is missing, truncated or of another kind.
    """
    if not path.is_file():
        raise EbitError(f"No such file: {str(path)!r}. Give the path of a .safetensors file.")
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise EbitError(
            f"{str(path)!r} is not a whole safetensors file ({reason}): delete it or take another."
        ) from None


def restore(tree: Any, arrays: dict[str, np.ndarray], path: Path) -> Any:
    """Put loaded arrays back into the places of a pytree of the same structure.

    Args:
        tree: Pytree whose leaves have a shape and a dtype.
        arrays: What `load_arrays` returned.
        path: The file, for the error message.

    Returns:
        The pytree with the loaded leaves.

    Raises:
        EbitError: If a leaf is missing or has another shape.
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(tree)
    loaded = []
    for where, leaf in leaves:
        name = jax.tree_util.keystr(where)
        array = arrays.get(name)
        if array is None or array.shape != leaf.shape or array.dtype != leaf.dtype:
            found = "nothing" if array is None else f"shape {array.shape} {array.dtype}"
            raise EbitError(
                f"{str(path)!r} does not fit: {name} should have shape {leaf.shape} {leaf.dtype}, "
                f"but the file has {found}; it belongs to another task or version."
            )
        loaded.append(array)
    return jax.tree_util.tree_unflatten(structure, loaded)


@dataclass(frozen=True)
class Checkpoint:
    """Where a training keeps its state.

    Args:
        path: A `.safetensors` file; removed when the training is finished.
        identity: A string (a task's hash) that must match for the state to be taken up again.
    """

    path: Path
    identity: str

    def save(self, state: Any, position: dict[str, Any]) -> None:
        """Write the state (a pytree of arrays) and the position in the training."""
        metadata = {"identity": self.identity, "position": json.dumps(position)}
        save_arrays(self.path, state, metadata)

    def load(self, state: Any) -> tuple[Any, dict[str, Any]] | None:
        """The saved state and position, or None if there is none for this identity."""
        if not self.path.is_file():
            return None
        arrays, metadata = load_arrays(self.path)
        if metadata.get("identity") != self.identity:
            return None
        return restore(state, arrays, self.path), json.loads(metadata["position"])

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)
