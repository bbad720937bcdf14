"""What turns a projection into a hasher: a threshold at zero."""

__all__ = ["HashingMixin"]


class HashingMixin:
    """Codes are boolean (n, n_bits): a bit is set where its score is positive, and there is no third value."""

    _size_parameter = "n_bits"

    def _finish(self, scores):
        return scores > 0

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
