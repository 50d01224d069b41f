"""Resource strings: the same in Python, TOML and on the command line."""

import re

from ebit.errors import EbitError
from ebit.resources.base import Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.quantum_link import QuantumLink
from ebit.resources.separable import Separable

_PAIRS = re.compile(r"(bell|classical\+bell):([0-9]{1,3})")


def parse_resource(text: str) -> Resource:
    """Turn a resource string into a resource.

    Args:
        text: `none`, `bell:N`, `classical`, `classical+bell:N` or `quantum`.

    Returns:
        The resource; `parse_resource(r.name) == r` for every resource r.

    Raises:
        EbitError: If the string names no resource.

    Example:
        >>> parse_resource("classical+bell:2")
        ClassicalBits(pairs=2)
    """
    if text == "none":
        return Separable()
    if text == "classical":
        return ClassicalBits()
    if text == "quantum":
        return QuantumLink()
    match = _PAIRS.fullmatch(text)
    if match is None:
        raise EbitError(
            f"Unknown resource {text!r}: use none, bell:N, classical, classical+bell:N or quantum "
            "(N = number of Bell pairs)."
        )
    pairs = int(match[2])
    return BellPairs(pairs) if match[1] == "bell" else ClassicalBits(pairs)
