"""Arrays with one row an item, whichever way round the file has them, and labels as class ids or an indicator."""

import numpy as np
from scipy.sparse import issparse

__all__ = ["class_ids", "indicator", "items_by_features", "labels_by_items", "whole_numbers"]

LARGEST = 10**15  # beyond it floats leave out whole numbers


def labels_by_items(L, n_classes, name):
    """Return labels as a vector (n,) or as a matrix (n, n_classes).

    Parameters
    ----------
    L : ndarray or sparse of shape (n,), (n, 1), (1, n), (n, n_classes) or (n_classes, n)
        As the file has them.
    n_classes : int
        How many classes there are: tells rows from columns.
    name : str
        The array's name, for the error.

    Raises
    ------
    ValueError
        It has another shape.
    """
    L = L.toarray() if issparse(L) else np.asarray(L)
    if L.ndim == 0:
        raise ValueError(f"{name} is a single value; give one class an item.")
    if L.ndim == 1 or (L.ndim == 2 and 1 in L.shape):
        return L.reshape(-1)
    if L.ndim != 2 or n_classes not in L.shape:
        raise ValueError(
            f"{name} has the shape {L.shape}: neither one class an item nor an indicator of {n_classes} classes."
        )
    return L if L.shape[1] == n_classes else L.T


def items_by_features(V, n_items, name):
    """Return features (n_items, d), turned round where the file has one column an item.

    Raises
    ------
    ValueError
        Neither side of the matrix counts ``n_items``.
    """
    if V.ndim != 2 or n_items not in V.shape:
        raise ValueError(f"{name} has the shape {V.shape}, but there are labels of {n_items:,} items.")
    if V.shape[0] == n_items:
        return V
    return V.T.tocsr() if issparse(V) else V.T


def class_ids(blocks, n_classes):
    """Return class ids from 0 on, of all blocks in one vector (n,).

    Parameters
    ----------
    blocks : list of ndarray of shape (n_b,) or (n_b, n_classes)
        Ids from 0 or from 1 on, or an indicator with a single 1 in each row.
    n_classes : int
        How many classes there are; all must occur where the ids are numbers.

    Raises
    ------
    ValueError
        An entry is no class, or an item has several.
    """
    if len({L.ndim for L in blocks}) > 1:
        raise ValueError("labels are ids in one block and an indicator in another; store them in one way.")
    ids = np.concatenate([_ids(L) for L in blocks])
    base = 0 if blocks[0].ndim == 2 else int(ids.min() > 0)
    ids -= base
    found = np.unique(ids)
    if found.min() < 0 or found.max() >= n_classes:
        raise ValueError(f"class ids run from {found.min() + base} to {found.max() + base}, for {n_classes} classes.")
    if base and found.size < n_classes and found.max() < n_classes - 1:
        raise ValueError(
            f"class ids run from 1 to {found.max() + 1}, for {n_classes} classes: it cannot be told whether the first "
            "or the last class is missing; number them from 0 on."
        )
    return ids


def _ids(L):
    """Return one block's entries (n,) as whole numbers; of an indicator, where its ones are."""
    if L.ndim == 2:
        L = indicator([L])
        several = np.flatnonzero(L.sum(axis=1) != 1)
        if several.size:
            raise ValueError(
                f"{several.size} items have no class or several (the first: row {several[0]}), where each has one."
            )
        return L.argmax(axis=1)
    return whole_numbers(L, "labels")


def whole_numbers(numbers, name):
    """Return an array of numbers as int64.

    Raises
    ------
    ValueError
        They are not whole, or of more than 15 digits.
    """
    numbers = np.asarray(numbers)
    values = numbers.astype(np.float64) if numbers.dtype.kind in "iufb" else np.full(1, np.nan)
    if not ((values == np.rint(values)) & (np.abs(values) <= LARGEST)).all():
        raise ValueError(f"{name} are not whole numbers, of 15 digits at most.")
    return numbers.astype(np.int64)


def indicator(blocks):
    """Return the class indicators (n_b, c) in one matrix (n, c) of uint8.

    Raises
    ------
    ValueError
        An entry is neither 0 nor 1, or the classes are numbers.
    """
    if any(L.ndim == 1 for L in blocks):
        raise ValueError("labels are one class an item, where an item may have several: an indicator is needed.")
    L = np.concatenate(blocks)
    if not ((L == 0) | (L == 1)).all():
        raise ValueError("labels must be an indicator of zeros and ones.")
    return L.astype(np.uint8)
