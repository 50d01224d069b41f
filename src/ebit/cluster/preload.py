"""What a local worker process does first: leave Ctrl-C to the process that started it."""

import signal


def dask_setup(_: object) -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes; Dask calls this function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
