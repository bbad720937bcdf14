"""The place of the first relevant item: its mean, and its median (the "Med r" of image-caption papers)."""

import numpy as np

from shallow_cmr.metrics.first_place import certain_place, fill_queries, first_groups
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = ["FirstRank", "MedianRank", "first_rank", "mean_first_rank", "median_first_rank"]


class FirstRank(Measure):
    """Place of the first relevant item, 1 is best."""

    key, symbol, cutoff, lower_is_better = "first_rank", "mean rank", "none", True

    def of(self, groups, ties):
        n, r, a = first_groups(groups)
        return fill_queries(groups, a + (n + 1) / (r + 1) if ties == "expected" else certain_place(n, r, a, ties))


class MedianRank(FirstRank):
    """Median over the queries of the place of the first relevant item."""

    key, symbol = "median_rank", "median rank"

    def average(self, values, weights):
        if (weights != weights[0]).any():
            raise ValueError("a median rank is not weighted; leave out sample_weight, or take the mean rank.")
        median, are_places = float(np.median(values)), (values == np.floor(values)).all()
        return float(np.floor(median)) if are_places else median


def first_rank(
    queries,
    database,
    relevance,
    *,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the place of its first relevant item.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``, and without ``no_relevant="zero"``, which would be the
        best place of all.

    Returns
    -------
    array (n_queries,)
        At least 1, lower is better; or NaN.

    Examples
    --------
    >>> first_rank([[0.9, 0.5, 0.5, 0.1]], None, [[0, 1, 0, 1]], metric="precomputed")
    array([2.5])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(FirstRank(), ranking, ties, no_relevant, n_jobs).values


def mean_first_rank(
    queries,
    database,
    relevance,
    *,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `first_rank` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``, and without ``no_relevant="zero"``, which would
        be the best place of all.

    Returns
    -------
    float
        At least 1, lower is better; or NaN.

    Examples
    --------
    >>> mean_first_rank([[0.9, 0.5], [0.7, 0.6]], None, "paired", metric="precomputed")
    1.5
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(FirstRank(), ranking, ties, no_relevant, n_jobs).mean(sample_weight)


def median_first_rank(
    queries,
    database,
    relevance,
    *,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return the median of `first_rank` over the queries.

    A median between two places is lowered to a place, as the code of image-caption papers does: the 0-based places'
    median, rounded down, plus 1. Means over orders of ties are no places, and are left as they are.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``, and without ``no_relevant="zero"``, which would be the
        best place of all.

    Returns
    -------
    float
        At least 1, lower is better; or NaN.

    Examples
    --------
    >>> scores = [[0.9, 0.5, 0.1], [0.7, 0.6, 0.4], [0.7, 0.6, 0.5]]
    >>> median_first_rank(scores, None, "paired", metric="precomputed")
    2.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(MedianRank(), ranking, ties, no_relevant, n_jobs).mean()
