r"""Weighted average precision: average cumulative gain at the relevant items, averaged over them.

With grades of 0 and 1 it is average precision. A group of `n` tied items, `r` of them relevant with grades that sum to
`t`, after `a` items whose grades sum to `G`, adds on average over all orders

.. math:: m \gamma + \Big( \frac{r G + t}{n} - \gamma (a + 1) \Big) (H_{a+m} - H_a),
          \qquad \gamma = \frac{t\,(r - 1)}{n\,(n - 1)}:

given that place ``a + j`` holds a relevant item, which has a mean grade of t / r, the ``j - 1`` places before it hold
:math:`(j - 1) (r - 1) / (n - 1)` relevant items on average, of the same mean grade.
"""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.metrics.ap import check_denominator
from shallow_cmr.metrics.convention import DENOMINATORS
from shallow_cmr.metrics.gains import places_by_grade
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.metrics.tied import harmonic_numbers
from shallow_cmr.ranking import make_ranking

__all__ = ["WeightedAveragePrecision", "mean_weighted_average_precision", "weighted_average_precision"]


@dataclass(frozen=True)
class WeightedAveragePrecision(Measure):
    """Average cumulative gain at the places of relevant items, averaged over them.

    Parameters
    ----------
    top_k : int, optional
    denominator : {None, "min", "relevant"}
    """

    denominator: str | None = None

    key, symbol, graded = "wap", "WAP", True

    def __post_init__(self):
        super().__post_init__()
        check_denominator(self, ("min", "relevant"))

    @property
    def rule(self):
        return f"divided by {DENOMINATORS[self.denominator]}" if self.denominator else ""

    def of(self, groups, ties):
        k = self.top_k or groups.n_database
        terms = expected_gains(groups, k) if ties == "expected" else ordered_gains(groups, k, ties)
        a, sums, R = groups.before, groups.grade_sum_before + groups.grade_sum, groups.n_relevant
        terms = np.where(groups.size > 1, terms, (a < k) * sums / (a + 1))  # a group of one item: the ACG at its place
        return groups.sum_per_query(terms) / np.maximum(np.minimum(R, k) if self.denominator == "min" else R, 1)


def expected_gains(groups, k):
    """Return the mean over all orders of ties of the ACG at a group's hits, summed (n_groups,)."""
    n, r, a, t, G = groups.size, groups.relevant, groups.before, groups.grade_sum, groups.grade_sum_before
    m, H = np.clip(k - a, 0, n), harmonic_numbers(groups.n_database)
    gamma = t * (r - 1) / (n * np.maximum(n - 1, 1))
    return m * gamma + ((r * G + t) / n - gamma * (a + 1)) * (H[a + m] - H[a])


def ordered_gains(groups, k, ties):
    """Return the same sum (n_groups,) when the grades of each group descend or ascend: each fills places of its own."""
    H, g = harmonic_numbers(groups.n_database), np.arange(1, groups.grades.shape[1] + 1)
    a, sums = places_by_grade(groups, ties), groups.grades * g
    within = np.cumsum(sums, axis=1)
    earlier = within[:, -1:] - within if ties == "optimistic" else within - sums
    G = groups.grade_sum_before[:, None] + earlier
    x = np.clip(k - a, 0, groups.grades)
    at = np.minimum(a, k)  # beyond the cutoff x is 0
    return (g * x + (G - g * a) * (H[at + x] - H[at])).sum(axis=1)


def weighted_average_precision(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    denominator=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the average cumulative gain at its relevant items, averaged over them.

    Parameters
    ----------
    queries, database : array (n_queries, d), (n_database, d)
        As for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`; the grade of an item is the number of labels it shares with the query, or its
        entry in a relevance matrix.
    top_k : int, optional
        Only the first `top_k` items count; `denominator` is then required.
    denominator : {"min", "relevant"}, optional
        Divide by min(relevant items, k), or by all relevant items.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and the highest grade, or NaN.

    Examples
    --------
    >>> weighted_average_precision([[0.9, 0.5, 0.1]], None, [[1, 0, 2]], metric="precomputed")
    array([1.])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(WeightedAveragePrecision(top_k, denominator), ranking, ties, no_relevant, n_jobs).values


def mean_weighted_average_precision(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    denominator=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `weighted_average_precision` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `weighted_average_precision`.
    top_k, denominator : int or None, str or None
        As for `weighted_average_precision`.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and the highest grade, or NaN.

    Examples
    --------
    >>> mean_weighted_average_precision([[0.9, 0.5, 0.1]], None, [[2, 0, 2]], metric="precomputed")
    1.6666666666666665
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(WeightedAveragePrecision(top_k, denominator), ranking, ties, no_relevant, n_jobs).mean(
        sample_weight
    )
