"""One circuit, or the features, over a team of QPUs: against dense matrices, and in training."""

from itertools import combinations
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.fixed_point import add_trimmed_mean, to_fixed
from ebit.consensus.agreement.simulation import Simulation
from ebit.consensus.agreement.work import LocalUpdate, Work
from ebit.consensus.broker import Links
from ebit.consensus.broker.links import Jobs
from ebit.consensus.broker.play import play_round
from ebit.consensus.broker.policies import POLICIES
from ebit.consensus.training import Consensus, ConsensusSettings, Dqnn, Training, deliver
from ebit.consensus.training.partitions import partition_of
from ebit.consensus.training.supply import EveryShot
from ebit.consensus.training.teams import CutCircuit, SlicedFeatures, Team
from ebit.errors import EbitError
from ebit.results import Store, run_experiment

SHORT = Dqnn(qubits=4, layers=2)
Z = np.diag([1.0, -1.0])

SMALL: dict[str, Any] = {
    "nodes": 8, "rounds": 5, "seeds": 1, "slots": 300, "stations": 8, "batch_size": 4,
    "sigma": 0.0, "momentum": 0.0, "regime": "ideal", "arm": "fifo+mean",
}  # fmt: skip


def on(gate: Any, qubit: int) -> Any:
    """A gate on one of four qubits, by Kronecker products."""
    full = np.eye(1)
    for k in range(4):
        full = np.kron(full, gate if k == qubit else np.eye(2))
    return full


def ry(a: float) -> Any:
    return np.array([[np.cos(a / 2), -np.sin(a / 2)], [np.sin(a / 2), np.cos(a / 2)]])


def rz(a: float) -> Any:
    return np.diag([np.exp(-0.5j * a), np.exp(0.5j * a)])


def teleported_cz(rho: Any, i: int, j: int, worth: float) -> Any:
    """CZ, then one of four Pauli operators."""
    one = on(np.diag([0, 1]), i) @ on(np.diag([0, 1]), j)
    cz = np.eye(16) - 2 * one
    rho = cz @ rho @ cz
    fidelity = (1 + 3 * worth) / 4
    z_i, z_j = on(Z, i), on(Z, j)
    others = [z_i, z_j, z_i @ z_j]
    return fidelity * rho + (1 - fidelity) / 3 * sum(z @ rho @ z for z in others)


