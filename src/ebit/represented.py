"""Values that notebooks and prompts show in few words."""

from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from ebit.errors import printable


class Represented:
    """A value whose text form is one line, and whose form in a notebook is a small table."""

    def _facts(self) -> Mapping[str, object]:
        """What it shows, by names with underscores."""
        raise NotImplementedError

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={printable(value)}" for name, value in self._facts().items())
        return f"{type(self).__name__}({facts})"

    def _repr_html_(self) -> str:
        lines = "".join(
            f'<tr><th style="text-align: left">{escape(name.replace("_", " "))}</th>'
            f'<td style="text-align: left">{escape(printable(value))}</td></tr>'
            for name, value in self._facts().items()
        )
        return (
            f'<table><caption style="text-align: left">{escape(type(self).__name__)}</caption>'
            f"<tbody>{lines}</tbody></table>"
        )


def over_runs(values: ArrayLike) -> str:
    """Mean and range of a number over runs.

    Args:
        values: One per run.

    Returns:
        Such as `0.75` for one run, `0.83 (0.75 to 1)` for several.

    Example:
        >>> over_runs([0.75, 1.0]), over_runs([0.5])
        ('0.875 (0.75 to 1)', '0.5')
    """
    numbers = np.asarray(values, np.float64)
    mean = f"{numbers.mean():.4g}"
    if numbers.size == 1:
        return mean
    return f"{mean} ({numbers.min():.4g} to {numbers.max():.4g})"


def several(names: list[str], most: int = 6) -> str:
    """Names behind each other, cut where there are many.

    Args:
        names: Any texts.
        most: Most of them that are written out.

    Returns:
        Such as `a, b and 5 more`.

    Example:
        >>> several(["a", "b", "c"], 2)
        'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
