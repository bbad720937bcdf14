"""What a run ran on: versions, processor, threads."""

import os
import platform
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from threadpoolctl import threadpool_info

import shallow_cmr

__all__ = ["environment"]


def environment():
    """Return versions, processor and threads, without names of users or folders.

    Returns
    -------
    dict of str to str
        The date, too, in UTC.

    Examples
    --------
    >>> from shallow_cmr.experiment import environment
    >>> sorted(environment())[:3]
    ['BLAS', 'BLAS threads a fit', 'cores']
    """
    blas = {f"{pool['internal_api']} {pool['version']}" for pool in threadpool_info() if pool["user_api"] == "blas"}
    packages = {name: _version(name) for name in ("numpy", "scipy", "scikit-learn", "joblib")}
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "shallow_cmr": shallow_cmr.__version__,
        "python": platform.python_version(),
        **packages,
        "BLAS": ", ".join(sorted(blas)) or "unknown",
        "BLAS threads a fit": "1",
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()} ({sys.implementation.name})",
    }


def _version(package):
    """Return the installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor():
    """Return the processor's name as the system tells it."""
    with suppress(OSError):
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
