"""Files of networks, and what an error of one line is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ebit import EbitError

TWO = """
[[qpu]]
name = "alice"
qubits = 4
t1 = "100 us"
t2 = "80 us"

[[qpu]]
name = "bob"
profile = "trapped-ion"
qubits = 4

[[link]]
between = ["alice", "bob"]
length = "10 km"
fidelity = 0.9
efficiency = 0.1
"""
"""A network file without a fault."""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def error_of(call: Callable[..., Any], *args: Any, **given: Any) -> str:
    """The message of the `EbitError` of a call: one line."""
    with pytest.raises(EbitError) as caught:
        call(*args, **given)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")
