"""Average precision under ties: what each group of tied items adds, summed and divided by the named denominator.

The formulas of one group are in `shallow_cmr.metrics.tied`.
"""

import numpy as np

from shallow_cmr.metrics.convention import Convention
from shallow_cmr.metrics.per_query import mean_over_queries, values_per_query
from shallow_cmr.metrics.tied import (
    best_share,
    expected_precisions,
    expected_share,
    first_precisions,
    harmonic_numbers,
    worst_share,
)
from shallow_cmr.ranking import Ranking

__all__ = ["average_precision", "average_precision_of", "mean_average_precision"]


def average_precision(
    queries,
    database,
    relevance,
    *,
    metric="auto",
    top_k=None,
    denominator=None,
    ties="expected",
    no_relevant="skip",
    none_retrieved="zero",
    exclude_self=False,
    n_jobs=None,
):
    """Return the average precision of each query's ranking of the database.

    Parameters
    ----------
    queries, database : array (n_queries, d), (n_database, d)
        Bool codes or real embeddings; with ``metric="precomputed"`` the scores (larger is better) and None.
    relevance : tuple, str, matrix or callable
        ``(query_labels, database_labels)`` as two vectors of classes or two indicator matrices (relevant: a label is
        shared), ``"paired"``, ``("ids", query_ids, database_ids)``, a matrix (n_queries, n_database), or a callable
        that returns the block of such a matrix for two slices.
    metric : {"auto", "hamming", "cosine", "correlation", "euclidean", "dot", "precomputed"}
        "auto" is Hamming distance for codes and cosine for embeddings.
    top_k : int, optional
        Only the first `top_k` items count; `denominator` is then required.
    denominator : {"retrieved", "min", "relevant"}, optional
        Divide by the relevant items among the top k, by min(relevant items, k), or by all relevant items.
    ties : {"expected", "optimistic", "pessimistic", "stable", "threshold"}
        Mean, best and worst over all orders of tied items; ties broken by database index; or tied items retrieved
        together (what scikit-learn's ``average_precision_score`` does; the value of no order).
    no_relevant : {"skip", "zero", "nan", "raise"}
        What a query without a relevant item in the database gets: NaN ("skip", "nan"), 0, or an error.
    none_retrieved : {"zero", "skip"}
        What a query gets that retrieves no relevant item, where `denominator` is "retrieved": 0 or NaN.
    exclude_self : bool
        Leave item i out of what query i ranks: for a set that queries itself.
    n_jobs : int, optional
        Threads; the result is bitwise the same for any number.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Raises
    ------
    ValueError, TypeError
        Inputs that cannot be compared, rules that exclude each other, a cutoff beyond the database.

    Notes
    -----
    Ties are never broken by chance: "expected" is the exact mean over all their orders [1]_. Hamming rankings cost
    n_queries * n_database word operations and no sort; others a product of matrices and a sort. Memory is that of
    blocks. Cosines within 2e-9 of each other tie, and equal vectors always do.

    References
    ----------
    .. [1] F. McSherry and M. Najork (2008). Computing information retrieval performance measures efficiently in the
       presence of tied scores. ECIR. https://doi.org/10.1007/978-3-540-78646-7_38

    Examples
    --------
    >>> import numpy as np
    >>> database = np.array([[1, 0], [1, 0], [0, 1]], dtype=bool)
    >>> average_precision(database[:1], database, (["cat"], ["cat", "dog", "cat"])).round(4)
    array([0.7083])
    >>> average_precision(database[:1], database, (["cat"], ["cat", "dog", "cat"]), ties="optimistic").round(4)
    array([0.8333])
    """
    convention = Convention(top_k, denominator, ties, no_relevant, none_retrieved)
    convention.require_denominator()
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    values, _ = values_per_query(average_precision_of, ranking, convention, n_jobs)
    return values


