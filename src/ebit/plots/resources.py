"""Order, colour, marker and line of every resource: the same in all figures and reports."""

from collections.abc import Iterable
from dataclasses import dataclass

_FAMILIES = ("single", "dnn", "none", "bell", "classical", "classical+bell", "quantum")
_BELL_MARKERS = "sv<>"
_MARKERS = {
    "single": "P",
    "dnn": "X",
    "none": "o",
    "classical": "D",
    "classical+bell": "^",
    "quantum": "H",
}
_LINES = {
    "single": ":",
    "dnn": ":",
    "classical": "--",
    "classical+bell": "-.",
}
_COLORS = {
    "single": "#4d4d4d",
    "dnn": "#e69f00",
    "none": "#999999",
    "classical": "#d55e00",
    "quantum": "#009e73",
}
_SHADES = {"bell": ("#56b4e9", "#08306b"), "classical+bell": ("#cc79a7", "#4a1259")}
_SPARE_COLORS = ("#117733", "#882255", "#999933", "#332288", "#44aa99", "#661100")


@dataclass(frozen=True)
class ResourceStyle:
    """How one resource is drawn: a colour as ``#rrggbb``, a Matplotlib marker and line style."""

    color: str
    marker: str
    line: str


def sort_resources(resources: Iterable[str]) -> list[str]:
    """The distinct resources in the fixed order of all figures and tables.

    First the baselines ``single`` and ``dnn``, then ``none``, ``bell:1``, ``bell:2``, ...,
    ``classical``, ``classical+bell:1``, ..., ``quantum``, then all others by name.

    Args:
        resources: Resource strings, with or without options after a comma.

    Returns:
        Every distinct resource once.

    Example:
        >>> from ebit.plots import sort_resources
        >>> sort_resources(["quantum", "bell:10", "bell:2", "none", "none"])
        ['none', 'bell:2', 'bell:10', 'quantum']
    """
    return sorted(set(resources), key=_sort_key)


def resource_styles(resources: Iterable[str]) -> dict[str, ResourceStyle]:
    """The style of every resource, in the fixed order.

    The colours stay apart for colour-blind readers; markers and line styles repeat the
    distinction for print in grey. A resource without options has the same style whatever it is
    drawn beside.

    Args:
        resources: Resource strings.

    Returns:
        A style for every distinct resource, in the order of :func:`sort_resources`.

    Example:
        >>> from ebit.plots import resource_styles
        >>> resource_styles(["none"])["none"].color
        '#999999'

    Source:
        The base palette is that of Okabe and Ito, "Color universal design" (2008).
    """
    styles: dict[str, ResourceStyle] = {}
    spare = 0
    for resource in sort_resources(resources):
        family, pairs, options = _parts(resource)
        color = None if options else _color(family, pairs)
        if color is None:
            color = _SPARE_COLORS[spare % len(_SPARE_COLORS)]
            spare += 1
        marker = _BELL_MARKERS[(pairs - 1) % len(_BELL_MARKERS)]
        if family != "bell":
            marker = _MARKERS.get(family, "p")
        line = "--" if options else _LINES.get(family, "-")
        styles[resource] = ResourceStyle(color, marker, line)
    return styles


def blend(color: str, towards: str, fraction: float) -> str:
    """The colour at ``fraction`` of the way from one ``#rrggbb`` colour to another.

    Args:
        color: Colour at fraction 0.
        towards: Colour at fraction 1.
        fraction: Between 0 and 1.

    Returns:
        The mixed colour as ``#rrggbb``.

    Example:
        >>> from ebit.plots.resources import blend
        >>> blend("#000000", "#ffffff", 0.2)
        '#333333'
    """
    start, end = bytes.fromhex(color[1:]), bytes.fromhex(towards[1:])
    mixed = (round(a + fraction * (b - a)) for a, b in zip(start, end, strict=True))
    return "#" + bytes(mixed).hex()


def _parts(resource: str) -> tuple[str, int, str]:
    """Family, number of pairs (0 where there is none) and options of a resource string."""
    base, _, options = resource.partition(",")
    family, _, count = base.partition(":")
    return family, int(count) if count.isdecimal() else 0, options


def _sort_key(resource: str) -> tuple[int, int, str]:
    family, pairs, _ = _parts(resource)
    rank = _FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES)
    return rank, pairs, resource


def _color(family: str, pairs: int) -> str | None:
    """Fixed colour of a resource without options; more pairs are darker."""
    if family in _SHADES and pairs > 0:
        few, many = _SHADES[family]
        return blend(few, many, 1 - 0.6 ** (pairs - 1))
    return _COLORS.get(family)
