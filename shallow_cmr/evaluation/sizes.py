"""Sizes: how many dimensions or bits a method is given, and what an item then takes in the database."""

__all__ = ["bytes_per_item", "size_parameter"]


def size_parameter(estimator):
    """Return the name of the parameter that sets the number of dimensions: ``n_components``, or ``n_bits`` of hashers.

    Raises
    ------
    ValueError
        It has neither.

    Examples
    --------
    >>> from shallow_cmr import CVH
    >>> size_parameter(CVH())
    'n_bits'
    """
    parameters = estimator.get_params()
    for name in ("n_components", "n_bits"):
        if name in parameters:
            return name
    raise ValueError(f"{type(estimator).__name__} has neither n_components nor n_bits, so no size can be set.")


def bytes_per_item(embeddings):
    """Return what an item takes: an eighth of a byte a bit, rounded up, or its numbers in their own width.

    Parameters
    ----------
    embeddings : array (n, k)
        Bool codes, or embeddings.

    Examples
    --------
    >>> import numpy as np
    >>> bytes_per_item(np.zeros((5, 12), dtype=bool)), bytes_per_item(np.zeros((5, 12), dtype=np.float32))
    (2, 48)
    """
    k = embeddings.shape[1]
    return -(-k // 8) if embeddings.dtype == bool else k * embeddings.dtype.itemsize
