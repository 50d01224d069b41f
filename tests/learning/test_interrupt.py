import os
import signal
import threading
from collections.abc import Iterator

import pytest

from ebit.learning.interrupt import Interruption, delayed_interrupt


@pytest.fixture(autouse=True)
def usual_handler() -> Iterator[None]:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_press_waits_and_the_second_does_not() -> None:
    with delayed_interrupt() as interruption:
        assert not interruption.requested
        press()
        assert interruption.requested
        with pytest.raises(KeyboardInterrupt):
            press()


@pytest.mark.parametrize("error", [None, ValueError])
def test_the_handler_before_is_put_back(error: type[Exception] | None) -> None:
    def run() -> None:
        with delayed_interrupt():
            press()
            if error is not None:
                raise error

    if error is None:
        run()
    else:
        with pytest.raises(error):
            run()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with delayed_interrupt() as interruption:
        press()
    assert not interruption.requested


def test_other_threads_may_use_it() -> None:
    found: list[Interruption] = []

    def run() -> None:
        with delayed_interrupt() as interruption:
            found.append(interruption)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not found[0].requested
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
