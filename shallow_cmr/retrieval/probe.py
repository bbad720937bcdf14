"""Tell whether a fitted estimator is the one that an index was made with: both must embed made-up features alike."""

import warnings

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

__all__ = ["probe", "require_same_model"]

_N_ROWS = 4
_TOLERANCE = 1e-3  # of the largest entry: rounding on another machine
_FLIPPED = 0.05  # share of bits: those whose score is rounding away from zero


def probe(estimator):
    """Return the embeddings (m, k) of made-up images and texts; m = 0 where the estimator takes no plain numbers.

    A pipeline that reads strings counts no text features, so that its image side alone is tried.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # made-up features have no names
        parts = [
            np.asarray(embed(_features(n)), dtype=np.float64)
            for embed, n in (
                (estimator.transform_image, getattr(estimator, "n_features_in_", None)),
                (estimator.transform_text, getattr(estimator, "n_text_features_in_", None)),
            )
            if n is not None
        ]
    return np.concatenate(parts) if parts else np.empty((0, 0))


def require_same_model(estimator, stored_call, stored, path):
    """Raise a ValueError unless the estimator is fitted and embeds as the one did whose probe was stored."""
    if isinstance(estimator, BaseEstimator):
        check_is_fitted(estimator)
    found = probe(estimator)
    if found.shape == stored.shape and _alike(found, stored):
        return
    call = " ".join(repr(estimator).split())
    how = "fitted on other data" if call == stored_call else f"which is {call}"
    raise ValueError(
        f"{path} was made with a fitted {stored_call}, but the estimator given, {how}, embeds otherwise; "
        "pass the one it was made with, or index the items anew."
    )


def _alike(found, stored):
    """Whether two probes (m, k) agree but for rounding."""
    if stored.size == 0:
        return True
    scale = np.abs(stored).max()
    differs = np.abs(found - stored) > _TOLERANCE * scale
    is_binary = np.isin(stored, (0, 1)).all()
    return bool(differs.mean() <= _FLIPPED if is_binary else not differs.any())


def _features(n):
    """Return made-up features (_N_ROWS, n) in [0, 1], which histograms and shares may be too."""
    return (1 + np.cos(np.arange(1.0, _N_ROWS * n + 1))).reshape(_N_ROWS, n) / 2
