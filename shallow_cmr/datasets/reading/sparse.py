"""Sparse matrices of unknown origin: every index is checked before compiled code follows it."""

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from shallow_cmr.datasets.reading.fault import Fault

__all__ = ["checked_csr", "csr_nbytes"]

COMPRESSED = {"csr": csr_matrix, "csc": csc_matrix}


def csr_nbytes(shape, n_stored, data_nbytes):
    """Return the memory that a CSR matrix takes at most, and its making from compressed columns."""
    index = 8 if max(*shape, n_stored) > np.iinfo(np.int32).max else 4
    return n_stored * index + data_nbytes + (sum(shape) + 2) * index


def checked_csr(layout, data, indices, indptr, shape):
    """Return compressed rows or columns as a CSR matrix with sorted columns.

    Parameters
    ----------
    layout : {"csr", "csc"}
        Whether ``indptr`` points at rows or at columns.
    data, indices : ndarray of shape (m,)
        Entries and their column or row numbers; those beyond ``indptr[-1]`` are spare room.
    indptr : ndarray of shape (n_rows + 1,) or (n_columns + 1,)
        Where each row or column begins.
    shape : tuple of int
        Rows and columns.

    Raises
    ------
    Fault
        An index points out of the matrix or out of the arrays.
    """
    major, minor = shape if layout == "csr" else shape[::-1]
    if data.ndim != 1 or indices.shape != data.shape or indptr.shape != (major + 1,):
        raise Fault("the parts of a sparse matrix do not fit together")
    indices, indptr = (part.astype(np.int64, copy=False) for part in (indices, indptr))
    if indptr[0] != 0 or (np.diff(indptr) < 0).any() or indptr[-1] > len(indices):
        raise Fault("a sparse matrix points at entries that are not there")
    n_stored = indptr[-1]
    data, indices = data[:n_stored], indices[:n_stored]
    if n_stored and (indices.min() < 0 or indices.max() >= minor):
        raise Fault("a sparse matrix has an entry outside its shape")
    matrix = COMPRESSED[layout]((data, indices, indptr), shape=shape).tocsr()
    if not matrix.has_canonical_format:
        matrix.sum_duplicates()
    return matrix
