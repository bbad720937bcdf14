r"""Kernels and their scales.

.. math:: k_{rbf}(x, z) = e^{-\|x - z\|^2 / \sigma^2}, \qquad k_{\chi^2}(x, z) = e^{-\chi^2(x, z) / \sigma^2},\ \
          \chi^2(x, z) = \sum_j \frac{(x_j - z_j)^2}{x_j + z_j}, \qquad
          k_{poly}(x, z) = (x^\top z / \sigma^2 + c)^d

with the cosine and the linear kernel beside them. The scale :math:`\sigma^2`, here ``bandwidth``, is in the units of
the squared distance (of the inner product): there is no factor 2.
"""

import numpy as np
from scipy import sparse
from sklearn.metrics.pairwise import additive_chi2_kernel

__all__ = ["KERNELS", "kernel_matrix", "mean_squared_distance", "natural_bandwidth"]

#: The kernels that have a name.
KERNELS = ("chi2", "cosine", "linear", "polynomial", "rbf")

_BLOCK_BYTES = 2**21  # rows of the matrix that are exponentiated while they are in the cache


def kernel_matrix(X, Z, kernel="rbf", *, bandwidth=None, degree=3, coef0=1.0):
    """Return the kernel between the rows of ``X`` and of ``Z``.

    Parameters
    ----------
    X, Z : array-like or sparse (n, d), (m, d)
        Features; sparse ones for all kernels but chi2. chi2 takes histograms: no negative entries, not centred.
    kernel : {"rbf", "chi2", "polynomial", "cosine", "linear"} or callable, default="rbf"
        A callable takes two matrices and returns the (n, m) kernel between their rows.
    bandwidth : float > 0, optional
        The scale σ², for rbf, chi2 and polynomial; None takes `natural_bandwidth` of ``Z``.
    degree, coef0 : int >= 1, float >= 0
        Exponent d and constant c of the polynomial kernel.

    Returns
    -------
    ndarray (n, m)
        In float64.

    Raises
    ------
    ValueError
        An unknown kernel, a bandwidth that is not positive, negative entries for chi2, or a callable whose answer
        is not a finite (n, m) matrix.

    Notes
    -----
    Costs O(n m d), and no (n, m) array beside the result. Distances of dense features are taken from the mean
    of ``Z``, so that a large offset costs no precision. The cosine with a row of zeros is 0.

    Examples
    --------
    >>> kernel_matrix([[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0]], bandwidth=25.0).round(3)
    array([[1.   ],
           [0.368]])
    """
    X, Z = (A.astype(np.float64) if sparse.issparse(A) else np.asarray(A, dtype=np.float64) for A in (X, Z))
    if callable(kernel):
        return _checked(kernel(X, Z), (X.shape[0], Z.shape[0]))
    if kernel not in KERNELS:
        raise ValueError(f"kernel={kernel!r} is unknown; choose one of {', '.join(KERNELS)}, or pass a callable.")
    if bandwidth is None:
        bandwidth = natural_bandwidth(Z, kernel)
    if not bandwidth > 0:
        raise ValueError(f"bandwidth={bandwidth} must be positive.")
    if kernel == "rbf":
        return _rbf(X, Z, bandwidth)
    if kernel == "chi2":
        return exp_negative(chi2_distances(X, Z), bandwidth)
    if kernel == "cosine":
        return inner_products(_unit_rows(X), _unit_rows(Z))
    if kernel == "linear":
        return inner_products(X, Z)
    K = inner_products(X, Z)
    K /= bandwidth
    K += coef0
    return np.power(K, degree, out=K)


def natural_bandwidth(Z, kernel="rbf"):
    """Return the bandwidth at which a kernel does not depend on the units of the features.

    Parameters
    ----------
    Z : array-like or sparse (n, d)
        Features.
    kernel : str or callable
        As for `kernel_matrix`.

    Returns
    -------
    float
        Of rbf the mean squared distance, of chi2 the mean chi2 distance, both over all ordered pairs of rows, each
        with itself too; of polynomial the mean squared norm; 1 for the others.

    Examples
    --------
    >>> natural_bandwidth([[0.0], [2.0]]), natural_bandwidth([[0.0], [2.0]], "polynomial")  # of 0, 4, 4, 0; of 0, 4
    (2.0, 2.0)
    """
    if kernel == "rbf":
        return mean_squared_distance(Z)
    if kernel == "chi2":
        return float(chi2_distances(Z, Z).mean())
    return float(squared_norms(Z).mean()) if kernel == "polynomial" else 1.0


def mean_squared_distance(X, Z=None):
    r"""Return the mean of ‖x - z‖² over all pairs of rows of two matrices, or of one with itself.

    Closed form, O((n + m) d): :math:`\operatorname{tr} C_X + \operatorname{tr} C_Z + \|\bar x - \bar z\|^2`, hence
    twice the total variance where both are the same.

    Parameters
    ----------
    X : array-like or sparse (n, d)
        Features.
    Z : array-like or sparse (m, d), optional
        Others; None: ``X``.

    Returns
    -------
    float
        The mean squared distance.

    Examples
    --------
    >>> float(mean_squared_distance([[0.0], [2.0]]))  # of 0, 4, 4, 0
    2.0
    """
    mean_x, variance_x = _mean_and_total_variance(X)
    if Z is None:
        return 2.0 * variance_x
    mean_z, variance_z = _mean_and_total_variance(Z)
    return variance_x + variance_z + float(np.sum((mean_x - mean_z) ** 2))


