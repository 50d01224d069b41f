"""The order of cost, and costs in words: the same for every recommendation."""

from collections.abc import Mapping

_ALWAYS = ("ebits", "bits", "nonlocal_gates", "rounds")
_NAMES = {"nonlocal_gates": "non-local gates"}


def price(amounts: Mapping[str, float | None]) -> tuple[float, float, float, float]:
    """What an inference costs, to be sorted: what comes first is cheaper.

    Nothing is cheaper than shared random bits, these are cheaper than bits that are sent, then come
    units of other resources, and ebits are dearest. A gate between the QPUs costs what its
    teleportation does: an ebit and two bits.

    Args:
        amounts: Amount by unit; None where it is unknown, which counts as more than anything.

    Returns:
        Ebits, other units, bits and shared bits.

    Example:
        >>> price({"ebits": 1}) < price({"nonlocal_gates": 1})
        True
        >>> price({}) < price({"shared_bits": 5}) < price({"bits": 1}) < price({"ebits": 1})
        True
    """
    known = {unit: _number(amount) for unit, amount in amounts.items()}
    gates = known.get("nonlocal_gates", 0)
    others = sum(n for unit, n in known.items() if unit not in (*_ALWAYS, "shared_bits"))
    return (
        known.get("ebits", 0) + gates,
        others,
        known.get("bits", 0) + 2 * gates,
        known.get("shared_bits", 0),
    )


def price_words(amounts: Mapping[str, float | None]) -> str:
    """What is used up, in words.

    Args:
        amounts: Amount by unit; None where it is unknown.

    Returns:
        Text; empty if all amounts are unknown.

    Example:
        >>> price_words({"ebits": 1, "bits": 2, "nonlocal_gates": 0, "rounds": 1})
        '1 ebit and 2 bits in 1 round'
        >>> price_words({"ebits": 0, "shared_bits": 1}), price_words({"ebits": 0})
        ('1 shared bit', 'nothing')
    """
    known = {unit: n for unit, n in amounts.items() if n is not None}
    if not known:
        return ""
    rounds = known.pop("rounds", 0)
    parts = [_amount(n, unit) for unit, n in known.items() if n]
    if not parts:
        return "nothing"
    *first, last = parts
    text = f"{', '.join(first)} and {last}" if first else last
    return f"{text} in {_amount(rounds, 'rounds')}" if rounds else text


def _amount(number: float, unit: str) -> str:
    name = _NAMES.get(unit, unit.replace("_", " "))
    return f"{number:g} {name.removesuffix('s') if number == 1 else name}"


def _number(amount: float | None) -> float:
    return float("inf") if amount is None else amount
