from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ebit import SweepTask, read_sweep

GRID = """
    [defaults]
    data = "chsh"
    steps = 4
    runs = 2
    depth = 1
    [[grid]]
    resource = ["none", "bell:1"]
    seed = [0, 1, 2]
"""
DIVERGES = """
    [[grid]]
    resource = "bell:1"
    learning_rate = 1e38
"""


@pytest.fixture
def tasks_of(tmp_path: Path) -> Callable[[str], list[SweepTask]]:
    """The tasks of a TOML text."""

    def read(text: str) -> list[SweepTask]:
        (tmp_path / "sweep.toml").write_text(text)
        return read_sweep(tmp_path / "sweep.toml")

    return read


def numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without the times."""
    return rows.drop("seconds", "compile_seconds", "created_at")