def chi2_distances(X, Z):
    """Return chi2 distances (n, m) between histograms ``X`` (n, d) and ``Z`` (m, d)."""
    for A in (X, Z):
        if sparse.issparse(A):
            raise TypeError("the chi2 kernel does not accept sparse features; use .toarray() where it fits in memory.")
        if A.size and A.min() < 0:
            raise ValueError("Negative values in data for the chi2 kernel: it compares histograms, not centred.")
    # scikit-learn's loop asks for writeable arrays, though it only reads them
    A, B = (np.require(A, np.float64, "W") for A in (X, Z))
    D = np.empty((len(A), len(B)))
    for start in range(0, len(A), 256):
        rows = slice(start, start + 256)
        first = start if Z is X else 0  # of a symmetric matrix half is computed, the rest copied
        D[rows, first:] = additive_chi2_kernel(A[rows], B[first:])
        if Z is X:
            D[start + 256 :, rows] = D[rows, start + 256 :].T
    return np.negative(D, out=D)


def inner_products(X, Z, origin=None):
    """Return (x - o)ᵀ(z - o) (n, m) for rows of ``X`` and ``Z`` dense or sparse, neither densified."""
    if origin is None:
        product = X @ Z.T
        return product.toarray() if sparse.issparse(product) else np.asarray(product)
    if not (sparse.issparse(X) or sparse.issparse(Z)):
        X = X - origin
        return X @ (X if Z is X else Z - origin).T
    K = inner_products(X, Z)
    K -= (X @ origin)[:, None]
    K -= Z @ origin - origin @ origin
    return K


def squared_norms(X):
    """Return the squared norms (n,) of the rows of ``X``."""
    if sparse.issparse(X):
        return np.asarray(X.multiply(X).sum(axis=1), dtype=np.float64).ravel()
    X = np.asarray(X, dtype=np.float64)
    return np.einsum("ij,ij->i", X, X)


def _rbf(X, Z, bandwidth):
    """Gaussian kernel (n, m); the exponent is one product of augmented rows [x, -‖x‖², 1] and [z, 1, -‖z‖²]."""
    if sparse.issparse(X) or sparse.issparse(Z):
        K = inner_products(X, Z)
        K *= -2.0
        K += squared_norms(X)[:, None]
        K += squared_norms(Z)
        return exp_negative(K, bandwidth)
    origin = Z.mean(axis=0)
    A, B = _augmented(X - origin, bandwidth), _augmented(Z - origin, bandwidth)
    B[:, [-1, -2]] = B[:, [-2, -1]]
    K = np.empty((len(X), len(Z)))
    for rows in _row_blocks(K):
        np.matmul(A[rows], B.T, out=K[rows])
        np.exp(np.minimum(K[rows], 0.0, out=K[rows]), out=K[rows])
    return K


def _augmented(X, bandwidth):
    """Rows ``[x sqrt(2 / b), -‖x‖² / b, 1]`` (n, d + 2)."""
    return np.column_stack([X * np.sqrt(2.0 / bandwidth), squared_norms(X) / -bandwidth, np.ones(len(X))])


def exp_negative(D, bandwidth):
    """``exp(-max(D, 0) / bandwidth)`` in the place of ``D`` (n, m)."""
    for rows in _row_blocks(D):
        block = np.maximum(D[rows], 0.0, out=D[rows])
        block /= -bandwidth
        np.exp(block, out=block)
    return D


def _row_blocks(K):
    """Slices over the rows of ``K`` (n, m), each of about `_BLOCK_BYTES`."""
    step = max(1, _BLOCK_BYTES // max(8 * K.shape[1], 1))
    return (slice(start, start + step) for start in range(0, K.shape[0], step))


def _unit_rows(X):
    """``X`` (n, d) with rows of norm one; rows of zeros stay."""
    norms = np.sqrt(squared_norms(X))
    scale = 1.0 / np.where(norms > 0, norms, 1.0)
    return sparse.diags_array(scale) @ X if sparse.issparse(X) else X * scale[:, None]


def _mean_and_total_variance(X):
    """Mean (d,) and the trace of the covariance, divided by n."""
    if not sparse.issparse(X):
        X = np.asarray(X)
        return X.mean(axis=0, dtype=np.float64), float(X.var(axis=0, dtype=np.float64).sum())
    mean = np.asarray(X.mean(axis=0, dtype=np.float64)).ravel()
    return mean, max(float(squared_norms(X).mean() - mean @ mean), 0.0)


def _checked(K, shape):
    """What a callable returned, as a float64 matrix, or an error."""
    K = np.asarray(K, dtype=np.float64)
    if K.shape != shape:
        raise ValueError(f"the kernel callable returned shape {K.shape}; for these two matrices it must be {shape}.")
    if not np.isfinite(K).all():
        raise ValueError("the kernel callable returned NaN or infinity; a kernel is finite.")
    return K
