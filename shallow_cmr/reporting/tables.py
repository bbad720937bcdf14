"""Leaderboards for the terminal, markdown and LaTeX; rows as CSV."""

import csv
from io import StringIO
from pathlib import Path

from shallow_cmr.reporting.leaderboard import require_leaderboard

__all__ = ["SCORE_COLUMNS", "TIMING_COLUMNS", "print_leaderboard", "to_csv", "to_latex", "to_markdown"]

_CELL = ("label", "method", "parameters", "n_dimensions", "dataset", "split", "seed", "direction")
SCORE_COLUMNS = (
    *_CELL,
    *("image_features", "text_features", "protocol", "measure", "value", "pessimistic", "optimistic", "chance"),
    *("n_queries", "n_without_relevant", "error"),
)
_SECONDS = [f"{stage}_{clock}" for stage in ("fit", "encode", "query") for clock in ("seconds", "cpu_seconds")]
TIMING_COLUMNS = (*_CELL, *_SECONDS)
_LATEX = str.maketrans({char: "\\" + char for char in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "→": r"$\to$",
    "ρ": r"$\rho$",
    "±": r"$\pm$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "·": r"$\cdot$",
})  # fmt: skip


def number(value):
    """Return a score as papers print it: ``.344``, ``1.000``, ``-.021``."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def arrow(direction):
    """Return ``image → text`` for ``image->text``."""
    return direction.replace("->", " → ")


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


def print_leaderboard(board, console=None):
    """Print a leaderboard; the best of each column carries a star, as colour does not reach a file.

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
        table.add_column(f"{size}\n{_short(direction)}", justify="right", no_wrap=True)
    table.add_column("mean", justify="right", no_wrap=True)
    wide = console.width >= 24 + 13 * (len(board.columns) + 1)
    for line in lines_of(board):
        name = Text(line.label + ("" if line.complete or not line.values else " †"))
        cells = [_terminal_cell(board, line, column, wide) for _, column in columns_of(board)]
        table.add_row(name, *cells, style="dim" if line is board.chance else None, end_section=line is board.lines[-1])
    console.print(table)
    console.print(" ".join(_legend(board)), style="dim")


def _legend(board):
    """Return the sentences that a terminal table needs."""
    yield "i→t: pictures ask for texts."
    if board.spread:
        yield "±: standard deviation over splits."
    if board.scored:
        yield "*: best of its column."
    if any(line.values and not line.complete for line in board.lines):
        yield "†: not run at every size, so out of the contest for the mean."


def _short(direction):
    """Return ``i→t`` for ``image->text``: three letters let six columns fit into eighty."""
    return "→".join(side[0] for side in direction.split("->"))


def _terminal_cell(board, line, column, wide):
    """Return a rich Text of mean and deviation, side by side or stacked."""
    from rich.text import Text

    summary = summary_of(line, column)
    if summary is None:
        return Text("error" if line.errors else "–", style="red" if line.errors else "dim")
    marked = is_marked(board, line, column)
    text = Text(("*" if marked else "") + number(summary.mean), style="bold green" if marked else "")
    if summary.std is not None:
        text.append((" " if wide else "\n") + f"±{number(summary.std)}", style="not bold dim")
    return text


def to_markdown(board):
    """Return a leaderboard as a markdown table with its protocol line; the best is bold.

    Parameters
    ----------
    board : Leaderboard

    Returns
    -------
    str

    Raises
    ------
    TypeError
        `board` is none: rows of `evaluate` become a table as ``pandas.DataFrame(rows)``.
    """
    require_leaderboard(board)
    heads = ["method", *(head for head, _ in columns_of(board))]
    rows = [
        [_markdown_text(line.label), *(_markdown_cell(board, line, c) for _, c in columns_of(board))]
        for line in lines_of(board)
    ]
    table = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    return f"**{_markdown_text(board.dataset)}**, {board.measure}\n\n{body}\n\n{_markdown_text(board.protocol)}\n"


def _markdown_text(text):
    """Return text that stays one table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _markdown_cell(board, line, column):
    """Return one cell, the best bold."""
    summary = summary_of(line, column)
    if summary is None:
        return "error" if line.errors else "–"
    text = f"**{number(summary.mean)}**" if is_marked(board, line, column) else number(summary.mean)
    return text if summary.std is None else f"{text} ± {number(summary.std)}"


def to_latex(board):
    """Return a leaderboard as a booktabs table: best bold, protocol in the caption.

    Parameters
    ----------
    board : Leaderboard

    Returns
    -------
    str

    Raises
    ------
    TypeError
        `board` is none.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    require_leaderboard(board)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # LaTeX has its own escapes: the filter below
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
    )
    environment.filters["tex"] = lambda text: str(text).translate(_LATEX)
    rows = [(line.label, [_latex_cell(board, line, c) for _, c in columns_of(board)]) for line in lines_of(board)]
    return environment.get_template("table.tex").render(board=board, rows=rows, short=_short)


def _latex_cell(board, line, column):
    """Return one cell in LaTeX."""
    summary = summary_of(line, column)
    if summary is None:
        return "error" if line.errors else "--"
    mean = number(summary.mean)
    mean = rf"\textbf{{{mean}}}" if is_marked(board, line, column) else mean
    return mean if summary.std is None else rf"{mean} {{\scriptsize$\pm${number(summary.std)}}}"


def to_csv(rows, columns):
    """Return rows as CSV text; what a spreadsheet would run as a formula gets an apostrophe in front.

    Parameters
    ----------
    rows : list of dict
        Missing and None values become empty cells.
    columns : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> from shallow_cmr.reporting import to_csv
    >>> print(to_csv([{"label": "=HYPERLINK(1)", "value": -0.5}], ["label", "value"]), end="")
    label,value
    '=HYPERLINK(1),-0.5
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def _harmless(value):
    """Return a CSV value that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    # A bare carriage return would end the row: the csv module quotes line feeds alone.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\n")) else text
