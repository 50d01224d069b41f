"""Resource strings and values are two forms of the same thing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ebit.errors import EbitError
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    DesignedPairs,
    PairState,
    QuantumLink,
    Resource,
    Separable,
    SharedBits,
    SharedPairs,
    parse_resource,
    resources_help,
)

PAIRS = st.integers(0, 999)
CONCURRENCE = st.floats(0, 1)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "concurrence": CONCURRENCE,
        "fidelity": st.floats(0.25, 1),
        "dephasing": CONCURRENCE,
        "damping": CONCURRENCE,
    },
)
RESOURCES: st.SearchStrategy[Resource] = st.one_of(
    st.just(Separable()),
    st.just(QuantumLink()),
    PAIRS.map(BellPairs),
    PAIRS.map(ClassicalBits),
    PAIRS.map(DesignedPairs),
    st.builds(SharedBits, PAIRS, st.booleans()),
    st.builds(BellPairs, PAIRS, CONCURRENCE),
    st.builds(lambda n, options: BellPairs(n, **options), PAIRS, OPTIONS),
    st.builds(lambda n, options: ClassicalBits(n, **options), st.integers(1, 999), OPTIONS),
    OPTIONS.map(lambda options: QuantumLink(**options)),
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
        ("bell:1,concurrence=0.5", BellPairs(1, 0.5)),
        ("bell:1,concurrence=1", BellPairs(1)),
        ("bell:2,concurrence=1e-3", BellPairs(2, 0.001)),
        ("classical+bell:2,concurrence=0", ClassicalBits(2, 0.0)),
        ("designed:2", DesignedPairs(2)),
        ("shared:2", SharedBits(2)),
        ("classical+shared:1", SharedBits(1, sends_bits=True)),
        ("classical", ClassicalBits()),
        ("classical+bell:0", ClassicalBits()),
        ("classical+bell:3", ClassicalBits(pairs=3)),
        ("quantum", QuantumLink()),
        ("quantum,fidelity=0.9", QuantumLink(fidelity=0.9)),
        ("bell:1,damping=.1,fidelity=0.9", BellPairs(1, fidelity=0.9, damping=0.1)),
        ("bell:2,dephasing=0.0", BellPairs(2)),
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
@example("  ")
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
        assert " ".join(repr(text).split()) in message  # errors have single spaces
        assert resources_help(baselines=False) in message or "," in text
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bell:1,concurrence=1.5", "Argument `concurrence` must be from 0"),
        ("bell:1,concurrence=-1", "Unknown option in resource 'bell:1,concurrence=-1'"),
        ("bell:1,concurrence=nan", "Unknown option"),
        ("bell:1,concurrence=", "Unknown option"),
        ("bell:1,", "Unknown option"),
        ("bell:1,fidelty=0.9", "concurrence, fidelity, dephasing or damping, each as name=number"),
        ("bell:1,fidelity=0.2", "`fidelity` must be a number from 0.25 .* to 1 .* but is 0.2"),
        ("quantum,fidelity=1.1", "`fidelity` must be a number from 0.25"),
        ("bell:1,dephasing=2", "`dephasing` must be a probability"),
        ("bell:1,damping=2", "`damping` must be a probability"),
        ("bell:1,concurrence=0.5,concurrence=0.6", "Unknown option"),
    ],
)
def test_wrong_options(text: str, words: str) -> None:
    with pytest.raises(EbitError, match=words):
        parse_resource(text)


@pytest.mark.parametrize("concurrence", [-0.1, 1.1, float("nan"), "1", None])
def test_wrong_concurrence(concurrence: float) -> None:
    with pytest.raises(EbitError, match=r"^Argument `concurrence` must be from 0"):
        BellPairs(1, concurrence)


def test_resources_are_values() -> None:
    """Equal and hashable, so that they can be keys and settings."""
    assert len({Separable(), Separable(), BellPairs(0), BellPairs(1), BellPairs(1)}) == 3


def test_options_act_in_their_order() -> None:
    """Source, white noise, dephasing, damping."""
    state = BellPairs(1, 0.7, fidelity=0.9, dephasing=0.1, damping=0.2).pair_state
    by_hand = PairState.partially_entangled(0.7).with_white_noise(0.9).dephased(0.1).damped(0.2)
    assert state == by_hand
    assert state != PairState.partially_entangled(0.7).damped(0.2).with_white_noise(0.9)
    assert ClassicalBits(1, fidelity=0.9).pair_state == PairState.werner(0.9)


def test_pairs_in_any_state() -> None:
    state = PairState.werner(0.7)
    assert SharedPairs(2, state).consumption(4, 1, 0) == BellPairs(2).consumption(4, 1, 0)
    sending = SharedPairs(2, state, sends_bits=True)
    assert sending.consumption(4, 1, 0) == ClassicalBits(2).consumption(4, 1, 0)
    assert sending.name == "classical+pairs:2"
    with pytest.raises(EbitError, match=r"^Argument `pair_state` must be a PairState"):
        SharedPairs(1, state.density_matrix)  # type: ignore[arg-type]
