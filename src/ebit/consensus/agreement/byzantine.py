"""Faulty nodes of every kind, for trials: what they do to an honest node's words.

A faulty node runs the honest state machine and bends what it says to each receiver; colluders run
it twice, once for each half of the honest nodes.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.encoding import digest
from ebit.consensus.agreement.events import Action, Event, Received, Send
from ebit.consensus.agreement.messages import (
    UPDATES,
    Commit,
    Echo,
    Initial,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    Proposal,
    Ready,
    Tell,
    ViewChange,
)
from ebit.consensus.agreement.replica import Replica
from ebit.consensus.agreement.round import Round
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Record, Update

Random = random.Random
Bend = Callable[[Random, Committee, int, Message], list[Message]]
"""What a message to a receiver becomes."""


def _other(chance: Random) -> bytes:
    return digest(chance.randbytes(8))


def _is_update(message: Message) -> bool:
    return isinstance(message, Initial) and message.view == UPDATES


def silent(chance: Random, committee: Committee, receiver: int, message: Message) -> list[Message]:
    """Says nothing at all."""
    return []


def selective(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Speaks to some nodes only."""
    return [message] if receiver % 2 else []


def forgetful(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Leaves out every other message."""
    return [message] if chance.random() < 0.5 else []


def wrong_update(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Sends the same harmful update to all."""
    if not isinstance(message, Initial) or message.view != UPDATES:
        return [message]
    size = max(0, (len(message.payload) - len(Update(None).encode())) // 4)
    update = Update.read(message.payload, size)
    if update is None or update.values is None:
        return [message]
    values = (-8 * update.values).clip(-(2**31), 2**31 - 1)
    return [replace(message, payload=Update(values, update.record).encode())]


def garbage(chance: Random, committee: Committee, receiver: int, message: Message) -> list[Message]:
    """Broadcasts bytes that are no update and no VIEW-CHANGE."""
    return [replace(message, payload=b"\x07")] if isinstance(message, Initial) else [message]


def false_witness(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Claims pairs that it never got."""
    if not isinstance(message, Initial) or message.view != UPDATES:
        return [message]
    size = max(0, (len(message.payload) - len(Update(None).encode())) // 4)
    update = Update.read(message.payload, size)
    if update is None:
        return [message]
    record = Record(update.record.pairs + 1, update.record.shots, update.record.shots)
    return [replace(message, payload=Update(update.values, record).encode())]


def two_updates(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Sends different updates to the two halves."""
    return (
        wrong_update(chance, committee, receiver, message)
        if receiver % 2 and _is_update(message)
        else [message]
    )


def random_votes(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Votes for what nobody said."""
    if chance.random() < 0.5:
        return [message]
    match message:
        case Echo() | Ready():
            entries = tuple((node, _other(chance)) for node, _ in message.entries)
            return [replace(message, entries=entries)]
        case Prepare():
            return [replace(message, value=_other(chance))]
        case Commit():
            return [replace(message, state=_other(chance))]
        case _:
            return [message]


def all_votes(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Adds votes that contradict its own, and commits at once."""
    match message:
        case Prepare():
            return [message, Commit(message.round, message.view, message.value, _other(chance))]
        case PrePrepare():
            value = message.proposal.digest
            early = Commit(message.round, message.view, value, _other(chance))
            return [message, Prepare(message.round, message.view, value), early]
        case Echo():
            return [message, Ready(message.round, message.view, message.entries)]
        case _:
            return [message]


def wrong_result(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Confirms other parameters than those that follow, and tells false states."""
    match message:
        case Commit():
            return [replace(message, state=digest(message.state))]
        case Tell():
            theta = bytes(len(message.after.theta))
            after = State(message.after.round, theta, (), message.before.digest)
            return [replace(message, after=after)]
        case _:
            return [message]


def two_proposals(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """As leader, proposes different things to the two halves, or with a wrong ledger."""
    if not isinstance(message, PrePrepare | NewView) or receiver % 2:
        return [message]
    entries = list(message.proposal.entries)
    present = [node for node, value in enumerate(entries) if value is not None]
    if len(present) > committee.most_present:
        entries[chance.choice(present)] = None
        return [replace(message, proposal=Proposal(tuple(entries), message.proposal.ledger))]
    return [replace(message, proposal=Proposal(tuple(entries), _other(chance)))]


def no_leader(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Never proposes anything."""
    return [] if isinstance(message, PrePrepare | NewView) else [message]


def false_views(
    chance: Random, committee: Committee, receiver: int, message: Message
) -> list[Message]:
    """Asks for views that nobody needs, and claims to have prepared what it likes."""
    if isinstance(message, Initial) and message.view > 0:
        fake = Proposal((None,) * committee.n, _other(chance))
        change = ViewChange((message.view - 1, fake.digest), ((message.view - 1, fake),))
        return [replace(message, payload=change.encode())]
    if isinstance(message, Prepare | Ready):
        change = ViewChange(None, ())
        view = message.view + 1 + chance.randrange(3)
        return [message, Initial(message.round, view, change.encode())]
    return [message]


BENDS: Mapping[str, Bend] = {
    "silent": silent,
    "selective": selective,
    "forgetful": forgetful,
    "wrong update": wrong_update,
    "garbage": garbage,
    "false witness": false_witness,
    "two updates": two_updates,
    "random votes": random_votes,
    "all votes": all_votes,
    "wrong result": wrong_result,
    "two proposals": two_proposals,
    "no leader": no_leader,
    "false views": false_views,
}
"""Kinds of faulty nodes that bend single messages."""

COLLUDING = "colluding"
KINDS = (*BENDS, "mixed", COLLUDING)
"""All kinds; `mixed` bends every message in another way, `colluding` ones run two nodes each."""


def _mixed(chance: Random, committee: Committee, receiver: int, message: Message) -> list[Message]:
    return chance.choice(list(BENDS.values()))(chance, committee, receiver, message)


class Faulty:
    """A node that bends its words.

    Args:
        honest: The state machine that it runs.
        committee: Who takes part.
        me: This node.
        kind: A row of `BENDS`, or `mixed`.
        seed: Chooses what is random in it.
    """

    def __init__(
        self, honest: Replica, committee: Committee, me: int, kind: str, seed: int
    ) -> None:
        self._honest = honest
        self._committee, self._me = committee, me
        self._bend = BENDS.get(kind, _mixed)
        self._random = Random(f"{seed} {me}")

    def start(self) -> list[Action]:
        """What to do first."""
        return self._bent(self._honest.start())

    def handle(self, event: Event) -> list[Action]:
        """What follows from an event."""
        return self._bent(self._honest.handle(event))

    def woken(self) -> list[Action]:
        """What to do after a restart."""
        return self._bent(self._honest.woken())

    def again(self, receiver: int | None = None) -> list[Action]:
        """Everything once more."""
        return self._bent(self._honest.again(receiver))

    def _bent(self, actions: list[Action]) -> list[Action]:
        bent: list[Action] = []
        for action in actions:
            if not isinstance(action, Send):
                bent.append(action)
                continue
            receivers = range(self._committee.n) if action.receiver is None else [action.receiver]
            for receiver in receivers:
                if receiver != self._me:
                    said = self._bend(self._random, self._committee, receiver, action.message)
                    bent += [Send(message, receiver) for message in said]
        return bent


class _HalfRound(Round):
    """A round whose leader leaves one update out where it may."""

    def fresh_proposal(self) -> Proposal | None:
        proposal = super().fresh_proposal()
        if proposal is None or proposal.size <= self._committee.most_present:
            return proposal
        entries = list(proposal.entries)
        entries[max(node for node, value in enumerate(entries) if value is not None)] = None
        return Proposal(tuple(entries), proposal.ledger)


class _HalfReplica(Replica):
    round_class = _HalfRound


@dataclass(frozen=True)
class Whisper(Message):
    """A message between two colluders about one half."""

    half: int
    message: Message


class Colluder:
    """A node that shows each half of the honest nodes a node of its own.

    Both hear everything, and each speaks to its half and to the colluders' nodes of that half. With
    more than `f` of them, the halves can be made to commit different values.

    Args:
        committee: Who takes part.
        me: This node.
        state: Where it starts.
        apply: The step.
        colluders: All of them.
    """

    def __init__(
        self,
        committee: Committee,
        me: int,
        state: State,
        apply: Callable[..., object],
        colluders: frozenset[int],
    ) -> None:
        self._me = me
        self._colluders = colluders
        honest = [node for node in range(committee.n) if node not in colluders]
        half = len(honest) // 2
        self._halves = (frozenset(honest[:half]), frozenset(honest[half:]))
        self._nodes = (
            Replica(committee, me, state, apply),  # type: ignore[arg-type]
            _HalfReplica(committee, me, state, apply),  # type: ignore[arg-type]
        )

    def start(self) -> list[Action]:
        """What to do first."""
        return self._nodes[0].start()

    def woken(self) -> list[Action]:
        """What to do after a restart."""
        return []

    def again(self, receiver: int | None = None) -> list[Action]:
        """Everything once more."""
        return []

    def handle(self, event: Event) -> list[Action]:
        """What follows from an event."""
        if isinstance(event, Received) and isinstance(event.message, Whisper):
            whisper = event.message
            return self._said(whisper.half, Received(event.sender, whisper.message))
        return self._said(0, event) + self._said(1, event)

    def _said(self, half: int, event: Event) -> list[Action]:
        said: list[Action] = []
        for action in self._nodes[half].handle(event):
            if not isinstance(action, Send):
                said.append(action)
                continue
            message, wanted = action.message, action.receiver
            for node in sorted(self._halves[half] | self._colluders - {self._me}):
                if wanted in (None, node):
                    secret = Whisper(message.round, message.view, half, message)
                    said.append(Send(secret if node in self._colluders else message, node))
        return said
