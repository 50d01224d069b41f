"""Many nodes in one process: a seeded simulator of network, crashes and faulty nodes.

Times are in units of delta. Until the network heals, messages are late, lost, doubled and overtake
each other, and links and nodes fail; afterwards every message arrives within delta.
"""

import heapq
import math
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ebit.consensus.agreement.byzantine import COLLUDING, Colluder, Faulty, Whisper
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.encoding import MalformedError
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
    decode_event,
    encode_event,
)
from ebit.consensus.agreement.messages import Message, read_message
from ebit.consensus.agreement.replica import Replica
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Update
from ebit.consensus.agreement.work import Work, key_of
from ebit.consensus.keys.errors import KeyExhaustedError
from ebit.consensus.keys.frames import Opener, RefusedFrameError, Sealer
from ebit.consensus.keys.shared import SharedKeys


@dataclass(frozen=True)
class Weather:
    """What the network and its nodes suffer, in units of delta.

    Attributes:
        heals: When all of it ends.
        drop: Probability that a message is lost.
        double: Probability that it arrives twice.
        slowest: Longest way of a message until then.
        tamper: Probability that a byte of a frame is changed, at all times.
        missed: Probability that a job is not done in time, at all times.
        partitions: From when to when which nodes are cut off from the others.
        crashes: Node, and from when to when it is down; it loses what is not in its log.
    """

    heals: float = 0.0
    drop: float = 0.0
    double: float = 0.0
    slowest: float = 1.0
    tamper: float = 0.0
    missed: float = 0.0
    partitions: tuple[tuple[float, float, frozenset[int]], ...] = ()
    crashes: tuple[tuple[int, float, float], ...] = ()

    @staticmethod
    def drawn(committee: Committee, seed: int) -> "Weather":
        """Bad weather of every kind.

        Args:
            committee: Who takes part.
            seed: Chooses it.

        Returns:
            The weather.

        Example:
            >>> Weather.drawn(Committee(4, 1), 3) == Weather.drawn(Committee(4, 1), 3)
            True
        """
        chance = random.Random(f"weather {seed}")
        heals = chance.uniform(0, 40)
        nodes = range(committee.n)

        def span() -> tuple[float, float]:
            first, last = sorted((chance.uniform(0, heals), chance.uniform(0, heals)))
            return first, last

        partitions = tuple(
            (*span(), frozenset(chance.sample(nodes, chance.randint(1, committee.n // 2))))
            for _ in range(chance.randint(0, 2))
        )
        down = chance.sample(nodes, chance.randint(0, min(2, committee.n)))
        return Weather(
            heals,
            chance.choice((0.0, 0.05, 0.3)),
            chance.choice((0.0, 0.2)),
            chance.choice((1.0, 5.0, 20.0)),
            missed=chance.choice((0.0, 0.1)),
            partitions=partitions,
            crashes=tuple((node, *span()) for node in down),
        )


@dataclass
class Outcome:
    """What happened.

    Attributes:
        states: For each honest node, the digest of its parameters after each round.
        updates: For each round, which nodes' updates were agreed on.
        final: The parameters after the last round.
        finished: Whether all honest nodes are there.
        violations: Rounds in which two honest nodes committed different values.
        aborts: What nodes said that gave up.
        views: The latest view in which a round was decided after the network healed.
        frames: Frames sent, by kind.
        key_bits: Bits of keys used up.
        stalls: Frames that could not be sent for lack of keys.
        alarms: Rows of the table of failures that were seen.
        refused: Frames that were not taken, by reason.
        time: When the last honest node was done, in units of delta.
    """

    states: dict[int, dict[int, bytes]] = field(default_factory=dict)
    updates: dict[int, tuple[int, ...]] = field(default_factory=dict)
    final: State | None = None
    finished: bool = False
    violations: set[int] = field(default_factory=set)
    aborts: list[str] = field(default_factory=list)
    views: int = 0
    frames: Counter[str] = field(default_factory=Counter)
    key_bits: int = 0
    stalls: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    time: float = 0.0


class _Log:
    """What a node's disk holds: where it starts, and what came in since."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.before: State | None = None
        self.rows: list[tuple[int, bytes]] = []


class Simulation:
    """A run of some rounds.

    Args:
        committee: Who takes part.
        work: What they compute.
        rounds: How many rounds.
        seed: Chooses everything that is random.
        weather: What the network suffers.
        faulty: Kind of each faulty node.
        authentication: A row of `AUTHENTICATION`; None to hand messages over as they are.
        key_bits: Bits that the pool of each direction holds at first.
        absent: For each round, nodes that take no part in it; to repeat what happened elsewhere.

    Example:
        >>> from ebit.consensus.agreement.work import least_squares
        >>> outcome = Simulation(Committee(4, 1), least_squares(4, 1), rounds=2).run()
        >>> outcome.finished, sum(outcome.frames.values()), outcome.final.round
        (True, 126, 2)
    """

    def __init__(
        self,
        committee: Committee,
        work: Work,
        rounds: int = 1,
        seed: int = 0,
        weather: Weather = Weather(),
        faulty: Mapping[int, str] | None = None,
        authentication: str | None = None,
        key_bits: float = math.inf,
        absent: Mapping[int, frozenset[int]] | None = None,
    ) -> None:
        self._committee, self._work, self._rounds, self._seed = committee, work, rounds, seed
        self._weather = weather
        self._faulty = dict(faulty or {})
        self._authentication = authentication
        self._absent = absent or {}
        self._random = random.Random(f"simulation {seed}")
        self._keys = SharedKeys(seed, key_bits)
        self._sealers: dict[tuple[int, int], Sealer] = {}
        self._openers: dict[tuple[int, int], Opener] = {}
        self._arrival: dict[tuple[int, int], float] = {}
        self._queue: list[tuple[float, int, int, object]] = []
        self._count = 0
        self._now = 0.0
        nodes = range(committee.n)
        self._crashing = {node for node, _, _ in weather.crashes}
        self._missing = 0
        self._honest = [node for node in nodes if node not in self._faulty]
        start = State.start(work.theta)
        self._logs = [_Log(start) for _ in nodes]
        self._nodes = [self._machine(node, start) for node in nodes]
        self._up = [True for _ in nodes]
        self._life = [0 for _ in nodes]
        self.outcome = Outcome(states={node: {} for node in self._honest})

    def _machine(self, node: int, state: State) -> "Replica | Faulty | Colluder":
        kind = self._faulty.get(node)
        if kind == COLLUDING:
            others = frozenset(n for n, k in self._faulty.items() if k == COLLUDING)
            return Colluder(self._committee, node, state, self._work.apply, others)
        honest = Replica(self._committee, node, state, self._work.apply, self._logs[node].before)
        if kind is None:
            return honest
        return Faulty(honest, self._committee, node, kind, self._seed)

    def run(self, until: float = 1e5) -> Outcome:
        """Run to the end.

        Args:
            until: When to give up, in units of delta.

        Returns:
            What happened.
        """
        for node, first, last in self._weather.crashes:
            if node not in self._faulty:
                self._at(first, node, "crash")
                self._at(last, node, "restart")
        for node, machine in enumerate(self._nodes):
            self._do(node, machine.start())
        out = self.outcome
        self._missing = len(self._honest)
        while self._queue and self._missing and not out.aborts:
            self._now, _, node, what = heapq.heappop(self._queue)
            if self._now > until:
                break
            self._step(node, what)
        out.finished = not self._missing
        out.time = self._now
        out.key_bits = sum(sealer.key_bits for sealer in self._sealers.values())
        for opener in self._openers.values():
            out.refused += opener.refused
        return out

    def _at(self, time: float, node: int, what: object) -> None:
        self._count += 1
        heapq.heappush(self._queue, (time, self._count, node, what))

    def _step(self, node: int, what: object) -> None:
        match what:
            case "crash":
                self._up[node] = False
                self._life[node] += 1
            case "restart":
                self._restart(node)
            case (int(life), Begin() | Timeout() as event):
                if self._up[node] and life == self._life[node]:
                    self._hand_in(node, event)
            case (int(sender), bytes(frame), Opener() as opener) if self._up[node]:
                message = self._opened(opener, frame)
                if message is not None:
                    self._hand_in(node, Received(sender, message))
            case Received() if self._up[node]:
                self._hand_in(node, what)
            case _:
                pass

    def _hand_in(self, node: int, event: Event) -> None:
        machine = self._nodes[node]
        if isinstance(machine, Replica):
            place = machine.place_in_log(event)
            if place is not None and node in self._crashing:
                self._logs[node].rows.append((place, encode_event(event)))
        self._do(node, machine.handle(event))

    def _restart(self, node: int) -> None:
        """Start again from the log: the same events give the same node."""
        self._up[node] = True
        log = self._logs[node]
        machine = self._machine(node, log.state)
        assert isinstance(machine, Replica)
        for _, row in log.rows:
            machine.handle(decode_event(row))
        self._nodes[node] = machine
        for other in range(self._committee.n):
            self._sealers.pop((node, other), None)
        self._do(node, machine.woken())

    def _do(self, node: int, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(message, receiver):
                    receivers = range(self._committee.n) if receiver is None else (receiver,)
                    for other in receivers:
                        if other != node:
                            self._send(node, other, message)
                case SetTimer(timeout, delay):
                    self._at(self._now + delay, node, (self._life[node], timeout))
                case Compute(state, late):
                    self._compute(node, state, late)
                case Decided():
                    self._decided(node, action)
                case Alarm(row):
                    if node not in self._faulty:
                        self.outcome.alarms[row] += 1
                case Abort(report):
                    if node not in self._faulty:
                        self.outcome.aborts.append(report)

    def _compute(self, node: int, state: State, late: bool) -> None:
        number = state.round + 1
        if number > self._rounds and not late:
            return
        ledger = self._work.ledger(number)
        payload: bytes | None = None
        if not late and node not in self._absent.get(number, ()):
            key = key_of(self._seed, node, number)
            update = self._work.local_updates[node](state.values, number, key)
            missed = random.Random(f"{self._seed} {node} {number}").random() < self._weather.missed
            record = self._work.record(node, number)
            payload = Update(None if missed else update, record).encode()
        self._at(self._now, node, (self._life[node], Begin(number, payload, ledger)))

    def _decided(self, node: int, decided: Decided) -> None:
        number, value = decided.state.round, decided.state.digest
        replica = self._nodes[node]
        if isinstance(replica, Replica):
            log = self._logs[node]
            if replica.before is not None and log.state.round < replica.before.round:
                log.before, log.state = (
                    (log.state if replica.before.previous == log.state.digest else None),
                    replica.before,
                )
                log.rows = [row for row in log.rows if row[0] >= replica.state.round]
        if node in self._faulty:
            return
        for other in self._honest:
            if self.outcome.states[other].get(number, value) != value:
                self.outcome.violations.add(number)
        if number == self._rounds and number not in self.outcome.states[node]:
            self._missing -= 1
        self.outcome.states[node][number] = value
        if decided.proposal is not None:
            present = (k for k, entry in enumerate(decided.proposal.entries) if entry is not None)
            self.outcome.updates.setdefault(number, tuple(present))
            self.outcome.views = max(self.outcome.views, decided.view)
        if number == self._rounds:
            self.outcome.final = decided.state

    def _send(self, sender: int, receiver: int, message: Message) -> None:
        chance, weather = self._random, self._weather
        name = type(message).__name__
        if isinstance(message, Whisper):
            self._at(self._now + 0.01, receiver, Received(sender, message))
            return
        self.outcome.frames[name] += 1
        what: object = Received(sender, message)
        if self._authentication is not None:
            sealed = self._sealed(sender, receiver, message)
            if sealed is None:
                return
            what = sealed
        is_bad = self._now < weather.heals
        if is_bad and (chance.random() < weather.drop or self._is_cut(sender, receiver)):
            return
        copies = 2 if is_bad and chance.random() < weather.double else 1
        for _ in range(copies):
            time = self._now + chance.uniform(0.05, weather.slowest if is_bad else 1.0)
            if is_bad:
                time = min(time, max(weather.heals, self._now) + 1.0)
            if self._authentication is not None:
                time = max(time, self._arrival.get((sender, receiver), 0.0))
                self._arrival[sender, receiver] = time
            self._at(time, receiver, what)

    def _is_cut(self, sender: int, receiver: int) -> bool:
        return any(
            first <= self._now < last and (sender in group) != (receiver in group)
            for first, last, group in self._weather.partitions
        )

    def _sealed(self, sender: int, receiver: int, message: Message) -> object:
        mode = self._authentication
        assert mode is not None
        pair = sender, receiver
        if pair not in self._sealers:
            self._sealers[pair] = Sealer(sender, receiver, mode, self._keys.of(sender))
        try:
            frame = self._sealers[pair].seal(
                message.kind, message.round, message.view, message.body
            )
        except KeyExhaustedError:
            self.outcome.stalls += 1
            return None
        if self._random.random() < self._weather.tamper:
            place = self._random.randrange(len(frame))
            frame = frame[:place] + bytes([frame[place] ^ 1]) + frame[place + 1 :]
        if pair not in self._openers:
            self._openers[pair] = Opener(receiver, sender, mode, self._keys.of(receiver))
        return sender, frame, self._openers[pair]

    def _opened(self, opener: Opener, frame: bytes) -> Message | None:
        try:
            opened = opener.open(frame)
            return read_message(opened.kind, opened.round, opened.view, opened.body)
        except (RefusedFrameError, MalformedError):
            self.outcome.alarms["tampered frame"] += 1
            return None
