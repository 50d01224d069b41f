"""Rates, waits and fidelities against SeQUeNCe, which simulates every photon and message.

Where its definitions differ from ours, the difference is worked out in the documentation of
networks and used here.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ebit.network import Chain, Link, Qpu, deliver, werner_weights
from ebit.physics import BELL, Noise, aged_pair, purify_pair, swap

pytest.importorskip("sequence")
from network.sequence_simulation import (
    LIGHT,
    MULTIPLIES,
    Setting,
    one_link,
    purified,
    repeater,
)

pytestmark = pytest.mark.slow

INDEX = 299_792.458 / LIGHT


def ours(setting: Setting, **given: Any) -> Link:
    """The same link: an attempt also takes two messages, in which the ends agree on a time."""
    values = {
        "length": f"{setting.length} km",
        "refractive_index": INDEX,
        "loss": f"{setting.loss} dB/km",
        "attempt_time": f"{2 * setting.length / LIGHT} s",
        "efficiency": 0.5 * (setting.memory_efficiency * setting.detector_efficiency) ** 2,
        "fidelity": setting.fidelity,
        **given,
    }
    return Link(between=("a", "b"), **values)


def lifetime(setting: Setting) -> float:
    """Time constant of a pair whose two memories have Pauli errors at the rate 1/T each."""
    return setting.coherence_time / (4 / 3 * 2)


def assert_mean(samples: NDArray[np.float64], wanted: float, slack: float = 0.0) -> None:
    """Within 4 standard errors, and a slack that is worked out."""
    error = samples.std(ddof=1) / np.sqrt(len(samples))
    print(f"theirs {samples.mean():.6g} +- {error:.2g}, ours {wanted:.6g}")
    assert abs(samples.mean() - wanted) <= 4 * error + slack + 1e-9, (samples.mean(), wanted, error)


def test_one_link() -> None:
    setting = Setting(coherence_time=0.02)
    wait = 0.002
    seen = one_link(setting, 600, wait=wait)
    link = ours(setting)
    assert link.attempt_probability == pytest.approx(setting.probability)
    assert_mean(seen["attempts"], 1 / setting.probability)
    assert_mean(seen["seconds"], 1 / link.raw_pair_rate)
    with pytest.raises(AssertionError):
        assert_mean(seen["seconds"], 1.3 / link.raw_pair_rate)
    np.testing.assert_allclose(seen["seconds"] / seen["attempts"], link.period, rtol=1e-3)
    noise = Noise(
        pair_errors=3 * ((1 - setting.fidelity) / 3,),
        pair_lifetime_seconds=lifetime(setting),
        storage_seconds=link.message_time + wait,
    )
    np.testing.assert_allclose(seen["fidelity"], aged_pair(BELL, noise).fidelity, atol=1e-6)


@pytest.mark.parametrize("measurement_fidelity", [1.0, 0.98])
def test_two_pairs_wait_and_are_purified(measurement_fidelity: float) -> None:
    setting = Setting(coherence_time=0.02, measurement_fidelity=measurement_fidelity)
    seen = purified(setting, 400)
    link = ours(setting, coherence_time=f"{lifetime(setting)} s", purification="bbpssw")
    ends = tuple(
        Qpu(name=name, qubits=4, readout_error=1 - measurement_fidelity) for name in ("a", "b")
    )
    older = Noise(
        pair_errors=3 * ((1 - setting.fidelity) / 3,),
        pair_lifetime_seconds=lifetime(setting),
        storage_seconds=link.message_time,
        arrival_seconds=1 / link.raw_pair_rate,
        attempt_seconds=link.period,
    )
    assert_mean(seen["older"], aged_pair(BELL, older, later=1).fidelity)
    made = deliver(link, (ends[0], ends[1]), rounds=1)
    assert_mean(seen["seconds"], made.seconds)
    assert_mean(seen["kept"], 2 / made.pairs)
    # Times between pairs are exponential here and whole attempts there: half an attempt of decay.
    slack = link.period / (2 * lifetime(setting))
    assert_mean(seen["fidelity"], made.fidelity, slack)


def test_a_gate_that_fails_leaves_nothing_there_and_depolarises_its_qubits_here() -> None:
    setting = Setting(gate_fidelity=0.95)
    seen = purified(setting, 400)
    pair = werner_weights(setting.fidelity)
    perfect = purify_pair(pair, pair, "bbpssw")
    works = setting.gate_fidelity**2  # both gates, else white noise and random bits
    kept = works * perfect.probability + (1 - works) / 2
    fidelity = (works * perfect.probability * perfect.weights[0] + (1 - works) / 8) / kept
    assert_mean(seen["kept"], float(kept))
    np.testing.assert_allclose(seen["fidelity"], fidelity, atol=1e-9)
    # Here each of the four qubits is depolarised by itself with probability q, (1 - q)**2 = works.
    q = 1 - np.sqrt(setting.gate_fidelity)
    own = purify_pair(pair, pair, "bbpssw", two_qubit_error=q)
    assert float(own.weights[0]) == pytest.approx(fidelity, abs=0.02)


def test_a_repeater() -> None:
    setting = Setting()
    seen = repeater(setting, 600)
    chain = Chain(segments=2, swap_error=0.0)
    link = ours(setting, length=f"{2 * setting.length} km", repeaters=chain)
    # Both segments at once; whole attempts, of which the first is certain.
    p = setting.probability
    both = 2 / p - 1 / (2 * p - p**2)
    exact = both * setting.attempt_seconds + setting.length / LIGHT
    assert_mean(seen["seconds"], exact)
    assert 1 / link.raw_pair_rate == pytest.approx(exact, rel=0.02)
    assert_mean(seen["seconds"], 1 / link.raw_pair_rate)
    # Two errors may cancel; SeQUeNCe 0.8.5 multiplies the fidelities.
    pair = werner_weights(setting.fidelity)
    cancel = (1 - setting.fidelity) ** 2 / 3
    theirs = setting.fidelity**2 + (0.0 if MULTIPLIES else cancel)
    np.testing.assert_allclose(seen["fidelity"], theirs)
    assert swap(pair, pair)[0] == pytest.approx(setting.fidelity**2 + cancel)
    assert link.fresh_weights[0] == pytest.approx(setting.fidelity**2 + cancel)
