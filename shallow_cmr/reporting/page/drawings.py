"""Figures inside the page: SVG images that follow the reader's colour scheme."""

import re
from base64 import b64encode
from io import BytesIO

from shallow_cmr.reporting.figures import THEMES

__all__ = ["drawing"]

_ROLES = ("ground", "ink", "faint", "muted")
_IN_A_ROW = ("precision_recall", "precision_at_n", "costs")  # their narrow shapes stand side by side on wide screens
_SVG = {
    "svg.hashsalt": "shallow_cmr",
    "svg.fonttype": "none",  # text as text is half the size
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
}


def drawing(plot):
    """Return a figure for the page.

    Parameters
    ----------
    plot : Plot

    Returns
    -------
    dict
        ``name``, ``title``, ``caption``, and data URIs of SVG: ``narrow``, for small screens; ``wide``, None where the
        narrow one will do everywhere; ``dark_narrow`` and ``dark_wide``, None where the others follow the scheme.
    """
    shapes = ("narrow",) if plot.name in _IN_A_ROW else ("narrow", "wide")
    found = dict.fromkeys(("narrow", "wide", "dark_narrow", "dark_wide"))
    for shape in shapes:
        svg = _svg(plot.draw("light", stacked=shape == "narrow"))
        if "<image" in svg:  # pixels keep their colours
            found[f"dark_{shape}"] = _uri(_svg(plot.draw("dark", stacked=shape == "narrow")))
        else:
            svg = _follow_the_scheme(svg)
        found[shape] = _uri(svg)
    return {"name": plot.name, "title": plot.title, "caption": plot.caption, **found}


def _svg(figure):
    """Return a figure as SVG text without what no reader sees."""
    from matplotlib import rc_context

    buffer = BytesIO()
    with rc_context(_SVG):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue().decode("utf-8")
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"(\.\d\d)\d+", r"\1", svg)  # a hundredth of a point
    return " ".join(svg.split()).replace("> <", "><")


def _uri(svg):
    """Return an SVG as a data URI."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode('utf-8')).decode('ascii')}"


def _follow_the_scheme(svg):
    """Return an SVG of the light theme with its colours as variables that a dark scheme changes."""
    names = {_colour("light", name): f"var(--{name})" for name in _names()}
    svg = re.sub("|".join(names), lambda found: names[found[0]], svg)
    light, dark = (";".join(f"--{name}:{_colour(theme, name)}" for name in _names()) for theme in ("light", "dark"))
    rules = f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
    return svg.replace('<style type="text/css">', f'<style type="text/css">{rules}', 1)


def _names():
    """Return the names of the colours of a theme."""
    return [*_ROLES, *(f"c{place}" for place in range(len(THEMES["light"]["palette"])))]


def _colour(theme, name):
    """Return a colour by its name."""
    return THEMES[theme][name] if name in _ROLES else THEMES[theme]["palette"][int(name[1:])]
