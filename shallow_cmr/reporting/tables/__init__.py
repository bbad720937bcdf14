"""Tables: leaderboards in the terminal, in markdown and in LaTeX; rows as CSV."""

from shallow_cmr.reporting.notation import arrow, number
from shallow_cmr.reporting.tables.cells import columns_of, is_level, is_marked, lines_of, summary_of
from shallow_cmr.reporting.tables.csv_rows import COMPARISON_COLUMNS, SCORE_COLUMNS, TIMING_COLUMNS, to_csv
from shallow_cmr.reporting.tables.latex import to_latex
from shallow_cmr.reporting.tables.markdown import markdown_table, markdown_text, to_markdown
from shallow_cmr.reporting.tables.terminal import print_leaderboard

__all__ = [
    "COMPARISON_COLUMNS",
    "SCORE_COLUMNS",
    "TIMING_COLUMNS",
    "arrow",
    "columns_of",
    "is_level",
    "is_marked",
    "lines_of",
    "markdown_table",
    "markdown_text",
    "number",
    "print_leaderboard",
    "summary_of",
    "to_csv",
    "to_latex",
    "to_markdown",
]
