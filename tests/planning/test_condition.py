import math

import numpy as np
import pytest

from ebit import BellPairs, ClassicalBits, DistributedQCNN, Noise, QuantumLink, Separable
from ebit.engine import stored_pairs
from ebit.network import deliver, light_delay, pair_fidelity, purify, werner_weights
from ebit.physics import PairState
from ebit.planning import Site, condition
from ebit.resources import DesignedPairs, Mixture, Resource, SharedBits
from planning.conftest import error_of, site

MESSAGE = light_delay(1.0)


def model(resource: Resource) -> DistributedQCNN:
    return DistributedQCNN(qubits=2, depth=1, resource=resource)


def test_nothing_is_shared() -> None:
    found = condition(site(), model(Separable()))
    assert found.pair_fidelity is None
    assert (found.pair_seconds, found.waiting_seconds, found.storage_seconds) == (0, 0, 0)
    assert found.ledger(3).waiting_seconds == 0


def test_pairs_wait_for_each_other_and_for_the_herald() -> None:
    found = condition(site(pair_rate="100 Hz"), model(BellPairs(2)))
    assert found.pair_seconds == pytest.approx(0.02)
    assert found.storage_seconds == pytest.approx(0.005 + MESSAGE)
    assert found.raw_pairs == 2
    assert found.ledger(10).ebits == 20


def test_purification_takes_pairs_messages_and_a_qubit_a_round() -> None:
    place = site(fidelity=0.8).with_purification(2)
    found = condition(place, model(BellPairs(1)))
    raw = purify(werner_weights(0.8), "dejmps", 2).pairs
    assert found.raw_pairs == pytest.approx(raw)
    made = deliver(place.link, place.qpus)
    assert found.pair_seconds == pytest.approx(made.seconds)
    assert raw / 1000 < made.seconds < raw / 1000 + 6 * MESSAGE
    assert found.storage_seconds == 0, "it has waited for its herald before it was distilled"
    assert found.qubits == 4
    assert found.pair_fidelity == pytest.approx(place.link.purified.fidelity)


def test_a_stored_pair_decays_as_in_the_network() -> None:
    place = site({"t1": "20 ms", "t2": "10 ms"}, pair_rate="100 Hz")
    found = condition(place, model(BellPairs(2)))
    ages = 0.01 * np.random.default_rng(0).exponential(size=4000)
    old = [pair_fidelity(place.network.stored_pair("a", "b", t + MESSAGE)) for t in ages]
    new = pair_fidelity(place.network.stored_pair("a", "b", MESSAGE))
    wanted, error = (np.mean(old) + new) / 2, np.std(old) / np.sqrt(4000) / 2
    assert found.pair_fidelity == pytest.approx(wanted, abs=4 * error)


def test_every_round_of_bits_waits_for_a_message() -> None:
    found = condition(site(), DistributedQCNN(qubits=4, depth=1, resource=ClassicalBits()))
    assert found.waiting_seconds == pytest.approx(2 * MESSAGE)
    assert found.noise.message_seconds == MESSAGE
    assert found.used.bits == 6


def test_a_gate_between_the_qpus_takes_a_pair_and_two_messages() -> None:
    place = site({"readout_time": "1 ms"}, pair_rate="100 Hz")
    found = condition(place, model(QuantumLink()))
    gates, rounds = 4, 2  # both bonds between the QPUs, in the embedding and in the layer
    wait = 2 / 100 + 2 * MESSAGE + 2e-3
    assert (found.used.ebits, found.used.bits, found.used.nonlocal_gates) == (gates, 2 * gates, 0)
    assert found.waiting_seconds == pytest.approx(rounds * wait)
    assert found.noise.herald_seconds == pytest.approx(0.02)
    assert found.pair_seconds == 0


def test_perfect_hardware_changes_nothing() -> None:
    for resource in (Separable(), BellPairs(2), ClassicalBits(), QuantumLink()):
        found = condition(site(), model(resource))
        noisy = found.noisy(model(resource))
        assert noisy.noise is not None
        assert noisy.noise.is_zero
        assert found.pair_fidelity in (None, pytest.approx(1.0))


@pytest.mark.parametrize("resource", [BellPairs(2), QuantumLink(), ClassicalBits()])
def test_infinite_distance_is_finite_in_numbers(resource: Resource) -> None:
    place = site({"t1": "1 s", "t2": "1 s"}).at_distance(1e15)
    found = condition(place, model(resource))
    assert math.isfinite(found.cycle_seconds)
    assert found.cycle_seconds > 1e9


def test_pairs_with_options_are_refused() -> None:
    message = error_of(condition, site(), model(BellPairs(1, fidelity=0.9)))
    assert "the network says how good the pairs are: use 'bell:1'" in message


def test_trained_states_are_worn_as_bell_pairs() -> None:
    place = site({"t2": "10 ms", "t1": "1 s"}, fidelity=0.9)
    trained, bell = (condition(place, model(kind(2))) for kind in (DesignedPairs, BellPairs))
    assert trained.noise == bell.noise
    assert trained.noisy(model(DesignedPairs(2))).noise == bell.noise


def test_circuits_with_noise_are_refused() -> None:
    noisy = DistributedQCNN(qubits=2, depth=1, noise=Noise(flip_one=0.1))
    assert "`noise` of resource 'none' must be left out" in error_of(condition, site(), noisy)


def test_states_of_pairs_reach_the_model() -> None:
    found = condition(site(fidelity=0.7), model(BellPairs(1)))
    noisy = found.noisy(model(BellPairs(1)))
    assert noisy.resource == BellPairs(1)
    assert found.noise.pair_errors == pytest.approx((0.1, 0.1, 0.1))
    (group,) = stored_pairs(noisy.resource, found.noise).groups_of(1)
    np.testing.assert_allclose(
        group.reshape(4, 4), PairState.werner(0.7).density_matrix, atol=1e-12
    )
    link = condition(site(fidelity=0.7), model(QuantumLink()))
    assert link.noise.pair_errors == pytest.approx((0.1, 0.1, 0.1))
    assert link.pair_fidelity == pytest.approx(0.7)


def test_the_order_of_the_qpus_is_kept() -> None:
    place = site()
    assert condition(Site(place.network, "b", "a"), model(Separable())).qubits == 2


@pytest.mark.parametrize("resource", [SharedBits(2), Mixture(3)])
def test_shared_randomness_needs_no_link(resource: Resource) -> None:
    """Neither time nor pairs nor purification: as if nothing were shared."""
    place = site(fidelity=0.6, pair_rate="0.001 Hz").with_purification(2)
    found, none = condition(place, model(resource)), condition(place, model(Separable()))
    assert found.used.amounts["shared_bits"] == 2
    assert (found.pair_fidelity, found.raw_pairs, found.qubits) == (None, 0, none.qubits)
    assert found.cycle_seconds == none.cycle_seconds
    assert found.noisy(model(resource)).resource == resource


def test_pairs_beside_a_mixture_are_those_of_the_link() -> None:
    place = site(fidelity=0.7)
    mixture = Mixture(2, pairs=1)
    found, alone = condition(place, model(mixture)), condition(place, model(BellPairs(1)))
    assert (found.raw_pairs, found.pair_seconds) == (alone.raw_pairs, alone.pair_seconds)
    assert found.used.amounts["shared_bits"] == 1
    assert found.noise.pair_errors == alone.noise.pair_errors
