"""Write everything a results folder offers its reader: tables, figures, report."""

from pathlib import Path

from shallow_cmr.atomic import write_atomically
from shallow_cmr.experiment import load_dataset
from shallow_cmr.reporting.comparisons import comparison_rows
from shallow_cmr.reporting.figures import as_png, as_svg, dataset_plots, run_plots
from shallow_cmr.reporting.html import render_report
from shallow_cmr.reporting.leaderboard import leaderboards
from shallow_cmr.reporting.method_ranks import ranks_to_markdown
from shallow_cmr.reporting.page.boards import board_groups
from shallow_cmr.reporting.tables import (
    COMPARISON_COLUMNS,
    SCORE_COLUMNS,
    TIMING_COLUMNS,
    to_csv,
    to_latex,
    to_markdown,
)

__all__ = ["write_outputs"]


def write_outputs(results, path):
    """Write the tables, figures and report of some results.

    Parameters
    ----------
    results : Results
    path : str or path
        An existing folder.

    Returns
    -------
    list of path
        What was written, the report first. ``results.csv`` holds scores and is the same each time they are computed;
        ``timings.csv`` holds seconds, which never are. ``comparisons.csv`` tells which methods differ, where they could
        be tested. Figures are PNG and SVG files; the data set's number follows their name from the second on.
    """
    boards = leaderboards(results)
    timed = [row for row in results.rows if row.get("fit_seconds") is not None]
    compared = comparison_rows(boards)
    files = {
        "results.csv": to_csv(results.rows, SCORE_COLUMNS),
        "timings.csv": to_csv(timed, TIMING_COLUMNS),
        **({"comparisons.csv": to_csv(compared, COMPARISON_COLUMNS)} if compared else {}),
        "leaderboard.md": "\n".join([*map(to_markdown, boards), ranks_to_markdown(_one_a_dataset(boards, results))]),
        "table.tex": "\n".join(to_latex(board) for board in boards),
        **_figures(boards, results),
    }
    files = {"report.html": render_report(results, _datasets(results), list(files)), **files}
    for name, content in files.items():
        write_atomically(Path(path) / name, content)
    return [Path(path) / name for name in files]


def _figures(boards, results):
    """Return ``{file name: content}`` of every figure that there are data for."""
    named = {plot.name: plot for plot in run_plots(_one_a_dataset(boards, results), results)}
    for number, board in enumerate([board for board in boards if board.scored], start=1):
        named |= {f"{plot.name}{number if number > 1 else ''}": plot for plot in dataset_plots(board, results)}
    files = {}
    for name, plot in named.items():
        figure = plot.draw("light")
        files |= {f"{name}.png": as_png(figure), f"{name}.svg": as_svg(figure)}
    return files


def _one_a_dataset(boards, results):
    """Return the leaderboards without those that rank the same data under another protocol."""
    return [first for first, *_ in board_groups(boards, results)]


def _datasets(results):
    """Return ``{name in the rows: dataset}`` of the first split; what cannot be loaded any more is left out."""
    found = {}
    for cell in results.cells:
        if cell["dataset"] not in found:
            try:
                found[cell["dataset"]] = load_dataset(cell["data"])
            except (OSError, ValueError, KeyError):
                found[cell["dataset"]] = None
    return {name: dataset for name, dataset in found.items() if dataset is not None}
