"""Distributed quantum machine learning: what is each communication resource worth?

The names are listed in `ebit.public`, which is loaded when the first of them is used: so the
command line is there at once, and can answer Ctrl-C while the rest is loaded.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from ebit.version import __version__ as __version__

if TYPE_CHECKING:
    from ebit.public import *  # noqa: F403
    from ebit.public import __all__ as __all__
else:

    def __getattr__(name: str) -> object:
        """A name of `ebit.public`, or a module of ebit that is loaded with it."""
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        public = import_module("ebit.public")
        if hasattr(public, name):
            return getattr(public, name)
        if f"{__name__}.{name}" in sys.modules:
            return sys.modules[f"{__name__}.{name}"]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *import_module("ebit.public").__all__})
