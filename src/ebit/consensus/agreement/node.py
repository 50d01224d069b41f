"""One node as a process of its own: the state machine between connections, a clock and a log."""

import heapq
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit.consensus.agreement.byzantine import Faulty
from ebit.consensus.agreement.events import (
    Abort,
    Action,
    Alarm,
    Begin,
    Compute,
    Decided,
    Event,
    Received,
    Send,
    SetTimer,
    Timeout,
)
from ebit.consensus.agreement.log import Log, Result
from ebit.consensus.agreement.messages import Message, Tell
from ebit.consensus.agreement.own_keys import key_source
from ebit.consensus.agreement.own_work import work_of
from ebit.consensus.agreement.replica import Replica
from ebit.consensus.agreement.settings import NodeSettings, identity_of, read_node
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Update
from ebit.consensus.agreement.wires import Inlets, Outlet
from ebit.consensus.agreement.work import key_of
from ebit.errors import EbitError

MOST_WAITING = 10_000
MOST_AT_ONCE = 512

Say = Callable[[str], None]


@dataclass(frozen=True)
class NodeReport:
    """What a node did.

    Attributes:
        results: All finished rounds.
        state: The parameters after the last one.
        frames: Frames sealed since the start of the process.
        key_bits: Bits of keys used for them.
        stalls: Frames that waited for keys.
        alarms: Rows of the table of failures that were seen.
        refused: Frames and connections that were refused, by reason.
    """

    results: list[Result]
    state: State
    frames: int
    key_bits: int
    stalls: int
    alarms: Counter[str]
    refused: Counter[str]

    @property
    def content(self) -> dict[str, Any]:
        """The report, JSON-compatible."""
        return {
            "rounds": [
                {
                    "round": result.round,
                    "hash": result.hash,
                    "updates": result.updates,
                    "view": result.view,
                }
                for result in self.results
            ],
            "parameters": self.state.values.tolist(),
            "frames": self.frames,
            "key_bits": self.key_bits,
            "stalls": self.stalls,
            "alarms": dict(self.alarms),
            "refused": dict(self.refused),
        }


def run_node(config: str | Path, say: Say = print) -> NodeReport:
    """Run one node until its training is over.

    A node that was ended in whatever way goes on from its log when it is started again.

    Args:
        config: TOML file of the node.
        say: Called with one line per round, and when something is wrong.

    Returns:
        What it did.

    Raises:
        EbitError: If the file or what it names is wrong, the disk is full, or nothing is agreed on.

    Example:
        >>> run_node("no-such-file.toml")
        Traceback (most recent call last):
        ebit.errors.EbitError: Cannot read 'no-such-file.toml' (No such file or directory): give
        the path of a TOML file.
    """
    settings, folder = read_node(Path(config))
    with _Node(settings, folder, say) as node:
        return node.run()


