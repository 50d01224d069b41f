"""Order, colour, marker and line of every resource: the same in all figures and reports."""

from collections.abc import Iterable
from dataclasses import dataclass

from ebit import checks
from ebit.errors import EbitError
from ebit.resources import Look, ResourceRow, find_row, rank

_SPARE_COLORS = ("#117733", "#aa4499", "#999933", "#332288", "#44aa99", "#661100")


@dataclass(frozen=True)
class ResourceStyle:
    """How one resource is drawn: a colour as ``#rrggbb``, a Matplotlib marker and line style."""

    color: str
    marker: str
    line: str


@checks.takes(resources=checks.several(checks.instance(str, "names of resources"), least=0))
def sort_resources(resources: Iterable[str]) -> list[str]:
    """The distinct resources in the fixed order of all figures and tables.

    The order is that of the list of resources, baselines first; then all others by name.

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


@checks.takes(resources=checks.several(checks.instance(str, "names of resources"), least=0))
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
        row = _row(resource)
        options = "," in resource
        look = Look("") if row is None or row.look is None else row.look
        number = _number(row, resource)
        color = None if options else _color(look, number)
        if color is None:
            color = _SPARE_COLORS[spare % len(_SPARE_COLORS)]
            spare += 1
        marker = look.markers[(number - 1) % len(look.markers)]
        styles[resource] = ResourceStyle(color, marker, "--" if options else look.line)
    return styles


def is_baseline(resource: str) -> bool:
    """Whether nothing is shared between QPUs, as in ``single`` and ``dnn``.

    Args:
        resource: Resource string.

    Returns:
        True for a baseline.

    Example:
        >>> from ebit.plots.resources import is_baseline
        >>> is_baseline("dnn"), is_baseline("none")
        (True, False)
    """
    row = _row(resource)
    return row is not None and row.is_baseline


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


def _row(resource: str) -> ResourceRow | None:
    """What is known about a resource; rows of a table may name one that is not installed."""
    try:
        return find_row(resource)
    except EbitError:
        return None


def _number(row: ResourceRow | None, resource: str) -> int:
    """The first number in a resource string, 0 where there is none."""
    numbers = () if row is None else row.numbers(resource)
    return numbers[0] if numbers else 0


def _sort_key(resource: str) -> tuple[int, int, str]:
    row = _row(resource)
    return rank(row), _number(row, resource), resource


def _color(look: Look, number: int) -> str | None:
    """Fixed colour of a resource without options, for a higher number nearer to the second."""
    if look.many is None:
        return look.color or None
    return blend(look.color, look.many, 1 - 0.6 ** (number - 1)) if number else None
