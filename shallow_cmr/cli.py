"""The command line: ``shallow-cmr list | bench | report``."""

import argparse
import sys
from pathlib import Path

import shallow_cmr

__all__ = ["main"]

# Everything else is imported inside the commands, so that --help answers at once.


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Left out: those of the process.

    Returns
    -------
    int
        0; 1 when a cell failed; 2 for wrong use or a folder that cannot be written; 130 when interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an ASCII terminal shows ? for ρ and goes on
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (OSError, ValueError) as error:
        print(f"shallow-cmr: error: {error}", file=sys.stderr)
        return 2


def _parser():
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="shallow-cmr", description="Classical cross-modal retrieval baselines.")
    parser.add_argument("--version", action="version", version=f"shallow_cmr {shallow_cmr.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="{list,bench,report}", required=True)
    listing = commands.add_parser("list", help="list the methods")
    listing.set_defaults(command=_list)
    bench = commands.add_parser("bench", help="run a suite of baselines and print its leaderboard")
    bench.add_argument("suite", nargs="?", default="quick", help="a packaged suite or a .toml file (default: quick)")
    bench.add_argument(
        "--out", type=Path, default=Path("shallow_cmr_results"), metavar="FOLDER", help="results (default: %(default)s)"
    )
    bench.add_argument("--n-jobs", type=_n_jobs, default=-1, metavar="N", help="processes (default: all cores)")
    bench.add_argument("--fresh", action="store_true", help="compute again what the folder holds already")
    bench.add_argument("--methods", nargs="+", metavar="NAME", help="only these methods or labels of the suite")
    bench.set_defaults(command=_bench)
    report = commands.add_parser("report", help="write tables, figure and report of stored results again")
    report.add_argument("results", type=Path, metavar="RESULTS", help="a folder that bench wrote")
    report.set_defaults(command=_report)
    return parser


def _n_jobs(text):
    """Return a number of processes; joblib refuses 0 only after the plan is made."""
    number = int(text)
    if number == 0:
        raise argparse.ArgumentTypeError("0 processes cannot work; give -1 for all cores, or 1, 2, ...")
    return number


def _list(options):
    """Print every method: kind, supervision, what it is, paper."""
    from rich.console import Console
    from rich.padding import Padding

    from shallow_cmr.reporting import method_catalogue

    console = Console(highlight=False)
    methods = method_catalogue()
    width = max(len(method["name"]) for method in methods)
    for method in methods:
        facts = " · ".join(method[fact] for fact in ("kind", "supervision", "paper") if method[fact])
        console.print(f"[bold]{method['name']:{width}}[/bold]  {facts}")
        console.print(Padding(method["summary"], (0, 0, 0, width + 2)), markup=False)
    return 0


def _bench(options):
    """Run a suite and show what came out."""
    from concurrent.futures.process import BrokenProcessPool

    from rich.console import Console

    from shallow_cmr.experiment import ResultsFolder, load_results, pending_cells, read_suite, run_cells, write_plan
    from shallow_cmr.reporting.progress import follow

    suite = read_suite(options.suite)
    suite = suite.only(options.methods) if options.methods else suite
    folder = ResultsFolder(options.out).prepare()
    console = Console(highlight=False)
    total, pending = len(suite.cells()), pending_cells(suite, folder, fresh=options.fresh)
    if len(pending) < total:
        found = f"{total - len(pending)} of {total} cells found in {options.out}; --fresh computes them again."
        console.print(found, markup=False)
    write_plan(suite, folder)
    try:
        follow(run_cells(pending, folder, n_jobs=options.n_jobs), total, console, already=total - len(pending))
    except KeyboardInterrupt:
        print(f"\nInterrupted. Finished cells are kept in {options.out}: the same command goes on.", file=sys.stderr)
        return 130
    except BrokenProcessPool as error:
        print(f"shallow-cmr: a process died, for want of memory perhaps: {error}", file=sys.stderr)
        print(f"Finished cells are kept in {options.out}: the same command goes on; try --n-jobs 1.", file=sys.stderr)
        return 1
    return _show(load_results(options.out), options.out, console)


def _report(options):
    """Write the outputs of stored results again."""
    from rich.console import Console

    from shallow_cmr.experiment import ResultsFolder, load_results

    results = load_results(options.results)
    ResultsFolder(options.results).prepare()
    return _show(results, options.results, Console(highlight=False))


def _show(results, path, console):
    """Print leaderboards, protocol line, failures and the paths of what was written; return the exit status."""
    from shallow_cmr.reporting import leaderboards, print_leaderboard, write_outputs

    written = write_outputs(results, path)
    for board in leaderboards(results):
        print_leaderboard(board, console)
        console.print(board.protocol, markup=False)
    for row in results.failures:
        where = row["dataset"] if row["split"] is None else f"{row['dataset']}, split {row['split']}"
        console.print(f"failed: {row['parameters']} on {where}: {row['error']}", markup=False)
    console.print()
    for file in written:
        if file.name in ("report.html", "results.csv", "figure.png"):
            print(file)
    return 1 if results.failures else 0
