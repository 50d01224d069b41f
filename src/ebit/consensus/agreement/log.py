"""What a node must not forget: everything that came in since the last finished rounds.

The state machine is pure, so the same events give the same votes again: a node that was killed says
after its restart what it said before, and nothing that contradicts it.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ebit.consensus.agreement.encoding import MalformedError
from ebit.consensus.agreement.events import Decided, Event, decode_event, encode_event
from ebit.consensus.agreement.state import State
from ebit.consensus.keys.store import database_error, open_database
from ebit.errors import EbitError

VERSION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, round INTEGER, content BLOB);
CREATE TABLE IF NOT EXISTS states (round INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE IF NOT EXISTS results (
    round INTEGER PRIMARY KEY, hash TEXT, updates TEXT, view INTEGER);
CREATE TABLE IF NOT EXISTS whose (content TEXT)
"""
KEPT_STATES = 3


@dataclass(frozen=True)
class Result:
    """A finished round.

    Attributes:
        round: Its number.
        hash: Digest of the parameters after it.
        updates: Nodes whose updates count; None if the state was told by others.
        view: In which view it was decided.
    """

    round: int
    hash: str
    updates: tuple[int, ...] | None
    view: int


@dataclass(frozen=True)
class Restored:
    """What a log holds.

    Attributes:
        state: Where to start.
        before: The state before that; None if it is not known.
        events: What to hand in then.
    """

    state: State
    before: State | None
    events: list[Event]


class Log:
    """The log of one node.

    Args:
        path: File of the database.
        whose: Whose log it is: its name, the nodes, the start. Another one is refused.

    Raises:
        EbitError: If it cannot be used, or is another node's.
    """

    def __init__(self, path: Path, whose: str) -> None:
        self._path = path
        self._database = open_database(path, VERSION, _TABLES)
        row = self._run("SELECT content FROM whose").fetchone()
        if row is None:
            self._run("INSERT INTO whose VALUES (?)", whose)
        elif row[0] != whose:
            self.close()
            raise EbitError(
                f"File {str(path)!r} is the log of another training ({row[0]}, not {whose}): use "
                "another folder."
            )

    def restore(self, start: State) -> Restored:
        """What the log holds; the start if it is empty.

        Raises:
            EbitError: If it is damaged.
        """
        rows = self._run("SELECT content FROM states ORDER BY round").fetchall()
        try:
            states = [start, *(State.decode(row[0]) for row in rows)]
            last = states[-1].round
            base = states[-2] if len(states) > 1 and states[-2].round == last - 1 else states[-1]
            earlier = [state for state in states if state.digest == base.previous]
            events = [
                decode_event(content)
                for (content,) in self._run(
                    "SELECT content FROM events WHERE round>? ORDER BY number", base.round
                )
            ]
        except (MalformedError, ValueError, IndexError):
            raise EbitError(f"File {str(self._path)!r} is damaged: use another folder.") from None
        return Restored(base, earlier[0] if earlier else None, events)

    def results(self) -> list[Result]:
        """All finished rounds."""
        rows = self._run("SELECT round, hash, updates, view FROM results ORDER BY round")
        return [
            Result(
                number,
                value,
                None if updates is None else tuple(int(k) for k in updates.split()),
                view,
            )
            for number, value, updates, view in rows
        ]

    def write(self, events: Iterable[tuple[int, Event]], decided: Iterable[Decided]) -> None:
        """Write what came in and what was decided, all of it or nothing, durably.

        Args:
            events: Round and event.
            decided: Finished rounds.

        Raises:
            EbitError: If the disk is full; nothing that follows may be said then.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "INSERT INTO events (round, content) VALUES (?, ?)",
                [(number, encode_event(event)) for number, event in events],
            )
            for done in decided:
                self._decided(done)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise database_error(self._path, error) from None

    def _decided(self, done: Decided) -> None:
        number = done.state.round
        updates = None
        if done.proposal is not None:
            entries = enumerate(done.proposal.entries)
            updates = " ".join(str(node) for node, entry in entries if entry is not None)
        execute = self._database.execute
        execute("INSERT OR REPLACE INTO states VALUES (?, ?)", (number, done.state.encode()))
        execute(
            "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?)",
            (number, done.state.digest.hex(), updates, done.view),
        )
        execute("DELETE FROM states WHERE round<=?", (number - KEPT_STATES,))
        execute("DELETE FROM events WHERE round<?", (number,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise database_error(self._path, error) from None
