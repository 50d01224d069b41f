"""Where the bits of a simulated link come from.

A QKD link gives both ends the same random bits. Here both ends expand one secret of the link, so
the bits are only as random as SHAKE-256 is: the simulated link stands in for the device and is no
source of unconditional security. A real one comes with its own key-management entity.
"""

import hashlib
from dataclasses import dataclass

_CHUNK = 4096
SECRET_BYTES = 32


@dataclass(frozen=True)
class Material:
    """The bits that flow from one node to another.

    Args:
        secret: Secret of the link, the same at both ends.
        source: Who tags with them.
        target: Who checks with them.

    Example:
        >>> here = Material(bytes(32), "a", "b")
        >>> here.part(10, 4) == here.part(0, 14)[10:], here.part(0, 4) == Material(
        ...     bytes(32), "b", "a").part(0, 4)
        (True, False)
    """

    secret: bytes
    source: str
    target: str

    def part(self, position: int, size: int) -> bytes:
        """Some bytes of the stream.

        Args:
            position: The first one.
            size: How many.

        Returns:
            The bytes.
        """
        first, last = position // _CHUNK, (position + size - 1) // _CHUNK
        block = b"".join(self._chunk(number) for number in range(first, last + 1))
        start = position - first * _CHUNK
        return block[start : start + size]

    def mark(self, position: int, size: int) -> bytes:
        """Seven bytes that only the two ends can compute for a part of the stream."""
        return self._hashed(f"mark {position} {size}", 7)

    def _chunk(self, number: int) -> bytes:
        return self._hashed(f"chunk {number}", _CHUNK)

    def _hashed(self, what: str, size: int) -> bytes:
        names = "\0".join((self.source, self.target, what)).encode()
        return hashlib.shake_256(self.secret + names).digest(size)
