"""Parquet tables: a vector a column, or a matrix where its cells are lists of equal length.

This module runs in the process of `worker` only.
"""

import io

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import check_count
from shallow_cmr.datasets.reading.stored import Stored, numeric_dtype

__all__ = ["MAGIC", "catalogue", "check_complete", "prepare"]

MAGIC = b"PAR1"


def prepare():
    """Read a table once, so that all is imported that pyarrow imports when it is used."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile, write_table

    file = io.BytesIO()
    write_table(pa.table({"vector": [1.0], "matrix": [[1.0]], "truth": [True], "words": ["a"]}), file)
    table = ParquetFile(file)
    for stored in (_stored(table, field, 1) for field in table.schema_arrow):
        if stored.load:
            stored.load()


def catalogue(source):
    """Return {column: Stored} of a Parquet file."""
    from pyarrow.parquet import ParquetFile

    table = source.closing.enter_context(ParquetFile(source.file))
    names = table.schema_arrow.names
    check_count(len(names))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Fault(f"two of its columns are named {twice!r}", "Give each column its own name.")
    counts = _counts(table.metadata)
    return {field.name: _stored(table, field, counts.get(field.name, 0)) for field in table.schema_arrow}


def _counts(metadata):
    """Return {column: numbers that its lists hold together}."""
    counts = {}
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        for column in (group.column(j) for j in range(group.num_columns)):
            name = column.path_in_schema.split(".list.")[0]
            counts[name] = counts.get(name, 0) + column.num_values
    return counts


def _stored(table, field, n_values):
    """Return a column as `Stored`; of lists, with so many numbers together."""
    import pyarrow as pa

    n = table.metadata.num_rows
    is_list = any(test(field.type) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))
    dtype = _dtype(field.type.value_type if is_list else field.type)
    if dtype is None:
        is_text = "string" in str(field.type) and not pa.types.is_nested(field.type)
        return Stored((n,), "text" if is_text else str(field.type))
    n_values = n_values if is_list else n
    shape = (n, n_values // n if n else 0) if is_list else (n,)
    return Stored(shape, str(dtype), n_values * dtype.itemsize, lambda: _values(table, field.name, dtype))


def _dtype(kind):
    """Return NumPy's data type of an Arrow type, None where it is no plain number."""
    import pyarrow as pa

    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        return None
    return numeric_dtype(np.dtype(kind.to_pandas_dtype()))


def _values(table, name, dtype):
    """Return a column as an array (n,), or (n, d) where its cells are lists."""
    cells = table.read([name], use_threads=False).column(0).combine_chunks()
    check_complete(cells, name)
    if not hasattr(cells, "value_lengths"):
        return cells.to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    lengths = np.unique(cells.value_lengths().to_numpy(zero_copy_only=False))
    if len(lengths) > 1:
        raise Fault(f"column {name!r} holds lists of {lengths[0]} to {lengths[-1]} numbers", "Make them equally long.")
    numbers = cells.flatten()
    check_complete(numbers, name)
    return numbers.to_numpy(zero_copy_only=False).astype(dtype, copy=False).reshape(len(cells), *lengths)


def check_complete(cells, name):
    """Raise where values are missing; NaN is a value."""
    if cells.null_count:
        raise Fault(f"column {name!r} lacks {cells.null_count:,} values", "Fill or drop these rows first.")
