"""Leaderboards in markdown, with a second table of what separates the best from the others."""

from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import number, p_text
from shallow_cmr.reporting.tables.cells import LEVEL_MARK, columns_of, is_level, is_marked, lines_of, summary_of

__all__ = ["comparison_table", "markdown_table", "markdown_text", "to_markdown"]


def to_markdown(board):
    """Return a leaderboard as a markdown table with its protocol line, and the comparisons with the best of the mean.

    The best of each column is bold; ``=`` marks those that no test parts from it.

    Parameters
    ----------
    board : Leaderboard
        One of `leaderboards`.

    Returns
    -------
    str
        Ends with a line break; nothing in a label is taken for another cell.

    Raises
    ------
    TypeError
        `board` is none: rows of `evaluate` become a table as ``pandas.DataFrame(rows)``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards, to_markdown
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [board] = leaderboards(results)
    >>> for line in to_markdown(board).splitlines()[:4]:
    ...     print(line)
    **topics (n_train=100)**, mAP@all
    <BLANKLINE>
    | method | 4 image → text | 4 text → image | mean |
    | --- | ---: | ---: | ---: |
    """
    require_leaderboard(board)
    rows = [
        [markdown_text(line.label), *(_cell(board, line, c) for _, c in columns_of(board))] for line in lines_of(board)
    ]
    spread = f", mean ± standard deviation over {board.spread}" if board.spread else ""
    parts = [
        f"**{markdown_text(board.dataset)}**, {board.measure}{spread}",
        markdown_table(["method", *(head for head, _ in columns_of(board))], rows),
        markdown_text(board.protocol),
        *comparison_table(board),
    ]
    return "\n\n".join(parts) + "\n"


def markdown_table(heads, rows):
    """Return a table whose first column is left-aligned, the others right-aligned."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def markdown_text(text):
    """Return text that stays one table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _cell(board, line, column):
    """Return one cell, the best bold."""
    summary = summary_of(line, column)
    if summary is None:
        return "error" if line.errors else "–"
    mark = LEVEL_MARK if is_level(board, line, column) else ""
    text = f"**{number(summary.mean)}**" if is_marked(board, line, column) else mark + number(summary.mean)
    return text if summary.std is None else f"{text} ± {number(summary.std)}"


def comparison_table(board):
    """Yield the parts that say which methods the best one of the mean is parted from, and by what test."""
    comparisons = board.comparisons
    if not comparisons.lines:
        if len(board.lines) > 1 and board.scored:
            yield f"{comparisons.sentence}."
        return
    yield f"{LEVEL_MARK}: not separable from the best of its column ({comparisons.sentence})."
    lines = comparisons.with_best((None, None))
    if lines:
        yield f"{markdown_text(lines[0].method)}, the best in the mean, less each other method:"
        yield markdown_table(["other method", "difference", "p", "p, corrected", "verdict"], map(_comparison, lines))


def _comparison(line):
    """Return the cells of one comparison."""
    if line.difference is None:
        return [markdown_text(line.other), "–", "–", "–", line.verdict]
    difference = f"{number(line.difference)} ± {number(line.standard_error)}"
    return [
        markdown_text(line.other),
        difference,
        p_text(line.p_value),
        p_text(line.p_adjusted),
        "separable" if line.separable else "not separable",
    ]
