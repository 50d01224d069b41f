"""Ctrl-C that waits for the end of a chunk, so that nothing finished is lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether Ctrl-C was pressed.

    Attributes:
        requested: True after the first Ctrl-C.
    """

    def __init__(self) -> None:
        """Nothing requested yet."""
        self.requested = False


@contextmanager
def delayed_interrupt() -> Iterator[Interruption]:
    """Hold Ctrl-C back inside the block; a second Ctrl-C does what it did before.

    Signals can be handled in the main thread only; elsewhere, and where Ctrl-C is ignored (as in
    a background job), the block changes nothing.

    Yields:
        An `Interruption` to look at between chunks.
    """
    state = Interruption()
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield state
        return

    def remember(number: int, frame: FrameType | None) -> None:
        if state.requested:
            previous(number, frame)
        state.requested = True

    signal.signal(signal.SIGINT, remember)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, previous)
