"""The command ``shallow-cmr repro``."""

from pathlib import Path

from shallow_cmr.cli.processes import add_n_jobs, status_of

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("repro", help="compare with published numbers, each under its own protocol")
    parser.add_argument("what", metavar="WHAT", help="wikipedia")
    parser.add_argument(
        "--out", type=Path, default=Path("shallow_cmr_repro"), metavar="FOLDER", help="results (default: %(default)s)"
    )
    add_n_jobs(parser)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="the dataset's files (default: wikipedia/ in the folder that SHALLOW_CMR_DATA names)",
    )
    parser.set_defaults(command=_repro)


def _repro(options):
    """Run what is held against published numbers, and show how it compares."""
    from rich.console import Console

    from shallow_cmr.reproduction import read_reproduction

    reproduction, console = read_reproduction(options.what), Console(highlight=False)
    status = status_of(lambda: _run(reproduction, options, console), options.out)
    return status or _show(reproduction, options.out, console)


def _run(reproduction, options, console):
    """Compute what the folder does not hold yet, and show how far it is."""
    from shallow_cmr.reporting.progress import follow
    from shallow_cmr.reproduction import prepare_parts, run_parts

    work, total = prepare_parts(reproduction, options.out, data=options.data)
    found = total - sum(len(cells) for cells, _ in work)
    if found:
        console.print(f"{found} of {total} cells found in {options.out}.", markup=False)
    follow(run_parts(work, n_jobs=options.n_jobs), total, console, already=found)


def _show(reproduction, path, console):
    """Print and write the comparisons; return 1 if one failed or is out of its band without a reason, else 0."""
    from shallow_cmr.reproduction import (
        compare,
        environments_of,
        finished_results,
        print_comparisons,
        write_comparisons,
    )

    results = finished_results(reproduction, path)
    comparisons = compare(reproduction, results)
    print_comparisons(reproduction, comparisons, console)
    for file in write_comparisons(reproduction, comparisons, environments_of(results), path):
        print(file)
    return 1 if {"failed", "unexplained"} & {comparison.verdict for comparison in comparisons} else 0
