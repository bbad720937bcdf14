"""What a score costs: the time of a fit, the memory of an item; and how the time grows with the training items."""

from shallow_cmr.reporting.figures.canvas import (
    THEMES,
    add_legend,
    dress,
    label_text,
    make_panels,
    method_styles,
    set_log_axis,
    short_number,
)

__all__ = ["COSTS", "plot_scaling", "plot_score_against_costs"]

#: The costs of a row that a score is drawn against, and how axes call them.
COSTS = {"fit_cpu_seconds": "seconds of one fit (CPU)", "bytes_per_item": "bytes an item"}
_GUIDE = "proportional to n"
_BASES = {"fit_cpu_seconds": 10, "bytes_per_item": 2}


def plot_score_against_costs(points, measure, theme="light", *, stacked=False, order=None):
    """Plot score against each cost, a panel each: a line a method through its sizes, the larger the marker the larger.

    Parameters
    ----------
    points : dict
        ``{label: [{"size": ..., "score": ..., "fit_cpu_seconds": ..., "bytes_per_item": ...}]}`` in the order of the
        leaderboard; a cost that no point has is left out.
    measure : str
        What the score is.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        Panels one below the other, for narrow screens.
    order : list of str, optional
        All labels, in the order by which they get their colours; by default that of the points. Figures that are
        to be read side by side need one order.

    Returns
    -------
    matplotlib.figure.Figure
        A panel a cost, with a common legend below.

    Examples
    --------
    >>> from shallow_cmr.reporting import plot_score_against_costs
    >>> small = {"size": 8, "score": 0.4, "fit_cpu_seconds": 0.01, "bytes_per_item": 64}
    >>> large = {"size": 16, "score": 0.5, "fit_cpu_seconds": 0.02, "bytes_per_item": 128}
    >>> figure = plot_score_against_costs({"CCA": [small, large]}, "mAP@all")
    >>> [panel.get_xlabel() for panel in figure.axes]
    ['seconds of one fit (CPU)', 'bytes an item']
    """
    costs = [cost for cost in COSTS if any(cost in point for found in points.values() for point in found)]
    sizes = sorted({point["size"] for found in points.values() for point in found})
    styles = method_styles(order or points, theme)
    figure, panels = make_panels(len(costs), points, theme, stacked=stacked, sharey=True)
    for panel, cost in zip(panels, costs):
        dress(panel, theme)
        panel.set_xscale("log", base=_BASES[cost])
        known = [point[cost] for found in points.values() for point in found if cost in point]
        set_log_axis(panel.xaxis, known, _BASES[cost])
        panel.set_xlabel(COSTS[cost])
        panel.set_ylabel(measure if panel.get_subplotspec().is_first_col() else "")
        panel.yaxis.set_major_formatter(short_number)
        for label, found in points.items():
            triples = sorted((point["size"], point[cost], point["score"]) for point in found if cost in point)
            _draw_sizes(panel, triples, sizes, label, styles[label])
    add_legend(figure, panels, theme, stacked=stacked)
    return figure


def _draw_sizes(panel, triples, sizes, label, style):
    """Draw one method's (size, cost, score)."""
    if not triples:
        return
    panel.plot([], [], label=label_text(label), **style)
    panel.plot([x for _, x, _ in triples], [y for _, _, y in triples], **{**style, "marker": "", "linewidth": 1.2})
    for size, x, y in triples:
        panel.plot([x], [y], **{**style, "markersize": 5 + 5 * sizes.index(size) / max(len(sizes) - 1, 1)})


def plot_scaling(series, theme="light", *, stacked=False, order=None):
    """Plot the time of a fit against the number of training items, both on logarithmic scales.

    Parameters
    ----------
    series : dict
        ``{label: [(n_train, seconds), ...]}`` in the order of the leaderboard.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        For narrow screens.
    order : list of str, optional
        All labels, in the order by which they get their colours; by default that of the series. Figures that are
        to be read side by side need one order.

    Returns
    -------
    matplotlib.figure.Figure
        With a dashed line of times proportional to the number of items.

    Examples
    --------
    >>> from shallow_cmr.reporting import plot_scaling
    >>> figure = plot_scaling({"CCA": [(100, 0.1), (200, 0.3)]}, "dark")
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['CCA', 'proportional to n']
    """
    styles = method_styles(order or series, theme)
    figure, [panel] = make_panels(1, [*series, _GUIDE], theme, stacked=stacked, narrow_height=3.4)
    dress(panel, theme)
    panel.set(xscale="log", yscale="log", xlabel="training items", ylabel=COSTS["fit_cpu_seconds"])
    for axis, values in zip((panel.xaxis, panel.yaxis), zip(*(point for found in series.values() for point in found))):
        set_log_axis(axis, values)
    for label, points in series.items():
        if points:
            panel.plot(*zip(*sorted(points)), label=label_text(label), **styles[label])
    (n_first, n_last), lowest = _span(series)
    guide = {"color": THEMES[theme]["muted"], "linestyle": (0, (4, 3)), "linewidth": 1.4, "zorder": 1}
    panel.plot([n_first, n_last], [lowest, lowest * n_last / n_first], label=_GUIDE, **guide)
    add_legend(figure, [panel], theme, stacked=stacked)
    return figure


def _span(series):
    """Return the smallest and largest number of items, and the shortest time at the smallest."""
    points = [point for found in series.values() for point in found]
    n_first, n_last = min(n for n, _ in points), max(n for n, _ in points)
    return (n_first, n_last), min(seconds for n, seconds in points if n == n_first)
