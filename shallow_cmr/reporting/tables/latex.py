"""Leaderboards in LaTeX, for papers."""

from pathlib import Path

from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import direction_letters, number
from shallow_cmr.reporting.tables.cells import columns_of, is_level, is_marked, lines_of, summary_of

__all__ = ["to_latex"]

_GREEK_LETTERS = "αβγδεζηθκλμνξπρστφχψω"
_GREEK_NAMES = (
    "alpha beta gamma delta varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau varphi chi psi omega"
)
_GREEK = {letter: rf"$\{name}$" for letter, name in zip(_GREEK_LETTERS, _GREEK_NAMES.split(), strict=True)}
_LATEX = str.maketrans({char: "\\" + char for char in "&%$#_{}"} | _GREEK | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    '"': "''",
    "<": "$<$",
    ">": "$>$",
    "→": r"$\to$",
    "−": "$-$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "·": r"$\cdot$",
})  # fmt: skip


def to_latex(board):
    r"""Return a leaderboard as a booktabs table whose caption says the protocol, the test and what each mark means.

    The best of each column is bold, the second underlined; a bullet marks those that no test parts from the best.

    Parameters
    ----------
    board : Leaderboard

    Returns
    -------
    str
        Compiles with ``\usepackage{booktabs}``; nothing in a label is taken for a command.

    Raises
    ------
    TypeError
        `board` is none.
    """
    require_leaderboard(board)
    rows = [
        (_label(line), [_cell(board, line, c) for _, c in columns_of(board)], line is board.chance)
        for line in lines_of(board)
    ]
    return _template().render(
        board=board,
        rows=rows,
        rules=_rules(board),
        short=direction_letters,
        incomplete=any(line.values and not line.complete for line in board.lines),
        tested=bool(board.comparisons.lines),
        test=board.comparisons.sentence if len(board.lines) > 1 and board.scored else "",
    )


def _template():
    """Return the table's template; its marks are none of LaTeX's."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
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
    environment.filters["tex"] = _escaped
    return environment.get_template("table.tex")


def _escaped(text):
    """Return text that LaTeX prints as it stands, on one line."""
    return " ".join(str(text).split()).translate(_LATEX)


def _label(line):
    """Return a method's name, with a dagger where it is out of the contest for the mean."""
    return _escaped(line.label) + (r"\textsuperscript{$\dagger$}" if line.values and not line.complete else "")


def _rules(board):
    r"""Return the ``\cmidrule`` below each size, as text."""
    width = len(board.directions)
    starts = range(2, 2 + width * len(board.sizes), width)
    return " ".join(rf"\cmidrule(lr){{{start}-{start + width - 1}}}" for start in starts)


def _cell(board, line, column):
    """Return one cell; marks hang over its right edge, so that digits stay below digits."""
    summary = summary_of(line, column)
    if summary is None:
        return "error" if line.errors else "--"
    text = number(summary.mean)
    if is_marked(board, line, column):
        text = rf"\textbf{{{text}}}"
    elif line is not board.chance and board.mean(line, column) in board.contest(column)[1:2]:
        text = rf"\underline{{{text}}}"
    if summary.std is not None:
        text += rf" {{\scriptsize$\pm${number(summary.std)}}}"
    return text + (r"\rlap{\textsuperscript{$\bullet$}}" if is_level(board, line, column) else "")
