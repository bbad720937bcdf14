"""The ways in: what a file holds, its arrays of numbers, and its words."""

import json
from itertools import islice

import numpy as np

from shallow_cmr.datasets.reading import parquet, tables
from shallow_cmr.datasets.reading.fault import Fault, refusal, refusing
from shallow_cmr.datasets.reading.formats import catalogue
from shallow_cmr.datasets.reading.isolation import Reader
from shallow_cmr.datasets.reading.limits import DEFAULT_MAX_BYTES
from shallow_cmr.datasets.reading.npy import MAGIC, read_header
from shallow_cmr.datasets.reading.source import opened
from shallow_cmr.datasets.reading.stored import numeric_dtype, words

__all__ = ["DEFAULT_MAX_BYTES", "list_arrays", "map_array", "read_arrays", "read_words"]


def read_arrays(path, names=None, *, max_bytes=DEFAULT_MAX_BYTES, sha256=None):
    """Return the arrays of a file, which may come from anywhere.

    The format is told by the content: NumPy (``.npy``, ``.npz``), MATLAB (version 5 to 7.3), HDF5, Parquet, and
    tables of numbers as text. Nothing in a file is ever run, followed out of the file or written to the disk,
    and nothing is allocated before its size was looked at.

    Parameters
    ----------
    path : path-like
        The file.
    names : iterable of str, or None
        The arrays wanted. None: all that are made of real numbers; text, cells, structs and objects are left out.
        A single array (``.npy``, a table without a header, a sparse matrix that SciPy saved) has the name of the
        file without its suffix; HDF5 names are ``group/dataset``; a table with a header has a vector a column.
    max_bytes : int
        Most memory that the decoded arrays may take together, in bytes.
    sha256 : str or None
        The digest that the file must have; without it a changed number in an uncompressed file is not noticed.

    Returns
    -------
    dict of {str: ndarray or csr_matrix}
        In native byte order; MATLAB's matrices with MATLAB's rows and columns, whatever the version, and logical
        as bool. NaN and infinity are handed on as they are.

    Raises
    ------
    FileNotFoundError, PermissionError
        The file is missing, or may not be read.
    KeyError
        A name is not in the file; the error lists those that are.
    TypeError
        What is asked for is not made of real numbers.
    ValueError
        The file is refused: not a regular file, another digest, cut, damaged, larger than ``max_bytes``, or it
        leads out of itself. The error says which, and what to do.
    ImportError
        HDF5 needs the extra ``fetch``, Parquet the extra ``parquet``.

    Notes
    -----
    Memory stays below three times the larger of ``max_bytes`` and the file. HDF5 (MATLAB 7.3 too) and Parquet are
    read in a process of their own, because their libraries crash on some damaged files: that takes 0.3 s and 0.5 s
    a file and, on Linux, 256 MB at most beyond that bound. Elsewhere its memory is not limited.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from shallow_cmr.datasets.reading import list_arrays, read_arrays
    >>> path = Path(tempfile.mkdtemp()) / "features.npz"
    >>> np.savez(path, image=np.eye(3), labels=np.arange(3, dtype=">i4"), classes=np.array(["a", "b", "c"]))
    >>> list_arrays(path)
    {'image': ((3, 3), 'float64'), 'labels': ((3,), 'int32'), 'classes': ((3,), 'text')}
    >>> read_arrays(path, ["labels"])
    {'labels': array([0, 1, 2], dtype=int32)}
    """
    with opened(path, sha256, max_bytes) as source:
        kind, found = catalogue(source)
        wanted = _wanted(source.path, found, names)
        _check_size(source.path, wanted, max_bytes)
        with refusing(source.path, kind):
            return {name: _loaded(stored) for name, stored in wanted.items()}


def read_words(path, name, *, max_bytes=DEFAULT_MAX_BYTES):
    """Return words, the one part of a data set that may be no numbers, of a file that may come from anywhere.

    Parameters
    ----------
    path : path-like
        A text or Parquet table, or a NumPy file (``.npy``, ``.npz``).
    name : str
        A column of the table, or an array, that `list_arrays` lists as text.
    max_bytes : int
        Most memory that the words may take, in bytes: 64 a word of a table, and of NumPy's text four for each
        character of the longest word.

    Returns
    -------
    list of str, or ndarray of str
        Of a table a list, in which equal words are one object; an array as NumPy keeps it.

    Raises
    ------
    FileNotFoundError, PermissionError, KeyError, ValueError, ImportError
        As `read_arrays`.
    TypeError
        What is asked for is no text, or text of another kind: bytes, objects, that of MATLAB or of HDF5.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from shallow_cmr.datasets.reading import read_words
    >>> path = Path(tempfile.mkdtemp()) / "features.npz"
    >>> np.savez(path, labels=np.array(["cat", "dog"]))
    >>> read_words(path, "labels").tolist()
    ['cat', 'dog']
    """
    with opened(path, max_bytes=max_bytes) as source:
        kind, found = catalogue(source)
        stored = _found(source.path, found, name)
        with refusing(source.path, kind):
            if source.head.startswith(parquet.MAGIC):
                return _parquet_words(source, name)
            if kind == "table" and stored.what == "text":
                return tables.words(source, name)
        if stored.load_words is None:
            raise TypeError(
                f"{name!r} in {source.path} holds {stored.what}; words are read as NumPy keeps them: save "
                "np.array(words, str)."
            )
        _check_size(source.path, {name: stored}, max_bytes)
        with refusing(source.path, kind):
            return stored.load_words()


