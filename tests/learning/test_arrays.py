import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from safetensors.numpy import save_file

from ebit.errors import EbitError
from ebit.learning.arrays import load_arrays, restore, save_arrays

ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int32]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
TREE = {"angles": (np.arange(6.0).reshape(2, 3), np.zeros(0)), "w": np.float32(1)}
IN_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@IN_FOLDER
@given(
    tree=st.dictionaries(st.text(max_size=5), st.tuples(ARRAYS, ARRAYS), max_size=3),
    metadata=st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3),
)
def test_what_is_saved_comes_back(
    tmp_path: Path, tree: dict[str, Any], metadata: dict[str, str]
) -> None:
    path = tmp_path / "a.safetensors"
    metadata.pop("sha256", None)
    save_arrays(path, tree, metadata)
    arrays, found = load_arrays(path)
    assert found == metadata
    back = restore(tree, arrays, path)
    assert back.keys() == tree.keys()
    for key, pair in tree.items():
        for array, other in zip(pair, back[key], strict=True):
            assert array.dtype == other.dtype
            assert_array_equal(array, other)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("arrays") / "a.safetensors"
    save_arrays(path, TREE, {"kind": "test", "note": "some words"})
    return path.read_bytes()


@IN_FOLDER
@given(data=st.data())
def test_damage_is_noticed(tmp_path: Path, content: bytes, data: st.DataObject) -> None:
    path = tmp_path / "a.safetensors"
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))
    length = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    path.write_bytes(damaged[:length])
    whole, _ = _load(content, tmp_path)
    try:
        found, metadata = load_arrays(path)
    except EbitError:
        return
    # only white space of the header can change without a change of what it holds
    assert metadata == {"kind": "test", "note": "some words"}
    assert found.keys() == whole.keys()
    for name, array in whole.items():
        assert_array_equal(found[name], array)


def _load(content: bytes, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    path = folder / "whole.safetensors"
    path.write_bytes(content)
    return load_arrays(path)


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("the file was unpickled",)


def test_other_files_are_refused_and_never_executed(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": np.zeros(2)}, foreign)
    bomb = tmp_path / "bomb.safetensors"
    bomb.write_bytes(pickle.dumps(Bomb()))
    np.save(tmp_path / "bomb.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    for path in (foreign, bomb, tmp_path / "bomb.npy", tmp_path, tmp_path / "gone"):
        with pytest.raises(EbitError, match=path.name):
            load_arrays(path)


def test_arrays_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_arrays(path, TREE, {})
    arrays, _ = load_arrays(path)
    for wrong in (
        {**TREE, "w": np.zeros(2, np.float32)},
        {**TREE, "w": np.float64(1)},
        {**TREE, "more": np.zeros(1)},
    ):
        with pytest.raises(EbitError, match="does not fit"):
            restore(wrong, arrays, path)
