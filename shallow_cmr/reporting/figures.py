"""Figures: score against the number of dimensions or bits."""

from io import BytesIO

from shallow_cmr.reporting.leaderboard import require_leaderboard
from shallow_cmr.reporting.tables import arrow

__all__ = ["THEMES", "as_png", "as_svg", "plot_score_against_size"]

# Okabe and Ito's palette (2008), told apart by colour-blind eyes too; brighter where the ground is dark.
THEMES = {
    "light": {
        "ground": "#ffffff",
        "ink": "#1f2328",
        "faint": "#d9dde2",
        "muted": "#59636e",
        "palette": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d"],
    },
    "dark": {
        "ground": "#171a1f",
        "ink": "#e6e9ee",
        "faint": "#343a43",
        "muted": "#9aa4b0",
        "palette": ["#56b4e9", "#ff8c42", "#2fc99b", "#e79cc4", "#f0c24b", "#9db8ff", "#b8bec6"],
    },
}
_MARKERS = "osD^vPX"


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
    from matplotlib.figure import Figure

    require_leaderboard(board)
    colours = THEMES[theme]
    n_panels = max(len(board.directions), 1)
    shape = (n_panels, 1) if stacked else (1, n_panels)
    n_columns = 2 if stacked else 5
    legend_height = 0.25 * -(-(len(board.lines) + 1) // n_columns)
    size = (4.2, 2.7 * n_panels + legend_height) if stacked else (9, 3.9 + legend_height)
    figure = Figure(figsize=size, layout="constrained", facecolor=colours["ground"])
    panels = figure.subplots(*shape, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, direction in zip(panels, board.directions):
        _dress(panel, board, direction, colours)
        for place, line in enumerate(board.lines):
            _draw_line(panel, line, direction, place, colours)
        _draw_chance(panel, board, direction, colours)
    panels[0].set_ylim(bottom=0)  # shared, and only now: a limit ends the search for the other one
    _label(figure, panels, board, colours, n_columns)
    return figure


def _label(figure, panels, board, colours, n_columns):
    """Name the axes and put the legend below."""
    for panel in panels:
        place = panel.get_subplotspec()
        panel.set_xlabel("dimensions or bits" if place.is_last_row() else "", color=colours["ink"])
        panel.set_ylabel(board.measure if place.is_first_col() else "", color=colours["ink"])
    handles, labels = panels[0].get_legend_handles_labels()
    if handles:
        below = "outside lower center"
        figure.legend(handles, labels, loc=below, ncols=n_columns, frameon=False, labelcolor=colours["ink"])


def _dress(panel, board, direction, colours):
    """Set axes, grid and title of a panel."""
    panel.set_facecolor(colours["ground"])
    panel.set_title(arrow(direction), color=colours["ink"], loc="left", fontweight="bold", fontsize=11)
    panel.set_xscale("log", base=2)
    panel.set_xticks(board.sizes, [str(size) for size in board.sizes])
    panel.minorticks_off()
    panel.locator_params(axis="y", nbins=5)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:.2f}".strip("0").rstrip(".") or "0")
    panel.grid(axis="y", color=colours["faint"], linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(colors=colours["muted"], length=0)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color(colours["muted"])
    panel.margins(x=0.08)


def _draw_line(panel, line, direction, place, colours):
    """Draw one method; more methods than colours go on with another dash."""
    palette = colours["palette"]
    points = sorted((size, summary) for (size, way), summary in line.values.items() if way == direction)
    sizes = [size for size, _ in points]
    means = [summary.mean for _, summary in points]
    spread = [summary.std or 0 for _, summary in points]
    colour = palette[place % len(palette)]
    low = [mean - std for mean, std in zip(means, spread)]
    high = [mean + std for mean, std in zip(means, spread)]
    panel.fill_between(sizes, low, high, color=colour, alpha=0.16, linewidth=0)
    style = ("-", "--", ":", "-.")[place // len(palette) % 4]
    marker = _MARKERS[place % len(_MARKERS)]
    edge = {"markeredgecolor": colours["ground"], "markeredgewidth": 1}
    label = line.label.replace("$", r"\$")  # no formula
    panel.plot(sizes, means, style, color=colour, marker=marker, markersize=7, linewidth=2, label=label, **edge)


def _draw_chance(panel, board, direction, colours):
    """Draw the chance level across the panel."""
    levels = [summary.mean for (_, way), summary in board.chance.values.items() if way == direction]
    if levels:
        panel.axhline(levels[0], color=colours["muted"], linestyle=(0, (4, 3)), linewidth=1.4, label="chance")


def as_svg(figure):
    """Return a figure as SVG text, the same text for the same figure."""
    return _render(figure, "svg", {"Date": None}).decode("utf-8")


def as_png(figure):
    """Return a figure as PNG bytes."""
    return _render(figure, "png", {"Software": None})


def _render(figure, kind, metadata):
    """Return the bytes of a figure."""
    from matplotlib import rc_context

    buffer = BytesIO()
    with rc_context({"svg.hashsalt": "shallow_cmr"}):
        figure.savefig(buffer, format=kind, dpi=160, metadata=metadata)
    return buffer.getvalue()
