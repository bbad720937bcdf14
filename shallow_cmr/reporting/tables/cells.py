"""What all tables share: their columns and lines, and which marks a cell carries."""

from shallow_cmr.reporting.notation import arrow

__all__ = ["LEVEL_MARK", "columns_of", "is_level", "is_marked", "lines_of", "summary_of"]

LEVEL_MARK = "="


def columns_of(board):
    """Return ``(head, column)`` pairs of a leaderboard; the last column, None, is the mean."""
    return [(f"{size} {arrow(direction)}", (size, direction)) for size, direction in board.columns] + [("mean", None)]


def lines_of(board):
    """Return its lines in printing order, chance last."""
    return [*board.lines, board.chance] if board.chance.values else board.lines


def summary_of(line, column):
    """Return the `Summary` of a column, None: of the mean."""
    return line.overall if column is None else line.values.get(column)


def is_marked(board, line, column):
    """Tell whether the best mark belongs here."""
    return line is not board.chance and board.is_best(line, column)


def is_level(board, line, column):
    """Tell whether the mark of those belongs here that no test parts from the best."""
    return line is not board.chance and board.is_level(line, column)
