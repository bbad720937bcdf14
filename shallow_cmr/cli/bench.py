"""The command ``shallow-cmr bench``."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from shallow_cmr.cli.showing import show

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("bench", help="run a suite of baselines and print its leaderboard")
    parser.add_argument("suite", nargs="?", default="quick", help="a packaged suite or a .toml file (default: quick)")
    parser.add_argument(
        "--out", type=Path, default=Path("shallow_cmr_results"), metavar="FOLDER", help="results (default: %(default)s)"
    )
    parser.add_argument("--n-jobs", type=_n_jobs, default=-1, metavar="N", help="processes (default: all cores)")
    parser.add_argument("--fresh", action="store_true", help="compute again what the folder holds already")
    parser.add_argument(
        "--methods", nargs="+", action="extend", metavar="NAME", help="only these methods or labels of the suite"
    )
    parser.set_defaults(command=_bench)


def _n_jobs(text):
    """Return a number of processes; joblib refuses 0 only after the plan is made."""
    with suppress(ValueError):
        if int(text):
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} processes cannot work; give -1 for all cores, or 1, 2, ...")


def _bench(options):
    """Run a suite and show what came out."""
    from concurrent.futures.process import BrokenProcessPool

    from rich.console import Console

    from shallow_cmr.experiment import ResultsFolder, load_results, pending_cells, read_suite, run_cells, write_plan
    from shallow_cmr.reporting.progress import follow

    suite = _chosen(read_suite(options.suite), options.methods)
    folder, console = ResultsFolder(options.out), Console(highlight=False)
    total, pending = len(suite.cells()), pending_cells(suite, folder, fresh=options.fresh)
    write_plan(suite, folder.prepare())
    if len(pending) < total:
        found = f"{total - len(pending)} of {total} cells found in {options.out}; --fresh computes them again."
        console.print(found, markup=False)
    try:
        follow(run_cells(pending, folder, n_jobs=options.n_jobs), total, console, already=total - len(pending))
    except KeyboardInterrupt:
        print(f"\nInterrupted. Finished cells are kept in {options.out}: the same command goes on.", file=sys.stderr)
        return 130
    except BrokenProcessPool as error:
        print(f"shallow-cmr: a process died, for want of memory perhaps: {error}", file=sys.stderr)
        print(f"Finished cells are kept in {options.out}: the same command goes on; try --n-jobs 1.", file=sys.stderr)
        return 1
    return show(load_results(options.out), options.out, console)


def _chosen(suite, names):
    """Return the suite with these methods (None: all); a suite among the names, put there by argparse, gets a hint."""
    from shallow_cmr.experiment import packaged_suites

    try:
        return suite if names is None else suite.only(names)
    except ValueError as error:
        suites = [name for name in names if name in packaged_suites() or name.endswith(".toml")]
        hint = f". To run the suite {suites[0]!r}, write it before --methods" if suites else ""
        raise ValueError(f"{error}{hint}") from error
