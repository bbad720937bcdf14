"""What partial least squares needs in taking out one component at a time, from moments alone."""

import numpy as np
from scipy import linalg

__all__ = ["DeflatedView", "leading_singular_triple"]

_SMALL = 48  # up to this size a whole decomposition is faster than an iteration
_MOST_STEPS = 120
_CHECK_EVERY = 8


class DeflatedView:
    """One view, known by its covariance ``C`` (d, d), from which scores ``Xw`` are taken out one after the other.

    Taking out t = Xw leaves X - t pᵀ with the loading p = Xᵀt / tᵀt, hence the covariance C - var(t) p pᵀ.
    It is kept in this form, so a component costs one product with C.
    """

    def __init__(self, C, k):
        self.C = C
        self.W, self.P = np.empty((len(C), k), order="F"), np.empty((len(C), k), order="F")
        self.variances = np.empty(k)
        self.n_taken = 0

    def take_out(self, w):
        """Return the loading p (d,) of the score of ``w`` (d,) in the view as it is left, and take the score out."""
        j = self.n_taken
        P, variances = self.P[:, :j], self.variances[:j]
        covariance = self.C @ w - P @ (variances * (P.T @ w))
        self.W[:, j], self.variances[j] = w, w @ covariance
        self.P[:, j] = covariance / self.variances[j]
        self.n_taken = j + 1
        return self.P[:, j]

    def rotations(self):
        """Return R (d, k) = W (PᵀW)⁻¹, which gives all scores from the untouched view: the columns of XR."""
        W, P = self.W[:, : self.n_taken], self.P[:, : self.n_taken]
        # A later w is orthogonal to earlier ones and an earlier loading to later rotations: PᵀW is upper triangular.
        if self.n_taken == 0:  # older LAPACK wrappers refuse an empty system
            return W
        return linalg.solve_triangular(P.T @ W, W.T, trans="T").T


def leading_singular_triple(A):
    """Return ``u`` (m,), ``s`` and ``v`` (n,) of the largest singular value: ``A v = s u`` and ``Aᵀu = s v``.

    Lanczos on AᵀA with full reorthogonalisation, from a fixed start, to rounding; the whole decomposition for
    small matrices and for the rare leading values too close to separate.
    """
    if A.shape[0] < A.shape[1]:
        v, s, u = leading_singular_triple(A.T)
        return u, s, v
    v = None if A.shape[1] <= _SMALL else _leading_right_vector(A)
    if v is None:
        U, s, Vt = linalg.svd(A, full_matrices=False)
        return U[:, 0], s[0], Vt[0]
    u = A @ v
    s = np.linalg.norm(u)
    return (u / s, s, v) if s > 0 else (np.eye(1, len(u))[0], 0.0, v)


def _leading_right_vector(A):
    """Leading right singular vector (n,), or None where the iteration takes too long."""
    n = A.shape[1]
    Q = np.empty((n, _MOST_STEPS), order="F")
    diagonal, beside = np.empty(_MOST_STEPS), np.empty(_MOST_STEPS)
    q = np.random.default_rng(0).normal(size=n)  # generic, so that it leans on every direction, and always the same
    beta = np.linalg.norm(q)
    for j in range(min(n, _MOST_STEPS)):
        Q[:, j] = q / beta
        q = A.T @ (A @ Q[:, j])
        diagonal[j] = q @ Q[:, j]
        q -= Q[:, : j + 1] @ (q @ Q[:, : j + 1])  # once is enough: orthogonality is lost as a pair converges (Paige)
        beta = beside[j] = np.linalg.norm(q)
        if j % _CHECK_EVERY == _CHECK_EVERY - 1 or beta <= 1e-14 * diagonal[: j + 1].max():
            value, vector = linalg.eigh_tridiagonal(diagonal[: j + 1], beside[:j], select="i", select_range=(j, j))
            if beta * abs(vector[-1, 0]) <= 1e-14 * value[0]:
                return Q[:, : j + 1] @ vector[:, 0]
    return None
