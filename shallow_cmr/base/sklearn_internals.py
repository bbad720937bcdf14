"""The one module that leans on scikit-learn's less public parts: validation, parameter ranges, output containers."""

import warnings
from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.utils._param_validation import Interval as _Interval
from sklearn.utils._param_validation import (
    InvalidParameterError,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _wrap_data_with_container
from sklearn.utils.validation import _get_feature_names, check_array, validate_data

__all__ = [
    "InvalidParameterError",
    "StrOptions",
    "at_least",
    "check_image",
    "check_parameters",
    "check_text",
    "real_above",
    "real_at_least",
    "real_between",
    "wrap_output",
]

_FLOATS = (np.float64, np.float32)


def at_least(lowest, kind=Integral):
    """Return the constraint "a number of this kind, `lowest` or more"."""
    return _Interval(kind, lowest, None, closed="left")


def real_at_least(lowest):
    """Return the constraint "a real number, `lowest` or more"."""
    return at_least(lowest, Real)


def real_above(lowest):
    """Return the constraint "a real number above `lowest`"."""
    return _Interval(Real, lowest, None, closed="neither")


def real_between(lowest, highest):
    """Return the constraint "a real number from `lowest` to `highest`, both included"."""
    return _Interval(Real, lowest, highest, closed="both")


def check_parameters(estimator):
    """Raise InvalidParameterError, naming parameter and range, where one is outside its constraint.

    A bool is no number here, though Python counts it among the integers.
    """
    constraints = estimator._parameter_constraints
    parameters = estimator.get_params(deep=False)
    name = type(estimator).__name__
    validate_parameter_constraints(constraints, parameters, name)
    for key, value in parameters.items():
        if isinstance(value, bool | np.bool_) and "boolean" not in constraints.get(key, ["boolean"]):
            wanted = " or ".join(str(constraint) for constraint in constraints[key])
            raise InvalidParameterError(f"The {key!r} parameter of {name} must be {wanted}. Got {value!r} instead.")


def check_image(estimator, X, *, reset, min_samples=1, allow_sparse=True):
    """Return image features (n, p) as float array or CSR; learn or check their count and names."""
    _refuse_foreign(X, "X")
    _refuse_sparse(X, allow_sparse, estimator, "X")
    if _holds_strings(X):
        raise ValueError("X holds strings but must hold numeric image features (n, p); convert them first.")
    return validate_data(
        estimator,
        X,
        reset=reset,
        dtype=_FLOATS,
        accept_sparse="csr" if allow_sparse else False,
        ensure_min_samples=min_samples,
    )


def check_text(estimator, y, *, reset, min_samples=1, allow_sparse=True):
    """Return text features (n, q) as float array or CSR; learn or check their count and names.

    A vector is one feature. The counterparts of scikit-learn's attributes are `n_text_features_in_`
    and `text_feature_names_in_`.
    """
    name = type(estimator).__name__
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None; y holds the text features (n, q).")
    _refuse_foreign(y, "y")
    _refuse_sparse(y, allow_sparse, estimator, "y")
    names = _get_feature_names(y)
    if _holds_strings(y):
        raise ValueError(
            "y holds strings but must hold numeric text features (n, q): class labels go to labels=, "
            "raw texts through CrossModalPipeline(text=TfidfVectorizer(), ...)."
        )
    if reset:
        _suspect_labels(y)
    y = check_array(
        y,
        dtype=_FLOATS,
        accept_sparse="csr" if allow_sparse else False,
        ensure_2d=False,
        ensure_min_samples=min_samples,
        input_name="y",
        estimator=estimator,
    )
    y = y.reshape(-1, 1) if y.ndim == 1 else y
    if y.shape[1] == 0:
        raise ValueError(f"Found array with 0 feature(s) (shape={y.shape}) in y while a minimum of 1 is required.")
    if reset:
        _learn_text_features(estimator, y, names)
    else:
        _match_text_features(estimator, y, names)
    return y


def wrap_output(estimator, output, original):
    """Return ``output`` in the container chosen by `set_output`, with the index of ``original``."""
    return _wrap_data_with_container("transform", output, original, estimator)


def _learn_text_features(estimator, y, names):
    """Remember how many text features there are and their names, where they have any."""
    estimator.n_text_features_in_ = y.shape[1]
    if names is not None:
        estimator.text_feature_names_in_ = names
    elif hasattr(estimator, "text_feature_names_in_"):
        del estimator.text_feature_names_in_


def _match_text_features(estimator, y, names):
    """Compare the text features given now with those learned."""
    wanted = estimator.n_text_features_in_
    if y.shape[1] != wanted:
        name = type(estimator).__name__
        raise ValueError(f"y has {y.shape[1]} features, but {name} is expecting {wanted} text features as input.")
    learned = getattr(estimator, "text_feature_names_in_", None)
    if (names is None) != (learned is None):
        has, other = ("has", "without") if learned is None else ("does not have", "with")
        name = type(estimator).__name__
        warnings.warn(f"y {has} valid feature names, but {name} was fitted {other} text feature names.", stacklevel=4)
    if names is not None and learned is not None and list(names) != list(learned):
        raise ValueError("The text feature names should match those that were passed during fit, in the same order.")


def _holds_strings(Z):
    """Whether the first entry is a string."""
    if sparse.issparse(Z):
        return False
    entries = np.asarray(Z)
    return entries.dtype.kind in "OUS" and entries.size > 0 and isinstance(entries.flat[0], str | bytes)


def _suspect_labels(y):
    """Warn where a vector of few distinct integers was given for text features."""
    if getattr(y, "ndim", 1) == 1 and not sparse.issparse(y):
        vector = np.asarray(y)
        if vector.ndim == 1 and vector.dtype.kind in "iu" and len(np.unique(vector)) <= max(2, len(vector) // 5):
            warnings.warn(
                "y is a vector of few distinct integers and is taken as one text feature; if these are class labels, "
                "pass them as labels= and the text features (n, q) as y.",
                stacklevel=5,
            )


def _refuse_foreign(Z, name):
    """Refuse containers whose conversion would silently lose something."""
    if np.ma.isMaskedArray(Z) and np.ma.getmaskarray(Z).any():
        raise ValueError(f"{name} is a masked array with masked entries; fill or drop them first.")
    if getattr(Z, "requires_grad", False):
        raise TypeError(f"{name} is a tensor that records gradients; pass {name}.detach().numpy().")
    if type(Z).__module__.split(".")[0] == "dask":
        raise TypeError(f"{name} is a dask collection; pass its chunks to partial_fit, or {name}.compute().")


def _refuse_sparse(Z, allow_sparse, estimator, name):
    """Refuse sparse input, with the remedy, for estimators that cannot take it."""
    if sparse.issparse(Z) and not allow_sparse:
        raise TypeError(
            f"{type(estimator).__name__} does not accept sparse {name}; use TruncatedSVD in a CrossModalPipeline, "
            f"or {name}.toarray() where it fits in memory."
        )
