"""The catalogue of methods, as their classes describe themselves."""

import re
from inspect import getdoc

from shallow_cmr.evaluation import size_parameter
from shallow_cmr.methods import all_methods

__all__ = ["method_catalogue"]


def method_catalogue():
    """Return what tables say of each method.

    Returns
    -------
    list of dict
        ``name``, ``kind`` (real-valued or hashing), ``supervision``, ``summary`` and ``paper``, the last two from the
        class's docstring: its first paragraph and the first entry of its references.

    Examples
    --------
    >>> from shallow_cmr.reporting import method_catalogue
    >>> {method["name"]: method["paper"] for method in method_catalogue()}["CCA"]
    'Hotelling (1936)'
    """
    return [_describe(name, method) for name, method in all_methods().items()]


def _describe(name, method):
    """Return the entry of one class."""
    text = getdoc(method) or ""
    reference = re.search(r"^References\n-+\n(?:\.\. \[.*?\] *)?(.*?\(\d{4}\))", text, re.MULTILINE | re.DOTALL)
    return {
        "name": name,
        "kind": "hashing" if size_parameter(method()) == "n_bits" else "real-valued",
        "supervision": method.supervision,
        "summary": " ".join(text.split("\n\n")[0].split()).rstrip("."),
        "paper": " ".join(reference[1].split()) if reference else "",
    }
