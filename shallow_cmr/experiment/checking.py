"""Checks of what a suite says; each error names what was given and what is known."""

__all__ = ["require_distinct", "require_known", "require_whole_numbers"]


def require_known(what, names, known):
    """Raise a ValueError that lists the known names when one of `names` is not among them."""
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {what}: {name!r}; known: {', '.join(map(str, known))}")


def require_whole_numbers(what, values, lowest):
    """Raise a ValueError unless `values` are whole numbers from `lowest`, each named once; True is none."""
    for value in values:
        if type(value) is not int or value < lowest:
            raise ValueError(f"{what} are whole numbers from {lowest}, got {value!r}")
    require_distinct(values, f"{what} name {{}} twice; once is enough")


def require_distinct(values, message):
    """Raise a ValueError with the `message` about the first value that occurs twice."""
    repeated = [value for place, value in enumerate(values) if value in values[:place]]
    if repeated:
        raise ValueError(message.format(repr(repeated[0])))
