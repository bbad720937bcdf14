"""Linear methods that solve from moments alone: one pass over the data, in chunks if need be."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.exceptions import NotFittedError

from shallow_cmr.base.contract import CrossModalEstimator
from shallow_cmr.base.sklearn_internals import check_parameters
from shallow_cmr.linalg import flip_signs, numerical_rank
from shallow_cmr.moments import CrossMoments

__all__ = ["MomentProjection"]

_BLOCK_ROWS = 4096


class MomentProjection(CrossModalEstimator):
    """Base of linear projections found from `CrossMoments`. An author writes `_solve(moments, k)`.

    `fit`, `partial_fit`, `fit_moments`, sparse and chunked input and distribution all follow: moments
    of any chunks merge to the moments of the whole, and the solution costs the same whatever n was.

    Attributes
    ----------
    x_weights_, y_weights_ : ndarray (p, k), (q, k)
        Projections of the centred features.
    x_mean_, y_mean_ : ndarray (p,), (q,)
        Training means, subtracted from every new item.
    rank_ : int
        Dimensions that the two views share: the most components there can be.
    moments_ : CrossMoments
        After `partial_fit` alone; `fit` drops them, since they can outweigh the model.

    Examples
    --------
    The directions of the largest variances, a poor method in four lines:

    >>> import numpy as np
    >>> class LargestVariances(MomentProjection):
    ...     def __init__(self, n_components=None):
    ...         self.n_components = n_components
    ...
    ...     def _solve(self, moments, k):
    ...         return np.linalg.eigh(moments.C_xx)[1][:, -k:], np.linalg.eigh(moments.C_yy)[1][:, -k:]
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(30, 5)), rng.normal(size=(30, 3))
    >>> LargestVariances(n_components=2).fit(X, y).transform_image(X).shape
    (30, 2)
    """

    _accepts_sparse = True
    _size_parameter = "n_components"
    _needs_within = True  # False where cross-moments and variances are enough

    def partial_fit(self, X, y, labels=None):
        """Add a chunk of pairs to what was learned by earlier calls, and solve anew.

        While the rank still grows the model keeps as many components as it allows, without an error.

        Parameters
        ----------
        X, y, labels : array-like (n, p), array-like (n, q), array-like (n,) or (n, c)
            As for `fit`; each chunk may bring new classes.

        Returns
        -------
        self
            Fitted on all chunks so far.
        """
        with self._all_or_nothing():
            first = not hasattr(self, "moments_")
            if first and hasattr(self, "x_weights_"):
                warnings.warn(
                    "this model was fitted at once and keeps no moments to add to, so partial_fit starts from "
                    "nothing; give partial_fit the first chunk as well.",
                    stacklevel=2,
                )
                self._forget()
            X, y, labels = self._check_pairs(X, y, labels, reset=first, min_samples=1)
            chunk = self._moments(X, y, labels)
            self.moments_ = chunk if first else self.moments_.merge(chunk)
            self._learn(self.moments_, growing=True)
        return self

    def fit_moments(self, moments):
        """Learn from the moments of pairs alone.

        Parameters
        ----------
        moments : CrossMoments
            Gathered anywhere (`from_arrays`, `update`, `merge`), with labels where the method learns from them.

        Returns
        -------
        self
            As fitted on the pairs themselves.
        """
        with self._all_or_nothing():
            self._forget()
            check_parameters(self)
            if not isinstance(moments, CrossMoments):
                raise TypeError(f"fit_moments takes CrossMoments, not {type(moments).__name__}; see from_arrays.")
            if moments.labels is None and self._learns_from_labels():
                raise ValueError(f"{type(self).__name__} learns from labels: gather the moments with labels.")
            if moments.S_xx.ndim == 1 and self._needs_within:
                raise ValueError(f"{type(self).__name__} needs moments within each modality: gather with within=True.")
            self.n_features_in_, self.n_text_features_in_ = len(moments.mean_x), len(moments.mean_y)
            self._learn(moments)
        return self

    def _fit(self, X, y, labels):
        self._learn(self._moments(X, y, labels))

    def _moments(self, X, y, labels):
        """Those moments of the pairs that the solution needs."""
        labels = labels if self._learns_from_labels() else None
        return CrossMoments.from_validated(X, y, labels, within=self._needs_within)

    def _learn(self, moments, growing=False):
        """Solve and store the projections; ``growing`` while further chunks may come."""
        x_constant, y_constant = moments.constant_features()
        if not growing:
            _report_constant("X", x_constant)
            _report_constant("y", y_constant)
        moments = moments.without(x_constant, y_constant)
        rank = self._rank(moments)
        if rank == 0 and growing:
            return
        W_x, W_y = flip_signs(*self._solve(moments, self._choose_size(rank, moments, growing)))
        self.x_weights_ = np.where(x_constant[:, None], 0.0, W_x)
        self.y_weights_ = np.where(y_constant[:, None], 0.0, W_y)
        self.x_mean_, self.y_mean_, self.rank_ = moments.mean_x, moments.mean_y, rank

    def _solve(self, moments, k):
        """Return ``W_x`` (p, k) and ``W_y`` (q, k)."""
        raise TypeError(f"{type(self).__name__} must define _solve(moments, k).")

    def _rank(self, moments):
        """Most components that the problem has: the smaller rank of the two unridged covariances."""
        return min(numerical_rank(moments.C_xx), numerical_rank(moments.C_yy))

    def _choose_size(self, rank, moments, growing):
        """Return k, given what was asked for and what the rank allows."""
        wanted = getattr(self, self._size_parameter)
        if wanted is None or (growing and wanted > rank):
            return rank
        if wanted > rank:
            return self._beyond_rank(wanted, rank, moments)
        return wanted

    def _beyond_rank(self, wanted, rank, moments):
        """More was asked for than the data hold: refuse, naming the rank."""
        p, q, name = len(moments.mean_x), len(moments.mean_y), self._size_parameter
        hint = " If y holds class labels: they go to labels=." if q == 1 else ""
        raise ValueError(
            f"{name}={wanted} is more than the {rank} dimensions that X ({moments.n}, {p}) and "
            f"y ({moments.n}, {q}) share; reduce {name}.{hint}"
        )

    def _project(self, Z, side):
        """Scores (n, k), in float64 within and in the dtype of ``Z`` outside."""
        W, mean = getattr(self, f"{side}_weights_"), getattr(self, f"{side}_mean_")
        if sparse.issparse(Z):
            return np.asarray(Z @ W - mean @ W, dtype=Z.dtype)
        scores = np.empty((Z.shape[0], W.shape[1]), dtype=Z.dtype)
        for start in range(0, Z.shape[0], _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            scores[rows] = (Z[rows] - mean) @ W
        return scores

    def _check_fitted(self):
        if hasattr(self, "moments_") and not hasattr(self, "x_weights_"):
            raise NotFittedError(
                f"the {self.moments_.n} sample(s) that this {type(self).__name__} has seen do not vary, so there is "
                "nothing to project on yet; call partial_fit with further chunks."
            )
        super()._check_fitted()

    @property
    def _n_features_out(self):
        return self.x_weights_.shape[1]

    def __sklearn_is_fitted__(self):
        return hasattr(self, "x_weights_")


def _report_constant(name, mask):
    """Warn once of columns that do not vary; refuse a view in which none does."""
    if mask.all():
        raise ValueError(f"{name} has no variance: every column is constant over the samples.")
    if mask.any():
        which = ", ".join(map(str, np.flatnonzero(mask)[:5])) + (", ..." if mask.sum() > 5 else "")
        warnings.warn(f"{name} has {mask.sum()} constant column(s), ignored: {which}.", stacklevel=5)
