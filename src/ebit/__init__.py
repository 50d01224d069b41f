"""Distributed quantum machine learning: what is each communication resource worth?

The names are listed in `ebit.public`, which is loaded when the first of them is used: so the
command line is there at once, and can answer Ctrl-C while the rest is loaded.
"""

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ebit.version import __version__ as __version__

logging.getLogger(__name__).addHandler(logging.NullHandler())

if TYPE_CHECKING:
    from ebit.public import *  # noqa: F403
    from ebit.public import DQMLClassifier as DQMLClassifier
    from ebit.public import DQMLRegressor as DQMLRegressor
    from ebit.public import __all__ as __all__
else:

    def __getattr__(name: str) -> object:
        """A module of ebit, or a name of `ebit.public`."""
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name.isidentifier() and find_spec(f"{__name__}.{name}") is not None:
            return import_module(f"{__name__}.{name}")
        public = import_module("ebit.public")
        if hasattr(public, name):
            return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *import_module("ebit.public").__all__})
