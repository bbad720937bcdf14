"""Fit an estimator on the training items of a dataset and score it on its test items, both directions."""

from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from sklearn.base import clone

from shallow_cmr.datasets.dataset import CrossModalDataset, PairedItems
from shallow_cmr.labels import encode_labels
from shallow_cmr.protocol import evaluate_embeddings, get_protocol
from shallow_cmr.ranking import Ranking

__all__ = ["DIRECTIONS", "Evaluation", "evaluate", "evaluate_queries", "size_parameter"]

N_RANKED = 8  # items kept of each example's ranked list
DIRECTIONS = ("image->text", "text->image")


@dataclass(frozen=True)
class Evaluation:
    """Scores of one fitted estimator on one dataset.

    Parameters
    ----------
    rows : list of dict
        One a direction and measure, the columns of `evaluate`; the protocol's headline comes first.
    per_query : dict of str to (n_queries,) array
        The headline's value of each query by direction, NaN where the protocol skips it.
    examples : dict of str to list of dict
        By direction: ``query`` (its index in the dataset), ``items`` (indices, best first), ``hits`` (bool).
    """

    rows: list
    per_query: dict
    examples: dict


def evaluate(estimator, dataset, protocol="heldout"):
    """Fit a clone of `estimator` and score both directions.

    Parameters
    ----------
    estimator : estimator
        Left unfitted and unchanged.
    dataset : CrossModalDataset
    protocol : str or Protocol
        The preset's name, or a protocol of your own.

    Returns
    -------
    list of dict
        One row a direction and measure of the protocol: what was run (``method``, ``parameters``, ``n_dimensions``,
        ``dataset``, ``image_features``, ``text_features``, ``split``, ``protocol``, ``direction``), what came out
        (`RetrievalScores.rows`: ``measure``, ``value``, its bounds under ties ``pessimistic`` and ``optimistic``,
        ``chance``, ``n_queries``, ``n_database``, ``n_without_relevant``, ``engine``) and seconds. Seconds are wall
        time, ``..._cpu_seconds`` the process's CPU time: of ``fit``, of ``encode`` (the database items' transform) and
        of ``query`` (the queries' transform); ranking is not the method's and not timed.

    Raises
    ------
    ValueError
        Unknown protocol, or one that asks for what the estimator does not offer.
    TypeError
        ``estimator`` is no cross-modal method, or ``dataset`` no CrossModalDataset.

    Examples
    --------
    >>> from shallow_cmr import CCA, evaluate
    >>> from shallow_cmr.datasets import load_openclipart
    >>> for row in evaluate(CCA(n_components=32, reg=1, power=1), load_openclipart()):
    ...     print(row["direction"], row["value"] > 2 * row["chance"])
    image->text True
    text->image True
    """
    return evaluate_queries(estimator, dataset, protocol).rows


def evaluate_queries(estimator, dataset, protocol="heldout", *, n_examples=0):
    """Evaluate as `evaluate` does and keep the score of each query.

    Parameters
    ----------
    estimator, dataset, protocol
        As for `evaluate`.
    n_examples : int
        Queries a direction whose ranked lists are kept. They are the first test item of each of so many classes:
        chosen by position, not by success.

    Returns
    -------
    Evaluation
    """
    protocol = get_protocol(protocol)
    _check_inputs(estimator, dataset)
    model = clone(estimator)
    train = dataset.train
    _, fit_times = _timed("fit", lambda: model.fit(train.X, train.y, labels=train.labels))
    if protocol.codes == "training" and not hasattr(model, "training_codes_"):
        raise ValueError(
            f"protocol {protocol.name!r} ranks the codes learned in training, which {type(estimator).__name__} "
            "does not offer; choose codes='modality' or codes='unified'."
        )
    shared = {**_identity(model, dataset, protocol), **fit_times}
    directions = [_evaluate_direction(model, dataset, protocol, name, n_examples) for name in DIRECTIONS]
    return Evaluation(
        rows=[{**shared, **row} for rows, _, _ in directions for row in rows],
        per_query=dict(zip(DIRECTIONS, [values for _, values, _ in directions])),
        examples=dict(zip(DIRECTIONS, [examples for _, _, examples in directions])),
    )


