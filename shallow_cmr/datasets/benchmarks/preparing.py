"""Columns as published, centred or z-scored, fitted on the training rows alone."""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.sparse import issparse

__all__ = ["check_preparation", "prepare_dataset"]

PREPARATIONS = ("zscore", "centre", None)


def check_preparation(prepared):
    """Raise ValueError unless ``prepared`` is known."""
    if prepared not in PREPARATIONS:
        raise ValueError(f"prepared={prepared!r} is unknown; choose one of 'zscore', 'centre' or None.")


def prepare_dataset(stored, prepared, train_index, test_index):
    """Return the data set ``stored`` under this split, both views centred or z-scored by its training rows.

    Raises
    ------
    ValueError
        A view is sparse: centred, it would not be any more.
    """
    views = {"image": stored.X, "text": stored.y}
    X, y = (_prepare(V, train_index, prepared, name) for name, V in views.items())
    remake = partial(prepare_dataset, stored, prepared)
    return replace(stored, X=X, y=y, train_index=train_index, test_index=test_index, remake=remake)


def _prepare(V, train, prepared, name):
    """Return ``V`` (n, d) centred or z-scored by its rows ``train``."""
    if issparse(V):
        raise ValueError(
            f"prepared={prepared!r} would make the sparse {name} features {V.shape} dense; load them with "
            f"prepared=None."
        )
    from sklearn.preprocessing import StandardScaler

    try:
        with np.errstate(over="raise"):
            return StandardScaler(with_std=prepared == "zscore").fit(V[train]).transform(V)
    except FloatingPointError:
        raise ValueError(
            f"the {name} features run from {V.min():.3g} to {V.max():.3g}, too far for prepared={prepared!r}: the file "
            "is damaged, or load them with prepared=None."
        ) from None
