"""Cutting instead of the link, in a plan."""

from typing import Any

import pytest

from ebit.planning.cut import cut_options
from planning.conftest import site


def test_cut_takes_the_shots_of_quantum_times_the_overhead(circuits: dict[str, Any]) -> None:
    """Two layers of two CZ gates are 49 each; what the data turn comes on top."""
    here = site({"two_qubit_gate_time": "1 us"})
    few, many = cut_options(here, circuits["quantum"], shots=[10, 100], rate=None)
    assert many["log10_shots_per_label"] - few["log10_shots_per_label"] == pytest.approx(1)
    assert few["log10_shots_per_label"] >= 1 + 2 * 1.69  # two layers of CZ gates at least
    assert few["accuracy_mean"] == circuits["quantum"].read_out().accuracy(10).mean()
    assert few["feasible"]
    assert few["seconds_per_label"] * few["labels_per_second"] == pytest.approx(1)
    (slow,) = cut_options(here, circuits["quantum"], shots=[100], rate=1e9)
    assert not slow["feasible"]
    assert "shots of cut circuits" in slow["reason"]
    assert "instead of 100" in slow["reason"]


def test_circuits_without_gates_across_have_nothing_to_cut(circuits: dict[str, Any]) -> None:
    assert [list(cut_options(site(), circuits[name], shots=[10], rate=None))
            for name in ("none", "bell:1", "classical")] == [[], [], []]  # fmt: skip
