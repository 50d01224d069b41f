"""Figures of functions that are called without an ``ax``."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.plots.style import new_figure, paper_style

OWN_FIGURE: Any = None
"""Default of an argument `ax`: the axes of a new figure, which is returned."""


def _axes(name: str, value: Any) -> Any:
    if not hasattr(value, "get_yaxis_transform"):
        raise checks.wrong(name, "Matplotlib axes, or None for a figure of its own", value)
    return value


RULES: dict[str, checks.Rule] = {
    **dict.fromkeys(("rows", "points", "gains", "options"), checks.frame),
    **dict.fromkeys(("before", "published"), checks.maybe(checks.frame)),
    "crossings": checks.maybe(checks.instance(Mapping, "distances or fidelities by resource")),
    "resource": checks.instance(str, "the name of a resource"),
    "ax": checks.maybe(_axes),
}
"""What arguments of these names must be."""


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
            try:
                given = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # Python says which function lacks what
            for name in given.arguments.keys() & RULES.keys():
                RULES[name](name, given.arguments[name])
            if given.arguments.get("ax") is not None:
                return _on(function, given)
            with paper_style():
                figure, given.arguments["ax"] = new_figure(projection=projection)
                _on(function, given)
            return figure

        return drawn

    return decorate


def _on(function: Callable[..., Any], given: inspect.BoundArguments) -> Any:
    """Draw; columns of another kind than the figure takes are named as polars names them."""
    try:
        return function(*given.args, **given.kwargs)
    except pl.exceptions.PolarsError as error:
        name = next(iter(given.arguments))
        reason = checks.shortened(str(error).partition("\n")[0], 300)
        raise EbitError(f"Argument `{name}` cannot be drawn: {reason}.") from None
