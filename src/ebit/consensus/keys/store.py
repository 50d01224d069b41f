"""Which keys were handed out: durable, so that no crash makes one come twice."""

import sqlite3
import threading
from contextlib import ExitStack
from pathlib import Path

from ebit.errors import EbitError

VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS taken (
    source TEXT, target TEXT, used INTEGER NOT NULL, bits REAL NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (source, target));
CREATE TABLE IF NOT EXISTS delivered (
    source TEXT, target TEXT, reader TEXT, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (source, target, reader, first));
"""


def open_database(path: Path, version: int, tables: str) -> sqlite3.Connection:
    """Open a database of ours: alone, durable, of this version.

    Args:
        path: The file; it is made if it is not there.
        version: Version of its tables.
        tables: The statements that make them.

    Returns:
        The connection.

    Raises:
        EbitError: If it is of another version, another process has it open, it is damaged, or it
            cannot be written.
    """
    with ExitStack() as undo:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                path, timeout=0.5, isolation_level=None, check_same_thread=False
            )
            undo.callback(connection.close)
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN EXCLUSIVE")
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found not in (0, version):
                raise EbitError(
                    f"File {str(path)!r} is of version {found}, but this ebit reads version "
                    f"{version}: use the ebit that wrote it, or another folder."
                )
            for statement in tables.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={version}")
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise database_error(path, error) from None
        undo.pop_all()
    return connection


def database_error(path: Path, error: Exception) -> EbitError:
    """What is wrong with a database, and the cure.

    Args:
        path: Its file.
        error: What SQLite said.

    Returns:
        An error of one line.

    Example:
        >>> database_error(Path("a.db"), sqlite3.OperationalError("database or disk is full"))
        EbitError("Cannot write 'a.db' (database or disk is full): free some space.")
    """
    text = str(error)
    if "locked" in text:
        cure = "another process uses it; end that one, or use another folder"
    elif "full" in text or "disk I/O" in text:
        cure = "free some space"
    elif "not a database" in text or "malformed" in text:
        cure = "it is damaged; use another folder"
    else:
        cure = "choose a place that you may write to"
    return EbitError(f"Cannot write {str(path)!r} ({text}): {cure}.")


class KeyStore:
    """What a key-management entity must not forget.

    Args:
        path: File of the database.

    Raises:
        EbitError: If it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._database = open_database(path, VERSION, _TABLES)

    def taken(self, source: str, target: str) -> tuple[int, float, float] | None:
        """Bytes taken from a stream, bits left, and when that was; None at first."""
        row = self._run(
            "SELECT used, bits, at FROM taken WHERE source=? AND target=?", source, target
        )
        return row[0] if row else None

    def take(self, source: str, target: str, used: int, bits: float, at: float) -> None:
        """Note that bytes are taken; they must not be handed out before this returns."""
        self._run(
            "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?, ?)", source, target, used, bits, at
        )

    def deliver(self, source: str, target: str, reader: str, parts: list[tuple[int, int]]) -> bool:
        """Note that parts of a stream go to a reader: all of them, or none.

        Args:
            source: Where the stream begins.
            target: Where it ends.
            reader: Who gets the parts.
            parts: Position and size of each.

        Returns:
            False if the reader had any byte of them before.
        """
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    for first, size in parts:
                        clash = self._database.execute(
                            "SELECT 1 FROM delivered WHERE source=? AND target=? AND reader=? "
                            "AND first<? AND last>?",
                            (source, target, reader, first + size, first),
                        ).fetchone()
                        if clash:
                            return False
                        self._database.execute(
                            "INSERT INTO delivered VALUES (?, ?, ?, ?, ?)",
                            (source, target, reader, first, first + size),
                        )
                    self._database.execute("COMMIT")
                    return True
                finally:
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise database_error(self._path, error) from None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _run(self, statement: str, *values: object) -> list[tuple[int, float, float]]:
        with self._lock:
            try:
                return self._database.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise database_error(self._path, error) from None
