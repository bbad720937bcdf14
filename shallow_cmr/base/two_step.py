"""Hashing in two steps: codes of the training items first, then functions that predict each bit."""

import numpy as np
from scipy.special import logit
from sklearn.base import is_classifier, is_regressor
from sklearn.linear_model import Ridge
from sklearn.utils import check_random_state

from shallow_cmr.base.bit_functions import BitFunctions, gives_log_odds, seeded
from shallow_cmr.base.contract import CrossModalEstimator
from shallow_cmr.base.hashing import HashingMixin
from shallow_cmr.kernels import order_by_content
from shallow_cmr.labels import LabelMatrix

__all__ = ["TwoStepHasher"]

_BLOCK_ROWS = 4096


class TwoStepHasher(HashingMixin, CrossModalEstimator):
    r"""Base of hashers that learn codes before hash functions. An author writes `_learn_codes(X, y, labels)`.

    The hash functions, one a modality and bit, may be any scikit-learn classifier or regressor. An item seen in both
    modalities is coded by the sum of the two scores; where those are log-odds of a classifier, the prior :math:`\pi`
    of the bit is counted once, as if the modalities were independent given the bit:
    :math:`z_x + z_y - \log \frac{\pi}{1 - \pi} > 0`.

    The ``__init__`` of a method may take ``hash_function``, ``max_samples`` and ``random_state``; else they are None.

    Attributes
    ----------
    hash_function : classifier or regressor, default=None
        Cloned for each modality and, unless it takes several outputs, each bit. It sees features that are centred
        and, all columns by one factor, scaled to a mean variance of one. None: ``_default_hash_function()``, a Ridge.
    max_samples : int or None, default=None
        Codes and hash functions are learned on so many items at most, drawn at random; the hash functions code the
        rest. So it is with items that have no label, where the method learns from labels.
    random_state : int, RandomState or None, default=None
        For that draw, and for every ``random_state=None`` inside the hash function.
    training_codes_ : ndarray (n, k) of bool
        Codes of the training items: as learned, or coded by the hash functions from both modalities where not learned.
    priors_ : ndarray (k,)
        Share of learned codes in which each bit is set.
    prior_log_odds_ : ndarray (k,)
        What fusion subtracts; 0 for a constant bit, and for hash functions whose scores are no log-odds.
    x_hash_, y_hash_ : BitFunctions
        The fitted hash functions of images and texts.
    x_mean_, y_mean_, x_scale_, y_scale_ : ndarray (p,), ndarray (q,), float, float
        What features are centred and scaled by.

    Examples
    --------
    A bit for each of the first text features, set above its median, that images learn to predict:

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> class AboveMedian(TwoStepHasher):
    ...     def __init__(self, n_bits=2, *, hash_function=None):
    ...         self.n_bits = n_bits
    ...         self.hash_function = hash_function
    ...
    ...     def _learn_codes(self, X, y, labels):
    ...         return y[:, : self.n_bits] > np.median(y[:, : self.n_bits], axis=0)
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(100, 5))
    >>> y = X[:, :3] + 0.1 * rng.normal(size=(100, 3))
    >>> hasher = AboveMedian(hash_function=LogisticRegression()).fit(X, y)
    >>> bool(np.mean(hasher.transform_image(X) == hasher.training_codes_) > 0.9)
    True
    """

    rank_limited = False
    hash_function = None
    max_samples = None
    random_state = None

    def _learn_codes(self, X, y, labels):
        """Return codes (n, k), bool, of validated X (n, p), y (n, q) with a LabelMatrix or None."""
        raise TypeError(f"{type(self).__name__} must define _learn_codes(X, y, labels).")

    def _default_hash_function(self):
        """Estimator that stands for ``hash_function=None``."""
        return Ridge()

    def _fit(self, X, y, labels):
        template = self._hash_template()
        rng = check_random_state(self.random_state)
        learned = self._items_to_learn(X, y, labels, rng)
        X_learned, y_learned = X[learned], y[learned]
        self.x_mean_, self.x_scale_ = _mean_and_scale(X_learned, "X")
        self.y_mean_, self.y_scale_ = _mean_and_scale(y_learned, "y")
        B = self._learn_codes(X_learned, y_learned, labels and LabelMatrix(labels.classes, labels.L[learned]))
        if B.dtype != bool or B.ndim != 2 or len(B) != len(learned):
            raise TypeError(f"_learn_codes must return bool codes ({len(learned)}, k), not {B.dtype} {B.shape}.")
        # One seed for both modalities: what is drawn by row is then the same items on either side.
        template = seeded(template, rng.randint(np.iinfo(np.int32).max))
        self.x_hash_ = BitFunctions(template).fit((X_learned - self.x_mean_) / self.x_scale_, B)
        self.y_hash_ = BitFunctions(template).fit((y_learned - self.y_mean_) / self.y_scale_, B)
        self.priors_ = B.mean(axis=0)
        varies = (self.priors_ > 0) & (self.priors_ < 1) & gives_log_odds(template)
        self.prior_log_odds_ = logit(np.where(varies, self.priors_, 0.5))
        self.training_codes_ = self._code_the_rest(X, y, learned, B)

    def _code_the_rest(self, X, y, learned, B):
        """Codes (n, k) of all items, given those of the learned ones."""
        codes = np.empty((len(X), B.shape[1]), dtype=bool)
        codes[learned] = B
        rest = np.setdiff1d(np.arange(len(X)), learned)
        if len(rest):
            codes[rest] = self._finish(self._fuse(self._project(X[rest], "x"), self._project(y[rest], "y")))
        return codes

    def _hash_template(self):
        """The hash function that was asked for, or TypeError."""
        given = self.hash_function
        if given is None:
            return self._default_hash_function()
        if isinstance(given, type) or not _predicts(given):
            hint = f"an instance: {given.__name__}()" if isinstance(given, type) else "LogisticRegression() or Ridge()"
            raise TypeError(
                f"hash_function={given!r} is no scikit-learn classifier or regressor; pass {hint}, or None for "
                f"{type(self._default_hash_function()).__name__}."
            )
        return given

    def _items_to_learn(self, X, y, labels, rng):
        """Indices of the items that codes are learned for, in an order that does not depend on that of the rows."""
        items = np.arange(len(X))
        if self._learns_from_labels():
            items = np.flatnonzero(labels.L.sum(axis=1))
            if len(items) == 0:
                raise ValueError(f"none of the {len(X)} items has a label, but {type(self).__name__} learns from them.")
        items = items[order_by_content(_within_one(X[items]), _within_one(y[items]))]
        if self.max_samples is None or len(items) <= self.max_samples:
            return items
        return rng.choice(items, size=self.max_samples, replace=False)

    def _project(self, Z, side):
        mean, scale = getattr(self, f"{side}_mean_"), getattr(self, f"{side}_scale_")
        functions = getattr(self, f"{side}_hash_")
        scores = np.empty((len(Z), self._n_features_out))
        for start in range(0, len(Z), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            scores[rows] = functions.scores((Z[rows] - mean) / scale)
        return scores

    def _fuse(self, x_scores, y_scores):
        return x_scores + y_scores - self.prior_log_odds_

    @property
    def _n_features_out(self):
        return len(self.priors_)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "priors_")


def _predicts(estimator):
    """Whether it is a classifier or a regressor."""
    return hasattr(estimator, "__sklearn_tags__") and (is_classifier(estimator) or is_regressor(estimator))


def _within_one(Z):
    """``Z`` (n, d) scaled so that squares of extreme units stay in the range of floats."""
    return Z / (np.abs(Z).max() or 1.0)


def _mean_and_scale(Z, name):
    """Mean (d,), and root of the mean variance over the columns of ``Z`` (n, d) that vary."""
    mean = Z.mean(axis=0, dtype=np.float64)
    deviations = Z - mean
    peak = np.abs(deviations).max() or 1.0
    variances = np.mean(_within_one(deviations) ** 2, axis=0)
    rounding = len(Z) * np.finfo(np.float64).eps  # scikit-learn's rule for what does not vary
    varying = variances > rounding * variances + (rounding * mean / peak) ** 2
    if not varying.any():
        raise ValueError(f"{name} has no variance: every column is constant over the samples.")
    return mean, peak * float(np.sqrt(variances[varying].mean()))
