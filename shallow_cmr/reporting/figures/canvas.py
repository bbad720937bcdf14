"""What all figures share: colours of two themes, panels side by side or stacked, one style a method, files."""

from io import BytesIO

__all__ = [
    "THEMES",
    "add_legend",
    "as_png",
    "as_svg",
    "dress",
    "label_text",
    "make_panels",
    "method_styles",
    "set_log_axis",
    "short_number",
]

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
_WIDE, _NARROW = 9, 4.2  # inches
_MOST_LETTERS = 32  # of a name; longer ones would leave no room for the figure
_MARKERS = "osD^vPX"
_DASHES = ("-", "--", ":", "-.")


def make_panels(n_panels, names, theme, *, stacked, height=3.9, narrow_height=2.7, **shared):
    """Return a figure and its panels, with room below for a legend.

    Parameters
    ----------
    n_panels : int
    names : iterable of str
        What the legend will name; empty: there is none.
    theme : {"light", "dark"}
    stacked : bool
        Panels one below the other, for narrow screens.
    height, narrow_height : float
        Inches of a panel.
    shared
        ``sharex`` and ``sharey`` of `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    matplotlib.figure.Figure, list of matplotlib.axes.Axes
    """
    from matplotlib.figure import Figure

    names = list(names)
    legend = 0.25 * -(-len(names) // _legend_columns(names, stacked))
    size = (_NARROW, narrow_height * n_panels + legend) if stacked else (_WIDE, height + legend)
    figure = Figure(figsize=size, layout="constrained", facecolor=THEMES[theme]["ground"])
    shape = (n_panels, 1) if stacked else (1, n_panels)
    return figure, list(figure.subplots(*shape, squeeze=False, **shared).ravel())


def _legend_columns(names, stacked):
    """Return how many names stand side by side: as many as fit, a name at its longest."""
    longest = max((len(label_text(name)) for name in names), default=0)
    fitting = int((_NARROW if stacked else _WIDE) / (0.65 + 0.08 * longest))
    return max(1, min(fitting, 2 if stacked else 5))


def dress(panel, theme, title=""):
    """Set ground, ticks, spines and title of a panel."""
    colours = THEMES[theme]
    panel.set_facecolor(colours["ground"])
    panel.set_title(title, color=colours["ink"], loc="left", fontweight="bold", fontsize=11)
    panel.set_axisbelow(True)
    panel.tick_params(which="both", colors=colours["muted"], length=0)
    panel.xaxis.label.set_color(colours["ink"])
    panel.yaxis.label.set_color(colours["ink"])
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color(colours["muted"])
    panel.grid(axis="y", color=colours["faint"], linewidth=0.8)


def method_styles(labels, theme):
    """Return ``{label: style}``: the colour, dash and marker of each method's line, by its place among the labels."""
    return {label: _style(place, theme) for place, label in enumerate(labels)}


def _style(place, theme):
    """Return the style of one line."""
    palette = THEMES[theme]["palette"]
    lap = place // len(palette)
    return {
        "color": palette[place % len(palette)],
        "linestyle": _DASHES[lap % len(_DASHES)],
        "marker": _MARKERS[(place + lap) % len(_MARKERS)],  # more methods than colours: another marker, too
        "markersize": 7,
        "markeredgecolor": THEMES[theme]["ground"],
        "markeredgewidth": 1,
        "linewidth": 2,
    }


def label_text(text, most_letters=_MOST_LETTERS):
    """Return a label of one line, cut where it is long, in which a dollar sign is no formula."""
    text = " ".join(text.split())
    text = text if len(text) <= most_letters else text[: most_letters - 1] + "…"
    return text.replace("$", r"\$")


def short_number(value, _=None):
    """Return a tick's label: ``.25``, ``1``, ``0``."""
    return f"{value:.2f}".strip("0").rstrip(".") or "0"


def set_log_axis(axis, values, base=10):
    """Give a logarithmic axis ticks at powers of its base, and at 2 and 5 times those of 10 where it is short."""
    from matplotlib.ticker import LogLocator, NullLocator

    subs = (1, 2, 5) if base == 10 and max(values) < 300 * min(values) else (1,)
    axis.set_major_locator(LogLocator(base=base, subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value >= 1000 else f"{value:g}")


def add_legend(figure, panels, theme, *, stacked):
    """Put one legend of all panels below the figure, each method once."""
    entries = {}
    for panel in panels:
        for handle, label in zip(*panel.get_legend_handles_labels()):
            look = handle.get_color(), handle.get_marker(), handle.get_linestyle()
            entries.setdefault((label, look), handle)  # names that are cut may be the same
    if entries:
        labels = [label for label, _ in entries]
        figure.legend(
            entries.values(),
            labels,
            loc="outside lower center",
            ncols=_legend_columns(labels, stacked),
            frameon=False,
            labelcolor=THEMES[theme]["ink"],
        )


def as_svg(figure):
    """Return a figure as SVG text.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As the functions ``plot_...`` return it.

    Returns
    -------
    str
        The same text for the same figure.

    Examples
    --------
    >>> from shallow_cmr.reporting import as_svg, plot_scaling
    >>> as_svg(plot_scaling({"CCA": [(100, 0.1), (200, 0.3)]})).startswith("<?xml")
    True
    """
    return _render(figure, "svg", {"Date": None}).decode("utf-8")


def as_png(figure):
    """Return a figure as PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As the functions ``plot_...`` return it.

    Returns
    -------
    bytes
        A whole file, 160 dots an inch.

    Examples
    --------
    >>> from shallow_cmr.reporting import as_png, plot_scaling
    >>> as_png(plot_scaling({"CCA": [(100, 0.1), (200, 0.3)]}))[1:4]
    b'PNG'
    """
    return _render(figure, "png", {"Software": None})


def _render(figure, kind, metadata):
    """Return the bytes of a figure."""
    from matplotlib import rc_context

    buffer = BytesIO()
    with rc_context({"svg.hashsalt": "shallow_cmr"}):
        figure.savefig(buffer, format=kind, dpi=160, metadata=metadata)
    return buffer.getvalue()
