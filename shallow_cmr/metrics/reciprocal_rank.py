"""One over the place of the first relevant item; its mean is the mean reciprocal rank (MRR)."""

import numpy as np

from shallow_cmr.metrics.first_place import certain_place, expected_reciprocal_rank, fill_queries, first_groups
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = ["ReciprocalRank", "mean_reciprocal_rank", "reciprocal_rank"]


class ReciprocalRank(Measure):
    """One over the place of the first relevant item; 0 beyond the cutoff."""

    key, symbol = "reciprocal_rank", "MRR"

    @property
    def name(self):
        return f"MRR@{self.top_k}" if self.top_k else "MRR"

    def of(self, groups, ties):
        n, r, a = first_groups(groups)
        k = self.top_k or groups.n_database
        place = certain_place(n, r, a, ties)
        values = np.where(place <= k, 1 / place, 0.0)
        open_ = np.flatnonzero(r < n) if ties == "expected" else []
        cases, case = np.unique(np.stack([n, r, a], axis=1)[open_], axis=0, return_inverse=True)
        expected = [expected_reciprocal_rank(*row, k, groups.n_database) for row in cases.tolist()]
        values[open_] = np.array(expected)[case] if expected else []
        return fill_queries(groups, values)


def reciprocal_rank(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, one over the place of its first relevant item.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int, optional
        A first relevant item beyond it counts 0.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN. Under ties its mean is that of 1 / place, not 1 / the mean place.

    Examples
    --------
    >>> reciprocal_rank([[0.9, 0.5, 0.5, 0.1]], None, [[0, 1, 0, 1]], metric="precomputed").round(4)
    array([0.4167])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(ReciprocalRank(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_reciprocal_rank(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `reciprocal_rank` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int, optional
        A first relevant item beyond it counts 0.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> mean_reciprocal_rank([[0.9, 0.5], [0.7, 0.6]], None, "paired", metric="precomputed")
    0.75
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(ReciprocalRank(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)
