"""The command ``shallow-cmr bench``."""

import argparse
import math
import tomllib
from contextlib import suppress
from pathlib import Path

from shallow_cmr.cli.processes import add_n_jobs, status_of
from shallow_cmr.cli.showing import show

__all__ = ["add_parser"]

_SUITES = Path(__file__).parents[1] / "suites"


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser(
        "bench",
        help="run a suite of baselines and print its leaderboard",
        epilog=_packaged(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suite", nargs="?", default="quick", help="a packaged suite or a .toml file (default: quick)")
    parser.add_argument(
        "--out", type=Path, default=Path("shallow_cmr_results"), metavar="FOLDER", help="results (default: %(default)s)"
    )
    add_n_jobs(parser)
    parser.add_argument("--fresh", action="store_true", help="compute again what the folder holds already")
    parser.add_argument(
        "--methods", nargs="+", action="extend", metavar="NAME", help="only these methods or labels of the suite"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="give up a cell after so long (processes only)",
    )
    parser.add_argument(
        "--backend", default="loky", metavar="NAME", help="of joblib: loky (processes; default), threading, dask, ..."
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of the Dask cluster, such as tcp://10.0.0.1:8786")
    parser.set_defaults(command=_bench)


def _packaged():
    """Return one line for each packaged suite."""
    titles = {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["title"] for path in _SUITES.glob("*.toml")}
    width = max(map(len, titles))
    return "packaged suites:\n" + "\n".join(f"  {name:{width}}  {titles[name]}" for name in sorted(titles))


def _seconds(text):
    """Return a number of seconds."""
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time to wait; give seconds, such as 600")


def _bench(options):
    """Run a suite and show what came out."""
    from rich.console import Console

    from shallow_cmr.experiment import load_results, read_suite

    if options.timeout and options.backend in ("threading", "dask"):
        raise ValueError(f"--timeout needs processes of this machine; the backend {options.backend} works in threads.")
    suite, console = _chosen(read_suite(options.suite), options.methods), Console(highlight=False)
    status = status_of(lambda: _run(suite, options, console), options.out)
    return status or show(load_results(options.out), options.out, console)


def _run(suite, options, console):
    """Compute what the folder does not hold yet, and show how far it is."""
    from shallow_cmr.experiment import ResultsFolder, pending_cells, run_cells, run_on, write_plan
    from shallow_cmr.reporting.progress import follow

    with run_on(options.backend, options.scheduler):
        folder = ResultsFolder(options.out)
        total, pending = len(suite.cells()), pending_cells(suite, folder, fresh=options.fresh)
        write_plan(suite, folder.prepare())
        found = total - len(pending)
        if found:
            told = f"{found} of {total} cells found in {options.out}; --fresh computes them again."
            console.print(told, markup=False)
        finished = run_cells(pending, folder, n_jobs=options.n_jobs, timeout=options.timeout)
        follow(finished, total, console, already=found)


def _chosen(suite, names):
    """Return the suite with these methods (None: all); a suite among the names, put there by argparse, gets a hint."""
    from shallow_cmr.experiment import packaged_suites

    try:
        return suite if names is None else suite.only(names)
    except ValueError as error:
        suites = [name for name in names if name in packaged_suites() or name.endswith(".toml")]
        hint = f". To run the suite {suites[0]!r}, write it before --methods" if suites else ""
        raise ValueError(f"{error}{hint}") from error
