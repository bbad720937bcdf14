"""Suites as TOML files: data only, each key checked, errors with their line."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

from shallow_cmr.experiment.checking import SuiteError, closest, located, require_known
from shallow_cmr.experiment.entries import DatasetEntry, MethodEntry
from shallow_cmr.experiment.suite import Suite
from shallow_cmr.experiment.toml_lines import line_of
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
        Not TOML, an unknown key, method, dataset, option or parameter, or a value outside its range. The message
        begins with file and line, and names what is known: ``my.toml:17: unknown method: 'CAC'; did you mean 'CCA'?
        known: ...``.

    Examples
    --------
    >>> from shallow_cmr.experiment import read_suite
    >>> read_suite("quick").sizes
    (16, 32, 64)
    """
    known = packaged_suites()
    path = known.get(str(source), Path(source))
    if not path.is_file():
        close = closest(source, known)
        hint = f"; did you mean {close!r}?" if close else ":"
        raise FileNotFoundError(f"no suite {str(source)!r}{hint} give a .toml file or one of {', '.join(known)}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: {error}; TOML is UTF-8") from error
    try:
        return _suite_from_table(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        raise ValueError(f"{path}:{at[1] if at else len(text.splitlines())}: {error}") from error
    except SuiteError as error:
        line = line_of(text, error.where)
        raise ValueError(f"{path}:{line}: {error}" if line else f"{path}: {error}") from error


def _suite_from_table(table):
    """Return the Suite of a parsed TOML table."""
    entries = {
        name: [_entry(kind, row, f"[[{name}]]", name, place) for place, row in enumerate(_tables(table, name))]
        for name, kind in (("datasets", DatasetEntry), ("methods", MethodEntry))
    }
    return _entry(Suite, {**table, **entries}, "the suite")


def _tables(table, name):
    """Return the list of tables under `name`."""
    rows = table.get(name, [])
    if not isinstance(rows, list):
        raise SuiteError(f"{name} in the suite is a list of tables, each headed [[{name}]], got {rows!r}", name)
    return rows


def _entry(kind, row, what, *where):
    """Return the dataclass `kind` filled from the dict `row`, which stands at `where`; lists become tuples."""
    if not isinstance(row, dict):
        raise SuiteError(f"{what} is a table, got {row!r}", *where)
    require_known(f"key in {what}", row, [entry.name for entry in fields(kind)], *where)
    required = [entry.name for entry in fields(kind) if entry.default is entry.default_factory is MISSING]
    missing = [name for name in required if name not in row]
    if missing:
        raise SuiteError(f"{what} needs the key {missing[0]!r}; required: {', '.join(required)}", *where)
    types = {entry.name: entry.type for entry in fields(kind)}
    values = {name: _value(types[name], value, name, what, *where) for name, value in row.items()}
    with located(*where):
        return kind(**values)


def _value(kind, value, name, what, *where):
    """Return the value of a key as the dataclass takes it."""
    if name == "protocol":
        return _protocol(value, what, *where)
    wanted, word = _WORDS.get(kind, (object, ""))
    if not isinstance(value, wanted):
        raise SuiteError(f"{name} in {what} is {word}, got {value!r}", *where, name)
    return tuple(value) if isinstance(value, list) else value


def _protocol(value, what, *where):
    """Return a preset's name, or the Protocol that a table describes."""
    if isinstance(value, dict):
        return _entry(Protocol, value, "[protocol]", *where, "protocol")
    if not isinstance(value, str):
        raise SuiteError(f"protocol in {what} is a name or a table, got {value!r}", *where, "protocol")
    return value
