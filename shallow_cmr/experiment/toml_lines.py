"""Where in a TOML file something stands: the parser of the standard library keeps values alone."""

import tomllib
from collections import Counter

__all__ = ["line_of"]


def line_of(text, where):
    """Return the line on which a TOML document says what `where` leads to.

    Parameters
    ----------
    text : str
        A valid document.
    where : sequence of str or int
        Keys and places, such as ``("methods", 1, "name")`` for the name in the second [[methods]].

    Returns
    -------
    int or None
        From 1; that of the table around it if it is not there, None for the document as a whole. What is inside a
        value of several lines stands where the value begins.

    Examples
    --------
    >>> line_of("sizes = [1]\\n\\n[[methods]]\\nname = 'CCA'", ["methods", 0, "name"])
    4
    """
    lines, where = _lines(text), tuple(where)
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where)


def _lines(text):
    """Return the line of each key and place of a document."""
    lines, table, tables_of = {}, (), Counter()
    for number, statement, parsed in _statements(text):
        if statement.lstrip().startswith("["):
            table = _enter(parsed, statement.lstrip().startswith("[["), tables_of)
            lines.setdefault(table, number)
        else:
            for path in _paths(parsed):
                lines.setdefault(table + path, number)
    return lines


def _statements(text):
    """Yield (line, text, parsed text) of each header and each assignment: as few lines as are valid by themselves."""
    pending = []
    for number, line in enumerate(text.split("\n"), start=1):
        pending.append(line)
        try:
            parsed = tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue  # an array or a string that goes on
        if parsed:
            yield number - len(pending) + 1, "\n".join(pending), parsed
        pending = []


def _enter(parsed, is_array, tables_of):
    """Return the path of the table that a header opens; `tables_of` counts those of each array."""
    keys, path = [], ()
    while isinstance(parsed, dict) and parsed:
        [(key, parsed)] = parsed.items()
        keys.append(key)
    for depth, key in enumerate(keys, start=1):
        path += (key,)
        tables_of[path] += is_array and depth == len(keys)
        if tables_of[path]:
            path += (tables_of[path] - 1,)
    return path


def _paths(value, where=()):
    """Yield the path of everything inside a dict or list."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*where, key)
        yield from _paths(part, (*where, key))
