"""First and second moments of paired features: all that a linear method ever needs to see of the data."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, check_consistent_length

from shallow_cmr.labels import encode_labels
from shallow_cmr.scatter import column_means, cross_scatter, scatter

__all__ = ["CrossMoments", "LabelMoments"]

_MAX_BYTES = 2**31  # the largest d x d matrix that we agree to hold


@dataclass(frozen=True, eq=False)
class LabelMoments:
    """Moments with the labels; rows of L sum to one, so that an item with several shares itself among them.

    Parameters
    ----------
    classes : tuple (c,)
        What the columns of L stand for.
    sums : ndarray (c,)
        Lᵀ1, the items of each class.
    S_xl, S_yl : ndarray (p, c), (q, c)
        (X - mean)ᵀL and (Y - mean)ᵀL.
    S_ll : ndarray (c, c)
        LᵀL.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [5.0]], [[1.0], [2.0], [3.0]]
    >>> moments = CrossMoments.from_arrays(X, y, labels=["cat", "cat", "dog"]).labels
    >>> moments.classes, moments.sums.tolist(), moments.S_xl.tolist()
    (('cat', 'dog'), [2.0, 1.0], [[-3.0, 3.0]])
    """

    classes: tuple
    sums: np.ndarray
    S_xl: np.ndarray
    S_yl: np.ndarray
    S_ll: np.ndarray

    def spread(self, classes):
        """Return the same moments over more classes.

        Parameters
        ----------
        classes : tuple
            All of this object's and new ones, whose moments are zero.

        Returns
        -------
        LabelMoments
            With columns in that order.
        """
        columns = [classes.index(key) for key in self.classes]
        sums, S_ll = np.zeros(len(classes)), np.zeros((len(classes),) * 2)
        S_xl, S_yl = (np.zeros((len(S), len(classes))) for S in (self.S_xl, self.S_yl))
        sums[columns], S_ll[np.ix_(columns, columns)] = self.sums, self.S_ll
        S_xl[:, columns], S_yl[:, columns] = self.S_xl, self.S_yl
        return LabelMoments(classes, sums, S_xl, S_yl, S_ll)

    def shift(self, dx, dy):
        """Return the moments about other means.

        Parameters
        ----------
        dx, dy : ndarray (p,), (q,)
            How much further they lie.

        Returns
        -------
        LabelMoments
            About these means.
        """
        S_xl, S_yl = self.S_xl - np.outer(dx, self.sums), self.S_yl - np.outer(dy, self.sums)
        return replace(self, S_xl=S_xl, S_yl=S_yl)


@dataclass(frozen=True, eq=False)
class CrossMoments:
    """Sample size, means and centred scatter matrices of n pairs (x, y), and optionally of their labels.

    Never changed in place: `update` and `merge` return new moments, so chunks may be summed in any
    order, on any machine. Sums are float64 about the mean of their own chunk (two passes; the merge of
    Chan, Golub & LeVeque), hence a column offset of 1e6 in float32 does no harm to dense data. Sparse
    chunks are never densified; their means are subtracted afterwards, so they promise no such thing.

    Parameters
    ----------
    n : int
        Samples seen.
    mean_x, mean_y : ndarray (p,), (q,)
        Means.
    S_xx, S_yy, S_xy : ndarray (p, p), (q, q), (p, q)
        Scatter about the means; divided by n they are `C_xx`, `C_yy`, `C_xy`. Taken with ``within=False``,
        the first two are their diagonals (p,), (q,) alone.
    labels : LabelMoments or None
        Moments with the labels.

    References
    ----------
    Chan, Golub & LeVeque (1983). Algorithms for computing the sample variance. The American Statistician
    37(3), 242-247. doi:10.1080/00031305.1983.10483115

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(50, 4)), rng.normal(size=(50, 3))
    >>> moments = CrossMoments.from_arrays(X[:20], y[:20]).update(X[20:], y[20:])
    >>> moments.n, bool(np.allclose(moments.C_xx, np.cov(X.T, bias=True)))
    (50, True)
    """

    n: int
    mean_x: np.ndarray
    mean_y: np.ndarray
    S_xx: np.ndarray
    S_yy: np.ndarray
    S_xy: np.ndarray
    labels: LabelMoments | None = None

    @classmethod
    def from_arrays(cls, X, y, labels=None, *, within=True):
        """Take the moments of pairs: O(n (p + q)²) time, O((p + q)²) memory beside a block of rows.

        Parameters
        ----------
        X, y : array-like or sparse (n, p), (n, q)
            Image and text features.
        labels : array-like (n,) of classes or indicator (n, c), optional
            Class labels.
        within : bool
            False keeps the variances alone of the scatter within each modality, and takes O(n p q) time.

        Returns
        -------
        CrossMoments
            Of these pairs.

        Raises
        ------
        ValueError
            Features that are not finite or not of the same items, moments beyond 2 GiB or beyond the range of float64.
        """
        X, y = _checked(X, "X"), _checked(y, "y")
        check_consistent_length(X, y)
        return cls.from_validated(X, y, labels, within=within)

    @classmethod
    def from_validated(cls, X, y, labels=None, *, within=True):
        """Do the same as `from_arrays` with features that are known to be good.

        Parameters
        ----------
        X, y : ndarray or canonical CSR (n, p), (n, q)
            Finite floats, not checked again.
        labels, within : array-like (n,) or (n, c), bool
            As for `from_arrays`.

        Returns
        -------
        CrossMoments
            Of these pairs.
        """
        _check_size(X.shape[1], y.shape[1], within)
        mean_x, mean_y = column_means(X), column_means(y)
        with np.errstate(over="ignore", invalid="ignore"):
            S_xx, S_yy, S_xy = (scatter if within else cross_scatter)(X, y, mean_x, mean_y)
        for name, S in (("X", S_xx), ("y", S_yy), ("X and y", S_xy)):
            if not np.isfinite(S).all():
                raise ValueError(f"the covariance of {name} overflows float64; scale the features.")
        if labels is not None:
            labels = _label_moments(X, y, mean_x, mean_y, encode_labels(labels, X.shape[0]))
        return cls(X.shape[0], mean_x, mean_y, S_xx, S_yy, S_xy, labels)

    def update(self, X, y, labels=None):
        """Return the moments with a chunk added.

        Parameters
        ----------
        X, y, labels : array-like (n, p), array-like (n, q), array-like (n,) or (n, c)
            As for `from_arrays`; labels with every chunk or with none.

        Returns
        -------
        CrossMoments
            New ones; these stay as they are.
        """
        return self.merge(CrossMoments.from_arrays(X, y, labels, within=self.S_xx.ndim == 2))

    def merge(self, other):
        """Return the moments of both samples together.

        Parameters
        ----------
        other : CrossMoments
            Of other pairs with the same features; the classes may differ.

        Returns
        -------
        CrossMoments
            New ones; these and the other stay as they are.
        """
        for name in ("mean_x", "mean_y"):
            if getattr(self, name).shape != getattr(other, name).shape:
                widths = [len(getattr(moments, name)) for moments in (self, other)]
                raise ValueError(f"cannot merge moments of {widths[0]} and of {widths[1]} features ({name[-1]}).")
        if self.S_xx.ndim != other.S_xx.ndim:
            raise ValueError("one sample has moments within each modality, the other has not; gather both alike.")
        n = self.n + other.n
        dx, dy = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        weight = self.n * other.n / n
        mean_x, mean_y = self.mean_x + dx * (other.n / n), self.mean_y + dy * (other.n / n)
        S_xx = _merge_scatter(self.S_xx, other.S_xx, weight, dx)
        S_yy = _merge_scatter(self.S_yy, other.S_yy, weight, dy)
        S_xy = self.S_xy + other.S_xy + np.outer(weight * dx, dy)
        return CrossMoments(n, mean_x, mean_y, S_xx, S_yy, S_xy, self._merge_labels(other, mean_x, mean_y))

    def _merge_labels(self, other, mean_x, mean_y):
        """Return the label moments of both about the common means, over the classes of either."""
        if self.labels is None and other.labels is None:
            return None
        if self.labels is None or other.labels is None:
            raise ValueError("one chunk has labels and another has none; give labels with every chunk or with none.")
        new = [key for key in other.labels.classes if key not in set(self.labels.classes)]
        classes = self.labels.classes + tuple(new)
        a = self.labels.spread(classes).shift(mean_x - self.mean_x, mean_y - self.mean_y)
        b = other.labels.spread(classes).shift(mean_x - other.mean_x, mean_y - other.mean_y)
        return LabelMoments(classes, a.sums + b.sums, a.S_xl + b.S_xl, a.S_yl + b.S_yl, a.S_ll + b.S_ll)

    @cached_property
    def C_xx(self):
        """Covariance of x (p, p), divided by n."""
        return self.S_xx / self.n

    @cached_property
    def C_yy(self):
        """Covariance of y (q, q), divided by n."""
        return self.S_yy / self.n

    @cached_property
    def C_xy(self):
        """Cross-covariance (p, q), divided by n."""
        return self.S_xy / self.n

    @property
    def variances(self):
        """Variances of x (p,) and of y (q,)."""
        return _diagonal(self.S_xx) / self.n, _diagonal(self.S_yy) / self.n

    def constant_features(self):
        """Return which columns do not vary beyond rounding (scikit-learn's rule).

        Returns
        -------
        tuple of bool array (p,), (q,)
            True where one is constant.
        """
        eps = np.finfo(np.float64).eps
        return tuple(
            variance <= self.n * eps * variance + (self.n * mean * eps) ** 2
            for mean, variance in zip((self.mean_x, self.mean_y), self.variances, strict=True)
        )

    def without(self, x_mask, y_mask):
        """Return the moments with some columns treated as constant.

        Parameters
        ----------
        x_mask, y_mask : bool array (p,), (q,)
            True where a column is.

        Returns
        -------
        CrossMoments
            Of the same widths, with zero scatter there.
        """
        if not (x_mask.any() or y_mask.any()):
            return self
        keep_x, keep_y = (~x_mask).astype(float), (~y_mask).astype(float)
        labels = self.labels
        if labels is not None:
            labels = replace(labels, S_xl=labels.S_xl * keep_x[:, None], S_yl=labels.S_yl * keep_y[:, None])
        S_xx, S_yy = (
            S * (keep if S.ndim == 1 else np.outer(keep, keep))
            for S, keep in ((self.S_xx, keep_x), (self.S_yy, keep_y))
        )
        S_xy = self.S_xy * np.outer(keep_x, keep_y)
        return CrossMoments(self.n, self.mean_x, self.mean_y, S_xx, S_yy, S_xy, labels)


def _diagonal(S):
    """Diagonal (d,) of a scatter matrix that may be given as its diagonal already."""
    return S if S.ndim == 1 else np.diag(S)


def _merge_scatter(S, other, weight, shift):
    """Scatter, or diagonal of it, of two samples whose means differ by ``shift`` (d,)."""
    return S + other + (np.outer(weight * shift, shift) if S.ndim == 2 else weight * shift**2)


def _checked(Z, name):
    """Features as a finite float array (n, d) or canonical CSR; a vector is one feature."""
    Z = check_array(Z, accept_sparse="csr", dtype=(np.float64, np.float32), ensure_2d=False, input_name=name)
    if sparse.issparse(Z) and not Z.has_canonical_format:
        Z = Z.copy()
        Z.sum_duplicates()
    return Z.reshape(-1, 1) if Z.ndim == 1 else Z


def _check_size(p, q, within):
    """Refuse views whose moments would not fit."""
    name, columns, needed = ("X", p, p * p) if p >= q else ("y", q, q * q)
    what, needed = ("its covariance alone", 8 * needed) if within else ("the cross-covariance", 8 * p * q)
    if needed > _MAX_BYTES:
        raise ValueError(
            f"{name} has {columns} features: {what} would take {needed / 2**30:.1f} GiB "
            f"(limit {_MAX_BYTES / 2**30:.0f}); reduce it first, for example by TruncatedSVD in the pipeline."
        )


def _label_moments(X, y, mean_x, mean_y, encoded):
    """Moments of both views with the label shares."""
    L = encoded.row_shares
    sums = np.asarray(L.sum(axis=0)).ravel()
    S_xl, S_yl = (
        np.asarray((L.T @ Z).todense() if sparse.issparse(Z) else L.T @ Z).T - np.outer(mean, sums)
        for Z, mean in ((X, mean_x), (y, mean_y))
    )
    return LabelMoments(encoded.classes, sums, S_xl, S_yl, (L.T @ L).toarray())