def _check_inputs(estimator, dataset):
    """Refuse what is no cross-modal method and no dataset with a split, with the remedy."""
    if not (hasattr(estimator, "transform_image") and hasattr(estimator, "transform_text")):
        raise TypeError(f"estimator={estimator!r} is no cross-modal method; pass one such as CCA().")
    if not isinstance(dataset, CrossModalDataset):
        raise TypeError(
            f"dataset is a {type(dataset).__name__}, which has no split; make one with "
            "CrossModalDataset(X, y, labels, train_index, test_index, name=...)."
        )


def size_parameter(estimator):
    """Return the name of the parameter that sets the number of dimensions: ``n_components``, or ``n_bits`` of hashers.

    Examples
    --------
    >>> from shallow_cmr import CVH
    >>> size_parameter(CVH())
    'n_bits'
    """
    parameters = estimator.get_params()
    for name in ("n_components", "n_bits"):
        if name in parameters:
            return name
    raise ValueError(f"{type(estimator).__name__} has neither n_components nor n_bits, so no size can be set.")


def _evaluate_direction(model, dataset, protocol, direction, n_examples):
    """Return the rows, the headline score of each query (n_queries,) and the examples of one direction."""
    query_side, database_side = direction.split("->")
    items, database_items = dataset.test, _database_items(dataset, protocol)
    queries, query_times = _timed("query", lambda: _encode(model, items, query_side))
    if protocol.codes == "training":
        database, encode_times = _timed("encode", lambda: _training_codes(model, dataset, database_items))
    else:
        coded_from = "pair" if protocol.codes == "unified" else database_side
        database, encode_times = _timed("encode", lambda: _encode(model, database_items, coded_from))
    scores = evaluate_embeddings(queries, database, _relevance(items, database_items, protocol), protocol)
    shared = {"direction": direction, "n_dimensions": queries.shape[1], **encode_times, **query_times}
    chosen = _first_of_classes(items.labels, n_examples)
    examples = _ranked_lists(chosen, queries, database, items, database_items, protocol) if chosen else []
    return [{**shared, **row} for row in scores.rows()], scores.per_query[protocol.measure], examples


def _relevance(items, database_items, protocol):
    """Return who is relevant to whom: items that share a label, or the other half of the query alone."""
    if protocol.relevant == "pair":
        return "ids", items.index, database_items.index
    return items.labels, database_items.labels


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


def _timed(stage, work):
    """Return what `work()` returns, and its wall and CPU seconds named after the stage."""
    wall, cpu = perf_counter(), process_time()
    result = work()
    return result, {f"{stage}_seconds": perf_counter() - wall, f"{stage}_cpu_seconds": process_time() - cpu}


def _identity(model, dataset, protocol):
    """Return the columns that say what was run."""
    return {
        "method": type(model).__name__,
        "parameters": " ".join(repr(model).split()),
        "dataset": dataset.name,
        "image_features": dataset.image_features,
        "text_features": dataset.text_features,
        "split": dataset.split,
        "protocol": protocol.name,
    }


def _first_of_classes(labels, n):
    """Return the first row of each of n classes, spread over all that occur; labels (n_items,) or (n_items, c)."""
    columns = encode_labels(labels).L.tocsc()
    first = [columns.indices[start] for start, stop in zip(columns.indptr, columns.indptr[1:]) if stop > start]
    chosen = np.linspace(0, len(first) - 1, min(n, len(first))).round().astype(int)
    return list(dict.fromkeys(int(first[j]) for j in chosen))


def _ranked_lists(chosen, queries, database, items, database_items, protocol):
    """Return what the report shows of some queries: index, the best items' indices, which of them are relevant."""
    asked = PairedItems(items.X[chosen], items.y[chosen], items.labels[chosen], items.index[chosen])
    relevance = _relevance(asked, database_items, protocol)
    ranking = Ranking(queries[chosen], database, relevance, metric=protocol.metric)
    whole = slice(0, ranking.n_queries), slice(0, ranking.n_database)
    best = np.argsort(ranking.scores.ordinals(*whole), axis=1, kind="stable")[:, :N_RANKED]
    hits = np.take_along_axis(ranking.relevance.relevant(*whole), best, axis=1)
    names = ("query", "items", "hits")
    lists = zip(asked.index.tolist(), database_items.index[best].tolist(), hits.tolist())
    return [dict(zip(names, values)) for values in lists]
