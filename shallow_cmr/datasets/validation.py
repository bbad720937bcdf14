"""The parts of a data set, checked and made read-only."""

import numpy as np
from scipy.sparse import issparse

__all__ = ["frozen", "frozen_groups", "frozen_index", "frozen_labels", "frozen_matrix", "row_numbers"]

_BLOCK = 1 << 24  # numbers looked at together, so that a memory-mapped file is never in memory whole


def frozen(values):
    """Return a read-only view of an array or a CSR matrix; the caller's own object stays writeable."""
    if issparse(values):
        parts = (frozen(values.data), frozen(values.indices), frozen(values.indptr))
        return type(values)(parts, shape=values.shape, copy=False)
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def frozen_matrix(values, name):
    """Return finite features (n, d) as a read-only array or CSR matrix."""
    if np.ma.isMaskedArray(values):
        raise TypeError(f"{name} is a masked array; fill or drop the masked entries first.")
    matrix = _canonical(values) if issparse(values) else np.asarray(values)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(f"{name} has shape {matrix.shape}; give one row an item, one column a feature.")
    numbers = matrix.data if issparse(matrix) else matrix
    if numbers.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds {numbers.dtype}; features are real numbers.")
    if not _all_finite(numbers):
        raise ValueError(f"{name} contains NaN or infinity; fill in or leave out these items.")
    return frozen(matrix)


def _all_finite(numbers):
    """Whether no number of an array (n,) or (n, d) is NaN or infinite, looking at some rows after others."""
    step = max(1, _BLOCK // max(1, numbers[:1].size))
    return all(np.isfinite(numbers[start : start + step]).all() for start in range(0, len(numbers), step))


def _canonical(values):
    """Return the sparse matrix as CSR with sorted, unique columns in each row: nothing will reorder it later."""
    matrix = values.tocsr()
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return matrix


def frozen_labels(labels, class_names):
    """Return class ids (n,) or a class indicator (n, c) that agree with the class names, read-only."""
    matrix = _canonical(labels) if issparse(labels) else np.asarray(labels)
    values = matrix.data if issparse(matrix) else matrix
    if matrix.ndim == 1:
        _check_class_ids(values, class_names)
        return frozen(matrix)
    if matrix.ndim != 2:
        raise ValueError(f"labels have {matrix.ndim} dimensions; give class ids (n,) or an indicator (n, c).")
    if values.dtype.kind not in "fiub" or not np.isin(values, (0, 1)).all():
        raise ValueError("two-dimensional labels are an indicator (n, c): every entry must be 0 or 1.")
    if class_names and matrix.shape[1] != len(class_names):
        raise ValueError(f"labels have {matrix.shape[1]} columns for {len(class_names)} class names.")
    return frozen(matrix)


def _check_class_ids(ids, class_names):
    """Raise unless ``ids`` (n,) are integers from 0 on that index the class names."""
    if ids.dtype.kind not in "iu":
        raise TypeError(
            f"labels hold {ids.dtype}; give integer class ids: "
            "class_names, labels = np.unique(labels, return_inverse=True)."
        )
    lowest, highest = ids.min(initial=0), ids.max(initial=0)
    if lowest < 0:
        raise ValueError(f"labels contain {lowest}; class ids start at 0.")
    if class_names and highest >= len(class_names):
        raise ValueError(
            f"labels contain {highest} but there are {len(class_names)} class names, for 0 to {len(class_names) - 1}."
        )


def frozen_index(index, n, name):
    """Return distinct row numbers (m,) between 0 and n - 1, read-only."""
    index = np.asarray(index)
    if index.dtype.kind not in "iu":
        raise TypeError(f"{name} holds {index.dtype}; give row numbers (of a mask: np.flatnonzero(mask)).")
    if index.ndim != 1 or index.size == 0:
        raise ValueError(f"{name} has shape {index.shape}; give a one-dimensional array of at least one row.")
    if index.min() < 0 or index.max() >= n:
        raise ValueError(f"{name} runs from {index.min()} to {index.max()}; the rows are 0 to {n - 1}.")
    if np.unique(index).size != index.size:
        raise ValueError(f"{name} names a row more than once.")
    return frozen(index.astype(np.intp))


def frozen_groups(groups):
    """Return the group (n,) of each item as read-only integers, None where there are none."""
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.ndim != 1 or groups.dtype.kind not in "iu":
        raise TypeError(f"groups hold {groups.dtype} of shape {groups.shape}; give one integer an item.")
    return frozen(groups)


def row_numbers(index):
    """Return ``index`` (m,) as a slice where its rows follow one another: then nothing is copied, or read too early."""
    first, last = int(index[0]), int(index[-1])
    if last - first + 1 == len(index) and (np.diff(index) == 1).all():
        return slice(first, last + 1)
    return index
