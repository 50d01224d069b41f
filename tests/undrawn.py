"""Figures whose files are made, named and embedded, but not drawn, which is what takes the time."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

PICTURES = {
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><g id="a"/></svg>',
    "png": b"\x89PNG\r\n\x1a\n",
}


@contextmanager
def undrawn_figures() -> Iterator[None]:
    """Nothing is drawn inside; what is drawn is tested beside the plots and the reports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ebit.plots.saving._laid_out", lambda figure: nullcontext())
        patch.setattr("ebit.plots.saving._print", lambda figure, kind: PICTURES[kind])
        yield
