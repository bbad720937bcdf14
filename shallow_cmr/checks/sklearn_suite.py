"""scikit-learn's own checks, fitted to estimators of two modalities."""

from functools import cache

import numpy as np
from sklearn.utils.estimator_checks import estimator_checks_generator

from shallow_cmr.checks.sample import with_size

__all__ = ["renamed", "sklearn_checks"]


def sklearn_checks(estimator):
    """Yield the checks of scikit-learn's `check_estimator`, fitted to two modalities.

    The estimator is given one component or bit, because the checks pass a vector as y, and made-up labels if
    it learns from labels, because they know of none.

    Parameters
    ----------
    estimator : CrossModalEstimator
        A method with its parameters.

    Yields
    ------
    estimator : CrossModalEstimator
        What to check.
    check : callable
        Raises where it fails.
    reason : str or None
        Why it is declared to fail, if it is.

    Examples
    --------
    >>> from shallow_cmr import PLS
    >>> for estimator, check, reason in sklearn_checks(PLS()):
    ...     if check.func.__name__ == "check_fit2d_1sample":
    ...         check(estimator)
    """
    estimator = with_size(estimator, 1)
    declared = estimator.expected_failed_checks
    if estimator._learns_from_labels():
        estimator = _labelled(type(estimator))(**estimator.get_params(deep=False))
    for instance, check in estimator_checks_generator(estimator):
        yield instance, check, declared.get(check.func.__name__)


def renamed(method, name):
    """Return a method under another name, out of reach of checks that go by names.

    Parameters
    ----------
    method : type
        A class of estimators.
    name : str
        The other name.

    Returns
    -------
    type
        A subclass, which pickles.

    Examples
    --------
    >>> from shallow_cmr import CCA
    >>> renamed(CCA, "Correlations")()
    Correlations()
    """
    return _subclass(method, name)


@cache
def _subclass(method, name):
    """A pickleable subclass made on the fly."""
    reduce = lambda self: (_rebuild, (_subclass, (method, name), self.__getstate__()))  # noqa: E731
    return type(name, (method,), {"__reduce__": reduce, "expected_failed_checks": {}})


@cache
def _labelled(method):
    """The method, but fit and partial_fit make up labels where none are given."""

    def fit(self, X, y, labels=None):
        return method.fit(self, X, y, _made_up(X, y) if labels is None else labels)

    def partial_fit(self, X, y, labels=None):
        return method.partial_fit(self, X, y, _made_up(X, y) if labels is None else labels)

    reduce = lambda self: (_rebuild, (_labelled, (method,), self.__getstate__()))  # noqa: E731
    members = {"fit": fit, "__reduce__": reduce}
    if hasattr(method, "partial_fit"):
        members["partial_fit"] = partial_fit
    return type(method.__name__, (method,), members)


def _made_up(X, y):
    """Two classes in no order, so that no feature of the checks is balanced over them by accident."""
    n = X.shape[0] if hasattr(X, "shape") else len(np.asarray(X))
    return None if y is None else np.random.default_rng(0).permutation(n) % 2


def _rebuild(factory, arguments, state):
    """Undo the pickling of a class made on the fly."""
    method = factory(*arguments)
    estimator = method.__new__(method)
    estimator.__setstate__(state)
    return estimator
