"""Average cumulative gain: the mean grade of the first k items."""

import numpy as np

from shallow_cmr.metrics.gains import discounted_sum, gains_of
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = ["ACGAtK", "acg_at_k", "mean_acg_at_k"]


class ACGAtK(Measure):
    """Sum of the grades of the first k items, divided by k: no place counts less than another."""

    key, symbol, cutoff, graded = "acg", "ACG", "required", True

    def of(self, groups, ties):
        gains, D = gains_of("linear", groups.grades.shape[1]), np.arange(groups.n_database + 1.0)
        return discounted_sum(groups, gains, D, self.top_k, ties) / self.top_k


def acg_at_k(
    queries,
    database,
    relevance,
    *,
    top_k,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the mean grade of its first `top_k` items: the average cumulative gain.

    Parameters
    ----------
    queries, database : array (n_queries, d), (n_database, d)
        As for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`; the grade of an item is the number of labels it shares with the query, or its
        entry in a relevance matrix.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and the highest grade, or NaN.

    Examples
    --------
    >>> acg_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 2]], metric="precomputed", top_k=2)
    array([0.5])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(ACGAtK(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_acg_at_k(
    queries,
    database,
    relevance,
    *,
    top_k,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `acg_at_k` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `acg_at_k`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and the highest grade, or NaN.

    Examples
    --------
    >>> mean_acg_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 2]], metric="precomputed", top_k=3)
    1.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(ACGAtK(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)