def mean_average_precision(
    queries,
    database,
    relevance,
    *,
    metric="auto",
    top_k=None,
    denominator=None,
    ties="expected",
    no_relevant="skip",
    none_retrieved="zero",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `average_precision` over the queries.

    Parameters
    ----------
    queries, database, relevance, metric, top_k, denominator, ties, exclude_self, n_jobs
        As for `average_precision`.
    no_relevant : {"skip", "zero", "nan", "raise"}
        Queries without a relevant item in the database are left out, with a warning that gives their number; count 0;
        make the mean NaN; or are an error.
    none_retrieved : {"zero", "skip"}
        Queries that retrieve no relevant item count 0 or are left out, where `denominator` is "retrieved".
    sample_weight : array-like (n_queries,), optional
        Weights of the queries in the mean.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1], [1, 0], [0, 0]], dtype=bool)
    >>> mean_average_precision(codes, codes, "paired")
    1.0
    >>> round(mean_average_precision(codes, ~codes, "paired", ties="pessimistic"), 4)
    0.3333
    """
    convention = Convention(top_k, denominator, ties, no_relevant, none_retrieved)
    convention.require_denominator()
    ranking = Ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    values, n_relevant = values_per_query(average_precision_of, ranking, convention, n_jobs)
    return mean_over_queries(values, n_relevant, no_relevant, sample_weight)


def average_precision_of(groups, convention):
    """Return the average precision (n_queries,) of tie groups; 0 for queries without a relevant item."""
    if convention.ties == "threshold":
        return threshold_average_precision(groups)
    k = convention.top_k or groups.n_database
    if convention.denominator == "retrieved":
        return average_precision_over_retrieved(groups, k, convention)
    R = groups.n_relevant
    denominator = np.minimum(R, k) if convention.denominator == "min" else R
    return groups.sum_per_query(_TERMS[convention.ties](groups, k)) / np.maximum(denominator, 1)


def expected_terms(groups, k):
    """Return the mean over all orders of ties of the precisions at a group's hits, summed (n_groups,)."""
    n, r, a, b = groups.size, groups.relevant, groups.before, groups.relevant_before
    terms = np.where(a < k, (b + 1) / (a + 1), 0.0)  # a group of one item: the precision at its place
    tied = np.flatnonzero(n > 1)
    n, r, a, b = n[tied], r[tied], a[tied], b[tied]
    terms[tied] = expected_precisions(n, r, a, b, np.clip(k - a, 0, n), harmonic_numbers(groups.n_database))
    return terms


def optimistic_terms(groups, k):
    """Return the same sum (n_groups,) when each group's relevant items come first."""
    r, a, b = groups.relevant, groups.before, groups.relevant_before
    return first_precisions(np.clip(k - a, 0, r), a, b, harmonic_numbers(groups.n_database))


def pessimistic_terms(groups, k):
    """Return the same sum (n_groups,) when each group's relevant items come last, after its ``f`` others."""
    n, r, a, b = groups.size, groups.relevant, groups.before, groups.relevant_before
    f = n - r
    return first_precisions(np.clip(k - a - f, 0, r), a + f, b, harmonic_numbers(groups.n_database))


def threshold_average_precision(groups):
    """Return average precision (n_queries,) when tied items are retrieved together: no order, no cutoff."""
    n, r, a, b = groups.size, groups.relevant, groups.before, groups.relevant_before
    return groups.sum_per_query(r * (b + r) / (a + n)) / np.maximum(groups.n_relevant, 1)


def average_precision_over_retrieved(groups, k, convention):
    """Return average precision (n_queries,) divided by the relevant items among the top k."""
    whole = groups.before + groups.size <= k
    S = groups.sum_per_query(np.where(whole, _TERMS[convention.ties](groups, k), 0.0))
    retrieved = groups.sum_per_query(np.where(whole, groups.relevant, 0))
    empty = np.nan if convention.none_retrieved == "skip" else 0.0
    values = np.divide(S, retrieved, out=np.full(groups.n_queries, empty), where=retrieved > 0)
    for cut in np.flatnonzero(~whole & (groups.before < k)):
        query = groups.query[cut]
        n, r, a, b = (Z[cut] for Z in (groups.size, groups.relevant, groups.before, groups.relevant_before))
        values[query] = _SHARES[convention.ties](S[query], n, r, a, b, k - a, harmonic_numbers(groups.n_database))
    return values


_TERMS = {
    "expected": expected_terms,
    "stable": expected_terms,  # groups of one item each
    "optimistic": optimistic_terms,
    "pessimistic": pessimistic_terms,
}
_SHARES = {"expected": expected_share, "optimistic": best_share, "pessimistic": worst_share}
