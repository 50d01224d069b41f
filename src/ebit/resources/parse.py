"""Resource strings: the same in Python, TOML and on the command line."""

import re

from ebit.errors import EbitError
from ebit.resources.base import Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.quantum_link import QuantumLink
from ebit.resources.separable import Separable

_PAIRS = re.compile(r"(bell|classical\+bell):([0-9]{1,3})")
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,3})?")


def parse_resource(text: str) -> Resource:
    """Turn a resource string into a resource.

    Args:
        text: `none`, `bell:N`, `classical`, `classical+bell:N` or `quantum`; options of the pairs
            follow after a comma, as in `bell:1,concurrence=0.5`.

    Returns:
        The resource; `parse_resource(r.name) == r` for every resource r.

    Raises:
        EbitError: If the string names no resource or an option is unknown or out of range.

    Example:
        >>> parse_resource("classical+bell:2")
        ClassicalBits(pairs=2, concurrence=1.0)
    """
    if text == "none":
        return Separable()
    if text == "classical":
        return ClassicalBits()
    if text == "quantum":
        return QuantumLink()
    name, *options = text.split(",")
    match = _PAIRS.fullmatch(name)
    if match is None:
        raise EbitError(
            f"Unknown resource {text!r}: use none, bell:N, classical, classical+bell:N or quantum "
            "(N = number of Bell pairs)."
        )
    pairs, concurrence = int(match[2]), _concurrence(options, text)
    if match[1] == "bell":
        return BellPairs(pairs, concurrence)
    return ClassicalBits(pairs, concurrence)


def _concurrence(options: list[str], text: str) -> float:
    """The option of the pairs, 1 if it is left out."""
    if not options:
        return 1.0
    name, _, value = options[0].partition("=")
    if len(options) > 1 or name != "concurrence" or not _NUMBER.fullmatch(value):
        raise EbitError(
            f"Unknown option in resource {text!r}: after the number of pairs use nothing or "
            "concurrence=C with C from 0 to 1."
        )
    return float(value)
