"""How numbers, p-values and directions read in tables and captions."""

__all__ = ["arrow", "direction_letters", "level_text", "number", "p_text"]


def number(value):
    """Return a score as papers print it: ``.344``, ``1.000``, ``-.021``; what rounds to zero has no sign."""
    return f"{value:z.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def p_text(value):
    """Return a p-value as papers print it: ``.012``, ``<.001``."""
    return "<.001" if value < 0.001 else number(value)


def level_text(level):
    """Return a level as papers print it: ``.05``."""
    return f"{level:g}".lstrip("0")


def arrow(direction):
    """Return ``image → text`` for ``image->text``."""
    return direction.replace("->", " → ")


def direction_letters(direction):
    """Return ``i→t`` for ``image->text``: three letters let six columns fit into eighty."""
    return "→".join(side[0] for side in direction.split("->"))
