"""Reports: leaderboards, tables, figures and one self-contained page; nothing here computes a score.

They are made from `Results`, which `shallow_cmr.experiment.run_suite` returns. The rows of `shallow_cmr.evaluate` are
a table at once:

>>> import pandas
>>> from shallow_cmr import CCA, evaluate, load_openclipart
>>> rows = evaluate(CCA(n_components=16, reg=1), load_openclipart())
>>> list(pandas.DataFrame(rows)["direction"])
['image->text', 'text->image']
"""

from shallow_cmr.reporting.catalogue import method_catalogue
from shallow_cmr.reporting.comparisons import Comparison, Comparisons, compare_methods, comparison_rows
from shallow_cmr.reporting.figures import (
    Plot,
    as_png,
    as_svg,
    dataset_plots,
    plot_class_scores,
    plot_critical_difference,
    plot_precision_at_n,
    plot_precision_recall,
    plot_scaling,
    plot_score_against_costs,
    plot_score_against_size,
    run_plots,
)
from shallow_cmr.reporting.html import render_report
from shallow_cmr.reporting.leaderboard import Leaderboard, leaderboards
from shallow_cmr.reporting.method_ranks import MethodRanks, rank_methods, ranks_to_markdown
from shallow_cmr.reporting.outputs import write_outputs
from shallow_cmr.reporting.tables import print_leaderboard, to_csv, to_latex, to_markdown

__all__ = [
    "Comparison",
    "Comparisons",
    "Leaderboard",
    "MethodRanks",
    "Plot",
    "as_png",
    "as_svg",
    "compare_methods",
    "comparison_rows",
    "dataset_plots",
    "leaderboards",
    "method_catalogue",
    "plot_class_scores",
    "plot_critical_difference",
    "plot_precision_at_n",
    "plot_precision_recall",
    "plot_scaling",
    "plot_score_against_costs",
    "plot_score_against_size",
    "print_leaderboard",
    "rank_methods",
    "ranks_to_markdown",
    "render_report",
    "run_plots",
    "to_csv",
    "to_latex",
    "to_markdown",
    "write_outputs",
]
