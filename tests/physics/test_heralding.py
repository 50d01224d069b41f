"""Heralded pairs against a calculation with photons in modes."""

from collections import defaultdict
from itertools import product
from math import factorial, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.physics import Heralded, attempt_seconds, double_click, single_click

BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
PROBABILITY = st.floats(0, 1)
Photon = dict[tuple[str, ...], float]
Spins = dict[tuple[int, ...], tuple[float, list[Photon]]]
"""Amplitude of a photon in each mode: (channel, detector, form), or (place where it was lost,)."""


def photon(channel: str, node: int, eta: float, visibility: float) -> Photon:
    """A photon behind the beam splitter; photons of B have another form in part."""
    signs = {"1": 1, "2": -1 if node else 1}
    forms = {"same": sqrt(visibility), "other": sqrt(1 - visibility)} if node else {"same": 1.0}
    arrived: Photon = {
        (channel, port, form): sqrt(eta / 2) * sign * part
        for (port, sign), (form, part) in product(signs.items(), forms.items())
    }
    return {**arrived, (f"lost {node} {channel}",): sqrt(1 - eta)}


def number_states(photons: list[Photon]) -> dict[tuple[tuple[str, ...], ...], float]:
    """Amplitudes of the states with fixed numbers of photons in all modes."""
    found: dict[tuple[tuple[str, ...], ...], float] = defaultdict(float)
    for modes in product(*photons):
        amplitude = np.prod([photon[mode] for photon, mode in zip(photons, modes, strict=True)])
        found[tuple(sorted(modes))] += float(amplitude)
    return {
        modes: amplitude * sqrt(np.prod([factorial(modes.count(mode)) for mode in set(modes)]))
        for modes, amplitude in found.items()
    }


def heralded(spins: Spins, channels: list[str], dark: float) -> tuple[float, NDArray[np.float64]]:
    """One click in every channel; the phase is put right by the detectors that clicked."""
    vectors: dict[tuple[tuple[str, ...], ...], NDArray[np.float64]] = {}
    for spin, (weight, photons) in spins.items():
        for modes, amplitude in number_states(photons).items():
            vector = vectors.setdefault(modes, np.zeros(4))
            vector[2 * spin[0] + spin[1]] += sqrt(weight) * amplitude
    total = np.zeros(4)
    for modes, vector in vectors.items():
        for ports in product("12", repeat=len(channels)):
            chance = 1.0
            for channel, port in zip(channels, ports, strict=True):
                for detector in "12":
                    lit = any(mode[:2] == (channel, detector) for mode in modes)
                    clicks = 1.0 if lit else dark
                    chance *= clicks if detector == port else 1 - clicks
            order = [2, 3, 0, 1] if ports.count("2") % 2 == 0 else [3, 2, 1, 0]
            total += chance * (BELL[order] @ vector) ** 2
    return total.sum(), total / total.sum()


def agrees(found: Heralded, wanted: tuple[float, NDArray[np.float64]]) -> None:
    assert found.probability == pytest.approx(wanted[0], abs=1e-12)
    np.testing.assert_allclose(found.weights, wanted[1], atol=1e-9)
    assert found.fidelity == found.weights[0]


@settings(max_examples=15)
@given(PROBABILITY, st.floats(0.01, 1), PROBABILITY, st.floats(0, 0.5))
def test_double_click(a: float, b: float, visibility: float, dark: float) -> None:
    spins: Spins = {
        (x, y): (
            0.25,
            [photon("HV"[x], 0, a, visibility), photon("HV"[y], 1, b, visibility)],
        )
        for x, y in product((0, 1), repeat=2)
    }
    found = double_click(a, b, visibility=visibility, dark=dark)
    if found.probability > 1e-6:
        agrees(found, heralded(spins, ["H", "V"], dark))


@settings(max_examples=15)
@given(PROBABILITY, st.floats(0.01, 1), st.floats(0.01, 0.99), PROBABILITY, st.floats(0, 0.5))
def test_single_click(a: float, b: float, bright: float, visibility: float, dark: float) -> None:
    etas, chance = (a, b), (1 - bright, bright)
    spins: Spins = {
        spin: (
            chance[spin[0]] * chance[spin[1]],
            [photon("H", node, etas[node], visibility) for node in (0, 1) if spin[node]],
        )
        for spin in product((0, 1), repeat=2)
    }
    found = single_click(a, b, bright=bright, visibility=visibility, dark=dark)
    agrees(found, heralded(spins, ["H"], dark))


def test_limits() -> None:
    """Few photons, no dark counts: the textbook forms."""
    eta = np.array([1e-6, 1e-5])
    one = single_click(eta, eta, bright=0.05)
    np.testing.assert_allclose(one.probability, 2 * 0.05 * eta, rtol=1e-4)
    np.testing.assert_allclose(one.fidelity, 0.95, rtol=1e-4)
    two = double_click(eta, 2 * eta, visibility=0.86)
    np.testing.assert_allclose(two.probability, eta**2)
    np.testing.assert_allclose(two.fidelity, 0.93)
    assert double_click(0.0, 0.0, dark=1e-3).weights.tolist() == [0.25] * 4
    assert double_click(0.0, 0.0).weights.tolist() == [0.25] * 4


def test_attempts_count_light_and_local_operations() -> None:
    assert attempt_seconds(3.0, 1.0) == 4
    assert attempt_seconds(3.0, 1.0, [1, 2, 4, 100]).tolist() == [4, 2, 1, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: double_click(1.1, 0.5), "`first` must be from 0 to 1, but holds 1.1."),
        (lambda: double_click(1, 1, dark=-1), "`dark` must be from 0 to 1, but holds -1."),
        (lambda: single_click(1, 1, bright=2), "`bright` must be from 0 to 1, but holds 2."),
        (lambda: attempt_seconds(1.0, 1.0, 0), "`qubits` must be at least 1, but holds 0."),
        (lambda: attempt_seconds(-1.0, 1.0), "`light` must be at least 0, but holds -1."),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(EbitError) as error:
        call()  # type: ignore[operator]
    assert message in str(error.value)
