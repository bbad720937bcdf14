"""Sums of squares and products about the mean, in blocks: dense and sparse views, in float64."""

import numpy as np
from scipy import sparse

__all__ = ["column_means", "cross_scatter", "scatter"]

_BLOCK_BYTES = 2**23  # working memory of one centred block of rows


def column_means(Z):
    """Column means (d,) in float64."""
    return np.asarray(Z.mean(axis=0, dtype=np.float64)).ravel()


def scatter(X, y, mean_x, mean_y):
    """Centred scatter matrices of two views, each dense or sparse."""
    if sparse.issparse(X) and sparse.issparse(y):
        return _sparse_scatter(X, mean_x), _sparse_scatter(y, mean_y), _sparse_cross(X, y, mean_x, mean_y)
    if sparse.issparse(X):
        S_yy, S_xx, S_yx = scatter(y, X, mean_y, mean_x)
        return S_xx, S_yy, S_yx.T
    if sparse.issparse(y):
        return _dense_scatter([X], [mean_x]), _sparse_scatter(y, mean_y), _mixed_cross(X, y, mean_x)
    p = X.shape[1]
    S = _dense_scatter([X, y], [mean_x, mean_y])
    return S[:p, :p].copy(), S[p:, p:].copy(), S[:p, p:].copy()


def _dense_scatter(views, means):
    """Centred scatter (d, d) of dense views side by side: one symmetric product a block."""
    edges = np.cumsum([0] + [Z.shape[1] for Z in views])
    d, blocks = edges[-1], _blocks(views[0].shape[0], edges[-1])
    buffer, product, S = np.empty((blocks[0].stop, d)), np.empty((d, d)), np.zeros((d, d))
    for rows in blocks:
        centred = buffer[: rows.stop - rows.start]
        for Z, mean, left, right in zip(views, means, edges, edges[1:]):
            np.subtract(Z[rows], mean, out=centred[:, left:right])
        S += np.matmul(centred.T, centred, out=product)
    return S


def cross_scatter(X, y, mean_x, mean_y):
    """Diagonals (p,), (q,) of the scatter within each view, and the cross-scatter (p, q)."""
    diagonals = _squares(X, mean_x), _squares(y, mean_y)
    if sparse.issparse(X) and sparse.issparse(y):
        return *diagonals, _sparse_cross(X, y, mean_x, mean_y)
    if sparse.issparse(X):
        return *diagonals, _mixed_cross(y, X, mean_y).T
    return *diagonals, _mixed_cross(X, y, mean_x) if sparse.issparse(y) else _dense_cross(X, y, mean_x, mean_y)


def _squares(Z, mean):
    """Sums of squares about the mean (d,), in two passes, so that a constant column has none but rounding."""
    if sparse.issparse(Z):
        counts = np.bincount(Z.indices, minlength=Z.shape[1])
        stored = np.bincount(Z.indices, (Z.data - mean[Z.indices]) ** 2, minlength=Z.shape[1])
        return stored + (Z.shape[0] - counts) * mean**2
    total = np.zeros(Z.shape[1])
    for rows in _blocks(*Z.shape):
        centred = Z[rows] - mean
        total += np.einsum("ij,ij->j", centred, centred)
    return total


def _dense_cross(X, y, mean_x, mean_y):
    """Centred cross-scatter (p, q) of two dense views."""
    S = np.zeros((X.shape[1], y.shape[1]))
    for rows in _blocks(X.shape[0], X.shape[1] + y.shape[1]):
        S += (X[rows] - mean_x).T @ (y[rows] - mean_y)
    return S


def _mixed_cross(X, y, mean_x):
    """Centred cross-scatter (p, q), dense by sparse: rows of a centred X sum to nothing, whatever the mean of y."""
    S = np.zeros((X.shape[1], y.shape[1]))
    for rows in _blocks(*X.shape):
        S += (y[rows].T @ (X[rows] - mean_x)).T
    return S


def _blocks(n, width):
    """Slices over n rows, each of about `_BLOCK_BYTES`."""
    step = max(1, _BLOCK_BYTES // (8 * max(width, 1)))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def _sparse_scatter(Z, mean):
    """Centred scatter (d, d) of a sparse view; what cancels worst, its diagonal, is summed apart."""
    S = _sparse_cross(Z, Z, mean, mean)
    np.fill_diagonal(S, _squares(Z, mean))
    return S


def _sparse_cross(X, y, mean_x, mean_y):
    """Centred cross-scatter (p, q) of two sparse views, whose product alone is dense."""
    product = X.astype(np.float64).T @ y.astype(np.float64)
    return product.toarray() - X.shape[0] * np.outer(mean_x, mean_y)
