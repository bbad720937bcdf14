r"""Kernel canonical correlation analysis.

With centred Gram matrices :math:`K_x, K_y` and projections :math:`K_v \alpha_v`,

.. math:: \max_{\alpha_x, \alpha_y} \alpha_x^\top K_x K_y \alpha_y
          \quad \text{s.t.}\quad \alpha_v^\top (K_v^2 + \kappa_v K_v)\, \alpha_v = n, \qquad
          \kappa_v = \text{reg} \cdot \operatorname{tr} K_v .

With the smoothers :math:`S_v = K_v (K_v + \kappa_v I)^{-1} = I - \kappa_v (K_v + \kappa_v I)^{-1}` the solutions
satisfy :math:`S_x S_y f = \rho^2 f`. A Cholesky factor :math:`G G^\top = S_x` makes this the symmetric problem
:math:`G^\top S_y G v = \rho^2 v`, and then, with :math:`\|v\|^2 = n`,
:math:`\alpha_y = (K_y + \kappa_y I)^{-1} G v / \rho` and
:math:`\alpha_x = (S_y - \rho^2 I) G v / (\kappa_x \rho^2)`. On features :math:`F_v` with :math:`F_v F_v^\top = K_v`
the problem is CCA with the ridge :math:`\kappa_v / n`.
"""

import warnings

import numpy as np
from scipy.linalg import LinAlgError, blas, lapack
from scipy.sparse.linalg import LinearOperator, eigsh

from shallow_cmr.base.kernel import KernelProjection
from shallow_cmr.base.sklearn_internals import real_at_least
from shallow_cmr.linalg import inverse_square_root, top_singular_triples

__all__ = ["KCCA", "solve_kcca", "solve_kcca_features"]


def solve_kcca(K_x, K_y, k, reg=4e-3, *, overwrite=False):
    """Return dual weights ``A_x`` (n, k), ``A_y`` (n, k) and the correlations ``rho`` (k,), descending.

    ``K_x`` and ``K_y`` (n, n) are centred; with ``overwrite`` they hold the factors afterwards, and no third (n, n)
    array is made. ``reg > 0`` is relative to their traces. Symmetric Lanczos iterations of O(n²) after O(5/3 n³).
    """
    if not reg > 0:
        raise ValueError(f"reg={reg}: exact KCCA needs reg > 0, or any kernel of full rank correlates with any other.")
    K_x, K_y = (np.array(K, np.float64, copy=None if overwrite else True, order="C") for K in (K_x, K_y))
    n, ridge_x, ridge_y = len(K_x), reg * np.trace(K_x), reg * np.trace(K_y)
    (G, jitter), L = _smoother_factor(K_x, ridge_x), _shifted_factor(K_y, ridge_y)
    eigenvalues, V = _leading(G, L, ridge_y, k)
    F = np.column_stack([blas.dtrmv(G, v, lower=1) for v in V.T])
    A_y = lapack.dpotrs(L, F, lower=1)[0]
    A_x = ((F - ridge_y * A_y) * (1 + jitter) - F * eigenvalues) / (ridge_x * eigenvalues)
    rho = np.sqrt(eigenvalues)
    return np.sqrt(n) * A_x, np.sqrt(n) * A_y / rho, rho


def solve_kcca_features(C_xx, C_yy, C_xy, k, reg=4e-3):
    """Return ``W_x`` (r_x, k), ``W_y`` (r_y, k) and ``rho`` (k,) from covariances of kernel features: `solve_cca`
    with the ridge ``reg`` times the trace of each."""
    B_x = inverse_square_root(C_xx, reg * np.trace(C_xx))
    B_y = inverse_square_root(C_yy, reg * np.trace(C_yy))
    P, rho, Q = top_singular_triples(B_x.T @ C_xy @ B_y, k)
    return B_x @ P, B_y @ Q, rho


