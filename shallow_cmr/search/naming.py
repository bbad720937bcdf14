"""What people call pictures and methods, found."""

from difflib import get_close_matches
from pathlib import Path

from shallow_cmr.experiment import MethodEntry, read_suite
from shallow_cmr.methods import all_methods

__all__ = ["find_item", "method_entry"]

_PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff"}


def find_item(dataset, name):
    """Return the row of the picture of that number or title.

    Parameters
    ----------
    dataset : CrossModalDataset
        With titles.
    name : str
        Number or title, in any case of letters.

    Returns
    -------
    int
        Row of the data set.

    Raises
    ------
    ValueError
        No such picture (the message names titles spelled alike), several of that title, or a file: features of new
        pictures cannot be computed here.

    Examples
    --------
    >>> from shallow_cmr import load_emoji
    >>> from shallow_cmr.search import find_item
    >>> data = load_emoji()
    >>> data.titles[find_item(data, "Lion")]
    'lion'
    """
    if name.isdecimal():
        if int(name) < len(dataset):
            return int(name)
        raise ValueError(f"there is no picture {name}: they are numbered from 0 to {len(dataset) - 1}.")
    rows = [row for row, title in enumerate(dataset.titles) if title.casefold() == name.casefold()]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise ValueError(f"{len(rows)} pictures have the title {name!r}; give the number of one: {_listed(rows)}.")
    if Path(name).exists() or Path(name).suffix.lower() in _PICTURE_SUFFIXES:
        raise ValueError(
            f"{name} is a file, but only bundled pictures can ask: features of new ones take a convolutional network, "
            "which is not part of this package. Give a picture's number or title."
        )
    titles = {title.casefold(): title for title in dataset.titles}
    near = [titles[match] for match in get_close_matches(name.casefold(), titles)]
    hint = f"similar titles: {', '.join(near)}." if near else f"give a title or a number from 0 to {len(dataset) - 1}."
    raise ValueError(f"no picture has the title {name!r}; {hint}")


def _listed(rows):
    """Return the first numbers as text."""
    return ", ".join(map(str, rows[:8])) + (", ..." if len(rows) > 8 else "")


def method_entry(method):
    """Return the `MethodEntry` of a name or label: that of the suite ``quick``, where it has one.

    Parameters
    ----------
    method : str
        A name of `all_methods` or a label of the suite, in any case of letters.

    Returns
    -------
    MethodEntry
        With its parameters.

    Raises
    ------
    ValueError
        Unknown method.

    Examples
    --------
    >>> from shallow_cmr.search import method_entry
    >>> method_entry("cca").label
    'CCA, axes by ρ'
    """
    tuned = read_suite("quick").methods
    names = {name.casefold(): name for name in all_methods()}
    wanted = names.get(method.casefold(), method)
    by_label = [entry for entry in tuned if entry.label.casefold() == method.casefold() and entry.label != entry.name]
    by_name = [entry for entry in tuned if entry.name == wanted]
    return (by_label or by_name or [MethodEntry(wanted)])[0]
