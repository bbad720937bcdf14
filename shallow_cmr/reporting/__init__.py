"""Reports: leaderboards, tables, figures and one self-contained page; nothing here computes a score."""

from shallow_cmr.reporting.catalogue import method_catalogue
from shallow_cmr.reporting.figures import as_png, as_svg, plot_score_against_size
from shallow_cmr.reporting.html import render_report
from shallow_cmr.reporting.leaderboard import Leaderboard, leaderboards
from shallow_cmr.reporting.outputs import write_outputs
from shallow_cmr.reporting.tables import print_leaderboard, to_csv, to_latex, to_markdown

__all__ = [
    "Leaderboard",
    "as_png",
    "as_svg",
    "leaderboards",
    "method_catalogue",
    "plot_score_against_size",
    "print_leaderboard",
    "render_report",
    "to_csv",
    "to_latex",
    "to_markdown",
    "write_outputs",
]
