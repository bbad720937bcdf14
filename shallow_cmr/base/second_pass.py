"""Methods that look at rows once more after the moments, because something in them is not linear."""

from sklearn.utils.metaestimators import available_if

__all__ = ["SecondPassMixin"]


def _needs_no_rows(estimator):
    """Whether the moments alone suffice; the answer is a reason where they do not."""
    if estimator._needs_rows():
        name = type(estimator).__name__
        raise AttributeError(f"{estimator!r} learns from rows after the moments, so {name} needs fit with all of them.")
    return True


class SecondPassMixin:
    """Before `MomentProjection`: solve from moments, then `_look_again(X, y)` at the rows.

    What moments alone cannot do, `partial_fit` and `fit_moments`, exists only where `_needs_rows()` is false.

    Examples
    --------
    CCA with axes scaled by the median of their scores, which no moment knows:

    >>> import numpy as np
    >>> from shallow_cmr import CCA, make_paired_gaussians
    >>> class MedianScaledCCA(SecondPassMixin, CCA):
    ...     def _look_again(self, X, y):
    ...         self.x_weights_ /= np.median(np.abs(self._project(X, "x")), axis=0)
    ...         self.y_weights_ /= np.median(np.abs(self._project(y, "y")), axis=0)
    >>> data = make_paired_gaussians(500, 10, 8, correlations=(0.9, 0.7, 0.5), random_state=0)
    >>> scores = MedianScaledCCA(n_components=3).fit(data.X, data.y).transform_image(data.X)
    >>> np.median(np.abs(scores), axis=0).round(6).tolist()
    [1.0, 1.0, 1.0]
    >>> hasattr(MedianScaledCCA(), "partial_fit")
    False
    """

    def _needs_rows(self):
        """Whether `fit` as configured looks at rows."""
        return True

    def _look_again(self, X, y):
        """Refine the fitted attributes from validated X (n, p) and y (n, q)."""
        raise TypeError(f"{type(self).__name__} must define _look_again(X, y).")

    def _fit(self, X, y, labels):
        super()._fit(X, y, labels)
        if self._needs_rows():
            self._look_again(X, y)

    @available_if(_needs_no_rows)
    def partial_fit(self, X, y, labels=None):
        """Add a chunk of pairs to what was learned by earlier calls, and solve anew.

        Parameters
        ----------
        X, y, labels : array-like (n, p), array-like (n, q), array-like (n,) or (n, c)
            As for `fit`.

        Returns
        -------
        self
            Fitted on all chunks so far.
        """
        return super().partial_fit(X, y, labels)

    @available_if(_needs_no_rows)
    def fit_moments(self, moments):
        """Learn from the moments of pairs alone.

        Parameters
        ----------
        moments : CrossMoments
            Gathered anywhere.

        Returns
        -------
        self
            As fitted on the pairs themselves.
        """
        return super().fit_moments(moments)
