"""Average precision under ties: what each group of tied items adds, summed and divided by the named denominator.

The formulas of one group are in `shallow_cmr.metrics.tied`.
"""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.metrics.convention import DENOMINATORS, NONE_RETRIEVED, TIES, check_choice
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_queries
from shallow_cmr.metrics.tied import (
    best_share,
    expected_precisions,
    expected_share,
    first_precisions,
    harmonic_numbers,
    worst_share,
)
from shallow_cmr.ranking import make_ranking

__all__ = ["AveragePrecision", "average_precision", "mean_average_precision"]


@dataclass(frozen=True)
class AveragePrecision(Measure):
    """Precision at the relevant items, averaged over the relevant items that `denominator` counts.

    Parameters
    ----------
    top_k : int, optional
    denominator : {None, "retrieved", "min", "relevant"}
    none_retrieved : {"zero", "skip"}
        As for `average_precision`.

    Raises
    ------
    ValueError
        A value is unknown, or two of them exclude each other.

    Examples
    --------
    >>> AveragePrecision(50, "min").name, AveragePrecision(50, "min").rule
    ('mAP@50', 'divided by min(relevant items, k)')
    """

    denominator: str | None = None
    none_retrieved: str = "zero"

    key, symbol = "map", "mAP"

    def __post_init__(self):
        super().__post_init__()
        check_choice("none_retrieved", self.none_retrieved, NONE_RETRIEVED)
        check_denominator(self, DENOMINATORS)

    @property
    def rule(self):
        return f"divided by {DENOMINATORS[self.denominator]}" if self.denominator else ""

    def check(self, ties, no_relevant="skip"):
        check_choice("ties", ties, TIES)
        if ties == "threshold" and self.top_k is not None:
            raise ValueError(
                f"ties='threshold' has no cutoff: it ranks no item before another; leave out top_k={self.top_k}."
            )
        if self.none_retrieved == "skip" and (self.denominator, ties) != ("retrieved", "stable"):
            raise ValueError(
                "none_retrieved='skip' needs denominator='retrieved' (others are never zero) and ties='stable' (over "
                "orders of ties, a query is skipped in some and counts in others)."
            )

    def of(self, groups, ties):
        if ties == "threshold":
            return threshold_average_precision(groups)
        k = self.top_k or groups.n_database
        if self.denominator == "retrieved":
            return average_precision_over_retrieved(groups, k, ties, np.nan if self.none_retrieved == "skip" else 0.0)
        R = groups.n_relevant
        denominator = np.minimum(R, k) if self.denominator == "min" else R
        return groups.sum_per_query(precision_terms(groups, k, ties)) / np.maximum(denominator, 1)


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
        Bool codes or real embeddings, in memory or as memory maps; with ``metric="precomputed"`` the scores (larger is
        better) and None. The database may also be an iterable of blocks ``(embeddings, labels)``; then `relevance` is
        ``(query_labels, None)``.
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
    ties : {"expected", "optimistic", "pessimistic", "stable", "reversed", "threshold"}
        Mean, best and worst over all orders of tied items; ties broken by database index, the first or the last item
        first; or tied items retrieved together (what scikit-learn's ``average_precision_score`` does; the value of no
        order).
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
    blocks. Equal vectors always tie; cosines are resolved to about 1e-8.

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
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    measure = AveragePrecision(top_k, denominator, none_retrieved)
    return measure_queries(measure, ranking, ties, no_relevant, n_jobs).values


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
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    metric, top_k, denominator, ties : str, int or None, str or None, str
        As for `average_precision`.
    no_relevant : {"skip", "zero", "nan", "raise"}
        Queries without a relevant item in the database are left out, with a warning that gives their number; count 0;
        make the mean NaN; or are an error.
    none_retrieved : {"zero", "skip"}
        Queries that retrieve no relevant item count 0 or are left out, where `denominator` is "retrieved".
    exclude_self, n_jobs : bool, int
        As for `average_precision`.
    sample_weight : array-like (n_queries,), optional
        Weights of the queries in the mean.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1], [1, 0], [0, 0]], dtype=bool)
    >>> mean_average_precision(codes, codes, "paired")
    1.0
    >>> round(mean_average_precision(codes, ~codes, "paired", ties="pessimistic"), 4)
    0.3333
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    measure = AveragePrecision(top_k, denominator, none_retrieved)
    return measure_queries(measure, ranking, ties, no_relevant, n_jobs).mean(sample_weight)


def precision_terms(groups, k, ties):
    """Return the precisions at a group's hits within the cutoff, summed (n_groups,): mean, most or least."""
    n, r, a, b = groups.size, groups.relevant, groups.before, groups.relevant_before
    terms = np.where(a < k, (b + 1) / (a + 1), 0.0)  # a group of one item: the precision at its place
    tied = np.flatnonzero(n > 1)
    n, r, a, b = n[tied], r[tied], a[tied], b[tied]
    terms[tied] = _TERMS[ties](n, r, a, b, k, harmonic_numbers(groups.n_database))
    return terms


def expected_terms(n, r, a, b, k, H):
    """Return the mean of this sum over all orders of the tied items."""
    return expected_precisions(n, r, a, b, np.clip(k - a, 0, n), H)


def optimistic_terms(n, r, a, b, k, H):
    """Return this sum when a group's relevant items come first."""
    return first_precisions(np.clip(k - a, 0, r), a, b, H)


def pessimistic_terms(n, r, a, b, k, H):
    """Return this sum when a group's relevant items come last, after its ``f`` others."""
    f = n - r
    return first_precisions(np.clip(k - a - f, 0, r), a + f, b, H)


def threshold_average_precision(groups):
    """Return average precision (n_queries,) when tied items are retrieved together: no order, no cutoff."""
    n, r, a, b = groups.size, groups.relevant, groups.before, groups.relevant_before
    return groups.sum_per_query(r * (b + r) / (a + n)) / np.maximum(groups.n_relevant, 1)


def average_precision_over_retrieved(groups, k, ties, empty):
    """Return average precision (n_queries,) divided by the hits in the top k; `empty` where none is."""
    whole = groups.before + groups.size <= k
    S = groups.sum_per_query(np.where(whole, precision_terms(groups, k, ties), 0.0))
    retrieved = groups.sum_per_query(np.where(whole, groups.relevant, 0))
    values = np.divide(S, retrieved, out=np.full(groups.n_queries, empty), where=retrieved > 0)
    for cut in np.flatnonzero(~whole & (groups.before < k)):
        query = groups.query[cut]
        n, r, a, b = (Z[cut] for Z in (groups.size, groups.relevant, groups.before, groups.relevant_before))
        values[query] = _SHARES[ties](S[query], n, r, a, b, k - a, harmonic_numbers(groups.n_database))
    return values


def check_denominator(measure, known):
    """Raise if a measure has a cutoff but none of the `known` denominators: it then has several meanings."""
    top_k, denominator = measure.top_k, measure.denominator
    if denominator is not None and denominator not in known:
        raise ValueError(f"denominator={denominator!r} is unknown; it must be one of {', '.join(known)}.")
    if denominator is not None and top_k is None:
        raise ValueError(f"denominator={denominator!r} needs a cutoff: give top_k, or leave the denominator out.")
    if denominator is None and top_k is not None:
        choices = "; ".join(f"{name!r}: divide by {DENOMINATORS[name]}" for name in known)
        raise ValueError(f"{measure.name} needs a denominator, one of {choices}.")


_TERMS = {"expected": expected_terms, "optimistic": optimistic_terms, "pessimistic": pessimistic_terms}
_SHARES = {"expected": expected_share, "optimistic": best_share, "pessimistic": worst_share}
