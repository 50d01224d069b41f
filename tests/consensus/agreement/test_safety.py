"""Agreement under random schedules: nothing bad ever happens, and all end."""

import pytest

from ebit.consensus.agreement.byzantine import COLLUDING, KINDS
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.simulation import Simulation, Weather
from ebit.consensus.agreement.trials import MOST_VIEWS, Tally, trial
from ebit.consensus.agreement.work import least_squares

COMMITTEES = [Committee(4, 1), Committee(7, 2), Committee(10, 3)]


@pytest.mark.parametrize(
    ("committee", "schedules"), [(COMMITTEES[0], 100), (COMMITTEES[1], 24), (COMMITTEES[2], 8)]
)
def test_no_schedule_splits_honest_nodes_and_all_end(committee: Committee, schedules: int) -> None:
    tally = Tally()
    for seed in range(schedules):
        tally.add(seed, trial(committee, seed))
    assert (tally.violations, tally.unfinished) == ([], [])
    assert max(tally.views) <= MOST_VIEWS
    assert {"silence", "leader"} <= tally.rows.keys()


@pytest.mark.parametrize("committee", COMMITTEES, ids=lambda c: f"n={c.n}")
@pytest.mark.parametrize("more", [0, 1])
def test_one_faulty_node_too_many_splits_honest_nodes(committee: Committee, more: int) -> None:
    number = committee.f + more
    others = [node for node in range(committee.n) if node != 1][: number - 1]
    faulty = dict.fromkeys([1, *others], COLLUDING)  # node 1 leads round 1
    work = least_squares(committee.n, committee.f)
    outcome = Simulation(committee, work, faulty=faulty).run(until=500)
    assert outcome.violations == ({1} if more else set())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_faulty_leader_is_survived(kind: str) -> None:
    outcome = Simulation(
        Committee(4, 1), least_squares(4, 1), rounds=3, faulty={2: kind}, seed=5
    ).run(until=1000)
    assert outcome.finished
    assert not outcome.violations
    assert not outcome.aborts


def test_without_faults_a_round_takes_the_frames_of_the_closed_form() -> None:
    n = 10
    outcome = Simulation(Committee(n, 3), least_squares(n, 3)).run()
    assert sum(outcome.frames.values()) == 5 * n * (n - 1) + (n - 1)
    assert outcome.views == 0
    assert not outcome.alarms


def test_the_same_seed_gives_the_same_run() -> None:
    first, second = (trial(Committee(4, 1), 17, rounds=2) for _ in range(2))
    assert first == second
    assert first != trial(Committee(4, 1), 18, rounds=2)


def test_a_node_that_was_cut_off_for_rounds_takes_over_the_state() -> None:
    weather = Weather(heals=60.0, partitions=((3.0, 60.0, frozenset({0})),))
    outcome = Simulation(
        Committee(4, 1), least_squares(4, 1), rounds=12, weather=weather
    ).run(until=1000)  # fmt: skip
    assert outcome.finished
    assert outcome.alarms["behind"]


def test_a_crashed_node_is_the_same_after_its_log_is_replayed() -> None:
    """All nodes crash in the middle, and nothing is left of them but their logs."""
    crashes = tuple((node, 2.5 + node / 10, 6.0) for node in range(4))
    outcome = Simulation(
        Committee(4, 1), least_squares(4, 1), rounds=2, weather=Weather(7.0, crashes=crashes)
    ).run(until=1000)
    assert outcome.finished
    assert not outcome.violations


def test_a_quorum_too_small_splits_honest_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trials can fail."""
    monkeypatch.setattr(Committee, "quorum", property(lambda self: self.f + 1))
    outcome = Simulation(
        Committee(7, 2), least_squares(7, 2), faulty=dict.fromkeys((1, 2), COLLUDING)
    ).run(until=500)
    assert outcome.violations == {1}
