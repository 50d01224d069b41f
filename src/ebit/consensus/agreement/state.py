"""What nodes agree on: parameters in fixed point, and whose weight is 0 for now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.agreement.encoding import (
    DIGEST_BYTES,
    MalformedError,
    Reader,
    digest,
    pack,
    pack_blob,
)
from ebit.consensus.agreement.updates import Ledger, Update

Integers = NDArray[np.int64]
Apply = Callable[[Integers, Mapping[int, Integers], Ledger], Integers]
"""Parameters, the updates of the nodes that count, what the broker published -> parameters."""

SUSPENSION = 10
"""Rounds for which a node that gave a false witness has weight 0."""


@dataclass(frozen=True)
class State:
    """The parameters after a round.

    Attributes:
        round: The round; 0 for the start.
        theta: The parameters, 64 bit each, in units of 2^-20.
        suspended: Nodes of weight 0, each with the last round in which it has none.
        previous: Digest of the state before.
    """

    round: int
    theta: bytes
    suspended: tuple[tuple[int, int], ...] = ()
    previous: bytes = bytes(DIGEST_BYTES)

    @staticmethod
    def start(theta: Integers) -> "State":
        """The state before the first round.

        Args:
            theta: Parameters in units of 2^-20, shape (P,).

        Returns:
            The state.

        Example:
            >>> State.start(np.array([1, -1])).values
            array([ 1, -1])
        """
        return State(0, np.asarray(theta, dtype=">i8").tobytes())

    @cached_property
    def digest(self) -> bytes:
        """What a COMMIT confirms."""
        return digest(self.encode())

    @property
    def values(self) -> Integers:
        """The parameters, shape (P,)."""
        return np.frombuffer(self.theta, dtype=">i8").astype(np.int64)

    def encode(self) -> bytes:
        """Its one form as bytes."""
        nodes = b"".join(pack("HI", node, last) for node, last in self.suspended)
        head = pack("IH", self.round, len(self.suspended))
        return head + nodes + self.previous + pack_blob(self.theta)

    @staticmethod
    def decode(content: bytes) -> "State":
        """Read what `encode` wrote."""
        reader = Reader(content)
        number, count = reader.numbers("IH")
        suspended = tuple(_pair(reader) for _ in range(count))
        previous, theta = reader.take(DIGEST_BYTES), reader.blob()
        reader.end()
        if len(theta) % 8:
            raise MalformedError("its parameters break off")
        return State(number, theta, suspended, previous)

    def after(
        self, contents: Mapping[int, bytes], ledger: Ledger, apply: Apply, tolerated: int
    ) -> "State":
        """The state after the next round.

        A node whose witness record contradicts the ledger has weight 0 for 10 rounds. With not
        more than `2 f` updates the step is skipped.

        Args:
            contents: What the present nodes broadcast.
            ledger: What the broker has on the nodes.
            apply: The step.
            tolerated: Most faulty nodes `f`.

        Returns:
            The state.
        """
        number = self.round + 1
        theta = self.values
        read = {node: Update.read(contents[node], len(theta)) for node in sorted(contents)}
        suspended = {node: last for node, last in self.suspended if last >= number}
        for node, update in read.items():
            if update is not None and not ledger.confirms(node, update.record):
                suspended[node] = number + SUSPENSION - 1
        updates = {
            node: update.values
            for node, update in read.items()
            if update is not None and update.values is not None and node not in suspended
        }
        if len(updates) > 2 * tolerated:
            theta = np.asarray(apply(theta, updates, ledger), dtype=np.int64)
        return State(
            number, theta.astype(">i8").tobytes(), tuple(sorted(suspended.items())), self.digest
        )


def _pair(reader: Reader) -> tuple[int, int]:
    node, last = reader.numbers("HI")
    return node, last
