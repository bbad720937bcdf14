"""The command line: ``shallow-cmr list | bench | report | search``."""

import argparse
import sys
from contextlib import suppress
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
    commands = parser.add_subparsers(title="commands", metavar="{list,bench,report,search}", required=True)
    listing = commands.add_parser("list", help="list the methods")
    listing.set_defaults(command=_list)
    bench = commands.add_parser("bench", help="run a suite of baselines and print its leaderboard")
    bench.add_argument("suite", nargs="?", default="quick", help="a packaged suite or a .toml file (default: quick)")
    bench.add_argument(
        "--out", type=Path, default=Path("shallow_cmr_results"), metavar="FOLDER", help="results (default: %(default)s)"
    )
    bench.add_argument("--n-jobs", type=_n_jobs, default=-1, metavar="N", help="processes (default: all cores)")
    bench.add_argument("--fresh", action="store_true", help="compute again what the folder holds already")
    bench.add_argument(
        "--methods", nargs="+", action="extend", metavar="NAME", help="only these methods or labels of the suite"
    )
    bench.set_defaults(command=_bench)
    report = commands.add_parser("report", help="write tables, figure and report of stored results again")
    report.add_argument("results", type=Path, metavar="RESULTS", help="a folder that bench wrote")
    report.set_defaults(command=_report)
    _add_search(commands)
    return parser


def _add_search(commands):
    """Add the parser of the command search."""
    search = commands.add_parser("search", help="find bundled pictures by words, or keywords by a picture")
    search.add_argument("words", nargs="*", help='what to look for, such as "red flower"')
    search.add_argument("--image", metavar="PICTURE", help="ask with a bundled picture: its number or title")
    search.add_argument("--method", default="CCA", metavar="NAME", help="see list (default: %(default)s)")
    search.add_argument("--n", type=int, default=12, metavar="N", help="so many (default: %(default)s)")
    search.add_argument("--dimensions", type=int, metavar="K", help="dimensions or bits (default: 64)")
    search.add_argument("--text", choices=("lsa", "tfidf", "minilm"), default="lsa", help="features of the keywords")
    search.add_argument(
        "--out",
        type=Path,
        default=Path("shallow_cmr_search"),
        metavar="PATH",
        help="folder, or .html file, of the contact sheet (default: %(default)s)",
    )
    search.set_defaults(command=_search)


def _n_jobs(text):
    """Return a number of processes; joblib refuses 0 only after the plan is made."""
    with suppress(ValueError):
        if int(text):
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} processes cannot work; give -1 for all cores, or 1, 2, ...")


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
    return _show(load_results(options.out), options.out, console)


def _chosen(suite, names):
    """Return the suite with these methods (None: all); a suite among the names, put there by argparse, gets a hint."""
    from shallow_cmr.experiment import packaged_suites

    try:
        return suite if names is None else suite.only(names)
    except ValueError as error:
        suites = [name for name in names if name in packaged_suites() or name.endswith(".toml")]
        hint = f". To run the suite {suites[0]!r}, write it before --methods" if suites else ""
        raise ValueError(f"{error}{hint}") from error


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
    for call, where, error in results.failure_groups:
        console.print(f"failed: {call} on {where}: {error}", markup=False)
    console.print()
    for file in written:
        if file.name in ("report.html", "results.csv", "figure.png"):
            print(file)
    return 1 if results.failures else 0


def _search(options):
    """Search the bundled pictures, print what was found and write its contact sheet."""
    import warnings

    from rich.console import Console
    from threadpoolctl import threadpool_limits

    from shallow_cmr.atomic import write_atomically
    from shallow_cmr.reporting.contact_sheet import print_found, render_contact_sheet
    from shallow_cmr.search import find_item, picture_search

    query = " ".join(options.words).strip()
    if bool(query) == bool(options.image):
        raise ValueError('give words, such as: shallow-cmr search "red flower"; or a picture: --image 17; not both.')
    # One BLAS thread: for matrices as small as these, several only wait for each other.
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        search = picture_search(options.method, options.dimensions, options.text)
        if options.image:
            found = search.by_picture(find_item(search.dataset, options.image), options.n)
        else:
            found = search.by_words(query, options.n)
    print_found(found, search.dataset, Console(highlight=False))
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        print(f"shallow-cmr: warning: {text}", file=sys.stderr)
    file = options.out if options.out.suffix == ".html" else options.out / f"{_file_name(options.image or query)}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, render_contact_sheet(found, search.dataset))
    print(file)
    return 0


def _file_name(text):
    """Return letters and digits of a text, joined by hyphens, as the name of a file."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    return "-".join(words)[:60] or "search"
