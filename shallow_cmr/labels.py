"""Class labels in any usual form, as one sparse indicator matrix with named columns."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

__all__ = ["LabelMatrix", "encode_labels"]


@dataclass(frozen=True, eq=False)
class LabelMatrix:
    """Labels of n samples: ``L`` (n, c) CSR of zeros and ones, ``classes`` (c,) naming its columns."""

    classes: tuple
    L: sparse.csr_array

    @property
    def row_shares(self):
        """``L`` (n, c) with rows scaled to sum to one; rows without a label stay zero."""
        counts = self.L.sum(axis=1)
        return sparse.diags_array(1.0 / np.where(counts > 0, counts, 1.0)).tocsr() @ self.L


def encode_labels(labels, n_samples=None):
    """Encode a vector of classes or an indicator matrix.

    Parameters
    ----------
    labels : array-like (n,) of ints or strings, pandas Categorical, or indicator (n, c), dense or sparse
        One class a sample, or one column a label with entries 0 and 1. A LabelMatrix passes through.
    n_samples : int, optional
        The length that the labels must have.

    Returns
    -------
    LabelMatrix

    Raises
    ------
    ValueError
        Missing labels, another length than ``n_samples``, entries other than 0 and 1 in a matrix.
    TypeError
        A vector of non-integral numbers: those are not classes.

    Examples
    --------
    >>> encode_labels(["cat", "dog", "cat"]).classes
    ('cat', 'dog')
    >>> encode_labels([[1, 0, 1], [0, 1, 0]]).L.toarray()
    array([[1., 0., 1.],
           [0., 1., 0.]])
    """
    if isinstance(labels, LabelMatrix):
        return labels
    matrix = labels if sparse.issparse(labels) else np.asarray(labels)
    if n_samples is not None and matrix.shape[:1] != (n_samples,):
        raise ValueError(f"labels have shape {matrix.shape} but X has {n_samples} samples; give one row a sample.")
    if matrix.ndim == 2:
        return _encode_indicator(matrix)
    if matrix.ndim != 1:
        raise ValueError(f"labels have {matrix.ndim} dimensions; give a vector of classes or a matrix (n, c).")
    return _encode_vector(matrix)


def _encode_vector(vector):
    """Encode classes (n,): one column a class, in sorted order."""
    if vector.dtype.kind == "f":
        if not np.isfinite(vector).all():
            raise ValueError("labels contain NaN or infinity; drop or fill the samples without a label.")
        if not (vector == np.floor(vector)).all():
            raise TypeError("labels are real numbers, not classes; give integers, strings or an indicator matrix.")
        vector = vector.astype(np.int64)
    if vector.dtype.kind == "O":
        _check_objects(vector)
    classes, columns = np.unique(vector, return_inverse=True)
    rows = np.arange(len(vector))
    L = sparse.csr_array((np.ones(len(vector)), (rows, columns)), shape=(len(vector), len(classes)))
    return LabelMatrix(tuple(classes.tolist()), L)


def _check_objects(vector):
    """Refuse missing values and mixed kinds among Python objects (n,)."""
    if any(type(value).__name__ in ("NoneType", "NAType", "NaTType") or value != value for value in vector):
        raise ValueError("labels contain missing values; drop or fill the samples without a label.")
    kinds = {"strings" if isinstance(value, str) else "numbers" for value in vector}
    if len(kinds) > 1:
        raise TypeError("labels mix strings and numbers; give one kind.")


def _encode_indicator(matrix):
    """Encode an indicator (n, c): columns are numbered."""
    if not sparse.issparse(matrix) and matrix.dtype.kind not in "biuf":
        raise TypeError(f"labels are a matrix of {matrix.dtype}; give zeros and ones, one column a label.")
    L = sparse.csr_array(matrix, dtype=np.float64, copy=True)
    L.eliminate_zeros()
    if not (L.data == 1).all():
        hint = "for a vector of classes, labels.ravel()" if L.shape[1] == 1 else "give an indicator matrix (n, c)"
        raise ValueError(f"a label matrix may hold only 0 and 1 (no NaN); {hint}.")
    return LabelMatrix(tuple(range(L.shape[1])), L)