def _shifted_factor(K, ridge):
    """Cholesky factor (n, n) of ``K + ridge I``, in the place of one triangle of ``K``."""
    K.flat[:: len(K) + 1] += ridge
    L, failed = lapack.dpotrf(K.T, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise LinAlgError("a kernel matrix is not positive semidefinite; raise reg or take another kernel.")
    return L


def _smoother_factor(K, ridge):
    """Lower G (n, n) with ``G Gᵀ = I - ridge (K + ridge I)⁻¹ + 11ᵀ / n + jitter I``, in the place of ``K``; jitter.

    The constant vector, of which a centred kernel knows nothing, and the jitter make this positive: where ``K`` is
    singular, rounding leaves eigenvalues of about -2e-17 trace(K) / ridge, and lower ones where ``K`` came with errors.
    """
    diagonal = K.diagonal().copy()
    for jitter in (1e-13 + 1e-16 * diagonal.sum() / ridge) * 100.0 ** np.arange(5):
        S = lapack.dpotri(_shifted_factor(K, ridge), lower=1, overwrite_c=1)[0].T
        _turn_into_smoother(S, ridge)
        S.flat[:: len(S) + 1] += jitter
        G, failed = lapack.dpotrf(S.T, lower=1, overwrite_a=1, clean=0)
        if not failed:
            return G, jitter
        _restore(K, diagonal)
    raise LinAlgError("a kernel matrix is too inaccurate for this regularisation; raise reg.")


def _turn_into_smoother(inverse, ridge):
    """``I - ridge inverse + 11ᵀ / n`` in the upper triangle; the strictly lower one is left alone."""
    n = len(inverse)
    for rows, beyond, upper in _upper_blocks(n):
        inverse[rows, beyond] *= -ridge
        inverse[rows, beyond] += 1.0 / n
        inverse[rows, rows][upper] = inverse[rows, rows][upper] * -ridge + 1.0 / n
    inverse.flat[:: n + 1] += 1.0


def _restore(K, diagonal):
    """Copy the strictly lower triangle, which LAPACK never touched, to the upper one."""
    for rows, beyond, upper in _upper_blocks(len(K)):
        K[rows, beyond] = K[beyond, rows].T
        K[rows, rows][upper] = K[rows, rows].T[upper]
    K.flat[:: len(K) + 1] = diagonal


def _upper_blocks(n):
    """Slices of rows, slices of the columns beyond them, and the upper triangle of the square between."""
    for start in range(0, n, 128):
        stop = min(start + 128, n)
        yield slice(start, stop), slice(stop, n), np.triu_indices(stop - start)


def _leading(G, L, ridge, k):
    """Leading k eigenvalues, descending, and eigenvectors (n, k) of ``Gᵀ (I - ridge (L Lᵀ)⁻¹) G``."""
    n = len(G)

    def product(v):
        u = blas.dtrmv(G, v.ravel(), lower=1)
        u -= u.mean()  # G Gᵀ has the constant vector that the smoother has not
        u -= ridge * blas.dtrsv(L, blas.dtrsv(L, u, lower=1), lower=1, trans=1)
        return blas.dtrmv(G, u, lower=1, trans=1, overwrite_x=1)

    start = np.random.default_rng(0).normal(size=n)  # any vector, but always the same
    eigenvalues, V = eigsh(LinearOperator((n, n), matvec=product, dtype=np.float64), k, v0=start, tol=1e-11)
    return np.maximum(eigenvalues[::-1], 1e-15), V[:, ::-1]


class KCCA(KernelProjection):
    r"""Kernel canonical correlation analysis: CCA between nonlinear features of images and of texts.

    Parameters
    ----------
    n_components : int >= 1, optional
        Dimensions k of the shared space. None takes 10, or the rank of the kernels where that is smaller: the rank
        of n items under a Gaussian kernel is n - 1, and most of these directions are noise.
    kernel : {"rbf", "chi2", "polynomial", "cosine", "linear", "precomputed"} or callable, default="rbf"
        Kernel of both modalities (`kernel_matrix`). "chi2" is for histograms, not centred. A callable takes two
        matrices and returns the kernel between their rows. "precomputed": `fit` takes Gram matrices (n, n), and
        new items are rows of kernel values with the n training items; ``solver="exact"`` only, and no
        cross-validation, which would cut the columns of X but not of y.
    text_kernel : like ``kernel``, optional
        Another kernel for the texts; None takes the same.
    bandwidth : float > 0, default=1
        Multiple of the natural scale of each modality (`natural_bandwidth`): rbf
        :math:`e^{-\|x - z\|^2 / \sigma^2}` with :math:`\sigma^2` the mean squared distance of training items, chi2
        likewise, polynomial :math:`(x^\top z / \sigma^2 + c)^d` with the mean squared norm. Codes that write
        :math:`2 \sigma^2` mean ``bandwidth=2``.
    degree, coef0 : int >= 1, float >= 0, default=3, 1
        Exponent d and constant c of the polynomial kernel.
    reg : float > 0, default=4e-3
        Regularisation relative to the trace of each centred Gram matrix, so that it means the same for any units
        and number of items. With a linear kernel it is the ridge of `CCA` divided by the number of
        (varying) features.
    power : float >= 0, default=0
        Each axis is multiplied by its correlation to this power; 1 is a good choice for retrieval by cosine.
    solver : {"exact", "nystroem", "icd"}, default="exact"
        All training items; or features of low rank, from landmarks drawn at random (Nyström) or chosen greedily
        for each modality (incomplete Cholesky decomposition). These two have `partial_fit`.
    landmarks : int >= 1 or pair of array-likes (m, p), (m', q), default=500
        How many landmarks, or, for "nystroem", the landmarks themselves, `kmeans_anchors` for instance. The
        number is drawn from the pairs of `fit`, or of the first `partial_fit`, the same pairs for both
        modalities; bandwidths are measured on these pairs, for chi2 on those drawn. Landmarks given fix the
        bandwidths too, so that chunks then add up to exactly the whole.
    random_state : int, RandomState or None, default=None
        Of the draw of landmarks. It is made among the pairs ordered by their distances from the mean, so that the
        order in which they come does not matter.

    Attributes
    ----------
    correlations_ : ndarray (k,)
        Regularised canonical correlations of the training items, descending.
    x_map_, y_map_ : KernelMap
        ``kernel``, ``landmarks`` (exact: all training items) and dual weights ``basis`` (m, k).
    x_offset_, y_offset_ : ndarray (k,)
        What centring in feature space subtracts from every item, training and new alike.
    rank_ : int
        The most components that these kernels allow; with ``solver="exact"`` found when first asked for.

    Raises
    ------
    ValueError
        ``n_components`` beyond the smaller rank of the two kernels; the error names it. Negative features for
        chi2. More than 16,384 items for the exact solver.

    Notes
    -----
    Cost, exact: two n x n arrays and no third, O(5/3 n³) for three Cholesky factors and an inverse, then Lanczos
    products of O(n²). Cost on m landmarks: O(n m (p + q)) for the kernels, O(n m²) for features and moments, then
    O(m³) whatever n was. Embedding an item costs a kernel value with each landmark (exact: each training item).

    *Differs from codes in circulation.* Regularisation is relative, not an absolute number whose meaning changes
    with n and kernel; new items are centred in feature space with the means of the training items; the problem is
    correlation under a quadratic penalty, the "simplified" form of public MATLAB code, not its MAXVAR variant.

    On the Wikipedia benchmark (693 test queries against the 693 test items of the other modality, cosine, mAP@all,
    ties in expectation), image->text and text->image: centred features ``KCCA(10)`` .253 and .202,
    ``KCCA(10, power=1)`` .266 and .215; z-scored features .263 and .216, .275 and .230; raw histograms
    ``KCCA(10, kernel="chi2")`` .266 and .216, ``KCCA(10, kernel="chi2", power=1)`` .274 and .228. Three folds of the
    training items choose the default ``reg``, or twice it.

    References
    ----------
    Akaho (2001). A kernel method for canonical correlation analysis. International Meeting of the Psychometric
    Society. arXiv:cs/0609071

    Hardoon, Szedmak & Shawe-Taylor (2004). Canonical correlation analysis: an overview with application to
    learning methods. Neural Computation 16(12), 2639-2664. doi:10.1162/0899766042321814

    Bach & Jordan (2002). Kernel independent component analysis. Journal of Machine Learning Research 3, 1-48.

    Examples
    --------
    >>> from shallow_cmr import KCCA, make_paired_gaussians
    >>> data = make_paired_gaussians(300, 10, 8, correlations=(0.9, 0.7, 0.5), random_state=0)
    >>> kcca = KCCA(n_components=3, power=1).fit(data.X, data.y)
    >>> kcca.transform_text(data.y[:5]).shape
    (5, 3)
    >>> KCCA(n_components=3, solver="nystroem", landmarks=50, random_state=0).fit(data.X, data.y).score(
    ...     data.X, data.y
    ... ) > 0.1
    True
    """

    _parameter_constraints = {
        **KernelProjection._parameter_constraints,
        "reg": [real_at_least(0)],
        "power": [real_at_least(0)],
    }

    def __init__(
        self,
        n_components=None,
        *,
        kernel="rbf",
        text_kernel=None,
        bandwidth=1.0,
        degree=3,
        coef0=1.0,
        reg=4e-3,
        power=0,
        solver="exact",
        landmarks=500,
        random_state=None,
    ):
        super().__init__(
            n_components,
            kernel=kernel,
            text_kernel=text_kernel,
            bandwidth=bandwidth,
            degree=degree,
            coef0=coef0,
            solver=solver,
            landmarks=landmarks,
            random_state=random_state,
        )
        self.reg = reg
        self.power = power

    def _solve(self, moments, k):
        return self._weighted(*solve_kcca_features(moments.C_xx, moments.C_yy, moments.C_xy, k, self.reg))

    def _solve_gram(self, K_x, K_y, k):
        return self._weighted(*solve_kcca(K_x, K_y, k, self.reg, overwrite=True))

    def _weighted(self, W_x, W_y, rho):
        """Keep the correlations, and weight the axes by them."""
        if rho[0] > 1 - 1e-9:
            warnings.warn(
                "an in-sample correlation of 1: kernels of high rank can correlate anything; raise reg for "
                "directions that hold on new items.",
                stacklevel=6,
            )
        self.correlations_ = rho
        return W_x * rho**self.power, W_y * rho**self.power
