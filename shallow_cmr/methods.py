"""The catalogue: every method that the two folders import."""

from shallow_cmr import hashing, real_valued
from shallow_cmr.base.contract import CrossModalEstimator

__all__ = ["all_methods"]


def all_methods():
    """Return every registered method.

    Returns
    -------
    dict of str to type
        The classes by name, real-valued ones first.

    Examples
    --------
    >>> all_methods()["CCA"].__name__
    'CCA'
    """
    return {
        name: method
        for folder in (real_valued, hashing)
        for name, method in vars(folder).items()
        if isinstance(method, type) and issubclass(method, CrossModalEstimator)
    }
