"""The log of a node: what it holds after any end."""

from pathlib import Path

import numpy as np
import pytest

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.events import Begin, Decided, Event, Received, Send, Timeout
from ebit.consensus.agreement.fixed_point import add_trimmed_mean
from ebit.consensus.agreement.log import Log
from ebit.consensus.agreement.messages import Initial, Message, Prepare
from ebit.consensus.agreement.replica import Replica
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Ledger, null_update
from ebit.errors import EbitError

START = State.start(np.zeros(2, np.int64))


def replica(state: State = START) -> Replica:
    return Replica(Committee(1, 0), 0, state, add_trimmed_mean(0))


def test_a_node_says_after_a_restart_what_it_said_before(tmp_path: Path) -> None:
    """A committee of one finishes its rounds alone; it is restarted in the middle of the third."""
    log, node = Log(tmp_path / "log.sqlite", "me"), replica()
    said: list[Message] = []
    for number in (1, 2, 3):
        events: list[Event] = [Begin(number, null_update(), Ledger())]
        if number == 3:
            events.append(Received(0, Initial(3, 0, b"late")))
        actions = [action for event in events for action in node.handle(event)]
        log.write([(number, event) for event in events],
                  [a for a in actions if isinstance(a, Decided)])  # fmt: skip
        said += [a.message for a in actions if isinstance(a, Send)]
    log.close()
    again = Log(tmp_path / "log.sqlite", "me")
    restored = again.restore(START)
    twin = replica(restored.state)
    for event in restored.events:
        twin.handle(event)
    assert twin.state == node.state
    assert twin.state.round == 3
    assert twin.again() == node.again()
    assert any(isinstance(message, Prepare) for message in said)
    assert [r.round for r in again.results()] == [1, 2, 3]
    again.close()


def test_nothing_is_kept_of_what_could_not_be_written(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.sqlite", "me")
    log.write([(1, Timeout(1, "view", 0))], [])
    log._database.execute("PRAGMA max_page_count=8")
    big = Received(0, Initial(1, 0, bytes(200_000)))
    with pytest.raises(EbitError, match=r"full.*free some space"):
        log.write([(1, Timeout(1, "lead", 0)), (1, big)], [])
    log.close()
    again = Log(tmp_path / "log.sqlite", "me")
    assert again.restore(START).events == [Timeout(1, "view", 0)]
    again.close()


def test_the_log_of_another_is_refused(tmp_path: Path) -> None:
    Log(tmp_path / "log.sqlite", "me").close()
    with pytest.raises(EbitError, match="the log of another training"):
        Log(tmp_path / "log.sqlite", "you")


def test_a_damaged_log_is_refused(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.sqlite", "me")
    log._run("INSERT INTO events (round, content) VALUES (1, ?)", b"\xff\xff")
    with pytest.raises(EbitError, match="is damaged"):
        log.restore(START)
    log.close()
