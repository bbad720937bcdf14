"""Precision and recall at a cutoff, from the number of hits before it."""

import numpy as np

from shallow_cmr.metrics.convention import Convention
from shallow_cmr.metrics.per_query import mean_over_queries, values_per_query
from shallow_cmr.ranking import Ranking

__all__ = ["mean_precision_at_k", "mean_recall_at_k", "precision_at_k", "recall_at_k"]


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
    queries, database, relevance, metric, no_relevant, exclude_self, n_jobs
        As for `average_precision`.
    top_k : int
        Between 1 and the size of the database.
    ties : {"expected", "optimistic", "pessimistic", "stable"}
        Mean, best and worst over all orders of tied items; or ties broken by database index.

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
    convention = Convention(_require(top_k), None, ties, no_relevant)
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return values_per_query(precision_of, ranking, convention, n_jobs)[0]


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
    """Return the mean of `precision_at_k` over the queries; for parameters see there and `mean_average_precision`.

    Examples
    --------
    >>> mean_precision_at_k([[0.9, 0.5, 0.1]], None, [[1, 1, 0]], metric="precomputed", top_k=3)
    0.6666666666666666
    """
    convention = Convention(_require(top_k), None, ties, no_relevant)
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    values, n_relevant = values_per_query(precision_of, ranking, convention, n_jobs)
    return mean_over_queries(values, n_relevant, no_relevant, sample_weight)


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

    What image-caption papers call R@K is another measure, the share of queries with any hit.

    Parameters
    ----------
    queries, database, relevance, top_k, metric, ties, no_relevant, exclude_self, n_jobs
        As for `precision_at_k`.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> recall_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", top_k=2)
    array([0.5])
    """
    convention = Convention(_require(top_k), None, ties, no_relevant)
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return values_per_query(recall_of, ranking, convention, n_jobs)[0]


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
    """Return the mean of `recall_at_k` over the queries; for parameters see there and `mean_average_precision`.

    Examples
    --------
    >>> mean_recall_at_k([[0.9, 0.5, 0.1]], None, [[1, 1, 0]], metric="precomputed", top_k=1)
    0.5
    """
    convention = Convention(_require(top_k), None, ties, no_relevant)
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    values, n_relevant = values_per_query(recall_of, ranking, convention, n_jobs)
    return mean_over_queries(values, n_relevant, no_relevant, sample_weight)


def precision_of(groups, convention):
    """Return precision at the cutoff (n_queries,) of tie groups."""
    return hits_of(groups, convention) / convention.top_k


def recall_of(groups, convention):
    """Return recall at the cutoff (n_queries,) of tie groups; 0 for queries without a relevant item."""
    return hits_of(groups, convention) / np.maximum(groups.n_relevant, 1)


def hits_of(groups, convention):
    """Return the relevant items among the first k (n_queries,): mean, most or fewest over the orders of ties."""
    n, r, a = groups.size, groups.relevant, groups.before
    m = np.clip(convention.top_k - a, 0, n)
    hits = {"optimistic": np.minimum(m, r), "pessimistic": np.maximum(m - (n - r), 0)}
    return groups.sum_per_query(hits.get(convention.ties, m * r / n))


def _require(top_k):
    """Return the cutoff, which these measures cannot do without."""
    if top_k is None:
        raise ValueError("precision and recall at k need a cutoff; give top_k, 1 or more.")
    return top_k
