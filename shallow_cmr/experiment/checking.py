"""Checks of what a suite says; each error names what was given, what is known, and where in the suite it stands."""

from contextlib import contextmanager
from difflib import get_close_matches

__all__ = [
    "SuiteError",
    "closest",
    "located",
    "require_distinct",
    "require_known",
    "require_list",
    "require_whole_numbers",
]


class SuiteError(ValueError):
    """Something that a suite says cannot be.

    Parameters
    ----------
    message : str
    *where : str or int
        Keys and places that lead there: ``"methods", 2, "parameters", "reg"``.
    """

    def __init__(self, message, *where):
        super().__init__(message)
        self.where = where


@contextmanager
def located(*where):
    """Let errors inside say that they happened at `where`, and further in if they know better."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise SuiteError(str(error), *where, *getattr(error, "where", ())) from error


def require_known(what, names, known, *where):
    """Raise a SuiteError that lists the known names, the closest first, when one of `names` is not among them."""
    for name in names:
        if name not in known:
            close = closest(name, known)
            hint = f"did you mean {close!r}? " if close else ""
            raise SuiteError(f"unknown {what}: {name!r}; {hint}known: {', '.join(map(str, known))}", *where, name)


def closest(name, known):
    """Return the known name that one may have meant, None where nothing is near."""
    folded = {str(word).casefold(): word for word in known}
    return next((folded[match] for match in get_close_matches(str(name).casefold(), folded, n=1)), None)


def require_whole_numbers(what, values, lowest, *where):
    """Raise a SuiteError unless `values` are whole numbers from `lowest`, each named once; True is none."""
    for value in values:
        if type(value) is not int or value < lowest:
            raise SuiteError(f"{what} are whole numbers from {lowest}, got {value!r}", *where)
    require_distinct(values, f"{what} name {{}} twice; once is enough", *where)


def require_distinct(values, message, *where):
    """Raise a SuiteError with the `message` about the first value that occurs twice."""
    for place, value in enumerate(values):
        if value in values[:place]:
            raise SuiteError(message.format(repr(value)), *where, place)


def require_list(what, values, *where):
    """Raise a SuiteError unless `values` are a list or tuple with an entry or more."""
    if not isinstance(values, list | tuple) or not values:
        raise SuiteError(f"{what} is a list of one or more values to try, got {values!r}", *where)
