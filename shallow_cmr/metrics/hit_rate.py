"""Whether a relevant item is among the first k: the "R@K" of image-caption papers."""

import numpy as np

from shallow_cmr.metrics.first_place import fill_queries, first_groups, probability_of_none
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = ["HitRateAtK", "HitRateSum", "hit_rate_at_k", "hit_rates", "mean_hit_rate_at_k"]


class HitRateAtK(Measure):
    """Whether any of the first k items is relevant."""

    key, symbol, cutoff = "hit_rate", "hit rate", "required"

    def of(self, groups, ties):
        return hit_rates(groups, self.top_k, ties)


class HitRateSum(Measure):
    """Sum of the hit rates at 1, 5 and 10; over both directions, and in per cent, the rsum of image-caption papers."""

    key, symbol, cutoff = "rsum", "hit rate sum@1,5,10", "none"

    cutoffs = (1, 5, 10)

    def of(self, groups, ties):
        return sum(hit_rates(groups, k, ties) for k in self.cutoffs)

    def check_database(self, n_database):
        HitRateAtK(max(self.cutoffs)).check_database(n_database)


def hit_rates(groups, k, ties):
    """Return the probability (n_queries,) of a hit among the first k; or whether there can, or must, be one."""
    n, r, a = first_groups(groups)
    m = np.clip(k - a, 0, n)
    hit = {"optimistic": m > 0, "pessimistic": m > n - r}
    return fill_queries(groups, hit[ties] if ties in hit else 1 - probability_of_none(n, r, m))


def hit_rate_at_k(
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
    """Return, for each query, the probability that any of its first `top_k` items is relevant: 1 or 0 without ties.

    Image-caption papers call its mean R@K.

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
    >>> hit_rate_at_k([[0.9, 0.5, 0.5, 0.1]], None, [[0, 1, 0, 1]], metric="precomputed", top_k=2)
    array([0.5])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(HitRateAtK(top_k), ranking, ties, no_relevant, n_jobs).values


def mean_hit_rate_at_k(
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
    """Return the mean of `hit_rate_at_k` over the queries.

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
    >>> mean_hit_rate_at_k([[0.9, 0.5], [0.3, 0.6]], None, "paired", metric="precomputed", top_k=1)
    1.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(HitRateAtK(top_k), ranking, ties, no_relevant, n_jobs).mean(sample_weight)
