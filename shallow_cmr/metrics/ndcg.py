"""Normalised discounted cumulative gain: graded relevance, discounted by the logarithm of the place."""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.metrics.convention import GAINS, check_choice
from shallow_cmr.metrics.gains import best_sum, discounted_sum, gains_of, log_discounts
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.ranking import make_ranking

__all__ = ["NDCG", "mean_ndcg_at_k", "ndcg_at_k"]


@dataclass(frozen=True)
class NDCG(Measure):
    """Discounted cumulative gain divided by that of the best ranking.

    Parameters
    ----------
    top_k : int, optional
    gain : {"exponential", "linear"}
    """

    gain: str = "exponential"

    key, symbol, graded = "ndcg", "NDCG", True

    def __post_init__(self):
        super().__post_init__()
        check_choice("gain", self.gain, GAINS)

    @property
    def rule(self):
        return f"with gain {GAINS[self.gain]}"

    def of(self, groups, ties):
        gains, D = gains_of(self.gain, groups.grades.shape[1]), log_discounts(groups.n_database)
        k = self.top_k or groups.n_database
        best = best_sum(groups.grade_totals, gains, D, k)
        return discounted_sum(groups, gains, D, k, ties) / np.where(best > 0, best, 1.0)


def ndcg_at_k(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    gain="exponential",
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the normalised discounted cumulative gain of its first `top_k` items.

    Parameters
    ----------
    queries, database : array (n_queries, d), (n_database, d)
        As for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`; the grade of an item is the number of labels it shares with the query, or its
        entry in a relevance matrix.
    top_k : int, optional
        Only the first `top_k` items count, in the best ranking too; None: all.
    gain : {"exponential", "linear"}
        An item of grade g gains 2^g - 1, or g as in scikit-learn's ``ndcg_score`` and in trec_eval.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> ndcg_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 2]], metric="precomputed").round(4)
    array([0.6885])
    >>> ndcg_at_k([[0.9, 0.5, 0.1]], None, [[1, 0, 2]], metric="precomputed", gain="linear").round(4)
    array([0.7602])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(NDCG(top_k, gain), ranking, ties, no_relevant, n_jobs).values


def mean_ndcg_at_k(
    queries,
    database,
    relevance,
    *,
    top_k=None,
    gain="exponential",
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `ndcg_at_k` over the queries.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `ndcg_at_k`.
    top_k, gain : int or None, str
        As for `ndcg_at_k`.
    metric, ties, no_relevant, exclude_self, n_jobs, sample_weight : str, str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`, without ``ties="threshold"``.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> mean_ndcg_at_k([[0.9, 0.5, 0.1]], None, [[2, 1, 0]], metric="precomputed", top_k=2)
    1.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return measure_queries(NDCG(top_k, gain), ranking, ties, no_relevant, n_jobs).mean(sample_weight)
