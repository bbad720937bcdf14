"""Kernels with their scale fixed, and the feature maps of low rank that landmarks give them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, sparse
from scipy.linalg import blas

from shallow_cmr.kernels.functions import (
    chi2_distances,
    exp_negative,
    inner_products,
    kernel_matrix,
    natural_bandwidth,
)
from shallow_cmr.kernels.gram import incomplete_cholesky
from shallow_cmr.linalg import RANK_TOLERANCE

__all__ = ["Kernel", "KernelMap", "icd_map", "nystroem_map"]

_BLOCK_BYTES = 2**24


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel between rows: ``kernel(X, Z)`` is its matrix (n, m).

    Parameters
    ----------
    function : str or callable
        As for `kernel_matrix`, or "precomputed", when the rows of X are the kernel already.
    bandwidth, degree, coef0 : float, int, float
        As for `kernel_matrix`.
    origin : ndarray (d,), optional
        Point from which the linear kernel measures; where features are centred later it only saves precision.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [3.0, 4.0]])
    >>> Kernel("rbf", bandwidth=25.0)(X, X).round(3)
    array([[1.   , 0.368],
           [0.368, 1.   ]])
    >>> Kernel("rbf").scaled_to(X).bandwidth  # the mean of 0, 25, 25, 0
    12.5
    """

    function: str | Callable = "rbf"
    bandwidth: float = 1.0
    degree: int = 3
    coef0: float = 1.0
    origin: np.ndarray | None = None

    def __post_init__(self):
        if not self.bandwidth > 0:
            raise ValueError(f"bandwidth={self.bandwidth} must be positive.")

    def __call__(self, X, Z):
        """Kernel (n, m) between the rows of ``X`` and ``Z``."""
        if isinstance(self.function, str) and self.function == "precomputed":
            return np.array(X, dtype=np.float64)
        if self.origin is not None:
            return inner_products(*(A.astype(np.float64, copy=False) for A in (X, Z)), self.origin)
        return kernel_matrix(X, Z, self.function, bandwidth=self.bandwidth, degree=self.degree, coef0=self.coef0)

    def scaled_to(self, X):
        """Return the kernel with its bandwidth multiplied by the natural one of some features.

        Parameters
        ----------
        X : ndarray or sparse (n, d)
            The features (`natural_bandwidth`).

        Returns
        -------
        Kernel
            A linear one gets their mean as its origin; callables and precomputed kernels stay as they are.
        """
        if not isinstance(self.function, str) or self.function == "precomputed":
            return self
        if self.function == "linear":
            return replace(self, origin=np.asarray(X.mean(axis=0, dtype=np.float64)).ravel())
        return replace(self, bandwidth=self.bandwidth * natural_bandwidth(X, self.function))

    def scaled_gram(self, X):
        """Return the kernel scaled to some features and their Gram matrix; distances are computed once.

        Parameters
        ----------
        X : ndarray or sparse (n, d)
            The features.

        Returns
        -------
        kernel : Kernel
            As of `scaled_to`.
        K : ndarray (n, n)
            Kernel between their rows, not centred.
        """
        if self.function == "chi2":  # the mean has no closed form, unlike that of squared distances
            D = chi2_distances(X, X)
            kernel = replace(self, bandwidth=self.bandwidth * float(D.mean()))
            return kernel, exp_negative(D, kernel.bandwidth)
        kernel = self.scaled_to(X)
        return kernel, kernel(X, X)


