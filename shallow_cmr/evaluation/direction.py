"""One direction of an evaluation: queries of one modality, a database of the other, embedded and scored."""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.dataset import PairedItems
from shallow_cmr.evaluation.sizes import bytes_per_item
from shallow_cmr.evaluation.stages import measured
from shallow_cmr.metrics import mean_by_class
from shallow_cmr.protocol import Protocol, RetrievalScores, evaluate_embeddings
from shallow_cmr.ranking import Ranking

__all__ = ["DIRECTIONS", "Direction", "evaluate_direction"]

DIRECTIONS = ("image->text", "text->image")


@dataclass(frozen=True)
class Direction:
    """Embedded queries and database with their scores.

    Parameters
    ----------
    name : str
        One of `DIRECTIONS`.
    protocol : Protocol
    items, database_items : PairedItems
        Queries, and what is ranked for them.
    queries, database : array (n_queries, k), (n_database, k)
        Their embeddings or codes.
    scores : RetrievalScores
    shared : dict
        Columns that its rows share.
    """

    name: str
    protocol: Protocol
    items: PairedItems
    database_items: PairedItems
    queries: np.ndarray
    database: np.ndarray
    scores: RetrievalScores
    shared: dict

    @property
    def rows(self):
        """One row a measure."""
        return [{**self.shared, **row} for row in self.scores.rows()]

    @property
    def per_query(self):
        """The headline's value of each query (n_queries,)."""
        return self.scores.per_query[self.protocol.measure]

    def class_means(self, names):
        """Return ``{class name: mean of the headline}``."""
        means = mean_by_class(self.per_query, self.items.labels)
        return {names[j] if names else f"class {j}": mean for j, mean in means.items() if not np.isnan(mean)}

    def ranking(self, chosen=slice(None)):
        """Return the `Ranking` of the database for the chosen queries."""
        relevance = _relevance(self.items, self.database_items, self.protocol, chosen)
        return Ranking(self.queries[chosen], self.database, relevance, metric=self.protocol.metric)


def evaluate_direction(model, dataset, protocol, name, shared):
    """Return the `Direction` of a fitted model; `shared` are the columns of its fit."""
    query_side, database_side = name.split("->")
    items, database_items = dataset.test, _database_items(dataset, protocol)
    queries, query_cost = measured("query", lambda: _encode(model, items, query_side))
    if protocol.codes == "training":
        database, encode_cost = measured("encode", lambda: _training_codes(model, dataset, database_items))
    else:
        coded_from = "pair" if protocol.codes == "unified" else database_side
        database, encode_cost = measured("encode", lambda: _encode(model, database_items, coded_from))
    for Z, what in ((queries, query_side), (database, database_side)):
        _check_finite(model, Z, what)
    scores = evaluate_embeddings(queries, database, _relevance(items, database_items, protocol), protocol)
    sizes = {"n_dimensions": queries.shape[1], "bytes_per_item": bytes_per_item(database)}
    row = {**shared, "direction": name, **sizes, **encode_cost, **query_cost}
    return Direction(name, protocol, items, database_items, queries, database, scores, row)


def _check_finite(model, Z, side):
    """Raise if embeddings Z (n, k) are not finite."""
    n_bad = 0 if Z.dtype.kind == "b" else int((~np.isfinite(Z)).any(axis=1).sum())
    if n_bad:
        raise ValueError(
            f"{type(model).__name__} gave {n_bad} of {len(Z)} {side} items embeddings that are not finite: the fit has "
            "diverged; regularise more, or scale the features."
        )


def _relevance(items, database_items, protocol, chosen=slice(None)):
    """Return who is relevant to whom: items that share a label, or the other half of the query alone."""
    if protocol.relevant == "pair":
        return "ids", items.index[chosen], database_items.index
    return items.labels[chosen], database_items.labels


def _database_items(dataset, protocol):
    """Return the items that are ranked."""
    if protocol.database != "rest":
        return {"test": dataset.test, "train": dataset.train}[protocol.database]
    index = np.setdiff1d(np.arange(len(dataset)), dataset.test.index)
    return PairedItems(dataset.X[index], dataset.y[index], dataset.labels[index], index)


def _training_codes(model, dataset, database_items):
    """Return the codes (n_database, k) that the model gave the database's items in training."""
    place = np.full(len(dataset), -1)
    place[dataset.train.index] = np.arange(len(dataset.train.index))
    places = place[database_items.index]
    if (places < 0).any():
        raise ValueError(
            f"{(places < 0).sum()} of {len(places)} database items were not seen in training and have no code learned "
            "there; choose database='train'."
        )
    return np.asarray(model.training_codes_)[places]


def _encode(model, items, side):
    """Return the embedding or codes (n, k) of items from their images, their texts, or both."""
    if side == "image":
        return np.asarray(model.transform_image(items.X))
    if side == "text":
        return np.asarray(model.transform_text(items.y))
    return np.asarray(model.transform_pair(items.X, items.y))
