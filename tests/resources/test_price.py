from hypothesis import given
from hypothesis import strategies as st

from ebit.resources import BellPairs, ClassicalBits, QuantumLink, Separable
from ebit.resources.price import price, price_words

UNITS = st.sampled_from(["ebits", "bits", "nonlocal_gates", "rounds", "shared_bits", "own_units"])
AMOUNTS = st.dictionaries(UNITS, st.one_of(st.none(), st.integers(0, 9)))


def test_the_order_of_cost() -> None:
    resources = [Separable(), ClassicalBits(), BellPairs(1), BellPairs(2), QuantumLink()]
    used = [resource.consumption(4, 5, 0) for resource in resources]
    prices = [
        price({"ebits": c.ebits, "bits": c.bits, "nonlocal_gates": c.nonlocal_gates}) for c in used
    ]
    assert prices == sorted(prices)
    assert len(set(prices)) == len(prices)
    assert price({"shared_bits": 9}) < price({"bits": 1}) < price({"own_units": 1})
    assert price({"own_units": 9}) < price({"ebits": 1})


def test_a_gate_costs_its_teleportation() -> None:
    assert price({"nonlocal_gates": 3}) == price({"ebits": 3, "bits": 6})


def test_what_is_unknown_is_not_called_cheap() -> None:
    assert price({"ebits": None}) > price({"ebits": 1000})
    assert price_words({"ebits": None}) == ""


@given(AMOUNTS, UNITS, st.integers(1, 5))
def test_more_is_never_cheaper(amounts: dict[str, int | None], unit: str, more: int) -> None:
    before = amounts.get(unit, 0)
    after = amounts | {unit: None if before is None else before + more}
    assert price(after) >= price(amounts)


@given(AMOUNTS)
def test_costs_are_words(amounts: dict[str, int | None]) -> None:
    words = price_words(amounts)
    assert "_" not in words
    assert (words == "") == (not any(n is not None for n in amounts.values()))
