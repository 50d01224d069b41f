"""Repeater chains against sampled times and densities, and beams against their closed forms."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.network import Chain, Delivered, Link, werner_weights
from network.conftest import error_of

RANDOM = np.random.default_rng(5)


def link(**given_: Any) -> Link:
    values = {"length": "100 km", "pair_rate": "50 Hz", "fidelity": 0.95, **given_}
    return Link(between=("a", "b"), **values)


def werner(fidelity: float) -> np.ndarray[Any, Any]:
    return np.array([fidelity, *3 * [(1 - fidelity) / 3]])


def joined(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Weights after a perfect swap of two Bell-diagonal pairs: their errors add up."""
    after = np.zeros((len(first), 4))
    for i in range(4):
        for j in range(4):
            after[:, i ^ j] += first[:, i] * second[:, j]
    return after


def test_two_segments_against_sampled_times() -> None:
    rate, life, samples = 50.0, 0.05, 40_000
    made = link(repeaters=Chain(segments=2, swap_error=0.0, coherence_time=f"{life} s"))
    message = made.message_time
    times = RANDOM.exponential(1 / rate, (samples, 2))
    both = times.max(axis=1)
    # each waits for its herald, then the older one for the other; the result travels half the way
    ages = both[:, None] - times + message / 2
    kept = np.exp(-ages / life)
    pairs = [np.stack([0.25 + (w - 0.25) * kept[:, k] for w in werner(0.95)], 1) for k in (0, 1)]
    found = joined(*pairs)
    fidelity = 0.25 + (found[:, 0] - 0.25) * np.exp(-message / 2 / life)
    seconds = both + message / 2
    for sampled, ours in ((seconds, 1 / made.raw_pair_rate), (fidelity, made.fresh_weights[0])):
        error = sampled.std() / np.sqrt(samples)
        assert abs(sampled.mean() - ours) < 4 * error, (sampled.mean(), ours, error)


def test_a_cutoff_gives_up_the_older_pair() -> None:
    """Against sampled tries: a pair that has waited too long is thrown away, and all is anew."""
    mean, life, cutoff, tries = 0.02, 0.05, 0.01, 400_000
    chain = Chain(segments=2, swap_error=0.0, coherence_time=f"{life} s", cutoff=f"{cutoff} s")
    ours = chain.deliver(Delivered(werner(0.95), mean, 1.0), "dejmps", 0.0)
    times = np.sort(RANDOM.exponential(mean, (tries, 2)), axis=1)
    gaps = times[:, 1] - times[:, 0]
    good = gaps < cutoff
    seconds = np.where(good, times[:, 1], times[:, 0] + cutoff)
    assert ours.seconds == pytest.approx(seconds.sum() / good.sum(), rel=0.01)
    assert ours.pairs == pytest.approx((tries + good.sum()) / good.sum(), rel=0.01)
    kept = np.exp(-gaps[good] / life)
    aged = np.stack([0.25 + (w - 0.25) * kept for w in werner(0.95)], 1)
    found = joined(aged, np.tile(werner(0.95), (len(aged), 1)))[:, 0]
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - ours.fidelity) < 4 * error


@pytest.mark.parametrize("rounds", [(), (1, 0)])
def test_cutoffs_trade_rate_for_fidelity(rounds: tuple[int, ...]) -> None:
    pair = Delivered(werner(0.95), 1.0, 1.0)
    shared: dict[str, Any] = {"segments": 4, "swap_error": 0.01, "coherence_time": "10 s"}
    found = [
        Chain(**shared, purification=rounds, cutoff=cutoff).deliver(pair, "dejmps", 0.001)
        for cutoff in (None, "10000 s", "2 s", "0.2 s", "0.000001 s")
    ]
    assert found[1].fidelity == pytest.approx(found[0].fidelity)
    assert found[1].seconds == pytest.approx(found[0].seconds)
    for less, more in pairwise(found[1:]):
        assert more.fidelity > less.fidelity
        assert more.seconds > less.seconds
        assert more.pairs > less.pairs


