"""A column of words of a table, the one part of a data set that is not made of numbers."""

import json

from shallow_cmr.datasets.reading import parquet, tables
from shallow_cmr.datasets.reading.fault import refusing
from shallow_cmr.datasets.reading.isolation import Reader
from shallow_cmr.datasets.reading.limits import DEFAULT_MAX_BYTES
from shallow_cmr.datasets.reading.source import opened

__all__ = ["read_words"]


def read_words(path, name, *, max_bytes=DEFAULT_MAX_BYTES):
    """Return a column of words of a text or Parquet table, as a list; equal words are one object.

    Parameters
    ----------
    path : path-like
        The table.
    name : str
        A column that `list_arrays` lists.
    max_bytes : int
        Most memory that the words may take.

    Raises
    ------
    FileNotFoundError, PermissionError, ValueError
        As `read_arrays`.
    """
    with opened(path, max_bytes=max_bytes) as source:
        if not source.head.startswith(parquet.MAGIC):
            with refusing(source.path, "table"):
                return tables.words(source, name)
        with Reader(source, "parquet_words") as reader, refusing(source.path, "Parquet table"):
            packed = json.loads(reader.catalogue(source)[name].load().tobytes())
            return [packed["words"][code] for code in packed["codes"]]
