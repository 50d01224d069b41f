"""Whole numbers and byte strings as bytes: one form of each, sizes checked before contents."""

import hashlib
import struct
from collections.abc import Iterable
from itertools import pairwise

DIGEST_BYTES = 32
ABSENT = bytes(DIGEST_BYTES)
"""Stands where a digest is missing."""


class MalformedError(ValueError):
    """Bytes that no honest node wrote."""


def digest(content: bytes) -> bytes:
    """SHA-256 of bytes.

    Args:
        content: Any bytes.

    Returns:
        32 bytes.

    Example:
        >>> digest(b"").hex()[:8]
        'e3b0c442'
    """
    return hashlib.sha256(content).digest()


def pack(layout: str, *values: int) -> bytes:
    """Whole numbers in big-endian form, by a layout of `struct`."""
    return struct.pack(f">{layout}", *values)


def pack_blob(content: bytes) -> bytes:
    """Bytes behind their number."""
    return struct.pack(">I", len(content)) + content


def pack_votes(entries: Iterable[tuple[int, bytes]]) -> bytes:
    """Pairs of a node and a digest."""
    parts = [struct.pack(">H", node) + value for node, value in entries]
    return struct.pack(">H", len(parts)) + b"".join(parts)


class Reader:
    """Reads what the functions above wrote, and raises where anything is missing or left over.

    Args:
        content: The bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self._place + size
        if end > len(self._content):
            raise MalformedError("it breaks off")
        part = self._content[self._place : end]
        self._place = end
        return part

    def numbers(self, layout: str) -> tuple[int, ...]:
        """The next whole numbers."""
        form = f">{layout}"
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def blob(self) -> bytes:
        """The next bytes behind their number."""
        return self.take(*self.numbers("I"))

    def votes(self) -> tuple[tuple[int, bytes], ...]:
        """The next pairs of a node and a digest; each node once, in order."""
        (count,) = self.numbers("H")
        block = self.take(count * (2 + DIGEST_BYTES))
        step = 2 + DIGEST_BYTES
        found = tuple(
            (int.from_bytes(block[at : at + 2], "big"), block[at + 2 : at + step])
            for at in range(0, len(block), step)
        )
        nodes = [node for node, _ in found]
        if any(a >= b for a, b in pairwise(nodes)):
            raise MalformedError("its nodes are not in order")
        return found

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._content) - self._place)

    def end(self) -> None:
        """Raise if anything is left."""
        if self._place != len(self._content):
            raise MalformedError("something is left over")
