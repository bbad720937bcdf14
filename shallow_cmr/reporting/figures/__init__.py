"""Figures: each a function of plain data and a theme, in two shapes, for wide and for narrow screens."""

from shallow_cmr.reporting.figures.canvas import THEMES, as_png, as_svg
from shallow_cmr.reporting.figures.class_scores import plot_class_scores
from shallow_cmr.reporting.figures.costs import plot_scaling, plot_score_against_costs
from shallow_cmr.reporting.figures.critical_difference import plot_critical_difference
from shallow_cmr.reporting.figures.plots import Plot, dataset_plots, run_plots
from shallow_cmr.reporting.figures.retrieval_curves import plot_precision_at_n, plot_precision_recall
from shallow_cmr.reporting.figures.score_by_size import plot_score_against_size

__all__ = [
    "THEMES",
    "Plot",
    "as_png",
    "as_svg",
    "dataset_plots",
    "plot_class_scores",
    "plot_critical_difference",
    "plot_precision_at_n",
    "plot_precision_recall",
    "plot_scaling",
    "plot_score_against_costs",
    "plot_score_against_size",
    "run_plots",
]
