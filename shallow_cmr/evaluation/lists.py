"""Ranked lists of single queries, for people to look at."""

import numpy as np

from shallow_cmr.labels import encode_labels

__all__ = ["N_RANKED", "ranked_lists", "spread_over_classes"]

N_RANKED = 12  # items kept of each list
_BLOCK_PAIRS = 2**20


def ranked_lists(direction, n):
    """Return what is ranked best for at most n queries of a `Direction`.

    Parameters
    ----------
    direction : Direction
    n : int
        With fewer than there are, they are spread over the classes.

    Returns
    -------
    list of dict
        ``query`` and ``items`` (best first, ties by their place in the database) as rows of the dataset, ``hits`` as a
        text of a one for each relevant item and a zero for each other.
    """
    chosen = spread_over_classes(direction.items.labels, n)
    step = max(1, _BLOCK_PAIRS // len(direction.database))
    return [found for start in range(0, len(chosen), step) for found in _lists(direction, chosen[start : start + step])]


def _lists(direction, chosen):
    """Return the lists of the queries in the rows `chosen` (m,)."""
    ranking = direction.ranking(chosen)
    whole = slice(0, ranking.n_queries), slice(0, ranking.n_database)
    best = np.argsort(ranking.scores.ordinals(*whole), axis=1, kind="stable")[:, :N_RANKED]
    hits = np.take_along_axis(ranking.relevance.relevant(*whole), best, axis=1).astype(int)
    items = direction.database_items.index[best].tolist()
    return [
        {"query": query, "items": row, "hits": "".join(map(str, marks))}
        for query, row, marks in zip(direction.items.index[chosen].tolist(), items, hits.tolist())
    ]


def spread_over_classes(labels, n):
    """Return at most n rows, in their order: the first of each class, then the second of each, and so on.

    Parameters
    ----------
    labels : array or CSR (n_items,) or (n_items, c)
        An item of several classes comes as soon as one of them calls it.
    n : int

    Returns
    -------
    int array (min(n, n_items),)

    Examples
    --------
    >>> import numpy as np
    >>> spread_over_classes(np.array([0, 0, 0, 1, 0, 1]), 4)
    array([0, 1, 3, 5])
    """
    columns = encode_labels(labels).L.tocsc()
    turns = np.arange(columns.nnz) - np.repeat(columns.indptr[:-1], np.diff(columns.indptr))
    turn = np.full(columns.shape[0], columns.nnz)
    np.minimum.at(turn, columns.indices, turns)
    return np.sort(np.argsort(turn, kind="stable")[:n])
