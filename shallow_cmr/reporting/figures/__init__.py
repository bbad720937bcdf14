"""Figures: each a function of plain data and a theme, in two shapes, for wide and for narrow screens."""

from shallow_cmr.reporting.figures.canvas import THEMES, as_png, as_svg
from shallow_cmr.reporting.figures.score_by_size import plot_score_against_size

__all__ = ["THEMES", "as_png", "as_svg", "plot_score_against_size"]
