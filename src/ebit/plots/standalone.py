"""Figures of functions that are called without an ``ax``."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from ebit.plots.style import new_figure, paper_style

OWN_FIGURE: Any = None
"""Default of an argument `ax`: the axes of a new figure, which is returned."""


def standalone(
    *, projection: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function that draws on an ``ax`` make a figure of its own if it is given none.

    Args:
        projection: That of the axes.

    Returns:
        A decorator: with an ``ax`` the function returns what it draws, without one the figure.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_by_resource
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.75]})
        >>> len(accuracy_by_resource(rows).axes)
        1
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @wraps(function)
        def drawn(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs)
            if given.arguments.get("ax") is not None:
                return function(*args, **kwargs)
            with paper_style():
                figure, given.arguments["ax"] = new_figure(projection=projection)
                function(*given.args, **given.kwargs)
            return figure

        return drawn

    return decorate
