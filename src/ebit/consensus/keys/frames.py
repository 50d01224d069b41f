"""Frames: messages between two nodes with a tag whose key is used once.

A frame is a head (version, kind, round, view, sender, receiver, key block, offset in it), a body
and a tag over both. Keys of one direction are used in order: a receiver takes a frame only if its
key lies behind those of all frames that it took, so that nothing is accepted twice or out of order.
"""

import hmac
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from ebit.consensus.keys.errors import KeyUnknownError
from ebit.consensus.keys.tags import AUTHENTICATION, SCHEMES, Scheme

VERSION = 1
MOST_BYTES = 1 << 24
"""A frame is not longer."""
_HEAD = struct.Struct(">BBIIHH16sI")
HEAD_BYTES = _HEAD.size
UPDATE_KIND = 1
"""Kind of the frames that carry contents; of view 0 they are UPDATEs."""
NO_BLOCK = bytes(16)


class KeySource(Protocol):
    """Where a node gets its keys."""

    def draw(self, peer: int, size: int) -> tuple[bytes, bytes]:
        """A fresh key for frames to a node: its name of 16 bytes, and `size` bytes."""
        ...

    def find(self, peer: int, name: bytes, size: int) -> bytes:
        """The key of `size` bytes that a node has drawn for its frames to this one."""
        ...


class RefusedFrameError(ValueError):
    """A frame that is not taken.

    Args:
        reason: Why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Opened:
    """What a frame said."""

    kind: int
    round: int
    view: int
    body: bytes


def _scheme(mode: str, kind: int, view: int) -> Scheme:
    is_update = kind == UPDATE_KIND and view == 0
    return SCHEMES[AUTHENTICATION[mode][0 if is_update else 1]]


class Sealer:
    """Tags the frames from one node to another.

    Args:
        me: The sender.
        peer: The receiver.
        mode: A row of `AUTHENTICATION`.
        keys: Where keys come from.
    """

    def __init__(self, me: int, peer: int, mode: str, keys: KeySource) -> None:
        self._me, self._peer, self._mode, self._keys = me, peer, mode, keys
        self._blocks: dict[Scheme, tuple[bytes, bytes, int]] = {}
        self.key_bits = 0

    def seal(self, kind: int, number: int, view: int, body: bytes) -> bytes:
        """The frame with this content.

        Raises:
            KeyExhaustedError: If there is no key for it.
        """
        scheme = _scheme(self._mode, kind, view)
        name, block, offset = self._key(scheme)
        head = _HEAD.pack(VERSION, kind, number, view, self._me, self._peer, name, offset)
        self._blocks[scheme] = name, block, offset + scheme.step
        self.key_bits += 8 * scheme.per_frame
        content = head + body
        return content + scheme.tag(block, offset, content)

    def _key(self, scheme: Scheme) -> tuple[bytes, bytes, int]:
        if scheme in self._blocks and scheme.has_room(self._blocks[scheme][2]):
            return self._blocks[scheme]
        if not scheme.block_bytes:
            return NO_BLOCK, b"", 0
        name, block = self._keys.draw(self._peer, scheme.block_bytes)
        self.key_bits += 8 * (scheme.first if scheme.per_frame else scheme.block_bytes)
        return name, block, scheme.first


class Opener:
    """Checks the frames from one node to another.

    Args:
        me: The receiver.
        peer: The sender, as the connection says.
        mode: A row of `AUTHENTICATION`.
        keys: Where keys come from.

    Attributes:
        refused: Frames that were not taken, by reason.
    """

    def __init__(self, me: int, peer: int, mode: str, keys: KeySource) -> None:
        self._me, self._peer, self._mode, self._keys = me, peer, mode, keys
        self._current: dict[Scheme, tuple[bytes, int]] = {}
        self._blocks: dict[tuple[Scheme, bytes], bytes] = {}
        self._over: set[bytes] = set()
        self.refused: Counter[str] = Counter()

    def open(self, frame: bytes) -> Opened:
        """What a frame says.

        Raises:
            RefusedFrameError: If it is not one of the peer for this node, made with a fresh key.
        """
        try:
            return self._open(frame)
        except RefusedFrameError as error:
            self.refused[error.reason] += 1
            raise

    def _open(self, frame: bytes) -> Opened:
        if not HEAD_BYTES <= len(frame) <= MOST_BYTES:
            raise RefusedFrameError("size")
        version, kind, number, view, sender, receiver, name, offset = _HEAD.unpack_from(frame)
        if version != VERSION:
            raise RefusedFrameError("version")
        if receiver != self._me:
            raise RefusedFrameError("receiver")
        if sender != self._peer:
            raise RefusedFrameError("sender")
        scheme = _scheme(self._mode, kind, view)
        end = len(frame) - scheme.tag_bytes
        if end < HEAD_BYTES:
            raise RefusedFrameError("size")
        current, least = self._current.get(scheme, (b"", scheme.first))
        if name in self._over or (name == current and offset < least):
            raise RefusedFrameError("used key")
        if not scheme.has_room(offset):
            raise RefusedFrameError("key place")
        block = self._block(scheme, name)
        if not hmac.compare_digest(scheme.tag(block, offset, frame[:end]), frame[end:]):
            raise RefusedFrameError("tag")
        if name != current and current:
            self._over.add(current)
            self._blocks.pop((scheme, current), None)
        self._current[scheme] = name, offset + scheme.step
        return Opened(kind, number, view, frame[HEAD_BYTES:end])

    def _block(self, scheme: Scheme, name: bytes) -> bytes:
        if not scheme.block_bytes:
            if name != NO_BLOCK:
                raise RefusedFrameError("key")
            return b""
        key = scheme, name
        if key not in self._blocks:
            if any(other == name for _, other in self._blocks):
                raise RefusedFrameError("key")
            try:
                self._blocks[key] = self._keys.find(self._peer, name, scheme.block_bytes)
            except KeyUnknownError:
                raise RefusedFrameError("key") from None
        return self._blocks[key]
