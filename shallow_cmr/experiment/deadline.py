"""A time limit for work that may never end by itself."""

import signal
from contextlib import contextmanager
from threading import current_thread, main_thread

__all__ = ["OutOfTime", "can_limit_time", "time_limit"]

_AGAIN = 0.5  # seconds after which an alarm that something swallowed rings once more


class OutOfTime(BaseException):
    """Work has reached its time limit; no Exception, so that nothing on its way out takes it for a failed step."""


def can_limit_time():
    """Return whether this thread can limit the time of its work: the main thread can, where there are alarms."""
    return hasattr(signal, "setitimer") and current_thread() is main_thread()


@contextmanager
def time_limit(seconds):
    """Raise OutOfTime in the body once `seconds` have passed; None: no limit.

    It is raised between two steps of Python: a call of a numerical library ends first.

    Raises
    ------
    ValueError
        This thread cannot limit time.

    Examples
    --------
    >>> try:
    ...     with time_limit(0.01):
    ...         while True:
    ...             pass
    ... except OutOfTime as error:
    ...     print(error)
    stopped after 0.01 s
    """
    if seconds is None:
        yield
        return
    if not can_limit_time():
        raise ValueError("the time of a cell can be limited in processes alone (backend loky), not in threads.")

    def ring(*_):
        raise OutOfTime(f"stopped after {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # once more, should it have rung on the way out
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
