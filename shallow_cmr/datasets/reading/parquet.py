"""Parquet tables: one vector a column, one matrix a column of equally long lists."""

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.stored import Stored, numeric_dtype

__all__ = ["MAGIC", "catalogue"]

MAGIC = b"PAR1"


def catalogue(source):
    """Return {column: Stored} of a Parquet file."""
    import pyarrow.parquet

    table = source.closing.enter_context(pyarrow.parquet.ParquetFile(source.path, memory_map=False))
    schema = table.schema_arrow
    twice = [name for name in schema.names if schema.names.count(name) > 1]
    if twice:
        raise Fault(f"it has more than one column {twice[0]!r}")
    n_values = _values_per_column(table.metadata)
    return {field.name: _stored(table, field, n_values.get(field.name, 0)) for field in schema}


def _values_per_column(metadata):
    """Return {column: values over all row groups}."""
    counts = {}
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        for j in range(group.num_columns):
            column = group.column(j)
            name = column.path_in_schema.split(".")[0]
            counts[name] = counts.get(name, 0) + column.num_values
    return counts


def _stored(table, field, n_values):
    """Return a column as `Stored`."""
    import pyarrow as pa

    is_list = any(test(field.type) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))
    dtype = _dtype(field.type.value_type if is_list else field.type)
    n = table.metadata.num_rows
    if dtype is None:
        return Stored((n,), str(field.type))
    shape = (n, n_values // n if n else 0) if is_list else (n,)
    return Stored(shape, str(dtype), max(n, n_values) * dtype.itemsize, lambda: _values(table, field.name, dtype))


def _dtype(kind):
    """Return NumPy's data type of an Arrow type, None where it is no plain number."""
    import pyarrow as pa

    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        return None
    return numeric_dtype(np.dtype(kind.to_pandas_dtype()))


def _values(table, name, dtype):
    """Return a column as an array (n,), or (n, d) where its cells are lists."""
    column = table.read([name], use_threads=False).column(0).combine_chunks()
    n = len(column)
    if column.null_count:
        raise Fault(f"column {name!r} lacks {column.null_count} values", "Fill or drop these rows first.")
    if hasattr(column, "flatten"):
        values = column.flatten()
        lengths = np.unique(np.asarray(column.value_lengths()))
        if len(lengths) > 1:
            raise Fault(f"column {name!r} holds lists of {lengths[0]} to {lengths[-1]} numbers", "Make them equal.")
    else:
        values = column
    if values.null_count:
        raise Fault(f"column {name!r} lacks {values.null_count} values", "Fill or drop these rows first.")
    array = values.to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    return array if values is column else array.reshape(n, -1)