def dense_means(team: Team, angles: Any, x: Any, pairs: Any) -> Any:
    """Expectation values of Z of all qubits, gate by gate."""
    turned = angles.reshape(3, 4, 2)
    rho = np.zeros((16, 16), complex)
    rho[0, 0] = 1
    each = 4 // team.members
    for layer in range(3):
        for q in range(4):
            gates = [rz(turned[layer, q, 0 + 1]), ry(turned[layer, q, 0])]
            if layer < 2:
                gates = [ry(x[2 * q]), rz(x[2 * q + 1]), *gates]
            for gate in gates:
                rho = on(gate, q) @ rho @ on(gate, q).conj().T
        ring = [(0, 1), (1, 2), (2, 3), (3, 0)] if isinstance(team, CutCircuit) else (
            [(0, 1), (1, 2), (2, 3)]
        )  # fmt: skip
        for i, j in ring if layer < 2 else []:
            crosses = i // each != j // each
            if isinstance(team, SlicedFeatures) and crosses and layer == 0:
                continue
            worth = pairs[i // each] * pairs[j // each] if crosses else 1.0
            rho = teleported_cz(rho, i, j, worth)
    return np.array([np.trace(on(Z, q) @ rho).real for q in range(4)])


@pytest.mark.parametrize("members", [2, 4])
@pytest.mark.parametrize("kind", [CutCircuit, SlicedFeatures])
def test_noise_of_pairs_is_that_of_dense_matrices(kind: type[Team], members: int) -> None:
    random = np.random.default_rng(members)
    team = kind(SHORT, members)
    angles, x = random.normal(size=SHORT.size), random.normal(size=8)
    pairs = random.uniform(0.5, 1, members)
    found = jax.jit(team.means)(jnp.asarray(angles), jnp.asarray(x), jnp.asarray(pairs))
    np.testing.assert_allclose(found, dense_means(team, angles, x, pairs), atol=2e-6)


def loss_of(scores: Any, label: int) -> float:
    return float(np.log(np.exp(scores).sum()) - scores[label])


def test_updates_are_slopes_of_the_dense_loss() -> None:
    """Finite differences, in the order of the blocks of both members."""
    random = np.random.default_rng(0)
    x, pairs, label = random.normal(size=8), np.array([0.9, 0.7]), 2

    def slope(function: Any, at: Any, k: int) -> float:
        ahead, behind = at.copy(), at.copy()
        ahead[k] += 1e-5
        behind[k] -= 1e-5
        return (loss_of(function(ahead), label) - loss_of(function(behind), label)) / 2e-5

    cut = CutCircuit(SHORT, 2)
    theta = random.normal(size=cut.size)

    def cut_scores(theta: Any) -> Any:
        angles = theta.reshape(2, 3, 2, 2).swapaxes(0, 1).reshape(-1)  # (layers * qubits * 2,)
        return 4 * dense_means(cut, angles, x, pairs)

    batch = (jnp.asarray(x)[None], jnp.array([label]), jnp.asarray(pairs))
    shared, own = jax.jit(cut.local_update)(jnp.asarray(theta), (), *batch)
    assert own == ()
    for k in (0, 5, 11, 12, 20):
        assert float(shared[k]) == pytest.approx(slope(cut_scores, theta, k), abs=2e-4)

    sliced = SlicedFeatures(SHORT, 2)
    head, angles = random.normal(size=sliced.size), random.normal(size=SHORT.size)

    def sliced_scores(head: Any, angles: Any) -> Any:
        z = dense_means(sliced, angles, x, pairs)
        first, second = head.reshape(2, 4, 3)
        return (
            first[:, :2] @ z[:2] + first[:, 2] + second[:, :2] @ z[2:] + second[:, 2]
        )  # fmt: skip

    shared, own = jax.jit(sliced.local_update)(jnp.asarray(head), jnp.asarray(angles), *batch)
    for k in (0, 2, 13, 23):
        expected = slope(lambda h: sliced_scores(h, angles), head, k)
        assert float(shared[k]) == pytest.approx(expected, abs=2e-4)
    for k in (0, 7, 23):
        expected = slope(lambda a: sliced_scores(head, a), angles, k)
        assert float(own[k]) == pytest.approx(expected, abs=2e-4)


def test_a_team_with_perfect_pairs_is_the_circuit_in_one_place() -> None:
    cut = CutCircuit(SHORT, 2)
    key, x = jax.random.key(3), jnp.linspace(-1, 1, 8)
    np.testing.assert_array_equal(cut.angles(cut.init(key)), SHORT.init(key))
    found = jax.jit(cut.scores)(cut.init(key), x, jnp.ones(2))
    np.testing.assert_allclose(found, jax.jit(SHORT.scores)(SHORT.init(key), x), atol=1e-5)


@pytest.mark.parametrize("members", [2, 3])
def test_no_even_cut_of_the_ring_crosses_fewer_gates(members: int) -> None:
    network = Dqnn(qubits=6)
    cut = CutCircuit(network, members)
    each = network.qubits // members

    def crossed(parts: list[set[int]]) -> int:
        whose = {q: k for k, part in enumerate(parts) for q in part}
        return sum(whose[i] != whose[j] for i, j in network.ring)

    def cuts(rest: frozenset[int]) -> Any:
        if not rest:
            yield []
            return
        first = min(rest)
        for others in combinations(sorted(rest - {first}), each - 1):
            part = {first, *others}
            for more in cuts(rest - part):
                yield [part, *more]

    assert len(cut.crossings) == min(map(crossed, cuts(frozenset(range(6)))))


def test_the_signal_that_pairs_leave() -> None:
    for team in (CutCircuit(SHORT, 2), SlicedFeatures(SHORT, 2)):
        left = team.left([[1.0, 1.0], [0.9, 0.9], [0.81, 1.0], [0.5, 0.5]])
        assert left[0] == pytest.approx(1, abs=1e-3)
        assert left[1] == pytest.approx(left[2])
        assert 1 > left[1] > left[3]
    # one gate between members against four
    assert SlicedFeatures(SHORT, 2).left([1.0, 0.9]) > CutCircuit(SHORT, 2).left([1.0, 0.9])


def test_pairs_of_every_shot() -> None:
    assert partition_of("data", 2, "dqnn", "digits").pair_demand(64) == (4 * 64 * 113,)
    # a line of four: the ends have one neighbour
    circuits = 10 * (2 * SHORT.size + 1)
    line = SlicedFeatures(SHORT, 4).pair_demand(10)
    assert line == (circuits, 2 * circuits, 2 * circuits, circuits)
    assert CutCircuit(SHORT, 4).pair_demand(10) == (4 * circuits,) * 4


def test_a_round_with_all_shots_lasts_as_long_as_the_stations_need() -> None:
    links = Links(np.full((40, 6), 0.3), np.full((40, 6), 1e9), fresh=0.9, least=0.6)
    demand = np.full(6, 64)
    expected = EveryShot(links, demand, stations=2).rows()[0]["slots_per_round"]
    assert expected == pytest.approx(6 * 64 / 0.3 / 2)
    assert EveryShot(links, demand, stations=9).rows()[0]["slots_per_round"] == 64 / 0.3
    played = play_round(
        POLICIES["fifo"], links, Jobs(np.zeros((40, 6), int), np.ones((40, 6))),
        np.random.default_rng(0).random((3, 1000, 40, 6)), pairs=64, stations=2, memories=4,
        limit=np.full((40, 6), 1e9),
    )  # fmt: skip
    assert played.done.all()
    assert np.nanmax(played.used_age) == 0
    assert 1 <= (played.finished.max(axis=1) + 1).mean() / expected < 1.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes": 9}, "`nodes` must be a multiple of the 2 members of a team, but is 9"),
        ({"faulty": 2}, r"at most 1 of 4 nodes that hold the same part \(n >= 3f \+ 1\), but is 2"),
        ({"members": 5}, "`members`"),
        ({"partition": "half"}, "`partition`"),
        ({"cost_model": "free"}, "`cost_model`"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message):
        ConsensusSettings(**{**SMALL, "partition": "circuit", **changes})


def test_what_does_not_fit_together_is_named() -> None:
    with pytest.raises(EbitError, match="`model` must be 'dqnn' for partition 'circuit'"):
        partition_of("circuit", 2, "bell:1", "clusters:0")
    with pytest.raises(EbitError, match="`members` must divide the 4 qubits of dqnn, but is 3"):
        partition_of("feature", 3, "dqnn", "digits")


def test_earlier_tasks_keep_their_hash() -> None:
    assert ConsensusSettings().content.keys().isdisjoint({"partition", "members", "cost_model"})
    assert ConsensusSettings(partition="circuit").hash != ConsensusSettings().hash


def test_a_team_with_a_liar_is_lost_and_no_group_has_more_than_f() -> None:
    own = ConsensusSettings(**{**SMALL, "partition": "circuit", "nodes": 20, "faulty": 3})
    found = deliver(own, partition_of("circuit", 2, "dqnn", "digits"))
    assert found.present.shape == (5, 1, 10)
    assert 1 < found.liars.sum() <= 3
    assert found.pairs.shape == (5, 1, 10, 2)
    np.testing.assert_allclose(found.weight.sum(axis=-1), 1)


def test_the_group_of_every_block_agrees_on_its_step() -> None:
    """Four teams of two members: four nodes hold a block, and one of them lies about it."""
    cut = CutCircuit(SHORT, 2)
    random = np.random.default_rng(1)
    theta = cut.init(jax.random.key(0))
    x, labels = random.normal(size=(4, 3, 8)), random.integers(0, 4, (4, 3))
    update = jax.jit(jax.vmap(cut.local_update, (None, None, 0, 0, None)))
    gradient = update(theta, (), jnp.asarray(x), jnp.asarray(labels), jnp.array([0.9, 0.8]))[0]
    steps = to_fixed(-0.5 * np.asarray(gradient, float)).reshape(4, 2, -1)  # (teams, members, P/2)
    before = to_fixed(np.asarray(theta, float)).reshape(2, -1)  # (members, P / 2)
    for block in range(2):
        local: list[LocalUpdate] = [
            lambda theta, round, key, own=own: own for own in steps[:, block]
        ]
        work = Work(before[block], local, add_trimmed_mean(1))
        outcome = Simulation(Committee(4, 1), work, faulty={1: "wrong update"}).run()
        assert outcome.finished
        assert not outcome.violations
        assert outcome.final is not None
        honest = np.delete(steps[:, block], 1, axis=0)
        moved = outcome.final.values - before[block]
        assert (moved >= honest.min(axis=0) - 1).all()
        assert (moved <= honest.max(axis=0) + 1).all()


@pytest.mark.slow
def test_teams_without_noise_train_as_nodes_with_the_whole_circuit() -> None:
    together = Training(ConsensusSettings(**{**SMALL, "partition": "circuit"}))
    alone = Training(ConsensusSettings(**{**SMALL, "nodes": 4}))
    assert together.transport.present.all()
    assert alone.transport.present.all()
    together.transport.pairs[:] = 1  # also the ideal regime has pairs of 0.95
    together.transport.witness[:] = 1
    first, _ = together.advance(together.start(), 0)
    second, _ = alone.advance(alone.start(), 0)
    assert isinstance(together.partition, CutCircuit)
    angles = together.partition.angles(first.theta[0])
    np.testing.assert_allclose(angles, second.theta[0], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("partition", ["circuit", "feature"])
def test_lies_about_one_block_are_filtered_there(partition: str) -> None:
    """With far outliers in f teams the filter keeps the step of the honest ones, in all blocks."""
    own = {**SMALL, "nodes": 14, "partition": partition, "faulty": 2, "attack": "ipm"}
    steps = {}
    for arm in ("fifo+mean", "fifo+robust"):
        training = Training(ConsensusSettings(**{**own, "arm": arm, "strength": 20.0}))
        _, found = training.advance(training.start(), 0)
        steps[arm] = float(found.cosine[0])
    assert steps["fifo+robust"] > 0 > steps["fifo+mean"]


@pytest.mark.slow
def test_an_interrupted_team_goes_on_bit_by_bit(tmp_path: Path) -> None:
    changes = {"partition": "feature", "rounds": 10, "sigma": 1.0, "momentum": 0.9}
    own = ConsensusSettings(**{**SMALL, **changes, "regime": "hard", "arm": "ceas"})
    whole = run_experiment(Consensus(own), Store(tmp_path / "whole"))
    store = Store(tmp_path / "part")

    def stop(done: int, _: int) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(Consensus(own), store, stop)
    again = run_experiment(Consensus(own), store)
    assert again.drop("created_at").equals(whole.drop("created_at"))
    assert whole["schedule_pairs_per_update"].item() == 4


@pytest.mark.slow
def test_every_shot_costs_pairs_and_time(tmp_path: Path) -> None:
    own = ConsensusSettings(**{**SMALL, "regime": "easy", "cost_model": "per_shot", "nodes": 4})
    row = run_experiment(Consensus(own), Store(tmp_path)).row(0, named=True)
    assert row["schedule_pairs_per_update"] == 28_928
    assert row["schedule_completion"] == 1
    assert row["schedule_slots_per_round"] > 28_928
