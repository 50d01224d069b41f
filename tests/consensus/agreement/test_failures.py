"""Every row of the table of failures: it is seen, and it has the effect that the table says."""

from collections.abc import Mapping

import numpy as np
import pytest

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.fixed_point import SCALE
from ebit.consensus.agreement.simulation import Outcome, Simulation, Weather
from ebit.consensus.agreement.state import Integers
from ebit.consensus.agreement.updates import Ledger
from ebit.consensus.agreement.work import Work, least_squares
from ebit.errors import EbitError

FOUR = Committee(4, 1)
WORK = least_squares(4, 1)


def run(**options: object) -> Outcome:
    return Simulation(FOUR, WORK, seed=2, **options).run(until=3000)  # type: ignore[arg-type]


def test_tampered_frames_are_dropped_and_sent_again_with_fresh_keys() -> None:
    outcome = run(rounds=2, authentication="its", weather=Weather(tamper=0.05))
    assert outcome.finished
    assert outcome.alarms["tampered frame"] == sum(outcome.refused.values()) > 0
    assert outcome.key_bits == 256 * sum(outcome.frames.values())


def test_a_bad_update_of_an_insider_counts() -> None:
    outcome = run(faulty={3: "wrong update"})
    assert 3 in outcome.updates[1]
    assert "leader" not in outcome.alarms


def test_of_two_updates_at_most_one_is_delivered() -> None:
    outcome = run(faulty={3: "two updates"})
    assert outcome.finished
    assert outcome.alarms["equivocation"]


def test_a_silent_node_is_absent() -> None:
    outcome = run(faulty={3: "silent"})
    assert outcome.updates[1] == (0, 1, 2)


def test_without_keys_nothing_is_said() -> None:
    outcome = Simulation(FOUR, WORK, authentication="its", key_bits=1000).run(until=200)
    assert not outcome.finished
    assert outcome.stalls
    assert outcome.key_bits == 0


def test_with_few_updates_the_step_is_skipped() -> None:
    def update(theta: Integers, round: int, key: int) -> Integers:
        return np.array([SCALE])

    def none(theta: Integers, round: int, key: int) -> None:
        return None

    work = Work(np.array([7]), [update, update, none, none], WORK.apply)
    outcome = Simulation(FOUR, work).run()
    assert outcome.final is not None
    assert outcome.final.values.tolist() == [7]
    assert len(outcome.updates[1]) == 4


@pytest.mark.parametrize("kind", ["no leader", "two proposals", "silent"])
def test_a_bad_leader_is_replaced(kind: str) -> None:
    outcome = run(faulty={1: kind})
    assert outcome.finished
    assert outcome.alarms["leader"]
    assert outcome.views >= 1


def test_a_false_witness_has_no_weight_for_ten_rounds() -> None:
    outcome = run(rounds=12, faulty={3: "false witness"})
    assert outcome.alarms["false witness"]
    assert outcome.final is not None
    assert [node for node, _ in outcome.final.suspended] == [3]
    assert all(3 in nodes for nodes in outcome.updates.values())  # it stays a voter


def test_a_node_that_computes_other_parameters_takes_over_those_of_the_quorum() -> None:
    outcome = differing({3})
    assert outcome.finished
    assert outcome.alarms["parameters differ"]
    assert outcome.alarms["behind"]


def test_without_a_quorum_for_the_parameters_the_round_is_given_up() -> None:
    outcome = differing({2, 3})
    assert outcome.aborts
    assert "compute different parameters" in outcome.aborts[0]


def differing(nodes: set[int]) -> Outcome:
    """Some honest nodes compute something else from the same updates."""
    simulation = Simulation(FOUR, WORK)

    def other(theta: Integers, updates: Mapping[int, Integers], ledger: Ledger) -> Integers:
        return WORK.apply(theta, updates, ledger) + 1

    for node in nodes:
        simulation._nodes[node].current._apply = other  # type: ignore[union-attr]
    return simulation.run(until=500)


@pytest.mark.parametrize(("n", "f"), [(3, 1), (6, 2), (9, 3)])
def test_too_many_faulty_nodes_are_refused(n: int, f: int) -> None:
    with pytest.raises(EbitError, match=f"use at least {3 * f + 1} nodes"):
        Committee(n, f)
