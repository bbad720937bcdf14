"""Numbers that papers print and that the original code gives, with their conventions and how we know them."""

import csv
from pathlib import Path

__all__ = ["load_published"]

_FOLDER = Path(__file__).parent
_NOT_STATED = "not stated"


def load_published():
    """Read the published scores of cross-modal retrieval methods.

    Returns
    -------
    list of dict
        One a number (``value``, between 0 and 1):

        * ``kind``: "published"; "original code", which was run for comparison; or "re-implementation", code written
          from the formulas, independent of this package;
        * what was scored: ``method``, ``variant``, ``dataset``, ``features``, ``size`` (dimensions or bits, None where
          the source does not say), ``direction`` (of queries->database; "mean": of both);
        * under which convention: ``measure``, ``database`` and ``codes`` as in `Protocol`, ``ties``, each "not stated"
          where the source does not say;
        * how we know: ``source``, its ``citation``, ``doi`` (or "none:" and the reason), a ``remark`` on the source, a
          ``note`` on the number, and ``verified``: "read" where it was printed, in an "author log", "measured" for runs
          of code, or "unverified": recalled, so not to be cited.

    Examples
    --------
    As a table: ``pandas.DataFrame(load_published())``.

    >>> from shallow_cmr.published import load_published
    >>> for row in load_published():
    ...     if row["source"] == "Zhu et al. (2020)" and row["method"] == "CCA":
    ...         print(row["dataset"], row["direction"], row["value"], row["verified"])
    Wikipedia image->text 0.2549 read
    Wikipedia text->image 0.1846 read
    Wikipedia mean 0.2198 read
    """
    sources = {row.pop("source"): row for row in _rows("published_sources.csv")}
    return [{**row, **_numbers(row), **sources[row["source"]]} for row in _rows("published.csv")]


def _rows(name):
    """Return the rows of a CSV file beside this module."""
    with open(_FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(row):
    """Return the fields of a row that are numbers."""
    return {"value": float(row["value"]), "size": None if row["size"] == _NOT_STATED else int(row["size"])}
