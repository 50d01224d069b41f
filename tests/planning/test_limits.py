"""Limits that a plan has to reach."""

import numpy as np
import pytest

from ebit.planning import Trained, condition
from planning.conftest import RESOURCES, site

DECAYING = {"t1": "2 s", "t2": "1 s"}


@pytest.mark.parametrize("resource", RESOURCES)
def test_perfect_hardware_is_the_noiseless_result(
    circuits: dict[str, Trained], resource: str
) -> None:
    circuit = circuits[resource]
    found = circuit.read_out(circuit.condition(site()))
    np.testing.assert_allclose(found.mean, circuit.read_out().mean, atol=2e-5)
    np.testing.assert_allclose(found.std, circuit.read_out().std, atol=2e-5)


@pytest.mark.parametrize("resource", ["bell:1", "classical", "quantum"])
def test_infinite_distance_is_no_better_than_none(
    circuits: dict[str, Trained], resource: str
) -> None:
    far = site(DECAYING).at_distance(1e12)
    accuracy = circuits[resource].read_out(circuits[resource].condition(far)).accuracy(1000)
    plain = circuits["none"].read_out(circuits["none"].condition(far)).accuracy(1000)
    assert accuracy.max() <= plain.min() + 1e-3


def test_none_does_not_see_the_distance(circuits: dict[str, Trained]) -> None:
    circuit, place = circuits["none"], site(DECAYING)
    near, far = (circuit.condition(place.at_distance(d)) for d in (0.1, 10_000.0))
    assert circuit.read_out(near) is circuit.read_out(far)


def test_a_bell_pair_wins_chsh_by_visibility(circuits: dict[str, Trained]) -> None:
    """The correlation of a parity falls with the visibility, here of the trained circuit."""
    circuit = circuits["bell:1"]
    found = circuit.condition(site())
    plain = circuit.read_out().mean
    dark = circuit.read_out(found.with_fidelity(0.25)).mean
    for fidelity in (0.4, 0.8):
        visibility = (4 * fidelity - 1) / 3
        noisy = circuit.read_out(found.with_fidelity(fidelity)).mean
        wanted = visibility * plain + (1 - visibility) * dark
        np.testing.assert_allclose(noisy, wanted, atol=2e-5)


def test_worse_hardware_is_worse(circuits: dict[str, Trained]) -> None:
    circuit = circuits["bell:1"]
    errors = [0.0, 0.02, 0.1]
    places = [site({"two_qubit_gate_error": e, "one_qubit_gate_error": e}) for e in errors]
    sizes = [np.abs(circuit.read_out(circuit.condition(p)).mean).mean() for p in places]
    assert sizes[0] > sizes[1] > sizes[2]


def test_pairs_that_wait_longer_are_worse(circuits: dict[str, Trained]) -> None:
    fidelities = [
        condition(site(DECAYING, pair_rate=rate), circuits["bell:2"].model).pair_fidelity
        for rate in ("1000 Hz", "10 Hz", "1 Hz")
    ]
    known = [fidelity for fidelity in fidelities if fidelity is not None]
    assert known == sorted(known, reverse=True)
    assert len(set(known)) == 3
