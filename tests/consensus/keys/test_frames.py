"""Frames: what an attacker can do to them, and what a tag is."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.consensus.keys.attacks import ATTACKS, attack_frames
from ebit.consensus.keys.errors import KeyExhaustedError
from ebit.consensus.keys.frames import HEAD_BYTES, Opened, Opener, RefusedFrameError, Sealer
from ebit.consensus.keys.shared import SharedKeys
from ebit.consensus.keys.tags import AUTHENTICATION, SCHEMES

SAFE = [mode for mode in AUTHENTICATION if mode != "none"]


def link(mode: str, bits: float = float("inf")) -> tuple[Sealer, Opener]:
    keys = SharedKeys(0, bits)
    return Sealer(0, 1, mode, keys.of(0)), Opener(1, 0, mode, keys.of(1))


def test_poly1305_is_that_of_rfc_8439() -> None:
    """Section 2.5.2."""
    key = bytes.fromhex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b")
    content = b"Cryptographic Forum Research Group"
    tag = bytes.fromhex("a8061dc1305136c6c22b8baf0c0127a9")
    assert SCHEMES["poly1305"].tag(bytes(32) + key, 32, content) == tag
    assert SCHEMES["wegman-carter"].tag(key, 16, content) == tag


@pytest.mark.parametrize("mode", SAFE)
def test_no_attack_is_accepted_and_all_are_counted(mode: str) -> None:
    verdict = attack_frames(mode, 2000)
    assert verdict.tried.keys() == ATTACKS.keys()
    assert verdict.accepted.total() == 0
    assert verdict.refused.total() == verdict.tried.total() == 2000
    assert verdict.honest == 20


def test_the_attacks_succeed_without_tags() -> None:
    assert attack_frames("none", 700).accepted.total() > 0


def test_the_count_sees_a_check_that_is_missing() -> None:
    with patch("ebit.consensus.keys.frames.hmac.compare_digest", return_value=True):
        assert attack_frames("its", 700).accepted.total() > 0


@settings(max_examples=30, deadline=None)
@given(
    mode=st.sampled_from(list(AUTHENTICATION)),
    kind=st.integers(0, 255),
    number=st.integers(0, 2**32 - 1),
    view=st.integers(0, 2**32 - 1),
    body=st.binary(max_size=300),
)
def test_what_is_sealed_is_opened(
    mode: str, kind: int, number: int, view: int, body: bytes
) -> None:
    sealer, opener = link(mode)
    for _ in range(2):
        frame = sealer.seal(kind, number, view, body)
        assert opener.open(frame) == Opened(kind, number, view, body)
        with pytest.raises(RefusedFrameError):
            opener.open(frame)


@settings(max_examples=50, deadline=None)
@given(frame=st.binary(max_size=200))
def test_any_bytes_are_refused(frame: bytes) -> None:
    _, opener = link("its")
    with pytest.raises(RefusedFrameError):
        opener.open(frame)


@pytest.mark.parametrize(("mode", "bits"), [("its", 256), ("wegman-carter", 128), ("seeded", 0)])
def test_key_bits_per_frame(mode: str, bits: int) -> None:
    sealer, opener = link(mode)
    sealer.seal(7, 1, 0, b"")
    first = sealer.key_bits
    frames = [sealer.seal(7, 1, 0, b"") for _ in range(10)]
    assert sealer.key_bits - first == 10 * bits
    places = {frame[14:HEAD_BYTES] for frame in frames}
    assert len(places) == 10
    for frame in frames:
        opener.open(frame)


def test_no_key_is_used_twice_over_many_blocks() -> None:
    sealer, opener = link("its")
    places = set()
    for _ in range(300):
        frame = sealer.seal(7, 1, 0, b"")
        opener.open(frame)
        places.add(frame[14:HEAD_BYTES])
    assert len(places) == 300


def test_an_empty_pool_says_so() -> None:
    sealer, _ = link("its", bits=100)
    with pytest.raises(KeyExhaustedError, match="holds 100 bits, but 32768 are needed"):
        sealer.seal(7, 1, 0, b"")


def test_a_frame_that_was_overtaken_is_refused() -> None:
    sealer, opener = link("its")
    first, second = sealer.seal(7, 1, 0, b"a"), sealer.seal(7, 1, 0, b"b")
    opener.open(second)
    with pytest.raises(RefusedFrameError, match="used key"):
        opener.open(first)
