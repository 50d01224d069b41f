"""Resource strings and values are two forms of the same thing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ebit.errors import EbitError
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    QuantumLink,
    Resource,
    Separable,
    parse_resource,
)

PAIRS = st.integers(0, 999)
RESOURCES: st.SearchStrategy[Resource] = st.one_of(
    st.just(Separable()),
    st.just(QuantumLink()),
    PAIRS.map(BellPairs),
    PAIRS.map(ClassicalBits),
)
LIKELY = st.text("nonebelclasiqutm+: 0123456789-.,\n٣", max_size=18)


@given(RESOURCES)
def test_round_trip(resource: Resource) -> None:
    assert parse_resource(resource.name) == resource


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("none", Separable()),
        ("bell:0", BellPairs(0)),
        ("bell:12", BellPairs(12)),
        ("bell:02", BellPairs(2)),
        ("classical", ClassicalBits()),
        ("classical+bell:0", ClassicalBits()),
        ("classical+bell:3", ClassicalBits(pairs=3)),
        ("quantum", QuantumLink()),
    ],
)
def test_strings(text: str, resource: Resource) -> None:
    assert parse_resource(text) == resource


@given(st.one_of(st.text(), LIKELY, LIKELY.map("bell:".__add__)))
@example("bell:")
@example("bell:-1")
@example("bell:1.5")
@example("bell:1\n")
@example("bell:٣")
@example("Bell:1")
@example(" none")
@example("classical+bell")
@example("classical,bell:1")
@example("bell:1000")
@example("single")
def test_any_other_text_is_a_one_line_error(text: str) -> None:
    try:
        resource = parse_resource(text)
    except EbitError as error:
        message = str(error)
        assert len(message.splitlines()) == 1
        assert repr(text) in message
        assert "none, bell:N, classical, classical+bell:N or quantum" in message
    else:
        assert parse_resource(resource.name) == resource


@pytest.mark.parametrize(
    "text", ["", "bell:", "bell:-1", "bell:1\n", "bell:٣", "None", "bell:1000"]
)
def test_rejected(text: str) -> None:
    with pytest.raises(EbitError, match=r"^Unknown resource "):
        parse_resource(text)


@pytest.mark.parametrize("kind", [BellPairs, ClassicalBits])
def test_negative_pairs(kind: type[BellPairs] | type[ClassicalBits]) -> None:
    with pytest.raises(EbitError, match=r"^Argument `pairs` .*>= 0.* is -1\.$"):
        kind(-1)


def test_resources_are_values() -> None:
    """Equal and hashable, so that they can be keys and settings."""
    assert len({Separable(), Separable(), BellPairs(0), BellPairs(1), BellPairs(1)}) == 3
