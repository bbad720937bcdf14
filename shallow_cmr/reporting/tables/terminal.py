"""Leaderboards for the terminal."""

from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import direction_letters, number
from shallow_cmr.reporting.tables.cells import LEVEL_MARK, columns_of, is_level, is_marked, lines_of, summary_of

__all__ = ["print_leaderboard"]


def print_leaderboard(board, console=None):
    """Print a leaderboard; marks are characters, as colour does not reach a file.

    A star marks the best of each column, ``=`` those that no test parts from it.

    Parameters
    ----------
    board : Leaderboard
    console : rich.console.Console, optional
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    require_leaderboard(board)
    console = console or Console()
    title = Text(f"{board.dataset}: {board.measure}")
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("method")
    for size, direction in board.columns:
        table.add_column(f"{size}\n{direction_letters(direction)}", justify="right", no_wrap=True)
    table.add_column("mean", justify="right", no_wrap=True)
    wide = console.width >= 24 + 13 * (len(board.columns) + 1)
    for line in lines_of(board):
        name = Text(line.label + ("" if line.complete or not line.values else " †"))
        cells = [_cell(board, line, column, wide) for _, column in columns_of(board)]
        table.add_row(name, *cells, style="dim" if line is board.chance else None, end_section=line is board.lines[-1])
    console.print(table)
    console.print(Text(" ".join(_legend(board)), style="dim"))


def _legend(board):
    """Return the sentences that the table needs."""
    yield "i→t: pictures ask for texts."
    if board.spread:
        yield "±: standard deviation over splits."
    if board.scored:
        yield "*: best of its column."
    if board.comparisons.lines:
        yield f"{LEVEL_MARK}: not separable from it ({board.comparisons.sentence})."
    elif len(board.lines) > 1 and board.scored:
        yield f"{board.comparisons.sentence}."
    if any(line.values and not line.complete for line in board.lines):
        yield "†: not run at every size, so out of the contest for the mean."


def _cell(board, line, column, wide):
    """Return a rich Text of mean and deviation, side by side or stacked."""
    from rich.text import Text

    summary = summary_of(line, column)
    if summary is None:
        return Text("error" if line.errors else "–", style="red" if line.errors else "dim")
    best = is_marked(board, line, column)
    mark = "*" if best else LEVEL_MARK if is_level(board, line, column) else ""
    text = Text(mark + number(summary.mean), style="bold green" if best else "")
    if summary.std is not None:
        text.append((" " if wide else "\n") + f"±{number(summary.std)}", style="not bold dim")
    return text
