"""What commands that start processes share: how many, and what happens when they are stopped."""

import argparse
import sys
from contextlib import suppress

__all__ = ["add_n_jobs", "status_of"]


def add_n_jobs(parser):
    """Add the option ``--n-jobs`` to a parser."""
    parser.add_argument("--n-jobs", type=_n_jobs, default=-1, metavar="N", help="processes (default: all cores)")


def _n_jobs(text):
    """Return a number of processes; joblib refuses 0 only after the plan is made."""
    with suppress(ValueError):
        if int(text):
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} processes cannot work; give -1 for all cores, or 1, 2, ...")


def status_of(work, folder):
    """Call `work()` and return 0; 130 when interrupted, 1 when a process died: `folder` keeps what was finished."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        work()
    except KeyboardInterrupt:
        print(f"\nInterrupted. Finished cells are kept in {folder}: the same command goes on.", file=sys.stderr)
        return 130
    except BrokenProcessPool as error:
        print(f"shallow-cmr: a process died, for want of memory perhaps: {error}", file=sys.stderr)
        print(f"Finished cells are kept in {folder}: the same command goes on; try --n-jobs 1.", file=sys.stderr)
        return 1
    return 0
