import sys

import pytest

from ebit import EbitError, Task
from ebit.results import ModelSettings, TrainingSettings, check_memory, estimate
from ebit.results.estimate import Estimate, machine_memory


def needs(resource: str = "none", runs: int = 1, steps: int = 10, qubits: int = 4) -> Estimate:
    return estimate(task(resource, runs, steps, qubits))


def task(resource: str = "none", runs: int = 1, steps: int = 10, qubits: int = 4) -> Task:
    return Task(
        model=ModelSettings(resource=resource, qubits=qubits, depth=2),
        training=TrainingSettings(runs=runs, steps=steps, batch_size=16),
        data="x",
        fingerprint="f",
    )


def test_needs_grow_with_runs_and_steps() -> None:
    one = needs()
    assert needs(runs=3).memory_bytes == 3 * one.memory_bytes
    assert needs(steps=40).seconds == pytest.approx(4 * one.seconds)
    assert needs("quantum").memory_bytes > one.memory_bytes
    assert not one.is_large


def test_words() -> None:
    assert str(Estimate(2_500_000_000, 600)) == "about 2.5 GB of memory and 10 min to 8.3 h"
    assert str(Estimate(0, 36_000)) == "about 0 MB of memory and 10.0 h to 500.0 h"
    assert str(Estimate(12_000_000, 1)) == "about 12 MB of memory and 1 s to 50 s"
    assert Estimate(2_500_000_000, 1).is_large
    assert Estimate(1, 600).is_large


def test_more_memory_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    large = task("quantum", qubits=16)
    with pytest.raises(EbitError, match=r"'quantum' with 16 qubits per QPU needs about \d+ GB"):
        check_memory(large, estimate(large))
    small = task()
    check_memory(small, estimate(small))
    module = sys.modules["ebit.results.estimate"]  # the package has a function of this name
    monkeypatch.setattr(module, "machine_memory", lambda: None)
    check_memory(large, estimate(large))


def test_this_machine_has_memory() -> None:
    have = machine_memory()
    assert have is None or have > 2**20
