"""Leaderboards for the terminal."""

from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import direction_letters, number
from shallow_cmr.reporting.tables.cells import LEVEL_MARK, columns_of, is_level, is_marked, lines_of, summary_of

__all__ = ["print_leaderboard"]


def print_leaderboard(board, console=None):
    """Print a leaderboard; marks are characters, as colour does not reach a file.

    A star marks the best of each column, ``=`` those that no test parts from it. Columns for which the console is too
    narrow stand in a block of their own below, with the methods' names again.

    Parameters
    ----------
    board : Leaderboard
        One of `leaderboards`.
    console : rich.console.Console, optional
        Where to; left out: standard output.

    Raises
    ------
    TypeError
        `board` is none.

    Examples
    --------
    >>> from io import StringIO
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards, print_leaderboard
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> from rich.console import Console
    >>> console = Console(file=StringIO(), width=79)
    >>> print_leaderboard(*leaderboards(results), console)
    >>> console.file.getvalue().splitlines()[0].strip()
    'topics (n_train=100): mAP@all'
    """
    from rich.console import Console
    from rich.text import Text

    require_leaderboard(board)
    console = console or Console()
    title = Text(f"{board.dataset}: {board.measure}")
    first, *more = _blocks(board, console)
    first.title = title
    for table in (first, *more):
        console.print(table)
    console.print(Text(" ".join(_legend(board)), style="dim"))


def _blocks(board, console):
    """Return the tables that hold all columns and fit the console: as few as possible, one below the other."""
    from rich.measure import Measurement

    columns = [column for _, column in columns_of(board)]
    options = console.options.update(max_width=10_000)  # else what does not fit measures as if it did
    for n_blocks in range(1, len(columns) + 1):
        size = -(-len(columns) // n_blocks)
        groups = [columns[start : start + size] for start in range(0, len(columns), size)]
        for beside in (True, False):
            tables = [_table(board, group, beside) for group in groups]
            if all(Measurement.get(console, options, table).maximum <= console.width for table in tables):
                return tables
    return tables


def _table(board, columns, beside):
    """Return a rich Table of some columns; deviations stand beside the means, or below them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("method")
    for column in columns:
        head = "mean" if column is None else f"{column[0]}\n{direction_letters(column[1])}"
        table.add_column(head, justify="right", no_wrap=True)
    for line in lines_of(board):
        name = Text(line.label + ("" if line.complete or not line.values else " †"))
        cells = [_cell(board, line, column, beside) for column in columns]
        table.add_row(name, *cells, style="dim" if line is board.chance else None, end_section=line is board.lines[-1])
    return table


def _legend(board):
    """Return the sentences that the table needs."""
    yield "i→t: pictures ask for texts."
    if board.spread:
        yield f"±: standard deviation over {board.spread}."
    if board.scored:
        yield "*: best of its column."
    if board.comparisons.lines:
        yield f"{LEVEL_MARK}: not separable from it ({board.comparisons.sentence})."
    elif len(board.lines) > 1 and board.scored:
        yield f"{board.comparisons.sentence}."
    if any(line.values and not line.complete for line in board.lines):
        yield "†: not run at every size, so out of the contest for the mean."


def _cell(board, line, column, beside):
    """Return a rich Text of mean and deviation, side by side or stacked."""
    from rich.text import Text

    summary = summary_of(line, column)
    if summary is None:
        return Text("error" if line.errors else "–", style="red" if line.errors else "dim")
    best = is_marked(board, line, column)
    mark = "*" if best else LEVEL_MARK if is_level(board, line, column) else ""
    text = Text(mark + number(summary.mean), style="bold green" if best else "")
    if summary.std is not None:
        text.append((" " if beside else "\n") + f"±{number(summary.std)}", style="not bold dim")
    return text
