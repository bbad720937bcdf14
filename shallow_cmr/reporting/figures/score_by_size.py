"""Score against the number of dimensions or bits."""

from shallow_cmr.reporting.figures.canvas import (
    THEMES,
    add_legend,
    dress,
    label_text,
    make_panels,
    method_style,
    short_number,
)
from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import arrow

__all__ = ["plot_score_against_size"]


def plot_score_against_size(board, theme="light", *, stacked=False):
    """Plot each method's score against its size: one panel a direction, band = one standard deviation, dashed = chance.

    Parameters
    ----------
    board : Leaderboard
    theme : {"light", "dark"}
    stacked : bool
        Panels one below the other, for narrow screens.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require_leaderboard(board)
    n_panels = max(len(board.directions), 1)
    names = [*(line.label for line in board.lines), "chance"]
    figure, panels = make_panels(n_panels, names, theme, stacked=stacked, sharex=True, sharey=True)
    for panel, direction in zip(panels, board.directions):
        dress(panel, theme, arrow(direction))
        _set_scale(panel, board)
        for place, line in enumerate(board.lines):
            _draw_line(panel, line, direction, method_style(place, theme))
        _draw_chance(panel, board, direction, THEMES[theme]["muted"])
    panels[0].set_ylim(bottom=0)  # shared, and only now: a limit ends the search for the other one
    for panel in panels:
        place = panel.get_subplotspec()
        panel.set_xlabel("dimensions or bits" if place.is_last_row() else "")
        panel.set_ylabel(board.measure if place.is_first_col() else "")
    add_legend(figure, panels, theme, stacked=stacked)
    return figure


def _set_scale(panel, board):
    """Set the ticks: one a size, few scores."""
    panel.set_xscale("log", base=2)
    panel.set_xticks(board.sizes, [str(size) for size in board.sizes])
    panel.minorticks_off()
    panel.locator_params(axis="y", nbins=5)
    panel.yaxis.set_major_formatter(short_number)
    panel.margins(x=0.08)


def _draw_line(panel, line, direction, style):
    """Draw one method."""
    points = sorted((size, summary) for (size, way), summary in line.values.items() if way == direction)
    sizes = [size for size, _ in points]
    means = [summary.mean for _, summary in points]
    spread = [summary.std or 0 for _, summary in points]
    low = [mean - std for mean, std in zip(means, spread)]
    high = [mean + std for mean, std in zip(means, spread)]
    panel.fill_between(sizes, low, high, color=style["color"], alpha=0.16, linewidth=0)
    panel.plot(sizes, means, label=label_text(line.label), **style)


def _draw_chance(panel, board, direction, colour):
    """Draw the chance level across the panel."""
    levels = [summary.mean for (_, way), summary in board.chance.values.items() if way == direction]
    if levels:
        panel.axhline(levels[0], color=colour, linestyle=(0, (4, 3)), linewidth=1.4, label="chance")
