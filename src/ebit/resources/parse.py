"""Resource strings: the same in Python, TOML and on the command line."""

import re

from ebit.errors import EbitError
from ebit.resources.base import Resource
from ebit.resources.bell_pairs import BellPairs
from ebit.resources.classical_bits import ClassicalBits
from ebit.resources.designed_pairs import DesignedPairs
from ebit.resources.pairs import PAIR_OPTIONS
from ebit.resources.quantum_link import QuantumLink
from ebit.resources.separable import Separable

_PAIRS = re.compile(r"(bell|classical\+bell):([0-9]{1,3})")
_DESIGNED = re.compile(r"designed:([0-9]{1,3})")
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,3})?")
_PLAIN: dict[str, Resource] = {"none": Separable(), "classical": ClassicalBits()}


def parse_resource(text: str) -> Resource:
    """Turn a resource string into a resource.

    Args:
        text: `none`, `bell:N`, `designed:N`, `classical`, `classical+bell:N` or `quantum`; options
            of the pairs (`BellPairs`) follow after commas, as in
            `bell:1,concurrence=0.5,fidelity=0.9`; with `quantum` they describe the pairs that its
            gates are teleported with.

    Returns:
        The resource; `parse_resource(r.name) == r` for every resource r.

    Raises:
        EbitError: If the string names no resource or an option is unknown or out of range.

    Example:
        >>> parse_resource("classical+bell:2")
        ClassicalBits(pairs=2)
    """
    name, *options = text.split(",")
    match = _PAIRS.fullmatch(name)
    if match is not None:
        kind = BellPairs if match[1] == "bell" else ClassicalBits
        return kind(int(match[2]), **_pair_options(options, text))
    designed = _DESIGNED.fullmatch(text)
    if designed is not None:
        return DesignedPairs(int(designed[1]))
    if name == "quantum":
        return QuantumLink(**_pair_options(options, text))
    if not options and name in _PLAIN:
        return _PLAIN[name]
    raise EbitError(
        f"Unknown resource {text!r}: use none, bell:N, designed:N, classical, classical+bell:N or "
        "quantum (N = number of pairs)."
    )


def _pair_options(options: list[str], text: str) -> dict[str, float]:
    """The options of the pairs that are said."""
    found: dict[str, float] = {}
    for option in options:
        name, _, value = option.partition("=")
        if name not in PAIR_OPTIONS or name in found or not _NUMBER.fullmatch(value):
            raise EbitError(
                f"Unknown option in resource {text!r}: after a comma use concurrence=C, "
                "fidelity=F, dephasing=P or damping=G, each with a number and at most once."
            )
        found[name] = float(value)
    return found
