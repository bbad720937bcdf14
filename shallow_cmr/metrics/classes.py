"""Means by class: how a measure's values are spread over the labels of the queries."""

import numpy as np

from shallow_cmr.labels import encode_labels

__all__ = ["mean_by_class"]


def mean_by_class(values, labels):
    """Average the values of queries by their class; class-wise mAP from the values of `average_precision`.

    Parameters
    ----------
    values : array-like (n_queries,)
        What a measure returned; queries whose value is NaN do not count.
    labels : array-like (n_queries,) of classes or indicator (n_queries, c)
        A query with several labels counts in each of them.

    Returns
    -------
    dict of class to float
        Indicators' classes are their column numbers; NaN where no query counts. The mean over the classes weighs rare
        classes as much as frequent ones.

    Raises
    ------
    ValueError
        Not as many labels as values.

    Examples
    --------
    >>> mean_by_class([0.5, 1.0, 0.25], ["cat", "dog", "cat"])
    {'cat': 0.375, 'dog': 1.0}
    >>> mean_by_class([0.5, 1.0], [[1, 1], [0, 1]])
    {0: 0.5, 1: 0.75}
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"values have shape {values.shape}; give one value a query, (n_queries,).")
    encoded = encode_labels(labels)
    if encoded.L.shape[0] != len(values):
        raise ValueError(f"labels are given for {encoded.L.shape[0]} queries, but there are {len(values)} values.")
    counts = ~np.isnan(values)
    L = encoded.L[counts]
    n = L.sum(axis=0)
    means = np.divide(values[counts] @ L, n, out=np.full(len(n), np.nan), where=n > 0)
    return dict(zip(encoded.classes, means.tolist()))
