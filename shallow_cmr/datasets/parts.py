"""The parts of a data set in a reader's own files: an array of a file, columns of a table, or a file of its own."""

from pathlib import Path

import numpy as np

from shallow_cmr.datasets.reading import list_arrays, map_array, read_arrays, read_words

__all__ = ["read_part"]

TABLES = {".csv", ".tsv", ".txt", ".parquet"}


def read_part(path, part, role, max_bytes):
    """Return one part of a data set.

    Parameters
    ----------
    path : path or None
        File with several arrays, table, or folder; None: `part` is a file by itself.
    part : str, path, list of str, slice, or array-like
        Name of an array of the file; columns of the table, by their names, by their common beginning or by their
        places; name of a file of the folder; or the values themselves.
    role : str
        What it is for: the name of the argument, for errors.
    max_bytes : int
        Most memory that it may take.

    Returns
    -------
    array, sparse matrix, memmap or list of str
        Words of a table are a list; an ``.npy`` file of numbers is mapped, not read.

    Raises
    ------
    FileNotFoundError, KeyError, TypeError, ValueError
        What is asked for is not there or not sound.
    """
    is_table = path is not None and Path(path).suffix.lower() in TABLES
    if not isinstance(part, str | Path | slice) and not (is_table and _are_words(part)):
        return part
    if path is None or Path(path).is_dir():
        if isinstance(part, slice):
            raise ValueError(f"{role}={part!r} are columns of a table; give the table as path=.")
        return _file(Path(path or ".") / part, role, max_bytes)
    path = Path(path)
    listed = list_arrays(path)
    columns = list(listed)
    if is_table:
        return _columns(path, _chosen(columns, part, role, path), max_bytes)
    if not isinstance(part, str):
        raise ValueError(
            f"{role}={part!r}: {path} is no table; give the name of one of its arrays: {', '.join(columns)}."
        )
    return _array(path, part, listed, max_bytes)


def _array(path, name, listed, max_bytes):
    """Return one array of a file, of numbers or of words."""
    if name in listed and _is_text(listed[name]):
        return read_words(path, name, max_bytes=max_bytes)
    return read_arrays(path, [name], max_bytes=max_bytes)[name]


def _are_words(part):
    """Whether a part is a list of column names."""
    return isinstance(part, list) and bool(part) and all(isinstance(name, str) for name in part)


def _chosen(columns, part, role, path):
    """Return the names of the columns that are asked for, in the order of the table or of the list."""
    if isinstance(part, slice):
        chosen = columns[part]
    elif isinstance(part, list):
        chosen = part
    else:
        chosen = [str(part)] if str(part) in columns else [name for name in columns if name.startswith(str(part))]
    missing = [name for name in chosen if name not in columns]
    if missing or not chosen:
        raise KeyError(f"{role}={part!r}: {path} has no such columns; it has {', '.join(columns)}.")
    return chosen


def _columns(path, names, max_bytes):
    """Return columns of a table as a vector, as a matrix, or a column of words as a list."""
    kinds = list_arrays(path)
    if len(names) == 1 and _is_text(kinds[names[0]]):
        return read_words(path, names[0], max_bytes=max_bytes)
    read = read_arrays(path, names, max_bytes=max_bytes)
    columns = [read[name] for name in names]
    return columns[0] if len(columns) == 1 else np.column_stack(columns)


def _is_text(listed):
    """Whether an entry of `list_arrays` is one of words."""
    return listed[1] in ("text", "string", "large_string") or listed[1].startswith("dictionary")


def _file(path, role, max_bytes):
    """Return the one part that a file by itself holds."""
    listed = list_arrays(path)
    if path.suffix.lower() == ".npy" and not any(map(_is_text, listed.values())):
        return map_array(path)
    if path.suffix.lower() in TABLES:
        numbers = [name for name, entry in listed.items() if not _is_text(entry)]
        return _columns(path, numbers or list(listed), max_bytes)
    if len(listed) != 1:
        raise ValueError(
            f"{role}: {path} holds {', '.join(listed) or 'nothing'}; give it as path= and the array's name as {role}=."
        )
    return _array(path, *listed, listed, max_bytes)