def _parquet_words(source, name):
    """Return a column of words of a Parquet table, which another process reads."""
    with Reader(source, "parquet_words") as reader:
        stored = reader.catalogue(source)[name]
        if stored.fault:
            raise stored.fault
        packed = json.loads(stored.load().tobytes())
    return [packed["words"][code] for code in packed["codes"]]


def list_arrays(path, *, max_bytes=DEFAULT_MAX_BYTES):
    """Return what a file holds, from its headers alone.

    Parameters
    ----------
    path : path-like
        The file.
    max_bytes : int
        Most memory that looking may take, in bytes.

    Returns
    -------
    dict of {str: (tuple of int, str)}
        Shape and data type of each; of what is not made of real numbers, what it is in words. The type of a column
        of a text table is that of its first cell.

    Raises
    ------
    FileNotFoundError, PermissionError, ValueError, ImportError
        As `read_arrays`.
    """
    with opened(path, max_bytes=max_bytes) as source:
        return {name: (stored.shape, stored.what) for name, stored in catalogue(source)[1].items()}


def map_array(path, *, sha256=None):
    """Return the array of an ``.npy`` file as a read-only memory map: its numbers stay on the disk until used.

    Parameters
    ----------
    path : path-like
        The file; it must not be changed while the map is in use.
    sha256 : str or None
        The digest that the file must have.

    Returns
    -------
    memmap
        In the byte order of the file.

    Raises
    ------
    FileNotFoundError, PermissionError, ValueError
        As `read_arrays`.
    TypeError
        The array is not made of real numbers.
    """
    with opened(path, sha256) as source:
        if not source.head.startswith(MAGIC):
            raise refusal(source.path, "it is no NumPy array", "Only .npy files can be mapped; see read_arrays.")
        with refusing(source.path, "NumPy array"):
            header = read_header(source.file, source.size)
        if numeric_dtype(header.dtype) is None:
            raise TypeError(f"{source.path} holds {words(header.dtype)}; only real numbers are read.")
        order = "F" if header.fortran_order else "C"
        return np.memmap(source.file, header.dtype, "r", header.offset, header.shape, order)


def _loaded(stored):
    """Return the array, which must be as the header says."""
    array = stored.load()
    if array.shape != stored.shape:
        raise Fault(f"its header claims the shape {stored.shape}, but the numbers have {array.shape}")
    return array


def _wanted(path, found, names):
    """Return {name: Stored} of what is to be read."""
    if names is None:
        wanted = {name: stored for name, stored in found.items() if stored.load or stored.fault}
        if not wanted:
            others = _listed(f"{name!r} ({stored.what})" for name, stored in found.items())
            raise refusal(path, f"it holds no array of real numbers, but {others}", "Save the numbers alone.")
    else:
        wanted = {name: _named(path, found, name) for name in _distinct(names)}
    for stored in wanted.values():
        if stored.fault:
            raise refusal(path, stored.fault.reason, stored.fault.remedy)
    return wanted


def _distinct(names):
    """Return the names without repetition."""
    if isinstance(names, str):
        raise TypeError(f"names={names!r} is one string; give a list of names: [{names!r}].")
    return dict.fromkeys(names)


def _named(path, found, name):
    """Return what has the name and can be read."""
    stored = _found(path, found, name)
    if stored.load is None and stored.fault is None:
        raise TypeError(f"{name!r} in {path} holds {stored.what}; only real numbers are read.")
    return stored


def _found(path, found, name):
    """Return what has the name."""
    if name not in found:
        raise KeyError(f"{path} has no {name!r}; it has {_listed(map(repr, found))}.")
    return found[name]


def _listed(names, most=40):
    """Return the names as one text, of many the first."""
    (*shown,) = islice(names, most + 1)
    return ", ".join(shown[:most] + ["..."] * (len(shown) > most)) or "nothing"


def _check_size(path, wanted, max_bytes):
    """Raise where the arrays would take more memory than allowed."""
    total = sum(stored.nbytes for stored in wanted.values())
    if total > max_bytes:
        largest = max(wanted, key=lambda name: wanted[name].nbytes)
        raise refusal(
            path,
            f"its arrays take {total:,} bytes ({largest!r} has the shape {wanted[largest].shape}), more than "
            f"max_bytes={max_bytes:,}",
            f"Name fewer arrays, or give max_bytes={total}.",
        )
