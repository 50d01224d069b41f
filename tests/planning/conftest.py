"""Sites, and circuits that were trained for a moment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ebit import EbitError
from ebit.data import Dataset, load
from ebit.network import Link, Network, Qpu
from ebit.planning import Site, Trained, trained_circuit
from ebit.results import Task, make_task, train

RESOURCES = ("none", "bell:1", "bell:2", "classical", "quantum")


def error_of(call: Callable[..., Any], *args: Any, **given: Any) -> str:
    """The message of the `EbitError` of a call: one line."""
    with pytest.raises(EbitError) as caught:
        call(*args, **given)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def site(qpu: dict[str, Any] | None = None, **link: Any) -> Site:
    """Two equal QPUs and a link; all that is not said is perfect."""
    ends = [Qpu(**{"name": name, "qubits": 10, **(qpu or {})}) for name in ("a", "b")]
    values = {"length": "1 km", "pair_rate": "1000 Hz", "fidelity": 1.0, **link}
    return Site(Network(qpus=ends, links=[Link(between=("a", "b"), **values)]), "a", "b")


@pytest.fixture(scope="session")
def chsh() -> Dataset:
    return load("chsh")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planning")


@pytest.fixture(scope="session")
def tasks(chsh: Dataset) -> dict[str, Task]:
    return {name: make_task(chsh, resource=name, depth=2, steps=80, runs=2) for name in RESOURCES}


@pytest.fixture(scope="session")
def circuits(chsh: Dataset, tasks: dict[str, Task], store: Path) -> dict[str, Trained]:
    for task in tasks.values():
        train(chsh, task, store)
    return {name: trained_circuit(chsh, task, store) for name, task in tasks.items()}