@dataclass(frozen=True, eq=False)
class KernelMap:
    """The map ``x -> k(x, Z) basis`` (r features, not centred) of a kernel with landmarks Z (m, d).

    Rows are mapped in blocks, so that memory stays bounded.

    Parameters
    ----------
    kernel : Kernel
        Of any rows with the landmarks.
    landmarks : ndarray or sparse (m, d)
        The landmarks Z; None where the kernel is precomputed.
    basis : ndarray (m, r), optional
        Weights of the landmarks; None is the identity.
    triangular : bool
        The basis is upper triangular, which halves the work.

    Examples
    --------
    >>> landmarks = np.array([[0.0], [1.0]])
    >>> KernelMap(Kernel("linear"), landmarks)(np.array([[3.0]]))
    array([[0., 3.]])
    >>> KernelMap(Kernel("linear"), landmarks, basis=np.array([[1.0], [2.0]]))(np.array([[3.0]]))
    array([[6.]])
    """

    kernel: Kernel
    landmarks: np.ndarray | sparse.csr_array | None
    basis: np.ndarray | None = None
    triangular: bool = False

    def __call__(self, X):
        """Features (n, r) of the rows of ``X``, float64."""
        if self.basis is None:
            return self.kernel(X, self.landmarks)
        features = np.empty((X.shape[0], self.basis.shape[1]))
        step = max(1, _BLOCK_BYTES // (8 * len(self.basis)))
        for start in range(0, X.shape[0], step):
            rows = slice(start, start + step)
            K = self.kernel(X[rows], self.landmarks)
            if self.triangular:
                features[rows] = blas.dtrmm(1.0, self.basis, K.T, trans_a=1, overwrite_b=1).T
            else:
                np.matmul(K, self.basis, out=features[rows])
        return features

    def followed_by(self, W):
        """Return the map with its features multiplied by a matrix.

        Parameters
        ----------
        W : ndarray (r, k)
            Weights of the features.

        Returns
        -------
        KernelMap
            To k features.
        """
        return replace(self, basis=W if self.basis is None else self.basis @ W, triangular=False)


def nystroem_map(kernel, Z):
    r"""Return a map with :math:`F F^\top = K_{nm} K_{mm}^{-1} K_{mn}`, which approximates the kernel.

    From the kernel among the landmarks, not centred: by its Cholesky factor, or where it is singular by
    its eigenvectors, those below 1e-10 of the largest left out. Between landmarks the kernel is reproduced
    exactly, so with all items as landmarks nothing is approximated. O(m³).

    Parameters
    ----------
    kernel : Kernel
        With its scale fixed.
    Z : ndarray or sparse (m, d)
        The landmarks.

    Returns
    -------
    KernelMap
        To as many features as the kernel among the landmarks has rank.

    References
    ----------
    Williams & Seeger (2001). Using the Nyström method to speed up kernel machines. NeurIPS 13, 682-688.

    Examples
    --------
    >>> Z, kernel = np.array([[0.0], [1.0], [3.0]]), Kernel("rbf")
    >>> F = nystroem_map(kernel, Z)(Z)
    >>> bool(np.allclose(F @ F.T, kernel(Z, Z)))
    True
    """
    K = kernel(Z, Z)
    # Sylvester: if K - tI has a Cholesky factor, every eigenvalue of K exceeds t >= tolerance * largest.
    shifted = K - RANK_TOLERANCE * np.trace(K) * np.eye(len(K))
    if linalg.lapack.dpotrf(shifted, overwrite_a=1)[1] == 0:
        return KernelMap(kernel, Z, _inverse(linalg.cholesky(K)), triangular=True)
    values, vectors = linalg.eigh(K)
    kept = values > RANK_TOLERANCE * max(values[-1], 0.0)
    return KernelMap(kernel, Z, vectors[:, kept] / np.sqrt(values[kept]))


def icd_map(kernel, X, max_rank, order=None):
    """Return the map of an incomplete Cholesky decomposition of a kernel (`incomplete_cholesky`).

    Parameters
    ----------
    kernel : Kernel
        With its scale fixed.
    X : ndarray or sparse (n, d)
        Items to choose the landmarks from: the pivots, those of large residuals.
    max_rank : int
        Most landmarks.
    order : ndarray (n,), optional
        Of equal residuals the one that comes first in this order is taken.

    Returns
    -------
    KernelMap
        To as many features as landmarks.

    Examples
    --------
    >>> X = np.array([[0.0, 2.0], [0.0, 1.0], [1.0, 0.0]])
    >>> icd_map(Kernel("linear"), X, max_rank=2).landmarks
    array([[0., 2.],
           [1., 0.]])
    """
    diagonal = np.concatenate([_block_diagonal(kernel, X[i : i + 64]) for i in range(0, X.shape[0], 64)])
    pivots, R = incomplete_cholesky(diagonal, lambda j: kernel(X, X[j : j + 1]).ravel(), max_rank, order)
    R_z = np.triu(R[:, pivots])  # what stands below the diagonal is rounding
    return KernelMap(kernel, X[pivots], _inverse(R_z), triangular=True)


def _block_diagonal(kernel, X):
    """k(x, x) (n,) of a few rows."""
    return kernel(X, X).diagonal()


def _inverse(R):
    """Inverse (m, m) of an upper triangular matrix, in the order of columns that BLAS takes without a copy."""
    return np.asfortranarray(linalg.lapack.dtrtri(R, lower=0)[0])
