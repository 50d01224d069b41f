"""Arrays in files (safetensors): nothing is executed on reading, and damage is noticed."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ebit.errors import EbitError
from ebit.writing import write_atomically

DIGEST = "sha256"
"""Key of the metadata that holds the hash of everything else in the file."""


def save_arrays(path: Path, tree: Any, metadata: dict[str, str]) -> None:
    """Save the leaves of a pytree, named by their paths, with string metadata.

    Args:
        path: A `.safetensors` file.
        tree: Pytree of arrays.
        metadata: Strings to keep beside them.

    Raises:
        EbitError: If the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.safetensors"
        ...     save_arrays(path, {"angle": np.zeros(2)}, {"kind": "test"})
        ...     load_arrays(path)
        ({"['angle']": array([0., 0.])}, {'kind': 'test'})
    """
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    arrays = {jax.tree_util.keystr(where): np.asarray(leaf, order="C") for where, leaf in leaves}
    write_atomically(path, save(arrays, {**metadata, DIGEST: _digest(arrays, metadata)}))


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Load what `save_arrays` wrote; nothing in the file is executed.

    Args:
        path: A `.safetensors` file.

    Returns:
        Arrays by name, and the metadata.

    Raises:
        EbitError: If the file is missing, damaged or of another kind.
    """
    try:
        if not path.is_file():
            raise EbitError(f"No such file: {str(path)!r}. Give the path of a .safetensors file.")
        with safe_open(path, framework="numpy") as file:
            names = file.keys()
            arrays = {name: file.get_tensor(name) for name in names}
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise EbitError(
            f"{str(path)!r} is not a whole safetensors file ({reason}): take another file."
        ) from None
    digest = metadata.pop(DIGEST, None)
    if digest is None:
        raise EbitError(f"{str(path)!r} was not written by ebit: take another file.")
    if digest != _digest(arrays, metadata):
        raise EbitError(f"{str(path)!r} is damaged: take another file.")
    return arrays, metadata


def restore(tree: Any, arrays: dict[str, np.ndarray], path: Path) -> Any:
    """Put loaded arrays back into the places of a pytree of the same structure.

    Args:
        tree: Pytree whose leaves have a shape and a dtype.
        arrays: What `load_arrays` returned.
        path: The file, for the error message.

    Returns:
        The pytree with the loaded leaves.

    Raises:
        EbitError: If a leaf is missing or has another shape or dtype.
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
                f"but the file has {found}; it is of another task or version: take another "
                "file."
            )
        loaded.append(array)
    return jax.tree_util.tree_unflatten(structure, loaded)


def _digest(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(json.dumps([name, array.dtype.str, array.shape]).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
