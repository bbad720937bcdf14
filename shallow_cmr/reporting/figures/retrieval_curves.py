"""Precision against recall, and precision among the first N."""

from shallow_cmr.reporting.figures.canvas import (
    add_legend,
    dress,
    label_text,
    make_panels,
    method_style,
    set_log_axis,
    short_number,
)
from shallow_cmr.reporting.notation import arrow

__all__ = ["plot_precision_at_n", "plot_precision_recall"]


def plot_precision_recall(curves, theme="light", *, stacked=False):
    """Plot interpolated precision against recall, one panel a direction.

    Parameters
    ----------
    curves : dict
        ``{label: {direction: {"recall": [...], "precision": [...]}}}`` in the order of the leaderboard; a label without
        directions keeps its colour for the other figures and draws nothing.
    theme : {"light", "dark"}
    stacked : bool
        Panels one below the other, for narrow screens.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return _plot(curves, ("recall", "precision"), ("recall", "precision"), theme, stacked)


def plot_precision_at_n(curves, theme="light", *, stacked=False):
    """Plot the precision among the first N items against N, one panel a direction.

    Parameters
    ----------
    curves : dict
        As for `plot_precision_recall`, with ``"n"`` and ``"precision_at_n"``.
    theme : {"light", "dark"}
    stacked : bool

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = _plot(curves, ("n", "precision_at_n"), ("N", "precision among the first N"), theme, stacked)
    for panel in figure.axes:
        panel.set_xscale("log")
        set_log_axis(panel.xaxis, panel.dataLim.intervalx)
    return figure


def _plot(curves, keys, names, theme, stacked):
    """Draw one panel a direction of the arrays under two keys."""
    directions = list(dict.fromkeys(direction for found in curves.values() for direction in found))
    figure, panels = make_panels(len(directions), curves, theme, stacked=stacked, sharex=True, sharey=True)
    for panel, direction in zip(panels, directions):
        dress(panel, theme, arrow(direction))
        panel.yaxis.set_major_formatter(short_number)
        for place, (label, found) in enumerate(curves.items()):
            if direction in found:
                x, y = (found[direction][key] for key in keys)
                style = {**method_style(place, theme), "linewidth": 1.6, "markersize": 6, "markevery": 0.12}
                panel.plot(x, y, label=label_text(label), **style)
        where = panel.get_subplotspec()
        panel.set_xlabel(names[0] if where.is_last_row() else "")
        panel.set_ylabel(names[1] if where.is_first_col() else "")
    panels[0].set_ylim(bottom=0)
    add_legend(figure, panels, theme, stacked=stacked)
    return figure
