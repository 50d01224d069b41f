"""Entry point: there at once, so that Ctrl-C is answered while everything else is loaded."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

PATIENCE = 2.0
"""Seconds after a Ctrl-C in which another one does not break off what is being put in order."""


def main() -> None:
    """Run the command line; every error is one line on standard error."""
    ctrl_c = _CtrlC()
    usual = signal.getsignal(signal.SIGINT)
    ours = usual is signal.default_int_handler and _in_main_thread()
    if ours:
        signal.signal(signal.SIGINT, ctrl_c)
    gc.set_threshold(50_000, 20, 50)  # tracing makes many objects, and hardly any rubbish
    try:
        run = _program()
        gc.freeze()
        ctrl_c.is_loading = False
        run()
    except KeyboardInterrupt:
        ctrl_c.is_over = True
        fail("Interrupted. What is finished is kept: run the same command to go on.", 130)
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN if ctrl_c.was_pressed else usual)


def fail(message: object, code: int) -> NoReturn:
    """End the program with one line on standard error."""
    print(f"Error: {message}", file=sys.stderr)
    sys.exit(code)


class _CtrlC:
    """What Ctrl-C does: it interrupts once; more of them do not disturb the putting in order."""

    def __init__(self) -> None:
        self.is_loading, self.is_over = True, False
        self.was_pressed, self.first = False, 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.is_loading or (self.was_pressed and now - self.first > PATIENCE):
            os.write(2, b"Error: Interrupted.\n")
            os._exit(130)
        if not self.was_pressed:
            self.was_pressed, self.first = True, now
            if not self.is_over:
                raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _program() -> Callable[[], None]:
    """Load the verbs.

    Containers and editors set `COLUMNS=0` where they do not know the width of the terminal.
    """
    for name in ("COLUMNS", "LINES"):
        if os.environ.get(name, "").strip("0") == "":
            os.environ.pop(name, None)
    try:
        import jax  # noqa: F401
    except ValueError as error:
        fail(f"JAX does not start: {error}. Correct that environment variable.", 2)
    from ebit.errors import EbitError
    from ebit.jax_settings import check_xla_flags

    try:
        check_xla_flags()
    except EbitError as error:
        fail(error, 2)
    from ebit.cli.verbs import run

    return run
