"""What a stage costs: wall time, CPU time and peak memory, each where the system can tell it."""

import ctypes
from pathlib import Path
from threading import current_thread, main_thread
from time import perf_counter, process_time

__all__ = ["measured"]

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"  # proc(5): resets the peak of resident memory to its present value


def measured(stage, work):
    """Return what `work()` returns, and what it cost as columns named after the stage.

    Parameters
    ----------
    stage : str
    work : callable

    Returns
    -------
    result
    cost : dict
        ``<stage>_seconds`` of wall time; ``<stage>_cpu_seconds`` and ``<stage>_peak_bytes``, which count the whole
        process and so are None in a thread beside others.

    Notes
    -----
    The peak is the resident memory above that at the start, so of what was there before nothing counts. It is the
    kernel's own account, which costs nothing while `work` runs (tracing every allocation would slow it), to within
    some 0.2 MB. Memory freed earlier is given back first, or it would be used again unseen. None but on Linux with
    the GNU C library.

    Examples
    --------
    >>> import numpy as np
    >>> result, cost = measured("fit", lambda: float(np.ones(2_000_000).sum()))
    >>> result, sorted(cost)
    (2000000.0, ['fit_cpu_seconds', 'fit_peak_bytes', 'fit_seconds'])
    >>> cost["fit_peak_bytes"] is None or 15e6 < cost["fit_peak_bytes"] < 20e6
    True
    """
    alone = current_thread() is main_thread()
    resident = _restart_peak() if alone else None
    wall, cpu = perf_counter(), process_time()
    result = work()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    peak = None if resident is None else max(_status("VmHWM") - resident, 0)
    return result, {
        f"{stage}_seconds": wall,
        f"{stage}_cpu_seconds": cpu if alone else None,
        f"{stage}_peak_bytes": peak,
    }


def _find_trim():
    """Return the C library's function that gives free memory back to the system, or None."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


_TRIM = _find_trim()


def _restart_peak():
    """Give free memory back, let the peak start anew, and return the resident bytes; None where it cannot be done."""
    if _TRIM is None:
        return None
    _TRIM(0)
    try:
        _CLEAR.write_text(_FORGET_PEAK)
        return _status("VmRSS")
    except (OSError, ValueError):
        return None


def _status(entry):
    """Return an entry of the process's status in bytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{entry}:"):
            return 1024 * int(line.split()[1])
    raise ValueError(f"{_STATUS} tells no {entry}")
