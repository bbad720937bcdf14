"""Gram matrices in feature space: centring without a second array, and the rank of what is left."""

import numpy as np
from scipy import linalg

from shallow_cmr.linalg import RANK_TOLERANCE

__all__ = ["centre_gram", "gram_rank", "incomplete_cholesky"]

_BLOCK_BYTES = 2**21


def centre_gram(K):
    r"""Centre a Gram matrix in its place, :math:`H K H`, and return the column means that it had.

    A new item x is centred by the same means: with A (n, k) whose columns sum to zero,
    :math:`\bar k(x)^\top A = (k(x) - \text{means})^\top A`.

    Parameters
    ----------
    K : ndarray (n, n)
        Symmetric; holds the centred matrix afterwards.

    Returns
    -------
    ndarray (n,)
        Column means of ``K`` before.

    Examples
    --------
    >>> K = np.array([[4.0, 2.0], [2.0, 1.0]])  # of the points 2 and 1
    >>> centre_gram(K).tolist(), K.tolist()
    ([3.0, 1.5], [[0.25, -0.25], [-0.25, 0.25]])
    """
    means = K.mean(axis=1)  # symmetric: rows are contiguous
    step = max(1, _BLOCK_BYTES // (8 * len(K)))
    for start in range(0, len(K), step):
        rows = slice(start, start + step)
        K[rows] -= means
        K[rows] -= (means[rows] - means.mean())[:, None]
    return means


def gram_rank(K, enough=None):
    """Return the numerical rank of a Gram matrix.

    By pivoted Cholesky, O(n³ / 3) in LAPACK with a copy of ``K``; with ``enough``, O(n enough²) without.

    Parameters
    ----------
    K : ndarray (n, n)
        Positive semidefinite.
    enough : int, optional
        The rank is not told beyond this.

    Returns
    -------
    int
        The rank, or ``enough`` where it is that large.

    Examples
    --------
    >>> K = np.array([[4.0, 2.0], [2.0, 1.0]])  # of the points 2 and 1
    >>> gram_rank(K), gram_rank(np.eye(5), enough=3)
    (1, 3)
    """
    if enough is not None:
        return len(incomplete_cholesky(K.diagonal(), lambda j: K[j], enough)[0])
    tolerance = RANK_TOLERANCE * max(K.diagonal().max(), np.finfo(float).tiny)
    return int(linalg.lapack.dpstrf(K, tol=tolerance, lower=1)[2])


def incomplete_cholesky(diagonal, column, max_rank, order=None):
    r"""Choose pivots greedily so that :math:`K \approx K_{\cdot Z} K_{ZZ}^{-1} K_{Z \cdot}` (Fine & Scheinberg, 2001).

    Parameters
    ----------
    diagonal : ndarray (n,)
        Diagonal of K.
    column : callable
        ``column(j)`` returns the j-th column (n,) of K; K itself is never formed.
    max_rank : int
        Most pivots; fewer where the residual falls to rounding before.
    order : ndarray (n,), optional
        Of equal residuals the one that comes first in this order is taken.

    Returns
    -------
    pivots : ndarray (r,)
        In the order chosen.
    R : ndarray (r, n)
        ``R.T @ R`` approximates K; what it leaves out has the trace that the pivots made small.

    Notes
    -----
    Costs r columns of K and O(n r²).

    References
    ----------
    Fine & Scheinberg (2001). Efficient SVM training using low-rank kernel representations. Journal of Machine
    Learning Research 2, 243-264.

    Examples
    --------
    >>> K = np.array([[4.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> incomplete_cholesky(K.diagonal(), lambda j: K[j], 3)[0].tolist()
    [0, 2]
    """
    residual = np.array(diagonal, dtype=np.float64)
    order = np.arange(len(residual)) if order is None else order
    R, pivots = np.empty((min(max_rank, len(residual)), len(residual))), []
    floor = RANK_TOLERANCE * residual.max()
    for i in range(len(R)):
        largest = residual.max()
        if largest <= floor:
            break
        pivot = order[np.argmax(residual[order] >= largest * (1 - 1e-9))]
        R[i] = (column(pivot) - R[:i, pivot] @ R[:i]) / np.sqrt(residual[pivot])
        residual -= R[i] ** 2
        residual[pivot] = 0.0  # and stays there, whatever rounding says
        pivots.append(pivot)
    return np.array(pivots, dtype=np.intp), R[: len(pivots)]
