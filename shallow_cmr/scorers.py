"""Retrieval measures as scorers for scikit-learn's `GridSearchCV` and `cross_validate`."""

import numpy as np
from sklearn.utils.metadata_routing import MetadataRequest

from shallow_cmr.protocol import evaluate_embeddings, get_protocol

__all__ = ["RetrievalScorer"]

_DIRECTIONS = ("mean", "image->text", "text->image")


class RetrievalScorer:
    """A measure of a protocol as a scorer: ``scorer(estimator, X, y, labels=labels)``, higher is better.

    The items of a fold query those of the same fold in the other modality, each embedded from its own modality alone.

    Parameters
    ----------
    measure : str, optional
        "map", "ndcg@10", "hit_rate@5" ...; None: the protocol's headline. Ranks, of which lower is better, are negated,
        as scikit-learn does with errors.
    direction : {"mean", "image->text", "text->image"}
        "mean" is that of both.
    protocol : str or Protocol
        One whose database are the test items, each coded from its own modality.

    Raises
    ------
    ValueError
        Unknown measure or direction, a protocol with another database. When called: no labels where they decide what
        is relevant.

    Notes
    -----
    Labels reach a scorer by metadata routing alone, so enable it; a search that cannot pass them fails by name instead
    of scoring something else. A protocol with ``relevant="pair"`` needs none.

    Examples
    --------
    >>> import sklearn
    >>> from sklearn.model_selection import StratifiedKFold, cross_validate
    >>> from shallow_cmr import CCA, load_openclipart
    >>> items = load_openclipart().train
    >>> scoring = {
    ...     "mAP": RetrievalScorer(),
    ...     "NDCG@10": RetrievalScorer("ndcg@10", direction="image->text"),
    ... }
    >>> folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(items.X, items.labels))
    >>> with sklearn.config_context(enable_metadata_routing=True):
    ...     results = cross_validate(
    ...         CCA(n_components=16, reg=1),
    ...         items.X,
    ...         items.y,
    ...         scoring=scoring,
    ...         cv=folds,
    ...         params={"labels": items.labels},
    ...     )
    >>> bool((results["test_mAP"] > 0.2).all())
    True
    """

    def __init__(self, measure=None, *, direction="mean", protocol="heldout"):
        if direction not in _DIRECTIONS:
            raise ValueError(f"direction={direction!r} is unknown; it must be one of {', '.join(_DIRECTIONS)}.")
        self.measure, self.direction, self.protocol = measure, direction, protocol
        self._protocol()

    def __call__(self, estimator, X, y, labels=None):
        """Return the score of a fitted estimator on pairs X (n, p), y (n, q) with labels (n,) or (n, c)."""
        protocol = self._protocol()
        images, texts = np.asarray(estimator.transform_image(X)), np.asarray(estimator.transform_text(y))
        relevance = "paired" if protocol.relevant == "pair" else self._relevance(labels)
        sides = {"image->text": (images, texts), "text->image": (texts, images)}
        chosen = sides.values() if self.direction == "mean" else [sides[self.direction]]
        means = [evaluate_embeddings(*pair, relevance, protocol).means[protocol.measure] for pair in chosen]
        [measure] = protocol.get_measures()
        return float(np.mean(means)) * (-1 if measure.lower_is_better else 1)

    def get_metadata_routing(self):
        """Return what the scorer asks scikit-learn's metadata routing for.

        Returns
        -------
        MetadataRequest
            For labels, unless the pairs alone decide.
        """
        request = MetadataRequest(owner=type(self).__name__)
        request.score.add_request(param="labels", alias=self._protocol().relevant == "label")
        return request

    def _protocol(self):
        """Return the protocol with the one measure."""
        protocol = get_protocol(self.protocol)
        if (protocol.database, protocol.codes) != ("test", "modality"):
            raise ValueError(
                f"protocol {protocol.name!r} ranks database {protocol.database!r} with codes {protocol.codes!r}, but a "
                "scorer sees test items alone; choose a protocol with database='test' and codes='modality'."
            )
        return protocol.with_measure(self.measure or protocol.measures[0])

    def _relevance(self, labels):
        """Return who is relevant to whom, or an error that says how labels come here."""
        if labels is None:
            raise ValueError(
                f"{self!r} needs labels and got none. Say sklearn.set_config(enable_metadata_routing=True) and pass "
                "labels= to fit of a search, or params={'labels': labels} to cross_validate; or choose a "
                "protocol with relevant='pair'."
            )
        return labels, labels

    def __repr__(self):
        return f"RetrievalScorer({self._protocol().measures[0]!r}, direction={self.direction!r})"
