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
    """Hold Ctrl-C back inside the block; a second Ctrl-C interrupts at once.

    Signals can be handled in the main thread only; elsewhere, and where Ctrl-C is ignored (as in
    a background job), the block changes nothing.

    Yields:
        An `Interruption` to look at between chunks.
    """
    state = Interruption()
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or not callable(signal.getsignal(signal.SIGINT)):
        yield state
        return

    def remember(number: int, frame: FrameType | None) -> None:
        if state.requested:
            raise KeyboardInterrupt
        state.requested = True

    previous = signal.signal(signal.SIGINT, remember)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, previous)
