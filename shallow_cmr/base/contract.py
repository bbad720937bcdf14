"""The contract that every method keeps: pairs of features in, embeddings of either modality out."""

import warnings
from contextlib import contextmanager

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.utils import estimator_html_repr
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from shallow_cmr import __version__
from shallow_cmr.base.self_description import html_card
from shallow_cmr.base.sklearn_internals import check_image, check_parameters, check_text, wrap_output
from shallow_cmr.labels import encode_labels
from shallow_cmr.metrics import mean_average_precision

__all__ = ["CrossModalEstimator"]


class CrossModalEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base of all methods. An author writes `_fit` and `_project`; the contract is kept here.

    The alphabet, everywhere: n samples, p image features, q text features, c classes, k components or
    bits; X (n, p) images, y (n, q) texts, L (n, c) label indicator, B (n, k) codes; C_xy a covariance,
    K_x a Gram matrix, W_x weights, A_x dual weights. Capitals are matrices.

    Attributes
    ----------
    supervision : "unsupervised", "semi-supervised" or "supervised"
        Whether `fit` learns from labels; a supervised method refuses to fit without.
    rank_limited : bool
        Whether more components or bits than the rank of the data are an error.
    expected_failed_checks, expected_failed_laws : dict of str to str
        Checks of scikit-learn and laws of `shallow_cmr.checks` that do not hold, each with the reason.

    Examples
    --------
    A whole method: project both modalities on their first k features.

    >>> import numpy as np
    >>> class FirstFeatures(CrossModalEstimator):
    ...     def __init__(self, n_components=2):
    ...         self.n_components = n_components
    ...
    ...     def _fit(self, X, y, labels):
    ...         self.k_ = min(self.n_components, X.shape[1], y.shape[1])
    ...
    ...     def _project(self, Z, side):
    ...         return Z[:, : self.k_]
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(30, 5)), rng.normal(size=(30, 3))
    >>> FirstFeatures().fit(X, y).transform_text(y).shape
    (30, 2)
    """

    supervision = "unsupervised"
    rank_limited = True
    expected_failed_checks: dict = {}
    expected_failed_laws: dict = {}

    _parameter_constraints: dict = {}
    _accepts_sparse = False

    # With metadata routing enabled, labels reach fit, partial_fit and score without being asked for.
    __metadata_request__fit = {"labels": True}
    __metadata_request__partial_fit = {"labels": True}
    __metadata_request__score = {"labels": True}

    def _html_repr(self):
        """Return what notebooks show: scikit-learn's diagram and, folded, what the method needs, costs, comes from."""
        return estimator_html_repr(self) + html_card(self)

    def _repr_html_inner(self):
        return self._html_repr()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | {"text/html": self._html_repr()} if "text/html" in bundle else bundle

    def fit(self, X, y, labels=None):
        """Learn from pairs; a failed fit leaves what was learned before.

        Parameters
        ----------
        X : array-like (n, p)
            Image features.
        y : array-like (n, q) or (n,)
            Text features of the same items, not class labels.
        labels : array-like (n,) of classes or indicator (n, c), optional
            Class labels; methods that do not learn from them ignore them.

        Returns
        -------
        self
            Fitted.
        """
        with self._all_or_nothing():
            self._forget()
            X, y, labels = self._check_pairs(X, y, labels, reset=True, min_samples=2)
            self._fit(X, y, labels)
        return self

    def transform_image(self, X):
        """Embed images alone.

        Parameters
        ----------
        X : array-like (n, p)
            Image features.

        Returns
        -------
        ndarray (n, k)
            Their embedding: floats, or bool codes of a hashing method.
        """
        self._check_fitted()
        return wrap_output(self, self._embed_image(X), X)

    def transform_text(self, y):
        """Embed texts alone.

        Parameters
        ----------
        y : array-like (n, q) or (n,)
            Text features.

        Returns
        -------
        ndarray (n, k)
            Their embedding: floats, or bool codes of a hashing method.
        """
        self._check_fitted()
        return wrap_output(self, self._embed_text(y), y)

    def transform_pair(self, X, y):
        """Embed items seen in both modalities as one.

        Parameters
        ----------
        X, y : array-like (n, p), (n, q)
            Image and text features of the same items.

        Returns
        -------
        ndarray (n, k)
            From the mean of the two projections, unless a method has a fusion of its own.
        """
        self._check_fitted()
        return wrap_output(self, self._embed_pair(X, y), X)

    def transform(self, X, y=None):
        """Embed images, or images and texts.

        Parameters
        ----------
        X : array-like (n, p)
            Image features.
        y : array-like (n, q), optional
            Text features.

        Returns
        -------
        ndarray (n, k), or two of them
            The image embedding; with ``y`` the pair (image embedding, text embedding).
        """
        if y is None:
            return self.transform_image(X)
        return self.transform_image(X), self.transform_text(y)

    def fit_transform(self, X, y, labels=None):
        """Fit, then embed the images alone, as scikit-learn expects of a transformer.

        Parameters
        ----------
        X, y, labels : array-like (n, p), array-like (n, q), array-like (n,) or (n, c)
            As for `fit`.

        Returns
        -------
        ndarray (n, k)
            The image embedding.
        """
        return self.fit(X, y, labels).transform_image(X)

    def score(self, X, y, labels=None, sample_weight=None):
        """Return the mean of image->text and text->image mAP over the given items.

        Whole ranking of the given items of the other modality, ties in expectation, cosine for embeddings
        and Hamming for codes. Relevant are items that share a label; without ``labels``, the item of the
        same pair alone.

        Parameters
        ----------
        X, y : array-like (n, p), (n, q)
            Both modalities of the items.
        labels : array-like (n,) or (n, c), optional
            Their labels.
        sample_weight : array-like (n,), optional
            Weight of each item as a query.

        Returns
        -------
        float
            At most 1; higher is better.
        """
        if labels is None and getattr(self, "fitted_with_labels_", False):
            warnings.warn(
                "score got no labels though fit had them: only the item of the same pair counts as relevant. Pass "
                "labels= to score; in cross-validation, sklearn.set_config(enable_metadata_routing=True) does so.",
                stacklevel=2,
            )
        self._check_fitted()
        check_consistent_length(X, y)
        images, texts = self._embed_image(X), self._embed_text(y)
        relevance = "paired" if labels is None else (labels, labels)
        forth = mean_average_precision(images, texts, relevance, sample_weight=sample_weight)
        back = mean_average_precision(texts, images, relevance, sample_weight=sample_weight)
        return (forth + back) / 2

    def _fit(self, X, y, labels):
        """Learn from validated X (n, p), y (n, q) and a LabelMatrix or None; write fitted attributes."""
        raise TypeError(f"{type(self).__name__} must define _fit(X, y, labels).")

    def _project(self, Z, side):
        """Return scores (n, k) of validated features of one side, "x" (image) or "y" (text)."""
        raise TypeError(f"{type(self).__name__} must define _project(Z, side).")

    def _finish(self, scores):
        """Turn scores (n, k) into the embedding; hashers threshold here."""
        return scores

    def _fuse(self, x_scores, y_scores):
        """Scores (n, k) of items seen in both modalities."""
        return (x_scores + y_scores) / 2

    def _embed_image(self, X):
        """Image embedding (n, k) as a plain array."""
        return self._finish(self._project(self._check_image(X), "x"))

    def _embed_text(self, y):
        """Text embedding (n, k) as a plain array."""
        return self._finish(self._project(self._check_text(y), "y"))

    def _embed_pair(self, X, y):
        """Fused embedding (n, k) as a plain array."""
        check_consistent_length(X, y)
        return self._finish(
            self._fuse(self._project(self._check_image(X), "x"), self._project(self._check_text(y), "y"))
        )

    def _learns_from_labels(self):
        """Whether `fit` as configured needs labels."""
        return self.supervision == "supervised"

    def _check_image(self, X, *, reset=False, min_samples=1):
        """Validated image features (n, p)."""
        return check_image(self, X, reset=reset, min_samples=min_samples, allow_sparse=self._accepts_sparse)

    def _check_text(self, y, *, reset=False, min_samples=1):
        """Validated text features (n, q)."""
        return check_text(self, y, reset=reset, min_samples=min_samples, allow_sparse=self._accepts_sparse)

    def _check_pairs(self, X, y, labels, *, reset, min_samples):
        """Validated parameters and pairs, with the labels as a LabelMatrix or None."""
        check_parameters(self)
        X = self._check_image(X, reset=reset, min_samples=min_samples)
        y = self._check_text(y, reset=reset, min_samples=min_samples)
        check_consistent_length(X, y)
        if labels is not None:
            labels = encode_labels(labels, X.shape[0])
            self.fitted_with_labels_ = True
        elif self._learns_from_labels():
            raise ValueError(f"{type(self).__name__} learns from labels: call fit(X, y, labels).")
        return X, y, labels

    def _check_fitted(self):
        """Raise NotFittedError before fit."""
        check_is_fitted(self)

    @property
    def _n_features_out(self):
        """Columns k of an embedding, for the names of the output."""
        return self._project(np.zeros((1, self.n_features_in_)), "x").shape[1]

    def _forget(self):
        """Drop every fitted attribute: those whose names end in an underscore."""
        for name in [name for name in vars(self) if name.endswith("_") and not name.startswith("_")]:
            delattr(self, name)

    @contextmanager
    def _all_or_nothing(self):
        """Put every attribute back as it was if the body fails."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.sparse = self._accepts_sparse
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __getstate__(self):
        return {**super().__getstate__(), "_shallow_cmr_version": __version__}

    def __setstate__(self, state):
        state = dict(state)
        version = state.pop("_shallow_cmr_version", "unknown")
        if version != __version__:
            warnings.warn(
                InconsistentVersionWarning(
                    estimator_name=type(self).__name__,
                    current_sklearn_version=f"shallow_cmr {__version__}",
                    original_sklearn_version=f"shallow_cmr {version}",
                ),
                stacklevel=2,
            )
        super().__setstate__(state)
