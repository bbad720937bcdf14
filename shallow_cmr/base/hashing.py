"""What turns a projection into a hasher: a threshold at zero."""

import numpy as np

__all__ = ["HashingMixin"]


class HashingMixin:
    """Before another base: makes boolean codes (n, n_bits) of its scores, a bit set where the score is positive.

    There is no third value: a score of zero is a bit that is not set.

    Examples
    --------
    The signs of partial least squares:

    >>> from shallow_cmr import HashingMixin, MomentProjection, make_paired_gaussians
    >>> from shallow_cmr.real_valued.pls import solve_pls
    >>> class SignsOfPLS(HashingMixin, MomentProjection):
    ...     def __init__(self, n_bits=32):
    ...         self.n_bits = n_bits
    ...
    ...     def _solve(self, moments, k):
    ...         return solve_pls(moments.C_xy, k)[:2]
    >>> data = make_paired_gaussians(500, 10, 8, correlations=(0.9, 0.7, 0.5), random_state=0)
    >>> codes = SignsOfPLS(n_bits=3).fit(data.X, data.y).transform_text(data.y)
    >>> codes.shape, codes.dtype
    ((500, 3), dtype('bool'))
    """

    _size_parameter = "n_bits"

    def _finish(self, scores):
        if np.isnan(scores).any():
            raise ValueError(
                f"{type(self).__name__} gave scores that are not numbers and have no sign: the fit has diverged; "
                "regularise more, or scale the features."
            )
        return scores > 0

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
