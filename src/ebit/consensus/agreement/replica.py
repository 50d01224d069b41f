"""A node as a pure state machine: event in, actions out, over all rounds.

Besides the round that it works on, a node keeps the one before: it decided there, but others may
still need its votes. A node that fell behind takes over a state that `f + 1` nodes tell.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.events import (
    Action,
    Alarm,
    Begin,
    Compute,
    Decided,
    Event,
    Received,
    Send,
    Timeout,
)
from ebit.consensus.agreement.messages import Ask, Message, Tell
from ebit.consensus.agreement.round import Round
from ebit.consensus.agreement.state import Apply, State

MOST_EARLY = 256
"""Messages of one sender for the next round that are kept."""


class Machine(Protocol):
    """What a driver runs: a node, or something that pretends to be one."""

    def start(self) -> list[Action]:
        """What to do first."""
        ...

    def handle(self, event: Event) -> list[Action]:
        """What follows from an event."""
        ...

    def again(self, receiver: int | None = None) -> list[Action]:
        """Everything that may still matter once more."""
        ...


class Replica:
    """One node.

    Args:
        committee: Who takes part.
        me: This node.
        state: The state after the last round that is over.
        apply: The step that every node computes.
        before: The state before that one, to tell it to others; None at the start.

    Example:
        >>> import numpy as np
        >>> from ebit.consensus.agreement.fixed_point import add_trimmed_mean
        >>> node = Replica(Committee(4, 1), 0, State.start(np.zeros(2, int)), add_trimmed_mean(1))
        >>> node.start()
        [Compute(state=State(round=0, ...), late=False)]
    """

    round_class = Round

    def __init__(
        self,
        committee: Committee,
        me: int,
        state: State,
        apply: Apply,
        before: State | None = None,
    ) -> None:
        self._committee = committee
        self._me = me
        self._apply = apply
        self.state = state
        self.before = before
        self.current = self._round(state)
        self.last: Round | None = None
        self._early: list[deque[Message]] = [deque() for _ in range(committee.n)]
        self._heard: dict[int, Tell] = {}

    def _round(self, before: State) -> Round:
        return self.round_class(self._committee, self._me, before, self._apply)

    def start(self) -> list[Action]:
        """Ask for the local update of the first round."""
        return [Compute(self.state)]

    def handle(self, event: Event) -> list[Action]:
        """What follows from an event."""
        match event:
            case Begin():
                actions = self._in_round(event.round, lambda r: r.begin(event))
            case Timeout():
                actions = self._in_round(event.round, lambda r: r.time_is_over(event))
            case Received():
                actions = self._receive(event.sender, event.message)
        while self.current.decided is not None:
            done = self.current
            assert done.decided is not None
            actions.append(Decided(done.decided, done.decided_proposal, done.view))
            actions += self._advance(done.decided)
        return actions

    def again(self, receiver: int | None = None) -> list[Action]:
        """Everything said in the rounds that are alive: to one node, or to all."""
        last = [] if self.last is None else self.last.again(receiver)
        return last + self.current.again(receiver)

    def woken(self) -> list[Action]:
        """What to do after a restart: say everything again, set the timers, compute what is due."""
        actions = self.again()
        if self.last is not None and not self.last.has_begun:
            actions.append(Compute(self.last.before, late=True))
        if not self.current.has_begun:
            actions.append(Compute(self.state))
        actions.append(Send(Ask(self.current.number, 0)))
        return actions + self.current.timers()

    def place_in_log(self, event: Event) -> int | None:
        """The round to which an event belongs in the log; None if nothing depends on it."""
        if not isinstance(event, Received):
            return event.round
        message, number = event.message, self.current.number
        match message:
            case Ask():
                return None
            case Tell():
                return number
        oldest = number if self.last is None else self.last.number
        if not oldest <= message.round <= number + 1:
            return None
        if message.round > number and len(self._early[event.sender]) >= MOST_EARLY:
            return None
        return message.round

    def _in_round(self, number: int, do: Callable[[Round], list[Action]]) -> list[Action]:
        for candidate in (self.current, self.last):
            if candidate is not None and candidate.number == number:
                return do(candidate)
        return []

    def _receive(self, sender: int, message: Message) -> list[Action]:
        match message:
            case Tell():
                return self._hear(sender, message)
            case Ask():
                return self._answer(sender, message.round)
        number = self.current.number
        if message.round == number:
            return self.current.receive(sender, message)
        if message.round == number + 1:
            if len(self._early[sender]) < MOST_EARLY:
                self._early[sender].append(message)
            return []
        if self.last is not None and message.round == self.last.number:
            return self.last.receive(sender, message)
        return []

    def _advance(self, state: State, late: bool = False) -> list[Action]:
        """Go on to the next round."""
        self.before, self.state = self.state, state
        self.last, self.current = self.current, self._round(state)
        actions: list[Action] = [Compute(state, late)]
        early, self._early = self._early, [deque() for _ in range(self._committee.n)]
        for sender, waiting in enumerate(early):
            for message in waiting:
                if message.round == self.current.number:
                    actions += self.current.receive(sender, message)
        return actions

    def _answer(self, receiver: int, number: int) -> list[Action]:
        """Help a node that is stuck in a round that is over here."""
        if self.before is None or self.state.round < number or receiver == self._me:
            return []
        told: list[Action] = [Send(Tell(self.state.round, 0, self.before, self.state), receiver)]
        if self.last is not None and self.last.number == number:
            told += self.last.again(receiver)
        return told

    def _hear(self, sender: int, message: Tell) -> list[Action]:
        """Take over a state that `f + 1` nodes tell, or that a quorum committed."""
        before, after = message.before, message.after
        chained = after.previous == before.digest and after.round == before.round + 1
        if not chained or after.round < self.current.number:
            return []
        self._heard[sender] = message
        told = {s.digest: s for tell in self._heard.values() for s in (tell.before, tell.after)}
        for state in (after, before):
            if state.round < self.current.number:
                continue
            tellers = sum(
                state.digest in (tell.before.digest, tell.after.digest)
                for tell in self._heard.values()
            )
            known = state.digest == self.current.wanted
            if (known or tellers > self._committee.f) and state.previous in told:
                return self._take_over(told[state.previous], state)
        return []

    def _take_over(self, before: State, after: State) -> list[Action]:
        """Go on after a state that is certain; the round that led to it stays alive."""
        self._heard.clear()
        actions: list[Action] = [Alarm("behind", self._me)]
        if before.round >= self.current.number:
            actions.append(Decided(before, None, 0))
            actions += self._advance(before, late=True)
        actions.append(Decided(after, None, 0))
        return actions + self._advance(after)
