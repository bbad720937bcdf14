"""The command line: ``shallow-cmr list | bench | report | repro | search``, one module a command."""

import argparse
import sys

import shallow_cmr
from shallow_cmr.cli import bench, listing, report, repro, search

__all__ = ["main"]

# Everything else is imported inside the commands, so that --help answers at once.
_COMMANDS = (listing, bench, report, repro, search)


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Left out: those of the process.

    Returns
    -------
    int
        0; 1 when a cell failed, or a number differs from published ones for no stated reason; 2 for wrong use or a
        folder that cannot be written; 130 when interrupted.
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
    commands = parser.add_subparsers(title="commands", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    commands.metavar = f"{{{','.join(commands.choices)}}}"
    return parser
