"""One round as one node sees it: broadcast of updates, agreement on whose count, view changes.

Pure: no clock, no socket, no chance. The same events in the same order give the same actions.
"""

from collections import deque

from ebit.consensus.agreement.broadcast import Broadcast
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.events import (
    FLUSH,
    LEAD,
    VIEW,
    Abort,
    Action,
    Alarm,
    Begin,
    Send,
    SetTimer,
    Timeout,
)
from ebit.consensus.agreement.messages import (
    UPDATES,
    Ask,
    Commit,
    Content,
    Echo,
    Fetch,
    Initial,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    Proposal,
    Ready,
    ViewChange,
)
from ebit.consensus.agreement.state import Apply, State
from ebit.consensus.agreement.updates import Ledger
from ebit.consensus.agreement.view_change import choice, read_changes
from ebit.consensus.agreement.votes import Split, Votes

FLUSH_AFTER = 2.0
LEAD_AFTER = 5.0
VIEW_AFTER = 10.0
MOST_DOUBLINGS = 8
MOST_VIEWS = 256
"""Votes for later views are not kept."""


class Round:
    """One round of one node.

    Args:
        committee: Who takes part.
        me: This node.
        before: The state that the round starts from.
        apply: The step that every node computes.
    """

    def __init__(self, committee: Committee, me: int, before: State, apply: Apply) -> None:
        self._committee = committee
        self._me = me
        self.before = before
        self._apply = apply
        self.number = before.round + 1
        self.view = 0
        self.decided: State | None = None
        self.decided_proposal: Proposal | None = None
        self.wanted: bytes | None = None
        self._ledger: Ledger | None = None
        self._groups = {UPDATES: Broadcast(committee, me)}
        self._their_view = [0] * committee.n
        self._proposals: dict[bytes, Proposal] = {}
        self._offers: dict[int, PrePrepare | NewView] = {}
        self._accepted: dict[int, bytes] = {}
        self._refused: set[int] = set()
        self._proposed: set[int] = set()
        self._prepared: tuple[int, bytes] | None = None
        self._preprepared: dict[bytes, int] = {}
        self._votes = Votes(committee)
        self._computed: dict[bytes, State] = {}
        self._may_lead = False
        self._flushing = False
        self._fetched: set[tuple[int, int]] = set()
        self._alarms: set[tuple[str, int | None]] = set()
        self._sent: list[Message] = []
        self._to_me: deque[Message] = deque()
        self._actions: list[Action] = []

    # What goes in.

    def begin(self, event: Begin) -> list[Action]:
        """Take part: broadcast the local update, and let the timers run."""
        if self._ledger is not None:
            return []
        self._ledger = event.ledger
        if event.payload is not None:
            self._say(Initial(self.number, UPDATES, event.payload))
            self._set(LEAD, LEAD_AFTER)
            self._set(VIEW, VIEW_AFTER)
        self._join()
        return self._done()

    def receive(self, sender: int, message: Message) -> list[Action]:
        """Take a message of a sender."""
        self._take(sender, message)
        return self._done()

    def time_is_over(self, timer: Timeout) -> list[Action]:
        """Take a timeout."""
        if timer.name == FLUSH:
            self._flushing = False
            self._flush(at_once=True)
        elif timer.name == LEAD:
            self._may_lead = True
        elif timer.view == self.view and self.decided is None:
            self._view_failed()
        return self._done()

    def again(self, receiver: int | None = None) -> list[Action]:
        """Everything said in this round once more: to one node, or to all."""
        return [Send(message, receiver) for message in self._sent]

    def timers(self) -> list[Action]:
        """All timers anew, after a restart."""
        delays = {FLUSH: FLUSH_AFTER}
        if self.has_begun:
            delays |= {LEAD: LEAD_AFTER, VIEW: self._patience()}
        return [
            SetTimer(Timeout(self.number, name, self.view), delay) for name, delay in delays.items()
        ]

    @property
    def has_begun(self) -> bool:
        """Whether the local update is there."""
        return self._ledger is not None

    # The parts of a step.

    def _done(self) -> list[Action]:
        while True:
            while self._to_me:
                self._take(self._me, self._to_me.popleft())
            self._flush(at_once=False)
            self._fetch()
            self._propose()
            self._accept()
            self._commit()
            if not self._to_me:
                break
        self._decide()
        actions, self._actions = self._actions, []
        return actions

    def _say(self, message: Message) -> None:
        """Send to all, this node included."""
        self._sent.append(message)
        self._actions.append(Send(message))
        self._to_me.append(message)

    def _set(self, name: str, delay: float) -> None:
        self._actions.append(SetTimer(Timeout(self.number, name, self.view), delay))

    def _alarm(self, row: str, node: int | None = None) -> None:
        if (row, node) not in self._alarms:
            self._alarms.add((row, node))
            self._actions.append(Alarm(row, node))

    def _group(self, view: int) -> Broadcast:
        if view not in self._groups:
            self._groups[view] = Broadcast(self._committee, self._me)
        return self._groups[view]

    def _take(self, sender: int, message: Message) -> None:
        if message.view > MOST_VIEWS:
            return
        match message:
            case Initial() | Echo() | Ready() | Fetch() | Content():
                self._take_broadcast(sender, message)
            case PrePrepare() | NewView():
                self._take_offer(sender, message)
            case Prepare():
                self._votes.prepare(sender, message)
            case Commit():
                self._votes.commit(sender, message)
            case _:
                pass

    def _take_broadcast(
        self, sender: int, message: Initial | Echo | Ready | Fetch | Content
    ) -> None:
        group = self._group(message.view)
        match message:
            case Initial():
                group.initial(sender, message.payload)
                self._their_view[sender] = max(self._their_view[sender], message.view)
                self._join()
            case Echo() if self._known(message.entries):
                group.echo(sender, message.entries)
            case Ready() if self._known(message.entries):
                group.ready(sender, message.entries)
            case Fetch() if self._known(message.entries):
                for origin, value in message.entries:
                    payload = group.find(origin, value)
                    if payload is not None:
                        told = Content(self.number, message.view, origin, payload)
                        self._actions.append(Send(told, sender))
            case Content() if message.origin < self._committee.n:
                group.found(message.origin, message.payload)
            case _:
                return
        for node in group.two_faced:
            self._alarm("equivocation", node)

    def _known(self, entries: tuple[tuple[int, bytes], ...]) -> bool:
        return not entries or entries[-1][0] < self._committee.n

    def _take_offer(self, sender: int, message: PrePrepare | NewView) -> None:
        leader = self._committee.leader(self.number, message.view)
        first = isinstance(message, PrePrepare)
        if sender != leader or first != (message.view == 0):
            self._alarm("leader", sender)
            return
        known = self._offers.setdefault(message.view, message)
        if known != message:
            self._alarm("leader", sender)

    def _flush(self, at_once: bool) -> None:
        still_waits = False
        for view, group in self._groups.items():
            if group.waits:
                echoes, readies = group.echoes(at_once), group.readies(at_once)
                if echoes:
                    self._say(Echo(self.number, view, echoes))
                if readies:
                    self._say(Ready(self.number, view, readies))
                still_waits |= group.waits
        if still_waits and not self._flushing:
            self._flushing = True
            self._set(FLUSH, FLUSH_AFTER)

    def _fetch(self) -> None:
        """Ask `f + 1` of those that echoed a content that is missing: one of them is honest."""
        for view, group in self._groups.items():
            for origin, value in group.missing.items():
                if (view, origin) not in self._fetched:
                    self._fetched.add((view, origin))
                    for node in group.holders(origin)[: self._committee.f + 1]:
                        wanted = Fetch(self.number, view, ((origin, value),))
                        self._actions.append(Send(wanted, node))

    # Proposals.

    @property
    def _delivered(self) -> dict[int, bytes]:
        return self._groups[UPDATES].delivered

    def fresh_proposal(self) -> Proposal | None:
        """What this node proposes if it is free: all updates that it delivered, if enough."""
        if self._ledger is None or len(self._delivered) < self._committee.most_present:
            return None
        entries = tuple(self._delivered.get(node) for node in range(self._committee.n))
        return Proposal(entries, self._ledger.digest)

    def _propose(self) -> None:
        is_leader = self._committee.leader(self.number, self.view) == self._me
        if not is_leader or self.view in self._proposed:
            return
        if self.view == 0:
            if self._may_lead or len(self._delivered) == self._committee.n:
                proposal = self.fresh_proposal()
                if proposal is not None:
                    self._proposed.add(0)
                    self._say(PrePrepare(self.number, 0, proposal))
            return
        changes = self._groups[self.view].delivered
        if len(changes) < self._committee.quorum:
            return
        group = self._groups[self.view]
        found = choice(
            self._committee, self.view, read_changes(group.content(node) for node in changes)
        )
        if found is None:
            return
        proposal = self.fresh_proposal() if found.proposal is None else found.proposal
        if proposal is not None:
            self._proposed.add(self.view)
            told = tuple(sorted(changes.items()))
            self._say(NewView(self.number, self.view, told, proposal))

    def _accept(self) -> None:
        """PREPARE the offer of this view, once everything that it rests on is here."""
        offer = self._offers.get(self.view)
        if offer is None or self.view in self._accepted or self.view in self._refused:
            return
        if self._ledger is None:
            return
        proposal = offer.proposal
        verdict = self._judge(proposal)
        if verdict and isinstance(offer, NewView):
            verdict = self._judge_change(offer)
        if verdict is None:
            return
        if not verdict:
            self._refused.add(self.view)
            self._alarm("leader", self._committee.leader(self.number, self.view))
            return
        value = proposal.digest
        self._proposals[value] = proposal
        self._accepted[self.view] = value
        self._preprepared[value] = self.view
        self._say(Prepare(self.number, self.view, value))

    def _judge(self, proposal: Proposal) -> bool | None:
        """Whether a proposal is right; None if that is not known yet."""
        assert self._ledger is not None
        if (
            len(proposal.entries) != self._committee.n
            or proposal.size < self._committee.most_present
            or proposal.ledger != self._ledger.digest
        ):
            return False
        complete = True
        for node, value in enumerate(proposal.entries):
            if value is not None:
                mine = self._delivered.get(node)
                if mine is None:
                    complete = False
                elif mine != value:
                    return False
        return True if complete else None

    def _judge_change(self, offer: NewView) -> bool | None:
        """Whether a proposal follows from the VIEW-CHANGEs; None if they are not all here yet."""
        group = self._groups[self.view]
        if len(offer.changes) < self._committee.quorum or not self._known(offer.changes):
            return False
        for node, value in offer.changes:
            mine = group.delivered.get(node)
            if mine is None:
                return None
            if mine != value:
                return False
        contents = (group.content(node) for node, _ in offer.changes)
        found = choice(self._committee, self.view, read_changes(contents))
        if found is None:
            return False
        return found.proposal is None or found.proposal == offer.proposal

    # Votes.

    def _commit(self) -> None:
        value = self._accepted.get(self.view)
        if value is None or (self._prepared is not None and self._prepared[0] == self.view):
            return
        if self._votes.is_prepared(self.view, value):
            self._prepared = (self.view, value)
            state = self._compute(self._proposals[value])
            assert state is not None
            self._say(Commit(self.number, self.view, value, state.digest))

    def _compute(self, proposal: Proposal) -> State | None:
        """The state that follows from a proposal; None if something for it is not here."""
        known = self._computed.get(proposal.digest)
        if known is not None:
            return known
        if self._ledger is None or not self._judge(proposal):
            return None
        group = self._groups[UPDATES]
        contents = {
            node: group.content(node)
            for node, value in enumerate(proposal.entries)
            if value is not None
        }
        state = self.before.after(contents, self._ledger, self._apply, self._committee.f)
        for node, _ in set(state.suspended) - set(self.before.suspended):
            self._alarm("false witness", node)
        self._computed[proposal.digest] = state
        return state

    def _decide(self) -> None:
        if self.decided is not None:
            return
        for view in self._votes.views:
            result = self._votes.committed(view)
            if result is not None:
                self._settle(*result)
                return
            for split in self._votes.splits(view):
                self._give_up(split)

    def _settle(self, value: bytes, state: bytes) -> None:
        """A quorum committed: this is the result, whatever this node knows of it."""
        proposal = self._proposals.get(value)
        mine = None if proposal is None else self._compute(proposal)
        if mine is not None and mine.digest == state:
            self.decided, self.decided_proposal = mine, proposal
            return
        first = self.wanted is None
        self.wanted = state
        if mine is not None and first:
            self._alarm("parameters differ", self._me)
            self._actions.append(Send(Ask(self.number, 0)))

    def _give_up(self, split: Split) -> None:
        if split.several:
            self._alarm("parameters differ")
        self._actions.append(
            Abort(
                f"Round {self.number}: the nodes agree on the updates but compute different "
                f"parameters from them ({split.largest} of {split.total} alike, "
                f"{self._committee.quorum} are needed): compare their versions and processors."
            )
        )

    # Views.

    def _view_failed(self) -> None:
        self._alarm("silence")
        if self.view == 0 or len(self._groups[self.view].delivered) >= self._committee.quorum:
            self._alarm("leader", self._committee.leader(self.number, self.view))
            self._enter(self.view + 1)
        else:
            self._set(VIEW, self._patience())
        self._fetched.clear()
        self._actions.append(Send(Ask(self.number, 0)))
        self._actions.extend(self.again())

    def _patience(self) -> float:
        return VIEW_AFTER * 2.0 ** min(self.view, MOST_DOUBLINGS)

    def _enter(self, view: int) -> None:
        """Ask for a view: tell what happened in the earlier ones."""
        if view > MOST_VIEWS:
            self._actions.append(
                Abort(f"Round {self.number}: no agreement in {MOST_VIEWS} views: see the log.")
            )
            return
        self.view = view
        accepted = sorted((at, value) for value, at in self._preprepared.items())
        change = ViewChange(
            self._prepared, tuple((at, self._proposals[value]) for at, value in accepted)
        )
        self._group(view)
        self._say(Initial(self.number, view, change.encode()))
        self._set(VIEW, self._patience())

    def _join(self) -> None:
        """Follow `f + 1` nodes that ask for later views: one of them is honest."""
        if self._ledger is None:
            return
        view = sorted(self._their_view, reverse=True)[self._committee.f]
        if view > self.view:
            self._enter(view)
