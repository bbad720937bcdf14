"""The command ``shallow-cmr report``."""

from pathlib import Path

from shallow_cmr.cli.showing import show

__all__ = ["add_parser"]


def add_parser(commands):
    """Add the parser of this command to those of `commands`."""
    parser = commands.add_parser("report", help="write tables, figure and report of stored results again")
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a folder that bench wrote")
    parser.set_defaults(command=_report)


def _report(options):
    """Write the outputs of stored results again."""
    from rich.console import Console

    from shallow_cmr.experiment import ResultsFolder, load_results

    results = load_results(options.results)
    ResultsFolder(options.results).prepare()
    return show(results, options.results, Console(highlight=False))