def test_higher_levels_are_close_to_sampled_times() -> None:
    """Times of joined pairs count as exponential: some percent too slow."""
    made = link(repeaters=Chain(segments=8, swap_error=0.0), delay=None)
    times = RANDOM.exponential(1 / 50, (20_000, 8))
    while times.shape[1] > 1:
        times = times.reshape(len(times), -1, 2).max(axis=2)
    ours = 1 / made.raw_pair_rate
    assert times.mean() < ours < 1.3 * times.mean()


@settings(max_examples=30)
@given(
    st.integers(1, 6),
    st.floats(0.5, 1.0),
    st.floats(0.0, 0.05),
    st.lists(st.integers(0, 2), max_size=2),
)
def test_any_chain_makes_states(
    levels: int, fidelity: float, error: float, rounds: list[int]
) -> None:
    chain = Chain(segments=2**levels, swap_error=error, purification=rounds)
    pair = chain.deliver(Delivered(werner_weights(fidelity), 1.0, 1.0), "dejmps", 0.001)
    assert np.all(pair.weights >= 0)
    assert pair.weights.sum() == pytest.approx(1.0)
    assert pair.pairs >= 2**levels
    assert pair.seconds >= 1.5**levels
    worse = Chain(segments=2**levels, swap_error=min(0.75, error + 0.02), purification=rounds)
    assert worse.deliver(
        Delivered(werner_weights(fidelity), 1.0, 1.0), "dejmps", 0.001
    ).fidelity <= max(pair.fidelity, 0.5)


def test_perfect_chains_are_perfect() -> None:
    made = link(fidelity=1.0, repeaters=Chain(segments=4, swap_error=0.0))
    assert made.fresh_weights[0] == pytest.approx(1.0)
    assert made.fresh_pairs == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"segments": 3, "swap_error": 0.0}, "must be a power of two, but is 3"),
        ({"segments": 4}, "`swap_error` is missing: a chain of 4 segments swaps"),
        ({"segments": 2, "swap_error": 0.0, "purification": [1, 1, 1]}, "at most 2 numbers"),
        ({"segments": 2, "swap_error": 0.8}, "swap_error"),
        ({"segments": 2, "swap_error": 0.0, "colour": 1}, "colour"),
    ],
)
def test_wrong_chains_are_one_line(fields: dict[str, Any], words: str) -> None:
    assert words in error_of(Chain, **fields)


def beam(length: float, medium: str = "satellite", **given_: Any) -> Link:
    values = {"efficiency": 0.1, "attempt_time": "1 us", "divergence": "5 urad", "aperture": "1 m"}
    return Link(
        between=("a", "b"), length=f"{length} km", medium=medium, fidelity=0.9, **values | given_
    )  # fmt: skip


@pytest.mark.parametrize(("medium", "beams"), [("satellite", 2), ("free-space", 1)])
def test_beams_widen(medium: str, beams: int) -> None:
    for length in (200.0, 2000.0, 20_000.0):
        path = 1000 * length / beams
        radius = 5e-6 * path
        kept = 1 - np.exp(-2 * 0.5**2 / radius**2)
        assert beam(length, medium).transmitted == pytest.approx(kept**beams)


def test_a_satellite_falls_with_the_fourth_power_and_is_never_near() -> None:
    far = beam(20_000.0).transmitted / beam(40_000.0).transmitted
    assert far == pytest.approx(16.0, rel=0.01)
    high = beam(10.0, altitude="500 km").transmitted
    assert high == pytest.approx(beam(1000.0).transmitted), "two downlinks of 500 km at least"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loss": "0.2 dB/km"}, "loss"),
        ({"divergence": None}, "divergence"),
        ({"aperture": None}, "aperture"),
    ],
)
def test_wrong_beams_are_one_line(change: dict[str, Any], words: str) -> None:
    given_ = {name: value for name, value in change.items() if value is not None}
    values = {"efficiency": 0.1, "attempt_time": "1 us", "divergence": "5 urad", "aperture": "1 m"}
    values = {k: v for k, v in (values | given_).items() if k not in change or k in given_}
    message = error_of(
        Link, between=("a", "b"), length="100 km", medium="satellite", fidelity=0.9, **values
    )
    assert words in message
