"""One line on every resource."""

from ebit.errors import EbitError
from ebit.resources import find_row


def explain(resource: str) -> str:
    """What a resource string stands for, in one line.

    Args:
        resource: Resource string; options after a comma are repeated at the end.

    Returns:
        Plain text.

    Example:
        >>> from ebit.report.glossary import explain
        >>> explain("bell:1")
        'Bell pairs (maximally entangled pairs) shared before the data arrive: 1.'
    """
    try:
        row = find_row(resource)
    except EbitError:  # of another package, which cannot be loaded here
        row = None
    line = "A resource of your own." if row is None else row.describe(resource)
    options = resource.partition(",")[2]
    return f"{line} Options: {options}." if options else line
