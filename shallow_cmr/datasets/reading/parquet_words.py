"""Columns of words of a Parquet table, each as the bytes of a JSON text with its different words and their places.

This module runs in the process of `worker` only.
"""

import io
import json

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import check_count, check_words
from shallow_cmr.datasets.reading.parquet import check_complete
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["catalogue", "prepare"]


def prepare():
    """Read a table once, so that all is imported that pyarrow imports when it is used."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pa.table({"words": ["a", "b", "a"]}), file)
    _packed(file, "words", 1 << 20)


def catalogue(source):
    """Return {column: Stored} of a Parquet file; each loads as bytes."""
    from pyarrow.parquet import ParquetFile

    table = ParquetFile(source.file)
    check_count(len(table.schema_arrow.names))
    n, most = table.metadata.num_rows, source.max_bytes
    check_words(n, most)
    return {field.name: _stored(source.file, field, n, most) for field in table.schema_arrow}


def _stored(file, field, n, most):
    """Return a column of n cells as `Stored`."""
    import pyarrow as pa

    if pa.types.is_nested(field.type):
        fault = Fault(f"column {field.name!r} holds {field.type}, not words", "Name a column with a word a row.")
        return Stored((n,), str(field.type), fault=fault)
    return Stored((n,), "text", most, lambda: _packed(file, field.name, most))


def _packed(file, name, max_bytes):
    """Return the words of a column as bytes; each different one is decoded once, however often it occurs."""
    from pyarrow.parquet import ParquetFile

    table = ParquetFile(file, read_dictionary=[name])
    cells = table.read([name], use_threads=False).unify_dictionaries().column(0).combine_chunks()
    check_complete(cells, name)
    cells = cells if hasattr(cells, "dictionary") else cells.dictionary_encode()
    words = [str(word) for word in cells.dictionary.to_pylist()]
    packed = json.dumps({"words": words, "codes": cells.indices.to_pylist()}).encode()
    if len(packed) > max_bytes:
        raise Fault(
            f"the words of {name!r} take {len(packed):,} bytes, more than max_bytes={max_bytes:,}",
            f"Give max_bytes={len(packed)}.",
        )
    return np.frombuffer(packed, np.uint8)
