"""Batched Bracha broadcast: every node broadcasts one content, and votes travel as vectors.

A node echoes the first content that it gets from each origin; it is ready for a content after a
quorum of equal ECHOs or `f + 1` equal READYs, and delivers it after `2 f + 1` equal READYs, once it
has the content itself. No two honest nodes deliver different contents of one origin, and if one
delivers, all do. Votes carry digests only: who lacks a content fetches it.
"""

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.encoding import digest
from ebit.consensus.agreement.messages import Votes


class Broadcast:
    """One group of broadcasts, as one node sees it; it holds votes and sends nothing.

    Args:
        committee: Who takes part.
        me: This node.
    """

    def __init__(self, committee: Committee, me: int) -> None:
        n = committee.n
        self._committee = committee
        self._bit = 1 << me
        self._contents: list[dict[bytes, bytes]] = [{} for _ in range(n)]
        self._echoes: list[dict[bytes, int]] = [{} for _ in range(n)]
        self._readies: list[dict[bytes, int]] = [{} for _ in range(n)]
        self._echo_voters = [0] * n
        self._ready_voters = [0] * n
        self._to_echo: dict[int, bytes] = {}
        self._to_ready: dict[int, bytes] = {}
        self.echoed: dict[int, bytes] = {}
        self.readied: dict[int, bytes] = {}
        self.delivered: dict[int, bytes] = {}
        self.missing: dict[int, bytes] = {}
        self.two_faced: set[int] = set()

    def content(self, origin: int) -> bytes:
        """What an origin broadcast, once it is delivered."""
        return self._contents[origin][self.delivered[origin]]

    def find(self, origin: int, value: bytes) -> bytes | None:
        """A content that this node has, delivered or not."""
        return self._contents[origin].get(value)

    def initial(self, origin: int, payload: bytes) -> bool:
        """Take the content that its origin sends; False if it is the one already known."""
        value = digest(payload)
        first = self.echoed.get(origin)
        if first is None:
            self._contents[origin][value] = payload
            self.echoed[origin] = self._to_echo[origin] = value
            self._deliver(origin, value)
            return True
        if value == first:
            return False
        self.two_faced.add(origin)
        self.found(origin, payload)
        return True

    def found(self, origin: int, payload: bytes) -> None:
        """Take a content that somebody else tells, if it is one that is missing."""
        value = digest(payload)
        if self.missing.get(origin) == value:
            self._contents[origin][value] = payload
            self._deliver(origin, value)

    def echo(self, sender: int, entries: Votes) -> None:
        """Count the ECHOs of a node: its first one for each origin."""
        bit, quorum = 1 << sender, self._committee.quorum
        voters, echoes, delivered = self._echo_voters, self._echoes, self.delivered
        for origin, value in entries:
            if origin in delivered:
                continue
            votes = echoes[origin]
            if voters[origin] & bit:
                self._note(sender, value, votes)
                continue
            voters[origin] |= bit
            mask = votes[value] = votes.get(value, 0) | bit
            if len(votes) > 1:
                self.two_faced.add(origin)
            if origin not in self.readied and mask.bit_count() >= quorum:
                self._get_ready(origin, value)

    def ready(self, sender: int, entries: Votes) -> None:
        """Count the READYs of a node: its first one for each origin."""
        bit, f = 1 << sender, self._committee.f
        voters, readies, delivered = self._ready_voters, self._readies, self.delivered
        for origin, value in entries:
            if origin in delivered:
                continue
            votes = readies[origin]
            if voters[origin] & bit:
                self._note(sender, value, votes)
                continue
            voters[origin] |= bit
            mask = votes[value] = votes.get(value, 0) | bit
            count = mask.bit_count()
            if count > f and origin not in self.readied:
                self._get_ready(origin, value)
            if count > 2 * f:
                self._deliver(origin, value)

    def _note(self, sender: int, value: bytes, votes: dict[bytes, int]) -> None:
        """A voter that names two contents is two-faced."""
        if not votes.get(value, 0) >> sender & 1:
            self.two_faced.add(sender)

    def _get_ready(self, origin: int, value: bytes) -> None:
        self.readied[origin] = self._to_ready[origin] = value

    def _deliver(self, origin: int, value: bytes) -> None:
        if self._readies[origin].get(value, 0).bit_count() <= 2 * self._committee.f:
            return
        if value in self._contents[origin]:
            self.delivered[origin] = value
            self.missing.pop(origin, None)
        else:
            self.missing[origin] = value

    def holders(self, origin: int) -> list[int]:
        """Who echoed a content that is missing, and so has it."""
        mask = self._echoes[origin].get(self.missing[origin], 0) & ~self._bit
        return [node for node in range(self._committee.n) if mask >> node & 1]

    @property
    def waits(self) -> bool:
        """Whether votes wait to be sent."""
        return bool(self._to_echo or self._to_ready)

    def echoes(self, at_once: bool) -> Votes:
        """The ECHOs to send now: those of all origins together, or `at_once` those that wait."""
        if len(self.echoed) < self._committee.n and not at_once:
            return ()
        return _taken(self._to_echo)

    def readies(self, at_once: bool) -> Votes:
        """The READYs to send now: once nothing that was echoed is left, or `at_once`."""
        if not at_once and (self._to_echo or len(self.readied) < len(self.echoed)):
            return ()
        return _taken(self._to_ready)


def _taken(waiting: dict[int, bytes]) -> Votes:
    entries = tuple(sorted(waiting.items()))
    waiting.clear()
    return entries
