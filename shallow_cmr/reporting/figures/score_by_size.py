"""Score against the number of dimensions or bits."""

from shallow_cmr.reporting.figures.canvas import (
    THEMES,
    add_legend,
    dress,
    label_text,
    make_panels,
    method_styles,
    short_number,
)
from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.notation import arrow

__all__ = ["plot_score_against_size"]


def plot_score_against_size(board, theme="light", *, stacked=False, order=None):
    """Plot each method's score against its size: one panel a direction, band = one standard deviation, dashed = chance.

    Parameters
    ----------
    board : Leaderboard
        One of `leaderboards`.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        Panels one below the other, for narrow screens.
    order : list of str, optional
        All labels, in the order by which they get their colours; by default that of the leaderboard. Figures that are
        to be read side by side need one order.

    Returns
    -------
    matplotlib.figure.Figure
        A panel a direction, with a common legend below.

    Raises
    ------
    TypeError
        `board` is none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards, plot_score_against_size
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [panel.get_ylabel() for panel in plot_score_against_size(*leaderboards(results)).axes]
    ['mAP@all', '']
    """
    require_leaderboard(board)
    styles = method_styles(order or [line.label for line in board.lines], theme)
    n_panels = max(len(board.directions), 1)
    names = [*(line.label for line in board.lines), "chance"]
    figure, panels = make_panels(n_panels, names, theme, stacked=stacked, sharex=True, sharey=True)
    for panel, direction in zip(panels, board.directions):
        dress(panel, theme, arrow(direction))
        _set_scale(panel, board)
        for line in board.lines:
            _draw_line(panel, line, direction, styles[line.label])
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
