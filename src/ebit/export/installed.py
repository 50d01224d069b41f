"""Packages of others that an export needs."""

from importlib import import_module
from typing import Any

from ebit.errors import EbitError


def need(package: str, extra: str = "export") -> Any:
    """A package of others, or an error that says how to get it.

    Args:
        package: Name of its module.
        extra: The extra of ebit that brings it.

    Returns:
        The module.

    Raises:
        EbitError: If it is not installed.

    Example:
        >>> need("no_such_package")
        Traceback (most recent call last):
        ebit.errors.EbitError: no_such_package is not installed: pip install "ebit[export]".
    """
    try:
        return import_module(package)
    except ModuleNotFoundError:
        raise EbitError(f'{package} is not installed: pip install "ebit[{extra}]".') from None
