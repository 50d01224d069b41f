"""Key bits that a link has made: taken once, never again."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ebit.consensus.keys.errors import KeyExhaustedError
from ebit.consensus.keys.material import Material


@dataclass(frozen=True)
class Key:
    """Some bits of a pool.

    Attributes:
        position: Place of the first byte in the stream of the link.
        content: The bytes.
    """

    position: int
    content: bytes


def _forget(used: int, bits: float) -> None:
    """Nothing outlives a simulation."""


class KeyPool:
    """Key bits from one node to another.

    Args:
        material: The stream of the link.
        used: Bytes of it that were taken before.
        save: Called with the bytes taken in all and the bits that are left, before anything is
            handed out: what survives a crash.
        capacity: Most bits that are kept; more are lost.

    Example:
        >>> pool = KeyPool(Material(bytes(32), "a", "b"))
        >>> pool.refill(512)
        >>> pool.take(256).position, pool.take(256).position
        (0, 32)
        >>> pool.take(256)
        Traceback (most recent call last):
        ebit.consensus.keys.errors.KeyExhaustedError: The key pool from a to b holds 0 bits, but 256
        are needed: wait for its link, or raise its key rate.
    """

    def __init__(
        self,
        material: Material,
        used: int = 0,
        save: Callable[[int, float], None] = _forget,
        capacity: float = math.inf,
    ) -> None:
        self._material = material
        self._used = used
        self._save = save
        self._capacity = capacity
        self._bits = 0.0

    @property
    def bits(self) -> int:
        """Bits that can be taken."""
        return int(min(self._bits, 2.0**62))

    @property
    def used(self) -> int:
        """Bytes that were taken."""
        return self._used

    def refill(self, bits: float) -> None:
        """Put in bits that the link has made."""
        self._bits = min(self._bits + bits, self._capacity)

    def take(self, bits: int) -> Key:
        """Take bits out.

        Args:
            bits: How many, a multiple of 8.

        Returns:
            The key.

        Raises:
            KeyExhaustedError: If there are not so many.
        """
        if bits > self._bits:
            names = f"from {self._material.source} to {self._material.target}"
            raise KeyExhaustedError(
                f"The key pool {names} holds {self.bits} bits, but {bits} are needed: wait for its "
                "link, or raise its key rate."
            )
        position, size = self._used, bits // 8
        self._save(position + size, self._bits - bits)
        self._used, self._bits = position + size, self._bits - bits
        return Key(position, self._material.part(position, size))
