"""Attacks on frames: what an outsider or a wrong insider can put on the wire."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ebit.consensus.keys.frames import HEAD_BYTES, Opener, RefusedFrameError, Sealer
from ebit.consensus.keys.shared import SharedKeys

Random = random.Random
PREPARE, UPDATE = 7, 1


@dataclass
class Taken:
    """What an attacker has seen of one link.

    Attributes:
        used: A frame that was taken before.
        next: The frame that is on its way.
        later: The frame behind it.
        other: A frame from another sender to the same receiver.
    """

    used: bytes
    next: bytes
    later: bytes
    other: bytes


Attack = Callable[[Random, Taken], bytes]


def _changed(frame: bytes, place: int, by: int) -> bytes:
    return frame[:place] + bytes([frame[place] ^ by]) + frame[place + 1 :]


def tampered(chance: Random, taken: Taken) -> bytes:
    """One bit of the frame is another one."""
    return _changed(taken.next, chance.randrange(len(taken.next)), 1 << chance.randrange(8))


def forged(chance: Random, taken: Taken) -> bytes:
    """The right head, another body, a guessed tag."""
    return taken.next[:HEAD_BYTES] + chance.randbytes(len(taken.next) - HEAD_BYTES)


def replayed(chance: Random, taken: Taken) -> bytes:
    """A frame that was taken before."""
    return taken.used


def reordered(chance: Random, taken: Taken) -> bytes:
    """The head of one frame in front of the rest of another."""
    return taken.later[:HEAD_BYTES] + taken.next[HEAD_BYTES:]


def cross_round(chance: Random, taken: Taken) -> bytes:
    """The frame in another round."""
    return _changed(taken.next, 5, 1 << chance.randrange(8))


def cross_sender(chance: Random, taken: Taken) -> bytes:
    """What another node said, with this sender's name on it."""
    return taken.other[:10] + taken.next[10:12] + taken.other[12:]


def cut_off(chance: Random, taken: Taken) -> bytes:
    """The beginning of a frame."""
    return taken.next[: chance.randrange(len(taken.next))]


ATTACKS: Mapping[str, Attack] = {
    "tampered": tampered,
    "forged": forged,
    "replayed": replayed,
    "reordered": reordered,
    "cross-round": cross_round,
    "cross-sender": cross_sender,
    "cut off": cut_off,
}


@dataclass
class Verdict:
    """What became of attacks.

    Attributes:
        tried: Attack -> frames.
        accepted: Attack -> frames that were taken; all must be 0.
        refused: Reason -> frames.
        honest: Honest frames that were taken between them.
    """

    tried: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    honest: int = 0


def attack_frames(mode: str, frames: int, seed: int = 0) -> Verdict:
    """Put bad frames on a link, each kind in turn, with honest ones between them.

    Args:
        mode: A row of `AUTHENTICATION`.
        frames: How many bad ones.
        seed: Chooses them.

    Returns:
        What became of them.

    Example:
        >>> verdict = attack_frames("its", 700)
        >>> sum(verdict.tried.values()), sum(verdict.accepted.values())
        (700, 0)
    """
    chance = Random(seed)
    keys = SharedKeys(seed)
    sealer, other = (Sealer(me, 1, mode, keys.of(me)) for me in (0, 2))
    opener = Opener(1, 0, mode, keys.of(1))
    verdict = Verdict()

    def made(by: Sealer, number: int) -> bytes:
        kind = UPDATE if chance.random() < 0.2 else PREPARE
        return by.seal(kind, number, 0, chance.randbytes(32))

    number = 1
    used, following = made(sealer, number), made(sealer, number)
    opener.open(used)
    for name in (name for _ in range(-(-frames // len(ATTACKS))) for name in ATTACKS):
        if verdict.tried.total() >= frames:
            break
        if verdict.tried.total() % 100 == 0:
            number += 1
            later, foreign = made(sealer, number), made(other, number)
            taken = Taken(used, following, later, foreign)
            used, following = following, later
            fresh = taken.next
        verdict.tried[name] += 1
        verdict.accepted[name] += _is_taken(opener, ATTACKS[name](chance, taken))
        if verdict.tried.total() % 100 == 0:
            verdict.honest += _is_taken(opener, fresh)
    verdict.refused = opener.refused
    return verdict


def _is_taken(opener: Opener, frame: bytes) -> bool:
    try:
        opener.open(frame)
    except RefusedFrameError:
        return False
    return True
