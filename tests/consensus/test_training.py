"""Training over a faulty network: the gradient, the arms, checkpoints, wrong settings."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.consensus.broker import Broker, ScheduleSettings
from ebit.consensus.training import (
    ARMS,
    Consensus,
    ConsensusSettings,
    Dqnn,
    Training,
    consensus_tasks,
    deal,
    deliver,
    learner_of,
    samples_of,
    transport,
)
from ebit.consensus.training.partitions import partition_of
from ebit.consensus.training.supply import Scheduled, supply_of
from ebit.consensus.training.transport import liars_of, local_worth
from ebit.errors import EbitError
from ebit.results import Store, run_experiment

DATA = partition_of("data", 1, "dqnn", "digits")

SMALL: dict[str, Any] = {
    "nodes": 10, "faulty": 3, "attack": "alie_noise", "rounds": 10, "seeds": 2,
    "slots": 40, "stations": 4, "batch_size": 4,
}  # fmt: skip

BROKER = ("nodes", "rounds", "seeds", "slots", "stations")


def settings_of(**changes: Any) -> ConsensusSettings:
    return ConsensusSettings(**{**SMALL, **changes})


def dense_state(theta: Any, x: Any, qubits: int, layers: int) -> Any:
    """The circuit gate by gate with Kronecker products."""

    def on(gate: Any, qubit: int) -> Any:
        full = np.eye(1)
        for k in range(qubits):
            full = np.kron(full, gate if k == qubit else np.eye(2))
        return full

    def ry(a: float) -> Any:
        return np.array([[np.cos(a / 2), -np.sin(a / 2)], [np.sin(a / 2), np.cos(a / 2)]])

    def rz(a: float) -> Any:
        return np.diag([np.exp(-0.5j * a), np.exp(0.5j * a)])

    theta = theta.reshape(layers + 1, qubits, 2)
    state = np.zeros(2**qubits, complex)
    state[0] = 1
    for layer in range(layers + 1):
        for q in range(qubits):
            if layer < layers:
                state = on(rz(x[2 * q + 1]), q) @ on(ry(x[2 * q]), q) @ state
            state = on(ry(theta[layer, q, 0]), q) @ on(rz(theta[layer, q, 1]), q) @ state
        if layer < layers:
            for q in range(qubits):
                one, two = on(np.diag([0, 1]), q), on(np.diag([0, 1]), (q + 1) % qubits)
                state = state - 2 * one @ two @ state
    return state


def test_the_network_is_its_circuit() -> None:
    random = np.random.default_rng(0)
    network = Dqnn(qubits=3, layers=2)
    theta, x = random.normal(size=network.size), random.normal(size=network.features)
    state = np.asarray(jax.jit(network.state)(jnp.asarray(theta), jnp.asarray(x)))
    expected = dense_state(theta, x, 3, 2)
    np.testing.assert_allclose(state, expected, atol=1e-5)
    weights = np.abs(expected.reshape(2, 2, 2)) ** 2
    z0 = weights[0].sum() - weights[1].sum()
    scores = np.asarray(jax.jit(network.scores)(jnp.asarray(theta), jnp.asarray(x)))
    assert scores[0] == pytest.approx(4 * z0, abs=1e-4)


def test_digits_and_shards() -> None:
    samples = samples_of("digits", 0)
    assert samples.x.shape == (480, 8)
    np.testing.assert_allclose(samples.x.std(axis=0), 0.5, atol=1e-4)
    assert sorted(set(samples.y)) == [0, 1, 2, 3]
    shards = deal(samples.y, 50, 10.0, 0)
    own = [set(rows[:count]) for rows, count in zip(shards.rows, shards.counts, strict=True)]
    assert sum(map(len, own)) == 480 == len(set().union(*own))
    assert min(map(len, own)) >= 1
    with pytest.raises(EbitError, match="`nodes` must be at most 480"):
        deal(samples.y, 481, 10.0, 0)


def test_what_arrives() -> None:
    found = deliver(settings_of(arm="ceas"), DATA)
    np.testing.assert_allclose(found.weight.sum(axis=-1), 1)
    assert (found.weight[~found.present] == 0).all()
    assert (found.present | ~found.liars).all()
    assert (found.present[:, found.liars]).all()
    counts = found.present.sum(axis=-1, keepdims=True)
    assert (found.weight <= 1.5 / counts + 1e-9).all()
    honest = found.present & ~found.liars
    assert np.abs(found.witness - found.worth)[-1][honest[-1]].mean() < 0.12
    assert (found.witness[:, found.liars] == 1).all()


def test_trainings_that_differ_in_the_attack_share_what_arrives() -> None:
    changed = settings_of(
        arm="ceas+krum", attack="ipm", strength=3.0, batch_size=2, evenness=1.0, step=1.0,
        momentum=0.5, sigma=2.0, model="bell:1", data="clusters:0",
    )  # fmt: skip
    found = deliver(settings_of(arm="ceas"), DATA)
    assert deliver(changed, DATA) is found
    anew = transport._deliver.__wrapped__(changed, DATA)
    for name in ("present", "worth", "pairs", "witness", "weight", "liars"):
        np.testing.assert_array_equal(getattr(anew, name), getattr(found, name))
    assert anew.rows == found.rows
    assert deliver(settings_of(arm="ceas", faulty=2), DATA) is not found


@pytest.mark.parametrize("arm", ["fifo+weights+mean", "ceas+robust"])
def test_a_schedule_that_worth_cannot_change_is_played_once(arm: str) -> None:
    own, policy = settings_of(arm=arm), ARMS[arm].policy
    broker = Broker(ScheduleSettings(policy=policy, **{name: SMALL[name] for name in BROKER}))
    worth = np.linspace(0.5, 1.5, 10) if arm.startswith("fifo") else np.ones(10)
    played, kept = Scheduled(broker), supply_of(own, DATA)
    for _ in range(own.rounds):
        for one, other in zip(played.round(np.tile(worth, (2, 1))), kept.round(worth), strict=True):
            np.testing.assert_array_equal(one, other)
    assert played.rows() == kept.rows()


def test_arms_of_one_seed_meet_the_same_nodes_and_liars() -> None:
    few, many = settings_of(faulty=1), settings_of(faulty=3, arm="edf+robust")
    np.testing.assert_array_equal(local_worth(few), local_worth(many))
    assert (liars_of(many) | ~liars_of(few)).all()
    assert liars_of(many).sum(axis=-1).tolist() == [3, 3]


def test_claims_and_skewed_hardware() -> None:
    found = deliver(settings_of(claim="median", arm="fifo+robust"), DATA)
    assert (found.witness[:, found.liars] < 1).all()
    worth = local_worth(settings_of(hardware="skewed"))
    assert ((worth < 0.2) | (worth > 0.9)).all()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[ConsensusSettings, Any]:
    own = settings_of(arm="edf+robust")
    return own, run_experiment(Consensus(own), Store(tmp_path_factory.mktemp("whole")))


def test_rows(finished: tuple[ConsensusSettings, Any]) -> None:
    own, rows = finished
    assert rows["seed"].to_list() == [0, 1]
    assert rows["arm"].unique().to_list() == ["edf+robust"]
    assert rows["accuracy"].is_between(0, 1).all()
    assert (rows["gradient_error"] > 0).all()
    assert rows["rounds"].to_list()[0] == [5, 10]
    assert rows["task"].unique().to_list() == [own.hash]


def test_an_interrupted_training_goes_on_bit_by_bit(
    finished: tuple[ConsensusSettings, Any], tmp_path: Path
) -> None:
    own, whole = finished
    store = Store(tmp_path)

    def stop(done: int, _: int) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(Consensus(own), store, stop)
    assert store.checkpoint_path(own.hash).exists()
    again = run_experiment(Consensus(own), store)
    assert again.drop("created_at").equals(whole.drop("created_at"))
    assert not store.checkpoint_path(own.hash).exists()


@pytest.mark.slow
def test_training_learns() -> None:
    """Without noise, faults and decay the loss of all nodes goes down and labels get right."""
    training = Training(
        settings_of(
            regime="ideal", faulty=0, attack="none", sigma=0.0, stations=10, arm="ceas", rounds=60,
            slots=60, step=2.0,
        )
    )  # fmt: skip
    state, accuracies = training.start(), []
    for chunk in range(training.chunks):
        state, found = training.advance(state, chunk)
        accuracies.append(float(found.accuracy.mean()))
    assert accuracies[-1] > 0.75


def test_the_full_gradient_is_the_one_of_the_honest_nodes() -> None:
    own = settings_of(arm="fifo+mean", sigma=0.0, rounds=5, momentum=0.0, regime="ideal")
    training = Training(own)
    share = np.asarray(training._data.honest_share)
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-5)
    liars = training.transport.liars[0]
    rows = np.asarray(training._data.rows[0])[liars]
    assert (share[0][rows] == 0).all()


@pytest.mark.slow
def test_one_of_ebits_own_models(tmp_path: Path) -> None:
    own = settings_of(arm="fifo+mean", model="bell:1", data="chsh", rounds=5, seeds=1, step=0.5)
    rows = run_experiment(Consensus(own), Store(tmp_path))
    assert rows["accuracy"].is_between(0, 1).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"faulty": 4}, r"`faulty` must be at most 3 of 10 nodes \(n >= 3f \+ 1\), but is 4"),
        ({"arm": "best"}, "`arm`"),
        ({"attack": "bribe"}, "`attack`"),
        ({"momentum": 1.0}, "`momentum`"),
        ({"cap": 0.5}, "`cap`"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message):
        settings_of(**changes)


def test_models_and_data_have_to_fit() -> None:
    with pytest.raises(EbitError, match="four classes"):
        learner_of("bell:1", "digits")
    with pytest.raises(EbitError, match="`data` must be 'digits' for model dqnn"):
        learner_of("dqnn", "clusters:0")


def test_tasks_are_made_once() -> None:
    tasks = consensus_tasks(list(ARMS), ["alie", "ipm"], [0, 3], ["easy"], nodes=10)
    assert len(tasks) == len(ARMS) * 3
    assert len({task.hash for task in tasks}) == len(tasks)
