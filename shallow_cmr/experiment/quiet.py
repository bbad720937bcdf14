"""Quiet workers: one BLAS thread, and warnings kept apart, for as many cells as one process runs at a time."""

import threading
import warnings
from contextlib import ExitStack, contextmanager
from functools import partial

from threadpoolctl import threadpool_limits

__all__ = ["quiet_worker"]

_lock = threading.Lock()
_running = 0
_process = ExitStack()  # what the process was like before its first cell
_thread = threading.local()


@contextmanager
def quiet_worker():
    """Run with one BLAS thread, and collect the warnings of this thread.

    Both the number of BLAS threads and what becomes of warnings are the process's, not the thread's. So the first of
    several threads sets them and the last one restores them: with one context manager a thread, one that ends would
    give the others their many BLAS threads, and last digits, back.

    Yields
    ------
    list of str
        The texts of the warnings so far.

    Examples
    --------
    >>> import warnings
    >>> with quiet_worker() as caught:
    ...     warnings.warn("of a fit")
    >>> caught
    ['of a fit']
    """
    _enter()
    outer = getattr(_thread, "caught", None)
    _thread.caught = []
    try:
        yield _thread.caught
    finally:
        _thread.caught = outer
        _leave()


def _enter():
    """Set the process up, if this is its first cell."""
    global _running
    with _lock:
        if _running == 0:
            _process.enter_context(threadpool_limits(limits=1))
            _process.enter_context(warnings.catch_warnings())
            warnings.simplefilter("always")
            warnings.showwarning = partial(_keep, warnings.showwarning)
        _running += 1


def _keep(show, message, *facts, **more_facts):
    """Keep a warning for the cell of this thread; one of a thread without a cell is shown as ever."""
    caught = getattr(_thread, "caught", None)
    if caught is None:
        show(message, *facts, **more_facts)
    else:
        caught.append(str(message))


def _leave():
    """Restore the process, if this was its last cell."""
    global _running
    with _lock:
        _running -= 1
        if _running == 0:
            _process.close()
