"""Tags of frames: one-time Poly1305, Wegman-Carter, HMAC from a seed, or none.

| scheme | key | forging a frame of L bytes |
| --- | --- | --- |
| `poly1305` | 256 fresh bits for each frame | at most 8 ceil(L / 16) 2^-106 per attempt |
| `wegman-carter` | r once per block, 128 fresh bits for each frame | the same |
| `hmac` | one key of 256 bits for many frames | computationally hard |
| `none` | no key | trivial |
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.poly1305 import Poly1305

from ebit.settings import one_of


def _poly1305(block: bytes, offset: int, content: bytes) -> bytes:
    return Poly1305.generate_tag(block[offset : offset + 32], content)


def _wegman_carter(block: bytes, offset: int, content: bytes) -> bytes:
    return Poly1305.generate_tag(block[:16] + block[offset : offset + 16], content)


def _hmac(block: bytes, offset: int, content: bytes) -> bytes:
    return hmac.digest(block, content, "sha256")


def _no_tag(block: bytes, offset: int, content: bytes) -> bytes:
    return b""


@dataclass(frozen=True)
class Scheme:
    """How frames are tagged.

    Attributes:
        tag: Key block, offset in it and content -> tag.
        tag_bytes: Bytes of a tag.
        block_bytes: Key bytes that are drawn together.
        first: Bytes at the beginning of a block that all its frames share.
        per_frame: Bytes that each frame uses up; 0 if the offset only counts frames.
    """

    tag: Callable[[bytes, int, bytes], bytes]
    tag_bytes: int
    block_bytes: int
    first: int
    per_frame: int

    @property
    def step(self) -> int:
        """Distance of the offsets of two frames."""
        return self.per_frame or 1

    def has_room(self, offset: int) -> bool:
        """Whether a block has bits for a frame at an offset."""
        if not self.per_frame:
            return offset < 2**32
        aligned = (offset - self.first) % self.per_frame == 0
        return aligned and self.first <= offset <= self.block_bytes - self.per_frame


BLOCK_BYTES = 4096
"""Key bytes that are drawn together: one request to the key-management entity for 128 frames."""

SCHEMES: Mapping[str, Scheme] = {
    "poly1305": Scheme(_poly1305, 16, BLOCK_BYTES, 0, 32),
    "wegman-carter": Scheme(_wegman_carter, 16, BLOCK_BYTES, 16, 16),
    "hmac": Scheme(_hmac, 32, 32, 0, 0),
    "none": Scheme(_no_tag, 0, 0, 0, 0),
}

AUTHENTICATION: Mapping[str, tuple[str, str]] = {
    "its": ("poly1305", "poly1305"),
    "wegman-carter": ("wegman-carter", "wegman-carter"),
    "mixed": ("poly1305", "hmac"),
    "seeded": ("hmac", "hmac"),
    "none": ("none", "none"),
}
"""Mode -> scheme of UPDATEs, scheme of all other frames."""

is_authentication = one_of(AUTHENTICATION)
"""The check that a text is one of these modes."""
