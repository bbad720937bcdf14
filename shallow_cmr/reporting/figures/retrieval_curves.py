"""Precision against recall, and precision among the first N."""

from shallow_cmr.reporting.figures.canvas import (
    add_legend,
    dress,
    label_text,
    make_panels,
    method_styles,
    set_log_axis,
    short_number,
)
from shallow_cmr.reporting.notation import arrow

__all__ = ["plot_precision_at_n", "plot_precision_recall"]


def plot_precision_recall(curves, theme="light", *, stacked=False, order=None):
    """Plot interpolated precision against recall, one panel a direction.

    Parameters
    ----------
    curves : dict
        ``{label: {direction: {"recall": [...], "precision": [...]}}}`` in the order of the leaderboard; a label without
        directions takes its place in the order and draws nothing.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        Panels one below the other, for narrow screens.
    order : list of str, optional
        All labels, in the order by which they get their colours; by default that of the curves. Figures that are
        to be read side by side need one order.

    Returns
    -------
    matplotlib.figure.Figure
        A panel a direction, with a common legend below.

    Examples
    --------
    >>> from shallow_cmr.reporting import plot_precision_recall
    >>> curves = {"CCA": {"image->text": {"recall": [0.5, 0.5, 1.0], "precision": [1.0, 0.5, 0.67]}}}
    >>> [panel] = plot_precision_recall(curves).axes
    >>> panel.get_xlabel(), panel.get_ylabel()
    ('recall', 'precision')
    """
    return _plot(curves, ("recall", "precision"), ("recall", "precision"), theme, stacked, order)


def plot_precision_at_n(curves, theme="light", *, stacked=False, order=None):
    """Plot the precision among the first N items against N, one panel a direction.

    Parameters
    ----------
    curves : dict
        As for `plot_precision_recall`, with ``"n"`` and ``"precision_at_n"``.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        Panels one below the other, for narrow screens.
    order : list of str, optional
        All labels, in the order by which they get their colours; by default that of the curves. Figures that are
        to be read side by side need one order.

    Returns
    -------
    matplotlib.figure.Figure
        A panel a direction, N on a logarithmic scale, with a common legend below.

    Examples
    --------
    >>> from shallow_cmr.reporting import plot_precision_at_n
    >>> curves = {"CCA": {"image->text": {"n": [1, 2, 3], "precision_at_n": [1.0, 0.5, 0.67]}}}
    >>> [panel] = plot_precision_at_n(curves).axes
    >>> panel.get_xlabel(), panel.get_ylabel()
    ('N', 'precision among the first N')
    """
    figure = _plot(curves, ("n", "precision_at_n"), ("N", "precision among the first N"), theme, stacked, order)
    for panel in figure.axes:
        panel.set_xscale("log")
        set_log_axis(panel.xaxis, panel.dataLim.intervalx)
    return figure


def _plot(curves, keys, names, theme, stacked, order):
    """Draw one panel a direction of the arrays under two keys."""
    directions = list(dict.fromkeys(direction for found in curves.values() for direction in found))
    styles = method_styles(order or curves, theme)
    figure, panels = make_panels(len(directions), curves, theme, stacked=stacked, sharex=True, sharey=True)
    for panel, direction in zip(panels, directions):
        dress(panel, theme, arrow(direction))
        panel.yaxis.set_major_formatter(short_number)
        for label, found in curves.items():
            if direction in found:
                x, y = (found[direction][key] for key in keys)
                style = {**styles[label], "linewidth": 1.6, "markersize": 6, "markevery": 0.12}
                panel.plot(x, y, label=label_text(label), **style)
        where = panel.get_subplotspec()
        panel.set_xlabel(names[0] if where.is_last_row() else "")
        panel.set_ylabel(names[1] if where.is_first_col() else "")
    panels[0].set_ylim(bottom=0)
    add_legend(figure, panels, theme, stacked=stacked)
    return figure
