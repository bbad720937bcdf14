"""Suites as TOML files: data only, each key checked."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

from shallow_cmr.experiment.checking import require_known
from shallow_cmr.experiment.entries import DatasetEntry, MethodEntry
from shallow_cmr.experiment.suite import Suite
from shallow_cmr.protocol import Protocol

__all__ = ["packaged_suites", "read_suite"]

_SUITE_FOLDER = Path(__file__).parents[1] / "suites"
_WORDS = {tuple: (list, "a list"), dict: (dict, "a table"), str: (str, "a string")}


def packaged_suites():
    """Return ``{name: path}`` of the suites that come with the package."""
    return {path.stem: path for path in sorted(_SUITE_FOLDER.glob("*.toml"))}


def read_suite(source):
    """Read a suite from a TOML file, or one of the package by its name.

    Parameters
    ----------
    source : str or path
        ``"quick"``, or the path of a file that ends in ``.toml``.

    Returns
    -------
    Suite

    Raises
    ------
    FileNotFoundError
        No such file or packaged suite.
    ValueError
        Not TOML, an unknown key, method, dataset, option or parameter (the message names the known ones), or a value
        outside its range.

    Examples
    --------
    >>> from shallow_cmr.experiment import read_suite
    >>> read_suite("quick").sizes
    (16, 32, 64)
    """
    path = packaged_suites().get(str(source), Path(source))
    if not path.is_file():
        raise FileNotFoundError(f"no suite {str(source)!r}: give a .toml file or one of {', '.join(packaged_suites())}")
    try:
        return _suite_from_table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ValueError(f"{path}: {error}") from error


def _suite_from_table(table):
    """Return the Suite of a parsed TOML table."""
    entries = {
        name: [_entry(kind, row, f"[[{name}]]") for row in _tables(table.get(name, []), name)]
        for name, kind in (("datasets", DatasetEntry), ("methods", MethodEntry))
    }
    return _entry(Suite, {**table, **entries, "protocol": _protocol(table.get("protocol", "heldout"))}, "the suite")


def _tables(rows, name):
    """Return `rows` if they are a list."""
    if not isinstance(rows, list):
        raise ValueError(f"{name} in the suite is a list of tables, each headed [[{name}]], got {rows!r}")
    return rows


def _protocol(value):
    """Return a preset's name, or the Protocol that a table describes."""
    if isinstance(value, dict):
        return _entry(Protocol, value, "[protocol]")
    if not isinstance(value, str):
        raise ValueError(f"protocol in the suite is a name or a table, got {value!r}")
    return value


def _entry(kind, row, where):
    """Return the dataclass `kind` filled from the dict `row`; lists become tuples."""
    if not isinstance(row, dict):
        raise ValueError(f"{where} is a table, got {row!r}")
    require_known(f"key in {where}", row, [entry.name for entry in fields(kind)])
    required = [entry.name for entry in fields(kind) if entry.default is entry.default_factory is MISSING]
    missing = [name for name in required if name not in row]
    if missing:
        raise ValueError(f"{where} needs the key {missing[0]!r}; required: {', '.join(required)}")
    types = {entry.name: entry.type for entry in fields(kind)}
    for name, value in row.items():
        wanted, word = _WORDS.get(types[name], (object, ""))
        if not isinstance(value, wanted):
            raise ValueError(f"{name} in {where} is {word}, got {value!r}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
