"""The critical-difference diagram of average ranks over data sets (Demšar, 2006)."""

from shallow_cmr.reporting.figures.canvas import THEMES, label_text

__all__ = ["plot_critical_difference"]

_AXIS, _BAR_GAP, _ROW = 0.0, 0.32, 1.0  # heights: of the axis, between two cliques' bars, of a method's row
_ABOVE = 2.2  # rows that ticks and the critical difference take above the axis
_OVERHANG = 0.004  # of the bars beyond their methods, as a share of the axis


def plot_critical_difference(ranking, theme="light", *, stacked=False):
    """Draw average ranks on an axis, best on the left; bars join methods whose ranks differ less than the bar above.

    Parameters
    ----------
    ranking : MethodRanks
    theme : {"light", "dark"}
    stacked : bool
        All names on the left, for narrow screens; otherwise the worse half stands on the right.

    Returns
    -------
    matplotlib.figure.Figure
    """
    n, colours = len(ranking.labels), THEMES[theme]
    on_left = n if stacked else -(-n // 2)
    bars = _rows_of_bars(ranking)
    first_row = 0.8 + _BAR_GAP * len(bars)
    panel = _empty_panel(n, first_row + _ROW * (on_left - 0.5), colours, stacked)
    _draw_axis(panel, n, -(-n // (8 if stacked else 16)), colours)
    _draw_critical_difference(panel, ranking, colours)
    for place, (label, rank) in enumerate(zip(ranking.labels, ranking.ranks)):
        name = label_text(label, 20 if stacked else 32)
        if place < on_left:
            _draw_method(panel, f"{name}  {rank:.2f}", rank, first_row + _ROW * place, 1, colours)
        else:
            _draw_method(panel, f"{rank:.2f}  {name}", rank, first_row + _ROW * (n - 1 - place), n, colours)
    _draw_bars(panel, bars, n, colours)
    return panel.figure


def _empty_panel(n, depth, colours, stacked):
    """Return a panel for ranks 1 to n, so many rows deep below the axis."""
    from matplotlib.figure import Figure

    width, inch = (4.2, 0.25) if stacked else (9, 0.28)
    size = (width, 0.4 + inch * (depth + _ABOVE))
    panel = Figure(figsize=size, layout="constrained", facecolor=colours["ground"]).add_subplot()
    panel.set(xlim=(1, n), ylim=(depth, -_ABOVE))
    panel.set_axis_off()
    return panel


def _rows_of_bars(ranking):
    """Return rows of (start, end) spans of the cliques, so that no two in a row meet."""
    rows = []
    for group in ranking.cliques:
        ranks = [ranking.ranks[ranking.labels.index(label)] for label in group]
        span = min(ranks), max(ranks)
        free = next((row for row in rows if row[-1][1] + 0.15 < span[0]), None)
        if free is None:
            rows.append([span])
        else:
            free.append(span)
    return rows


def _draw_axis(panel, n, step, colours):
    """Draw the axis of ranks 1 to n with a tick each and a number at every so many."""
    panel.plot([1, n], [_AXIS] * 2, color=colours["ink"], linewidth=1.4, clip_on=False)
    for rank in range(1, n + 1):
        panel.plot([rank] * 2, [_AXIS, -0.2], color=colours["ink"], linewidth=1.4, clip_on=False)
        if (rank - 1) % step == 0:
            panel.text(rank, -0.35, str(rank), ha="center", va="bottom", color=colours["muted"], fontsize=9)


def _draw_critical_difference(panel, ranking, colours):
    """Draw the length that a difference must reach, above the axis; open-ended where it is longer than the axis."""
    n, length = len(ranking.labels), ranking.critical_difference
    fits = length <= n - 1
    end = 1 + length if fits else n
    style = {"color": colours["palette"][1], "linewidth": 2, "clip_on": False}
    panel.plot([1, end], [-1.7] * 2, **style)
    for x in (1, end) if fits else (1,):
        panel.plot([x] * 2, [-1.5, -1.9], **style)
    text = f"critical difference {length:.2f}" + ("" if fits else " →")
    panel.text(1, -2.0, text, ha="left", va="bottom", color=colours["ink"], fontsize=9)


def _draw_method(panel, text, rank, row, side, colours):
    """Draw the line from a rank on the axis down to its row, and on to its text at this side's end of the axis."""
    panel.plot([rank, rank, side], [_AXIS, row, row], color=colours["muted"], linewidth=1, clip_on=False)
    panel.plot([rank], [_AXIS], "o", color=colours["palette"][0], markersize=5, clip_on=False, zorder=3)
    away, align = (-5, "right") if side == 1 else (5, "left")
    style = {"ha": align, "va": "center", "color": colours["ink"], "fontsize": 9}
    panel.annotate(text, (side, row), xytext=(away, 0), textcoords="offset points", **style)


def _draw_bars(panel, bars, n, colours):
    """Draw rows of (start, end) spans below the axis."""
    for row, spans in enumerate(bars):
        height, style = 0.45 + _BAR_GAP * row, {"color": colours["palette"][1], "linewidth": 4, "clip_on": False}
        for start, end in spans:
            panel.plot([start - _OVERHANG * (n - 1), end + _OVERHANG * (n - 1)], [height] * 2, **style)
