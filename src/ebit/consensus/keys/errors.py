"""What goes wrong with keys."""

from ebit.errors import EbitError


class KeyExhaustedError(EbitError):
    """A pool holds fewer key bits than are needed; nothing is taken from it."""


class KeyUnknownError(EbitError):
    """A key is not there: it never was, or it was handed out before."""
