"""What turns a projection into a hasher: a threshold at zero."""

import numpy as np

__all__ = ["HashingMixin"]


class HashingMixin:
    """Codes are boolean (n, n_bits): a bit is set where its score is positive, and there is no third value."""

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
