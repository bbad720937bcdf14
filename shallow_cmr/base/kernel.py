"""Methods on kernel features: exact on n x n Gram matrices, or from moments of features on landmarks."""

import warnings
from dataclasses import replace
from functools import cached_property
from numbers import Integral

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from shallow_cmr.base.contract import CrossModalEstimator
from shallow_cmr.base.kernel_features import feature_maps, feature_moments, training_gram
from shallow_cmr.base.sklearn_internals import StrOptions, at_least, real_at_least
from shallow_cmr.kernels import KERNELS, Kernel, centre_gram, gram_rank
from shallow_cmr.linalg import flip_signs, numerical_rank

__all__ = ["KernelProjection"]

_DEFAULT_SIZE = 10


def _learns_in_chunks(estimator):
    """Whether the features are fixed by landmarks."""
    return estimator.solver != "exact"


class KernelProjection(CrossModalEstimator):
    """Base of projections in kernel feature spaces. An author writes `_solve` and `_solve_gram`.

    The base owns the kernels and their scale, the centring in feature space of training and new items alike, and
    the landmarks. On landmarks a method sees nothing but `CrossMoments` of the features, so `partial_fit` follows.

    Parameters
    ----------
    n_components, kernel, text_kernel : int or None, str or callable, str or callable or None
        As for `KCCA`; a method without further parameters inherits this ``__init__``.
    bandwidth, degree, coef0 : float, int, float
        As for `KCCA`.
    solver, landmarks, random_state : str, int or pair of array-likes, int or RandomState or None
        As for `KCCA`.

    Attributes
    ----------
    x_map_, y_map_ : KernelMap
        The kernel, its landmarks (m, p), (m, q) (exact: the training items) and the dual weights ``basis`` (m, k).
    x_offset_, y_offset_ : ndarray (k,)
        Training means of the mapped items, subtracted from every new one.
    moments_, feature_maps_ : CrossMoments, pair of KernelMap
        After `partial_fit` alone.

    Examples
    --------
    Partial least squares on kernel features:

    >>> from shallow_cmr import make_paired_gaussians
    >>> from shallow_cmr.linalg import top_singular_triples
    >>> class KernelPLS(KernelProjection):
    ...     def _solve(self, moments, k):
    ...         W_x, _, W_y = top_singular_triples(moments.C_xy, k)
    ...         return W_x, W_y
    >>> data = make_paired_gaussians(300, 10, 8, correlations=(0.9, 0.7), random_state=0)
    >>> kpls = KernelPLS(n_components=2, solver="nystroem", landmarks=50, random_state=0).fit(data.X, data.y)
    >>> kpls.transform_image(data.X).shape
    (300, 2)
    """

    _parameter_constraints = {
        "n_components": [at_least(1), None],
        "kernel": [StrOptions({*KERNELS, "precomputed"}), callable],
        "text_kernel": [StrOptions({*KERNELS, "precomputed"}), callable, None],
        "bandwidth": [real_at_least(0)],
        "degree": [at_least(1)],
        "coef0": [real_at_least(0)],
        "solver": [StrOptions({"exact", "nystroem", "icd"})],
        "landmarks": [at_least(1), tuple, list],
        "random_state": ["random_state"],
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
        solver="exact",
        landmarks=500,
        random_state=None,
    ):
        self.n_components = n_components
        self.kernel = kernel
        self.text_kernel = text_kernel
        self.bandwidth = bandwidth
        self.degree = degree
        self.coef0 = coef0
        self.solver = solver
        self.landmarks = landmarks
        self.random_state = random_state

    @available_if(_learns_in_chunks)
    def partial_fit(self, X, y, labels=None):
        """Add a chunk of pairs to what was learned by earlier calls, and solve anew.

        The first chunk fixes the features: landmarks are drawn from it, and bandwidths measured on it, unless
        ``landmarks`` holds them. While the rank still grows the model keeps as many components as it allows.

        Parameters
        ----------
        X, y, labels : array-like (n, p), array-like (n, q), array-like (n,) or (n, c)
            As for `fit`.

        Returns
        -------
        self
            Fitted on all chunks so far.
        """
        with self._all_or_nothing():
            first = not hasattr(self, "moments_")
            if first and hasattr(self, "x_map_"):
                warnings.warn(
                    "this model was fitted at once and keeps no moments to add to, so partial_fit starts from "
                    "nothing; give partial_fit the first chunk as well.",
                    stacklevel=2,
                )
                self._forget()
            X, y, labels = self._check_pairs(X, y, labels, reset=first, min_samples=1)
            if first:
                self.feature_maps_ = self._feature_maps(X, y)
            chunk = feature_moments(self.feature_maps_, X, y)
            self.moments_ = chunk if first else self.moments_.merge(chunk)
            self._learn(self.feature_maps_, self.moments_, growing=True)
        return self

    def _fit(self, X, y, labels):
        if self.solver == "exact":
            return self._fit_exact(X, y)
        maps = self._feature_maps(X, y)
        return self._learn(maps, feature_moments(maps, X, y))

    def _solve(self, moments, k):
        """Return ``W_x`` (r_x, k) and ``W_y`` (r_y, k) from the moments of the kernel features."""
        raise TypeError(f"{type(self).__name__} must define _solve(moments, k).")

    def _solve_gram(self, K_x, K_y, k):
        """Return dual weights ``A_x`` (n, k) and ``A_y`` (n, k) from centred Gram matrices, free to overwrite them."""
        raise TypeError(f"{type(self).__name__} must define _solve_gram(K_x, K_y, k).")

    @cached_property
    def rank_(self):
        """Most components that the kernels allow; for ``solver="exact"`` found on first use, since it costs O(n³)."""
        check_is_fitted(self)
        return min(_rank_of(self.x_map_), _rank_of(self.y_map_))

    def _fit_exact(self, X, y):
        """Solve on the Gram matrices of all training items."""
        kernels = self._kernels()
        (x_map, K_x), (y_map, K_y) = training_gram(kernels[0], X, "X"), training_gram(kernels[1], y, "y")
        x_means, y_means = centre_gram(K_x), centre_gram(K_y)
        if "precomputed" in self._functions():
            self.rank_ = min(gram_rank(K_x), gram_rank(K_y))  # later there is no kernel to ask
        wanted = _DEFAULT_SIZE if self.n_components is None else self.n_components
        rank = min(gram_rank(K_x, enough=wanted), gram_rank(K_y, enough=wanted))
        k = self._choose_size(rank, (X.shape, y.shape), growing=False)
        A_x, A_y = (A - A.mean(axis=0) for A in flip_signs(*self._solve_gram(K_x, K_y, k)))
        self.x_map_, self.x_offset_ = replace(x_map, basis=A_x), x_means @ A_x
        self.y_map_, self.y_offset_ = replace(y_map, basis=A_y), y_means @ A_y

    def _learn(self, maps, moments, growing=False):
        """Solve on the moments of the features and store the projections."""
        self.rank_ = min(numerical_rank(moments.C_xx), numerical_rank(moments.C_yy))
        if self.rank_ == 0 and growing:
            return
        shapes = [(moments.n, kernel_map.landmarks.shape[1]) for kernel_map in maps]
        W_x, W_y = self._solve(moments, self._choose_size(self.rank_, shapes, growing))
        # The signs are those of the dual weights, as in the exact solution.
        W_x, W_y = np.split(flip_signs(maps[0].basis @ W_x, np.vstack([W_x, W_y]))[1], [len(W_x)])
        self.x_map_, self.x_offset_ = maps[0].followed_by(W_x), moments.mean_x @ W_x
        self.y_map_, self.y_offset_ = maps[1].followed_by(W_y), moments.mean_y @ W_y

    def _choose_size(self, rank, shapes, growing):
        """Return k, given what was asked for and what the rank allows."""
        wanted = _DEFAULT_SIZE if self.n_components is None else self.n_components
        if rank == 0:
            raise ValueError(
                f"a kernel is constant over the items of X {shapes[0]} or y {shapes[1]}: no component is left once it "
                "is centred. Take another kernel (the cosine of single features is constant)."
            )
        if wanted > rank and self.n_components is not None and not growing:
            raise ValueError(
                f"n_components={wanted} is more than the {rank} dimensions that the kernel features of X {shapes[0]} "
                f"and y {shapes[1]} share; reduce n_components."
            )
        return min(wanted, rank)

    def _functions(self):
        """Kernel functions of the two sides."""
        return self.kernel, self.kernel if self.text_kernel is None else self.text_kernel

    def _kernels(self):
        """Kernels of the two sides, not scaled yet."""
        return [Kernel(function, self.bandwidth, self.degree, self.coef0) for function in self._functions()]

    def _feature_maps(self, X, y):
        """Feature maps of both sides, on given landmarks or on ones chosen among these pairs."""
        return feature_maps(self._kernels(), (X, y), self.solver, self.landmarks, self.random_state)

    def _project(self, Z, side):
        """Scores (n, k), in float64 within and in the dtype of ``Z`` outside."""
        kernel_map, offset = getattr(self, f"{side}_map_"), getattr(self, f"{side}_offset_")
        return (kernel_map(Z) - offset).astype(Z.dtype, copy=False)

    @property
    def _accepts_sparse(self):
        return all(kernel in ("cosine", "linear", "polynomial", "rbf") for kernel in self._functions())

    @property
    def _n_features_out(self):
        return self.x_map_.basis.shape[1]

    @property
    def expected_failed_laws(self):
        """What the chosen kernels and landmarks rule out."""
        laws, named = {}, [kernel for kernel in self._functions() if isinstance(kernel, str)]
        if {"chi2", "cosine", "polynomial"} & set(named):
            laws["translation does not matter"] = "the chi2, cosine and polynomial kernels measure from zero"
        if {"cosine", "polynomial"} & set(named):
            laws["a constant feature survives"] = "a constant is a part of every inner product"
        if self.solver != "exact" and isinstance(self.landmarks, Integral):
            laws["chunks equal the whole"] = "landmarks and bandwidths are those of the first chunk"
        return laws

    def __sklearn_is_fitted__(self):
        return hasattr(self, "x_map_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.kernel == "precomputed"
        tags.input_tags.positive_only = self.kernel == "chi2"
        return tags


def _rank_of(kernel_map):
    """Rank of the centred Gram matrix of a map's landmarks."""
    K = kernel_map.kernel(kernel_map.landmarks, kernel_map.landmarks)
    centre_gram(K)
    return gram_rank(K)
