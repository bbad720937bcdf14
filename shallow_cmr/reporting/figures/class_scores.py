"""Which classes are easy for which method: a map of class-wise scores."""

import numpy as np

from shallow_cmr.reporting.figures.canvas import THEMES, dress, label_text, make_panels
from shallow_cmr.reporting.notation import arrow

__all__ = ["plot_class_scores"]

_MOST_NUMBERS = 15  # classes beyond which the cells are too narrow for a number, and their names for this slope
_MOST_LETTERS = 24  # of a name beside or below the map


def plot_class_scores(scores, measure, theme="light", *, stacked=False, note=""):
    """Draw the score of each class's queries as a map of methods by classes, one panel a direction.

    Parameters
    ----------
    scores : dict
        ``{label: {direction: {class name: value}}}`` in the order of the leaderboard.
    measure : str
        What the score is.
    theme : {"light", "dark"}
        Colours for paper, or for a dark screen.
    stacked : bool
        Panels one below the other, for narrow screens.
    note : str
        Stands below the names: which of the classes these are, where others are left out.

    Returns
    -------
    matplotlib.figure.Figure
        Classes from the easiest to the hardest, by their mean over all methods and directions.

    Examples
    --------
    >>> from shallow_cmr.reporting import plot_class_scores
    >>> by_class = {"bird": 0.3, "tool": 0.6}
    >>> [panel] = plot_class_scores({"CCA": {"image->text": by_class}}, "mAP@all").axes
    >>> [tick.get_text() for tick in panel.get_xticklabels()]
    ['tool', 'bird']
    """
    directions = list(dict.fromkeys(direction for found in scores.values() for direction in found))
    labels = [label for label, found in scores.items() if found]
    tables = {way: {label: scores[label].get(way, {}) for label in labels} for way in directions}
    classes = _from_the_easiest(tables)
    names = [label_text(name, _MOST_LETTERS) for name in classes]
    heights = {
        "height": 0.7 + 0.28 * len(labels) + 0.07 * max(map(len, names)),
        "narrow_height": 1.2 + 0.26 * len(labels),
    }
    figure, panels = make_panels(len(directions), (), theme, stacked=stacked, sharex=True, sharey=True, **heights)
    values = {way: [[row.get(name, np.nan) for name in classes] for row in tables[way].values()] for way in directions}
    slope = {"rotation": 45} if len(classes) <= _MOST_NUMBERS else {"rotation": 60, "fontsize": 7 if stacked else 8}
    top = max(np.nanmax(table) for table in values.values())
    for panel, way in zip(panels, directions):
        dress(panel, theme, f"{measure}, {arrow(way)}")
        _draw_map(panel, np.array(values[way], dtype=float), top, theme, 6 if stacked else 7)
        panel.set_xticks(range(len(classes)), names, ha="right", rotation_mode="anchor", va="center", **slope)
        panel.set_yticks(range(len(labels)), [label_text(label, _MOST_LETTERS) for label in labels])
    if note:
        figure.supxlabel(note, color=THEMES[theme]["ink"], fontsize=9)
    return figure


def _from_the_easiest(tables):
    """Return the names of the classes by falling mean."""
    found = {}
    for table in tables.values():
        for row in table.values():
            for name, value in row.items():
                found.setdefault(name, []).append(value)
    return sorted(found, key=lambda name: -np.mean(found[name]))


def _draw_map(panel, values, top, theme, fontsize):
    """Draw values (n_methods, n_classes) as colours, with numbers where there is room."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = THEMES[theme]
    shades = LinearSegmentedColormap.from_list("shades", [colours["ground"], colours["palette"][0]])
    panel.imshow(values, cmap=shades, vmin=0, vmax=top, aspect="auto")
    panel.grid(visible=False)
    panel.spines["bottom"].set_visible(False)
    if values.shape[1] > _MOST_NUMBERS:
        return
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            # On the strong half of the shades, the ground's colour is read better than ink.
            colour = colours["ground"] if value > 0.6 * top else colours["ink"]
            text = f"{value:.2f}".removeprefix("0")
            panel.text(column, row, text, ha="center", va="center", color=colour, fontsize=fontsize)
