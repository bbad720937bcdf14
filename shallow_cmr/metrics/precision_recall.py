"""Precision, recall and their harmonic mean at a cutoff, from the number of hits before it."""

import numpy as np

from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = [
    "F1AtK",
    "PrecisionAtK",
    "RecallAtK",
    "f1_at_k",
    "hits_of",
    "mean_f1_at_k",
    "mean_precision_at_k",
    "mean_recall_at_k",
    "precision_at_k",
    "recall_at_k",
]


class PrecisionAtK(Measure):
    """Share of relevant items among the first k."""

    key, symbol, cutoff = "precision", "P", "required"

    def of(self, groups, ties):
        return hits_of(groups, self.top_k, ties) / self.top_k


class RecallAtK(Measure):
    """Share of the relevant items that are among the first k."""

    key, symbol, cutoff = "recall", "R", "required"

    def of(self, groups, ties):
        return hits_of(groups, self.top_k, ties) / np.maximum(groups.n_relevant, 1)


class F1AtK(Measure):
    """Harmonic mean of precision and recall at k: twice the hits divided by k + R."""

    key, symbol, cutoff = "f1", "F1", "required"

    def of(self, groups, ties):
        return 2 * hits_of(groups, self.top_k, ties) / (self.top_k + groups.n_relevant)


def hits_of(groups, k, ties):
    """Return the relevant items among the first k (n_queries,): mean, most or fewest over the orders of ties."""
    n, r, a = groups.size, groups.relevant, groups.before
    m = np.clip(k - a, 0, n)
    hits = {"optimistic": np.minimum(m, r), "pessimistic": np.maximum(m - (n - r), 0)}
    return groups.sum_per_query(hits.get(ties, m * r / n))


def precision_at_k(
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
    """Return, for each query, the share of relevant items among its first `top_k`.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> scores = [[0.9, 0.5, 0.5, 0.5]]
    >>> precision_at_k(scores, None, [[1, 1, 0, 0]], metric="precomputed", top_k=2).round(4)
    array([0.6667])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(PrecisionAtK(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_precision_at_k(
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
    """Return the mean of `precision_at_k` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> mean_precision_at_k([[0.9, 0.5, 0.1]], None, [[1, 1, 0]], metric="precomputed", top_k=3)
    0.6666666666666666
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(PrecisionAtK(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)


def recall_at_k(
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
    """Return, for each query, the share of its relevant items that are among its first `top_k`.

    What image-caption papers call R@K is another measure: `hit_rate_at_k`.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> recall_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", top_k=2)
    array([0.5])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(RecallAtK(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_recall_at_k(
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
    """Return the mean of `recall_at_k` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> mean_recall_at_k([[0.9, 0.5, 0.1]], None, [[1, 1, 0]], metric="precomputed", top_k=1)
    0.5
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(RecallAtK(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)


def f1_at_k(
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
    """Return, for each query, the harmonic mean of precision and recall at `top_k`.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> f1_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", top_k=1).round(4)
    array([0.6667])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(F1AtK(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_f1_at_k(
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
    """Return the mean of `f1_at_k` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> mean_f1_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", top_k=3)
    0.8
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(F1AtK(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)
