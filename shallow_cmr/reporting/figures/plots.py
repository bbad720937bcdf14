"""The figures that a run has the data for, each with its file name, title and caption."""

from dataclasses import dataclass
from functools import partial

from shallow_cmr.reporting.figures.class_scores import plot_class_scores
from shallow_cmr.reporting.figures.costs import COSTS, plot_scaling, plot_score_against_costs
from shallow_cmr.reporting.figures.critical_difference import plot_critical_difference
from shallow_cmr.reporting.figures.data import (
    class_scores,
    cost_points,
    extreme_classes,
    mean_curves,
    scaling_series,
    shown_sizes,
)
from shallow_cmr.reporting.figures.retrieval_curves import plot_precision_at_n, plot_precision_recall
from shallow_cmr.reporting.figures.score_by_size import plot_score_against_size
from shallow_cmr.reporting.leaderboard import method_order
from shallow_cmr.reporting.method_ranks import rank_methods

__all__ = ["Plot", "dataset_plots", "run_plots"]


_MOST_CLASSES = 20  # beyond which the names below a map run into each other


@dataclass(frozen=True)
class Plot:
    """A figure that can be drawn: ``plot.draw("dark", stacked=True)``.

    Parameters
    ----------
    name : str
        Of its file, without ending.
    title, caption : str
        What stands above and below it.
    draw : callable
        Takes a theme and ``stacked``; returns a `matplotlib.figure.Figure`.

    Examples
    --------
    >>> from functools import partial
    >>> from shallow_cmr.reporting import Plot, plot_scaling
    >>> draw = partial(plot_scaling, {"CCA": [(100, 0.1), (200, 0.3)]})
    >>> plot = Plot("scaling", "Time against the number of items", "Both scales are logarithmic.", draw)
    >>> [panel.get_xlabel() for panel in plot.draw("dark", stacked=True).axes]
    ['training items']
    """

    name: str
    title: str
    caption: str
    draw: object


def dataset_plots(board, results):
    """Return the figures of one dataset.

    Parameters
    ----------
    board : Leaderboard
        The dataset's.
    results : Results
        What it was made of.

    Returns
    -------
    list of Plot
        Score against size first; without any score none. A figure whose data the results lack is left out.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import dataset_plots, leaderboards
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [plot.name for plot in dataset_plots(*leaderboards(results), results)]
    ['figure', 'precision_recall', 'precision_at_n', 'costs', 'classes']
    """
    if not board.scored:
        return []
    order = method_order(results)
    first = _score_by_size(board, order)
    return [first, *_curves(board, results, order), *_costs(board, results, order), *_classes(board, results)]


def run_plots(boards, results):
    """Return the figures over several datasets: how times grow, and average ranks with their critical difference.

    Parameters
    ----------
    boards : list of Leaderboard
        One a dataset.
    results : Results
        What they were made of.

    Returns
    -------
    list of Plot
        Times where the sizes of one loader's datasets differ twofold; ranks where two datasets share three methods.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards, run_plots
    >>> datasets = tuple(DatasetEntry("topics", {"n_train": n}) for n in (100, 200))
    >>> suite = Suite(datasets, (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [plot.name for plot in run_plots(leaderboards(results), results)]
    ['scaling']
    """
    plots = []
    for number, series in enumerate(scaling_series(boards, results).values(), start=1):
        name = "scaling" if number == 1 else f"scaling{number}"
        caption = "Time of one fit (CPU, one thread) by the number of training items; both scales are logarithmic."
        plots.append(
            Plot(
                name,
                "Time against the number of items",
                caption,
                partial(plot_scaling, series, order=method_order(results)),
            )
        )
    try:
        ranking = rank_methods(boards)
    except ValueError:
        return plots
    draw = partial(plot_critical_difference, ranking)
    return [*plots, Plot("critical_difference", "Average ranks over data sets", ranking.caption, draw)]


def _score_by_size(board, order):
    """Return the figure of the leaderboard itself."""
    bands = f"Bands are one standard deviation over {board.spread}; the" if board.spread else "The"
    draw = partial(plot_score_against_size, board, order=order)
    return Plot("figure", f"{board.measure} against size", f"{bands} dashed line is chance.", draw)


def _curves(board, results, order):
    """Return precision against recall and against N, where the results hold them."""
    curves = _named(board, mean_curves(board, results))
    names, made = list(_named(board, dict.fromkeys(order))), []
    for key, name, title, draw in (
        ("precision", "precision_recall", "Precision against recall", plot_precision_recall),
        ("precision_at_n", "precision_at_n", "Precision among the first N", plot_precision_at_n),
    ):
        known = {label: {way: c for way, c in found.items() if key in c} for label, found in curves.items()}
        if any(known.values()):
            made.append(
                Plot(name, title, f"Means over queries and splits, {_at(board)}.", partial(draw, known, order=names))
            )
    return made


def _costs(board, results, order):
    """Return score against costs, where the results hold any."""
    points = cost_points(board, results)
    if not any(cost in point for found in points.values() for point in found for cost in COSTS):
        return []
    caption = "Mean of both directions; a line joins a method's sizes, larger markers are larger sizes."
    draw = partial(plot_score_against_costs, points, board.measure, order=order)
    return [Plot("costs", f"{board.measure} against time and memory", caption, draw)]


def _classes(board, results):
    """Return the map of class-wise scores, where the results hold them."""
    scores = _named(board, class_scores(board, results))
    if not any(scores.values()):
        return []
    shown, n_classes = extreme_classes(scores, _MOST_CLASSES)
    half, note = _MOST_CLASSES // 2, ""
    if n_classes > _MOST_CLASSES:
        note = f"the {half} easiest and the {half} hardest of {n_classes} classes"
    caption = f"Queries of each class, {_at(board)}: {note or 'classes from the easiest to the hardest'}."
    draw = partial(plot_class_scores, shown, board.measure, note=note)
    return [Plot("classes", f"{board.measure} of each class", caption, draw)]


def _at(board):
    """Return at which size methods are shown."""
    sizes = set(shown_sizes(board).values())
    return f"at {sizes.pop()} dimensions or bits" if len(sizes) == 1 else "each method at the size in brackets"


def _named(board, found):
    """Return `found` by labels that name the shown size, where methods are shown at several."""
    sizes = shown_sizes(board)
    if len(set(sizes.values())) == 1:
        return found
    return {f"{label} ({sizes[label]})" if label in sizes else label: value for label, value in found.items()}
