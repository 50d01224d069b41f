"""What a node sends in a round, and what the others know about it already."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.agreement.encoding import MalformedError, Reader, digest, pack
from ebit.consensus.agreement.fixed_point import SCALE
from ebit.errors import EbitError

MOST_SIGMAS = 4
"""A witness is false if it lies so many standard deviations from what the verifiers know."""


@dataclass(frozen=True)
class Record:
    """What a node says about its witness.

    Attributes:
        pairs: Pairs that it got.
        shots: Circuits of the verifiers that it ran.
        successes: How many of them gave the expected result.
    """

    pairs: int = 0
    shots: int = 0
    successes: int = 0


@dataclass(frozen=True)
class Ledger:
    """What the broker published about a round: the same for all honest nodes.

    Attributes:
        pairs: Pairs granted to each node; empty if there is no broker.
        shots: Circuits that each node was told to run.
        expected: Their probability of success, by the verifiers, in units of 2^-20.
        witness: Measured Werner parameter of each update, in units of 2^-20.
        weight: Weight of each update in the step, in units of 2^-20; 0 for one that did not arrive.
    """

    pairs: tuple[int, ...] = ()
    shots: tuple[int, ...] = ()
    expected: tuple[int, ...] = ()
    witness: tuple[int, ...] = ()
    weight: tuple[int, ...] = ()

    @cached_property
    def digest(self) -> bytes:
        """What a proposal names."""
        return digest(self.encode())

    def encode(self) -> bytes:
        """Its one form as bytes."""
        columns = (self.pairs, self.shots, self.expected, self.witness, self.weight)
        rows = zip(*columns, strict=True)
        return pack("H", len(self.pairs)) + b"".join(pack("IIIII", *row) for row in rows)

    @staticmethod
    def decode(content: bytes) -> "Ledger":
        """Read what `encode` wrote."""
        reader = Reader(content)
        (count,) = reader.numbers("H")
        rows = [reader.numbers("IIIII") for _ in range(count)]
        reader.end()
        return Ledger(*(tuple(row[k] for row in rows) for k in range(5)))

    def confirms(self, node: int, record: Record) -> bool:
        """Whether a record agrees with the ledger: `|z| <= 4` for the witness.

        Args:
            node: The node.
            record: What it says.

        Returns:
            True if nothing contradicts it.

        Example:
            >>> ledger = Ledger(pairs=(4,), shots=(100,), expected=(SCALE // 2,))
            >>> ledger.confirms(0, Record(4, 100, 60)), ledger.confirms(0, Record(4, 100, 90))
            (True, False)
        """
        if not self.pairs:
            return record == Record()
        shots, expected = self.shots[node], self.expected[node]
        if (record.pairs, record.shots) != (self.pairs[node], shots) or record.successes > shots:
            return False
        distance = record.successes * SCALE - shots * expected
        return distance**2 <= MOST_SIGMAS**2 * shots * expected * (SCALE - expected)


@dataclass(frozen=True)
class Update:
    """One node's update of a round.

    Attributes:
        values: Update in units of 2^-20, 32 bit each, shape (P,); None if the job was not done.
        record: What the node says about its witness.
    """

    values: NDArray[np.int64] | None
    record: Record = Record()

    def encode(self) -> bytes:
        """Its one form as bytes.

        Raises:
            EbitError: If a value does not fit in 32 bits.
        """
        r = self.record
        head = pack("BIII", self.values is not None, r.pairs, r.shots, r.successes)
        if self.values is None:
            return head
        values = np.asarray(self.values)
        if values.dtype.kind != "i" or values.ndim != 1:
            raise EbitError(
                "An update must be a vector of whole numbers in units of 2^-20, but is an array of "
                f"{values.dtype} of shape {values.shape}."
            )
        if values.size and not -(2**31) <= values.min() <= values.max() < 2**31:
            raise EbitError(
                f"An update must lie between -2048 and 2048, but reaches {values.min() / SCALE:.4g}"
                f" to {values.max() / SCALE:.4g}: use a smaller step."
            )
        return head + values.astype(">i4").tobytes()

    @staticmethod
    def read(content: bytes, size: int) -> "Update | None":
        """The update of `size` parameters in these bytes; None if there is none in them."""
        try:
            reader = Reader(content)
            done, *numbers = reader.numbers("BIII")
            rest = reader.rest()
        except MalformedError:
            return None
        if done not in (0, 1) or len(rest) != 4 * size * done:
            return None
        values = np.frombuffer(rest, dtype=">i4").astype(np.int64) if done else None
        return Update(values, Record(*numbers))


def null_update(record: Record = Record()) -> bytes:
    """What a node sends whose job was not done in time."""
    return Update(None, record).encode()
