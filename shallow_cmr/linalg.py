"""Linear algebra that every solver shares: each function is a few lines and states the identity it satisfies."""

import numpy as np
from scipy import linalg

__all__ = [
    "RANK_TOLERANCE",
    "cross_rank",
    "flip_signs",
    "inverse_square_root",
    "numerical_rank",
    "ridge_of",
    "top_singular_triples",
]

# Below this share of the largest eigenvalue a direction is rounding: float32 topic proportions that
# sum to one leave about 1e-12, real directions of the benchmarks stay above 1e-6.
RANK_TOLERANCE = 1e-10


def inverse_square_root(C, ridge=0.0):
    """Return ``B`` (d, r) with ``B.T @ (C + ridge I) @ B = I``, on the range of ``C`` where ``ridge`` is zero.

    ``r = d`` with a ridge (Cholesky); without one, or with one lost in rounding, the numerical rank of ``C``,
    measured in `numerical_rank`'s way.
    """
    if ridge > 0:
        L, failed = linalg.lapack.dpotrf(C + ridge * np.eye(len(C)), lower=1, clean=1)
        if not failed:
            return linalg.lapack.dtrtri(L, lower=1)[0].T
    deviations = np.sqrt(np.diag(C))
    inverse = np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 0)
    values, vectors = linalg.eigh(C * np.outer(inverse, inverse))
    kept = values > RANK_TOLERANCE * max(values[-1], 0.0)
    return inverse[:, None] * vectors[:, kept] / np.sqrt(values[kept])


def ridge_of(C, reg):
    """Return the ridge ``reg * mean variance``, the mean over the columns of ``C`` that vary at all."""
    variances = np.diag(C)
    return reg * float(variances.sum()) / max(np.count_nonzero(variances), 1)


def numerical_rank(C):
    """Return the rank of a covariance (d, d), measured on its correlation matrix, so that units do not matter."""
    deviations = np.sqrt(np.diag(C))
    deviations = deviations[deviations > 0]
    R = C[np.ix_(np.diag(C) > 0, np.diag(C) > 0)] / np.outer(deviations, deviations)
    if len(R) == 0:
        return 0
    # Sylvester's law: a Cholesky factor of R - tI exists just when every eigenvalue exceeds t >= tol * largest.
    threshold = RANK_TOLERANCE * len(R)
    if linalg.lapack.dpotrf(R - threshold * np.eye(len(R)))[1] == 0:
        return len(R)
    values = linalg.eigvalsh(R)
    return int(np.count_nonzero(values > RANK_TOLERANCE * values[-1]))


def cross_rank(C_xy, variances_x, variances_y):
    """Return the rank of a cross-covariance (p, q), measured on correlations, so that units do not matter."""
    kept_x, kept_y = variances_x > 0, variances_y > 0
    scale = np.sqrt(np.outer(variances_x[kept_x], variances_y[kept_y]))
    if scale.size == 0:
        return 0
    s = linalg.svdvals(C_xy[np.ix_(kept_x, kept_y)] / scale)
    # Its smallest true values come from products of deviations: a looser bound would cut into them.
    return int(np.count_nonzero(s > 1e-8 * s[0]))


def top_singular_triples(A, k):
    """Return ``U`` (m, k), ``s`` (k,) descending and ``V`` (n, k) with ``A V = U diag(s)``.

    For few triples the smaller Gram matrix is cheaper than the whole decomposition; it squares the
    condition, so a triple below a thousandth of the first sends us back to the full one.
    """
    if A.shape[0] < A.shape[1]:
        V, s, U = top_singular_triples(A.T, k)
        return U, s, V
    d = A.shape[1]
    if 0 < k <= d // 4:
        V = linalg.eigh(A.T @ A, subset_by_index=(d - k, d - 1))[1][:, ::-1]
        U = A @ V
        s = np.linalg.norm(U, axis=0)
        if s[-1] > 1e-3 * s[0]:
            return U / s, s, V
    U, s, Vt = linalg.svd(A, full_matrices=False)
    return U[:, :k], s[:k], Vt[:k].T


def flip_signs(W_x, W_y):
    """Return both with each pair of columns signed so that the largest entry of ``W_x`` is positive."""
    if W_x.shape[1] == 0:
        return W_x, W_y
    signs = np.sign(W_x[np.argmax(np.abs(W_x), axis=0), np.arange(W_x.shape[1])])
    signs[signs == 0] = 1.0
    return W_x * signs, W_y * signs
