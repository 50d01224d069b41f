"""Helpers shared by the tests of the data layer."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ebit.errors import EbitError


def error_of(call: Callable[[], object]) -> str:
    """Run a call that must fail, check that its error is one line, and return the line."""
    with pytest.raises(EbitError) as caught:
        call()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    return message


def write_table(path: Path, columns: Mapping[str, Sequence[object]]) -> Path:
    """Write columns as CSV, Parquet or NPZ, as the extension says; the labels come last."""
    if path.suffix == ".csv":
        pl.DataFrame(columns).write_csv(path)
    elif path.suffix == ".parquet":
        pl.DataFrame(columns).write_parquet(path)
    else:
        *features, label = columns
        x = np.array([columns[key] for key in features]).T
        np.savez(path, x=x, y=np.array(columns[label]))
    return path
