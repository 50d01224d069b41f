from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ebit.errors import EbitError
from ebit.learning import Checkpoint

STATE = ({"angle": np.array([0.1, 0.2], np.float32)}, np.int32(3))


def test_state_and_position_come_back_exactly(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "deep" / "a.safetensors", "task")
    assert checkpoint.load(STATE) is None
    position = {"done": 7, "seconds": 0.1, "curves": {"loss": [[1 / 3, 2e-45]]}}
    checkpoint.save(STATE, position)
    loaded = checkpoint.load(STATE)
    assert loaded is not None
    (angles, count), found = loaded
    assert_array_equal(angles["angle"], STATE[0]["angle"])
    assert count == 3
    assert found == position
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.load(STATE) is None


def test_the_state_of_another_task_is_not_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    Checkpoint(path, "one").save(STATE, {})
    assert Checkpoint(path, "other").load(STATE) is None


def test_a_damaged_or_unfitting_checkpoint_is_an_error(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "a.safetensors", "task")
    checkpoint.save(STATE, {})
    with pytest.raises(EbitError, match="delete it"):
        checkpoint.load(({"angle": np.zeros(3, np.float32)}, np.int32(3)))
    content = checkpoint.path.read_bytes()
    checkpoint.path.write_bytes(content[:-1])
    with pytest.raises(EbitError, match="delete it"):
        checkpoint.load(STATE)