class _Node:
    def __init__(self, settings: NodeSettings, folder: Path, say: Say) -> None:
        self._cleanup = ExitStack()
        try:
            self._open(settings, folder, say)
        except BaseException:
            self._cleanup.close()
            raise

    def _open(self, settings: NodeSettings, folder: Path, say: Say) -> None:
        self._settings, self._say = settings, say
        self._committee, self._me = settings.committee, settings.me
        identity = identity_of(settings, folder)
        self._work = work_of(settings, folder)
        home = folder / settings.folder
        start = State.start(self._work.theta)
        whose = f"{settings.name} of {len(settings.node)} nodes from {start.digest.hex()[:16]}"
        self._log = Log(home / "log.sqlite", whose)
        self._cleanup.callback(self._log.close)
        self._keys = key_source(settings, identity, folder, self._cleanup)
        self._inputs: queue.Queue[Event | int] = queue.Queue(MOST_WAITING)
        self._jobs: queue.SimpleQueue[Compute | None] = queue.SimpleQueue()
        self._timers: list[tuple[float, int, Timeout]] = []
        self._count = 0
        self._alarms: Counter[str] = Counter()
        self._done: set[int] = set()
        self._has_told: set[int] = set()
        self._abort = ""
        self._failure: BaseException | None = None
        self._last_word = self._last_round = time.monotonic()
        self._start(start)
        names = [peer.name for peer in settings.node]
        mode = settings.authentication
        self._inlets = Inlets(
            self._me, names, settings.node[self._me].place, identity, mode, self._keys,
            lambda peer, message: self._inputs.put(Received(peer, message)), say,
        )  # fmt: skip
        self._outlets = {
            k: Outlet(
                self._me, k, peer.name, peer.place, identity, mode, self._keys,
                self._inputs.put, say,
            )
            for k, peer in enumerate(settings.node)
            if k != self._me
        }  # fmt: skip
        self._cleanup.callback(self._inlets.close)
        self._cleanup.callback(self._close_outlets)
        threading.Thread(target=self._compute, daemon=True).start()

    def __enter__(self) -> "_Node":
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def _close_outlets(self) -> None:
        for outlet in self._outlets.values():
            outlet.close()
        for outlet in self._outlets.values():
            outlet.join()
        self._jobs.put(None)

    def _start(self, start: State) -> None:
        """Begin, or go on from the log."""
        restored = self._log.restore(start)
        honest = Replica(
            self._committee, self._me, restored.state, self._work.apply, restored.before
        )
        self._honest = honest
        if self._settings.drill:
            self._machine: Replica | Faulty = Faulty(
                honest, self._committee, self._me, self._settings.drill, self._settings.work.seed
            )
        else:
            self._machine = honest
        for event in restored.events:
            honest.handle(event)
        if restored.events or restored.state.round:
            self._say(f"Going on after round {honest.state.round} from the log.")
        self._first = self._machine.woken()

    def run(self) -> NodeReport:
        """Handle events until the training is over."""
        self._do(self._first)
        self._tell(self._outlets)
        while not self._is_over():
            self._step()
        self._close_outlets()
        results = [r for r in self._log.results() if r.round <= self._settings.rounds]
        outlets = self._outlets.values()
        return NodeReport(
            results,
            self._honest.state,
            sum(outlet.frames for outlet in outlets),
            sum(outlet.key_bits for outlet in outlets),
            sum(outlet.stalls for outlet in outlets),
            self._alarms,
            self._inlets.refused,
        )

    def _is_finished(self) -> bool:
        return self._honest.state.round >= self._settings.rounds

    def _is_over(self) -> bool:
        """Whether it may go: all others are there too and know it is, or are silent for long."""
        if self._failure is not None:
            raise self._failure
        if self._abort:
            raise EbitError(self._abort)
        now = time.monotonic()
        if self._is_finished():
            everybody = len(self._done & self._has_told) == self._committee.n - 1
            return everybody or now - self._last_word > self._settings.linger
        if now - self._last_round > self._settings.patience:
            raise EbitError(self._stuck())
        return False

    def _stuck(self) -> str:
        up = sum(outlet.is_up for outlet in self._outlets.values())
        what = (
            f"No agreement on round {self._honest.state.round + 1} for "
            f"{self._settings.patience:g} s: "
        )
        lacks = [outlet.lack for outlet in self._outlets.values() if outlet.lack]
        if lacks:
            return (
                f"{what}{len(lacks)} of {self._committee.n - 1} other nodes get no frames for want "
                f"of keys ({lacks[0]}). Run this again when there are some; what is finished is "
                "kept."
            )
        lost = [
            f"{self._settings.node[k].name}: {outlet.problem}"
            for k, outlet in self._outlets.items()
            if not outlet.is_up
        ]
        why = f" ({'; '.join(lost[:3])})" if lost else ""
        return (
            f"{what}{up} of {self._committee.n - 1} other nodes are reachable{why}, "
            f"{self._committee.quorum - 1} are needed. Start them and run this "
            "again; what is finished is kept."
        )

    def _step(self) -> None:
        """Take what came in, write it down, and only then say what follows."""
        rows: list[tuple[int, Event]] = []
        actions: list[Action] = []
        connected: list[int] = []
        for item in self._waiting():
            if isinstance(item, int):
                actions += self._machine.again(item)
                connected.append(item)
                continue
            if isinstance(item, Received):
                self._last_word = time.monotonic()
                self._note_done(item)
            place = self._honest.place_in_log(item)
            if place is not None:
                rows.append((place, item))
            actions += self._machine.handle(item)
        decided = [action for action in actions if isinstance(action, Decided)]
        if rows or decided:
            self._log.write(rows, decided)
        self._do(actions)
        self._tell(connected)

    def _waiting(self) -> list[Event | int]:
        """Timeouts that are due and inputs that wait; wait for one if there is none."""
        found: list[Event | int] = []
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            found.append(heapq.heappop(self._timers)[2])
        pause = 0.0 if found else min(0.2, self._timers[0][0] - now if self._timers else 0.2)
        try:
            found.append(self._inputs.get(timeout=pause) if pause else self._inputs.get_nowait())
            while len(found) < MOST_AT_ONCE:
                found.append(self._inputs.get_nowait())
        except queue.Empty:
            pass
        return found

    def _note_done(self, event: Received) -> None:
        message = event.message
        if isinstance(message, Tell) and message.after.round >= self._settings.rounds:
            self._done.add(event.sender)

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(message, receiver):
                    self._send(message, receiver)
                case SetTimer(timeout, delay):
                    self._count += 1
                    due = time.monotonic() + delay * self._settings.delta
                    heapq.heappush(self._timers, (due, self._count, timeout))
                case Compute():
                    if action.late or action.state.round < self._settings.rounds:
                        self._jobs.put(action)
                case Decided():
                    self._show(action)
                case Alarm(row):
                    self._alarms[row] += 1
                case Abort(report):
                    self._abort = report

    def _send(self, message: Message, receiver: int | None) -> None:
        if receiver is not None:
            self._outlets[receiver].send(message)
            return
        for outlet in self._outlets.values():
            outlet.send(message)

    def _show(self, decided: Decided) -> None:
        self._last_round = time.monotonic()
        number, value = decided.state.round, decided.state.digest.hex()[:16]
        if decided.proposal is None:
            how = "told by others"
        else:
            how = f"{decided.proposal.size} of {self._committee.n} updates, view {decided.view}"
        self._say(f"Round {number}: {how}, parameters {value}")
        if number == self._settings.rounds:
            self._tell(self._outlets)

    def _tell(self, receivers: Iterable[int]) -> None:
        """Tell nodes that the last round is over, if it is."""
        before, state = self._honest.before, self._honest.state
        if before is None or not self._is_finished():
            return
        for k in receivers:
            if self._outlets[k].send(Tell(state.round, 0, before, state)):
                self._has_told.add(k)

    def _compute(self) -> None:
        """Local updates, in a thread of their own."""
        while (job := self._jobs.get()) is not None:
            number = job.state.round + 1
            try:
                payload: bytes | None = None
                if not job.late:
                    key = key_of(self._settings.work.seed, self._me, number)
                    update = self._work.local_updates[0](job.state.values, number, key)
                    record = self._work.record(self._me, number)
                    payload = Update(update, record).encode()
                self._inputs.put(Begin(number, payload, self._work.ledger(number)))
            except Exception as error:
                self._failure = error
                return
