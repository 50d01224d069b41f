"""What to say of resources that run at a smaller depth than the others beside them."""

from collections.abc import Mapping

from ebit.errors import EbitError
from ebit.resources.registry import find_row, parse_resource


def depth_note(depths: Mapping[str, int | None]) -> str:
    """A sentence on resources that are shallower because each of their values has its own angles.

    Args:
        depths: Depth by resource string; None where there is none.

    Returns:
        The sentence; empty where all have one depth.

    Example:
        >>> depth_note({"none": 20, "mixture:4": 3, "bell:1": 20})
        'Depth: 3 of mixture:4 and 20 of the other circuits: each of its values has angles of its \
own, and the depth is the largest with no more of them than none has, but at least 1.'
        >>> depth_note({"none": 20, "bell:1": 20})
        ''
    """
    circuits = {name: depth for name, depth in depths.items() if depth and _is_circuit(name)}
    most = max(circuits.values(), default=0)
    less = {
        name: depth
        for name, depth in circuits.items()
        if depth < most and parse_resource(name).values > 1
    }
    if not less:
        return ""
    of_each = ", ".join(f"{depth} of {name}" for name, depth in less.items())
    its = "its" if len(less) == 1 else "their"
    return (
        f"Depth: {of_each} and {most} of the other circuits: each of {its} values has angles of "
        "its own, and the depth is the largest with no more of them than none has, but at least 1."
    )


def _is_circuit(resource: str) -> bool:
    """Whether a resource string is one of circuits on QPUs, not of a baseline."""
    try:
        row = find_row(resource)
    except EbitError:  # of another package, which cannot be loaded here
        return False
    return row is not None and not row.is_baseline
