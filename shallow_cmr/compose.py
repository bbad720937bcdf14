"""Preprocessing for each modality and a method, as one estimator."""

from copy import deepcopy
from numbers import Number

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from shallow_cmr.base.contract import CrossModalEstimator

__all__ = ["CrossModalPipeline"]


def _all_learn_in_chunks(pipeline):
    """Whether the method and each transformer have partial_fit."""
    steps = (pipeline.image, pipeline.text, pipeline.estimator)
    return all(hasattr(step, "partial_fit") for step in steps if not _passes(step))


class CrossModalPipeline(CrossModalEstimator):
    """A transformer for the images, one for the texts, and the method that joins them.

    Keeps the contract of its method, with raw inputs on both sides: strings work as texts. Everything in it
    can be searched over, as ``image__...``, ``text__...`` and ``estimator__...``.

    Parameters
    ----------
    image, text : transformer, optional
        Any scikit-learn transformers; None or "passthrough" hands features on as they are. Each is fitted on its
        own modality, without labels.
    estimator : CrossModalEstimator
        The method, fitted on what the transformers return.

    Attributes
    ----------
    image_, text_, estimator_ : estimators
        The fitted steps (None where none was given).

    Raises
    ------
    TypeError
        ``estimator`` is no cross-modal method.

    Notes
    -----
    `partial_fit` exists where the method and each transformer have it. A transformer that changes with every
    chunk, such as a running scaler, leaves earlier chunks as they were scaled then.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from shallow_cmr import CCA, CrossModalPipeline
    >>> X = np.array([[2.0, 0.1], [1.8, 0.0], [0.2, 1.1], [0.0, 0.9]])
    >>> texts = ["red flower", "red rose flower", "blue boat", "boat"]
    >>> pipeline = CrossModalPipeline(StandardScaler(), TfidfVectorizer(), CCA(n_components=1, reg=0.1))
    >>> pipeline.fit(X, texts).transform_text(["a flower", "one boat"]).shape
    (2, 1)
    """

    def __init__(self, image=None, text=None, estimator=None):
        self.image = image
        self.text = text
        self.estimator = estimator

    @property
    def supervision(self):
        """Supervision of the method."""
        return getattr(self.estimator, "supervision", "unsupervised")

    @property
    def rank_limited(self):
        """Whether the rank of the data limits the method."""
        return getattr(self.estimator, "rank_limited", True)

    @property
    def expected_failed_laws(self):
        """Declared failures of the method."""
        return getattr(self.estimator, "expected_failed_laws", {})

    @property
    def rank_(self):
        """Dimensions that the fitted method could have at most."""
        return self.estimator_.rank_

    def _learns_from_labels(self):
        return isinstance(self.estimator, CrossModalEstimator) and self.estimator._learns_from_labels()

    def fit(self, X, y, labels=None):
        """Fit both transformers, then the method; a failed fit leaves what was learned before.

        Parameters
        ----------
        X, y : array-like of n images, array-like of n texts
            In whatever form the transformers take: strings, for instance.
        labels : array-like (n,) of classes or indicator (n, c), optional
            Handed to the method alone.

        Returns
        -------
        self
            Fitted.
        """
        with self._all_or_nothing():
            self._forget()
            self._start()
            _check_pair(X, y)
            images = X if self.image_ is None else self.image_.fit_transform(X)
            texts = y if self.text_ is None else self.text_.fit_transform(_column(y))
            self.estimator_.fit(images, texts, labels)
            if labels is not None:
                self.fitted_with_labels_ = True
        return self

    @available_if(_all_learn_in_chunks)
    def partial_fit(self, X, y, labels=None):
        """Add a chunk of pairs to what every step has learned so far.

        Parameters
        ----------
        X, y, labels : array-like of n images, array-like of n texts, array-like (n,) or (n, c)
            As for `fit`.

        Returns
        -------
        self
            Fitted on all chunks so far.
        """
        with self._all_or_nothing():
            if not hasattr(self, "estimator_"):
                self._start()
            else:  # the steps learn in place, and a failed chunk must leave them as they were
                self.image_, self.text_, self.estimator_ = deepcopy((self.image_, self.text_, self.estimator_))
            _check_pair(X, y)
            images = X if self.image_ is None else self.image_.partial_fit(X).transform(X)
            texts = y if self.text_ is None else self.text_.partial_fit(_column(y)).transform(_column(y))
            self.estimator_.partial_fit(images, texts, labels)
            if labels is not None:
                self.fitted_with_labels_ = True
        return self

    def get_feature_names_out(self, input_features=None):
        """Return the names of the method's components.

        Parameters
        ----------
        input_features : None
            Not used; scikit-learn passes it.

        Returns
        -------
        ndarray (k,) of str
            Such as "cca0", "cca1".
        """
        check_is_fitted(self)
        return self.estimator_.get_feature_names_out(input_features)

    @property
    def n_features_in_(self):
        """Image features seen by fit, where the first step counts them."""
        return (self.estimator_ if self.image_ is None else self.image_).n_features_in_

    @property
    def feature_names_in_(self):
        """Names of the image features, where they had any."""
        return (self.estimator_ if self.image_ is None else self.image_).feature_names_in_

    @property
    def n_text_features_in_(self):
        """Text features seen by fit, where the first step counts them."""
        return self.estimator_.n_text_features_in_ if self.text_ is None else self.text_.n_features_in_

    def _start(self):
        """Set fresh copies of the steps."""
        if not isinstance(self.estimator, CrossModalEstimator):
            raise TypeError(f"estimator={self.estimator!r} is no cross-modal method; pass one such as CCA().")
        steps = (self.image, self.text, self.estimator)
        self.image_, self.text_, self.estimator_ = (None if _passes(step) else clone(step) for step in steps)

    def _embed_image(self, X):
        return self.estimator_._embed_image(X if self.image_ is None else self.image_.transform(X))

    def _embed_text(self, y):
        return self.estimator_._embed_text(self._texts(y))

    def _embed_pair(self, X, y):
        images = X if self.image_ is None else self.image_.transform(X)
        return self.estimator_._embed_pair(images, self._texts(y))

    def _texts(self, y):
        """What the text transformer makes of y; its complaints, which know of no sides, are told apart."""
        if self.text_ is None:
            return y
        try:
            return self.text_.transform(_column(y))
        except ValueError as error:
            raise ValueError(f"text side: {error}") from error

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if isinstance(self.estimator, CrossModalEstimator):
            tags.transformer_tags = get_tags(self.estimator).transformer_tags
            steps = [step for step in (self.image, self.estimator) if not _passes(step)]
            tags.input_tags.sparse = all(get_tags(step).input_tags.sparse for step in steps)
        return tags


def _passes(step):
    """Whether a step hands features on as they are."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def _check_pair(X, y):
    """Refuse a missing text side and sides of different lengths."""
    if y is None:
        raise ValueError("CrossModalPipeline requires y to be passed, but the target y is None; y holds the texts.")
    check_consistent_length(X, y)


def _column(y):
    """Numbers (n,) as one feature (n, 1), which transformers expect; anything else as it is."""
    if hasattr(y, "__array__") and not hasattr(y, "ndim"):
        y = np.asarray(y)
    if getattr(y, "ndim", 2 - isinstance(y, list)) != 1 or len(y) == 0:
        return y
    first = y.iloc[0] if hasattr(y, "iloc") else y[0]
    return np.asarray(y, dtype=np.float64).reshape(-1, 1) if isinstance(first, Number) else y
