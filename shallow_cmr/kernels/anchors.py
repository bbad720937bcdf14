"""Anchors (landmarks): the points against which a kernel is evaluated, instead of all training items."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

__all__ = ["kmeans_anchors", "order_by_content", "random_anchors"]


def random_anchors(n, m, random_state=None):
    """Draw items without repetition.

    The same items may serve both modalities, so the draw knows of no features.

    Parameters
    ----------
    n, m : int
        Draw m of n items; all of them where m >= n.
    random_state : int, RandomState or None
        Of the draw.

    Returns
    -------
    ndarray (min(m, n),)
        Indices, ascending.

    Examples
    --------
    >>> random_anchors(4, 10).tolist()
    [0, 1, 2, 3]
    """
    if m >= n:
        return np.arange(n)
    return np.sort(check_random_state(random_state).choice(n, size=m, replace=False))


def kmeans_anchors(X, m, random_state=None):
    """Return the centres of k-means.

    One start from rows drawn at random and at most 100 iterations, O(n m d) each.

    Parameters
    ----------
    X : array-like (n, d)
        Features.
    m : int
        How many centres.
    random_state : int, RandomState or None
        Of the start.

    Returns
    -------
    ndarray (min(m, n), d)
        All rows of ``X`` where m >= n. Some repeat where it has fewer distinct rows than m.

    Examples
    --------
    >>> sorted(kmeans_anchors([[0.0], [1.0], [10.0], [11.0]], 2, random_state=0).ravel().tolist())
    [0.5, 10.5]
    """
    X = np.asarray(X)
    if m >= len(X):
        return X.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of repeated centres, which do no harm here
        return KMeans(m, init="random", n_init=1, max_iter=100, random_state=random_state).fit(X).cluster_centers_


def order_by_content(X, y):
    """Return the order of pairs by their squared distances from the two means.

    Whoever draws from pairs in this order draws the same ones in whatever order they came, wherever the features
    were moved or scaled to. Equal items apart, only those at equal distances on both sides keep the order given.

    Parameters
    ----------
    X, y : ndarray or sparse (n, p), (n, q)
        Features of the pairs.

    Returns
    -------
    ndarray (n,)
        Indices: nearest to the mean of ``X`` first, ties by the distance from that of ``y``.

    Examples
    --------
    >>> X = np.array([[9.0], [2.0], [4.0], [5.0]])  # the mean is 5
    >>> order_by_content(X, X).tolist()
    [3, 2, 1, 0]
    """
    return np.lexsort([_squared_distances_from_mean(Z) for Z in (y, X)])


def _squared_distances_from_mean(Z):
    """Of each row of ``Z`` (n, d), dense or sparse; of sparse rows up to a constant."""
    mean = np.asarray(Z.mean(axis=0, dtype=np.float64)).ravel()
    if sparse.issparse(Z):
        return np.asarray(Z.multiply(Z).sum(axis=1)).ravel() - 2 * (Z @ mean)
    return ((Z - mean) ** 2).sum(axis=1)
