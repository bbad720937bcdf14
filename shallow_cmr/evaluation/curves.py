"""Precision and recall along a ranking, at as many places as a picture needs."""

from dataclasses import replace

import numpy as np

from shallow_cmr.metrics.curves import PrecisionAtCutoffs
from shallow_cmr.metrics.per_query import measure_queries

__all__ = ["retrieval_curves"]

_N_PLACES = 30
_DECIMALS = 5


def retrieval_curves(ranking, protocol):
    """Return the precision-recall and the P@N curve, ties resolved by the protocol's rule.

    Parameters
    ----------
    ranking : Ranking
    protocol : Protocol
        Its rules for ties and for queries without a relevant item hold here, too. ``ties="threshold"``, which orders
        nothing, becomes "expected".

    Returns
    -------
    dict of str to list
        ``recall`` and ``precision``: means over the queries at the same places of the ranking, from the first to the
        last, evenly spaced on a logarithmic scale (`precision_recall_by_rank`: nothing is interpolated, and the last
        recall is 1). ``n`` and ``precision_at_n``: round numbers 1, 2, 3, 5, 7, 10, 20 ... and the mean precision
        among so many items. Five decimals.

    Examples
    --------
    >>> from shallow_cmr import Protocol
    >>> from shallow_cmr.ranking import Ranking
    >>> retrieval_curves(Ranking([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed"), Protocol("mine"))
    {'recall': [0.5, 0.5, 1.0], 'precision': [1.0, 0.5, 0.66667], 'n': [1, 2, 3], 'precision_at_n': [1.0, 0.5, 0.66667]}
    """
    round_numbers = np.outer(10 ** np.arange(9), (1, 2, 3, 5, 7)).ravel()
    n = round_numbers[round_numbers <= ranking.n_database]
    places = np.unique(np.geomspace(1, ranking.n_database, _N_PLACES).round().astype(int))
    both = np.union1d(places, n)
    ties = "expected" if protocol.ties == "threshold" else protocol.ties
    precisions = measure_queries(PrecisionAtCutoffs(cutoffs=both), ranking, ties, protocol.no_relevant)
    hits = precisions.values * both
    recalls = replace(precisions, values=hits / np.maximum(precisions.n_relevant, 1)[:, None])
    precision, recall = (found.mean(warn=False).round(_DECIMALS) for found in (precisions, recalls))
    return {
        "recall": recall[np.isin(both, places)].tolist(),
        "precision": precision[np.isin(both, places)].tolist(),
        "n": n.tolist(),
        "precision_at_n": precision[np.isin(both, n)].tolist(),
    }
