"""What a hash table retrieves: the items within a Hamming radius. Ties need no order here, a radius cuts none."""

from numbers import Integral

import numpy as np

from shallow_cmr.metrics.convention import NO_RELEVANT, check_choice
from shallow_cmr.metrics.curves import PrecisionRecallCurve
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import QueryValues, apply_no_relevant, warn_of_skipped
from shallow_cmr.ranking import make_ranking, over_queries

__all__ = [
    "mean_precision_within_radius",
    "mean_recall_within_radius",
    "precision_recall_by_radius",
    "precision_within_radius",
    "recall_within_radius",
]

#: What the precision of a query is whose lookup retrieves nothing.
_VALUE = {"zero": 0.0, "skip": np.nan}


def precision_within_radius(
    queries,
    database,
    relevance,
    *,
    radius=2,
    empty="zero",
    metric="auto",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the share of relevant items among those within a Hamming radius: hash lookup.

    Parameters
    ----------
    queries, database : bool array (n_queries, n_bits), (n_database, n_bits)
        Codes, as for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    radius : int
        Bits that may differ, between 0 and n_bits.
    empty : {"zero", "skip"}
        What a query gets that retrieves nothing: 0 or NaN. Of 64 bits nearly every lookup within 2 is empty, so the
        mean over the others says little; give the share of empty lookups with it.
    metric, no_relevant, exclude_self, n_jobs : str, str, bool, int
        As for `average_precision`.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Raises
    ------
    TypeError
        Queries or database are no codes.
    ValueError
        The radius is no whole number between 0 and n_bits, or `empty` is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    >>> precision_within_radius(codes, codes, (["a", "b", "b"], ["a", "b", "b"]), radius=1)
    array([0.5, 0.5, 1. ])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return _precision(ranking, radius, empty, no_relevant, n_jobs).values


def mean_precision_within_radius(
    queries,
    database,
    relevance,
    *,
    radius=2,
    empty="zero",
    metric="auto",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `precision_within_radius` over the queries.

    Parameters
    ----------
    queries, database : bool array (n_queries, n_bits), (n_database, n_bits)
        Codes, as for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    radius, empty : int, str
        As for `precision_within_radius`.
    metric, no_relevant, exclude_self, n_jobs, sample_weight : str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    >>> mean_precision_within_radius(codes, codes, "paired", radius=0)
    1.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return _precision(ranking, radius, empty, no_relevant, n_jobs).mean(sample_weight)


def recall_within_radius(
    queries,
    database,
    relevance,
    *,
    radius=2,
    metric="auto",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return, for each query, the share of its relevant items that lie within a Hamming radius.

    Parameters
    ----------
    queries, database : bool array (n_queries, n_bits), (n_database, n_bits)
        Codes, as for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    radius : int
        Bits that may differ, between 0 and n_bits.
    metric, no_relevant, exclude_self, n_jobs : str, str, bool, int
        As for `average_precision`.

    Returns
    -------
    array (n_queries,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    >>> recall_within_radius(codes, codes, (["a", "b", "b"], ["a", "b", "b"]), radius=1)
    array([1. , 0.5, 0.5])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return _recall(ranking, radius, no_relevant, n_jobs).values


def mean_recall_within_radius(
    queries,
    database,
    relevance,
    *,
    radius=2,
    metric="auto",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
    sample_weight=None,
):
    """Return the mean of `recall_within_radius` over the queries.

    Parameters
    ----------
    queries, database : bool array (n_queries, n_bits), (n_database, n_bits)
        Codes, as for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    radius : int
        Bits that may differ, between 0 and n_bits.
    metric, no_relevant, exclude_self, n_jobs, sample_weight : str, str, bool, int, array (n_queries,)
        As for `mean_average_precision`.

    Returns
    -------
    float
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    >>> mean_recall_within_radius(codes, codes, (["a", "b", "b"], ["a", "b", "b"]), radius=3)
    1.0
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return _recall(ranking, radius, no_relevant, n_jobs).mean(sample_weight)


def precision_recall_by_radius(
    queries,
    database,
    relevance,
    *,
    average="macro",
    empty="zero",
    metric="auto",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return precision against recall at every Hamming radius 0, 1, ..., n_bits.

    Parameters
    ----------
    queries, database : bool array (n_queries, n_bits), (n_database, n_bits)
        Codes, as for `average_precision`.
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    average : {"macro", "micro"}
        "macro" takes the mean over the queries; "micro" pools the items that all queries retrieve, as the code that
        goes round does: then a query that retrieves more counts more.
    empty : {"zero", "skip"}
        Precision where nothing is retrieved: 0, or left out of the mean.
    metric, no_relevant, exclude_self, n_jobs : str, str, bool, int
        As for `average_precision`.

    Returns
    -------
    PrecisionRecallCurve
        ``at`` (n_bits + 1,) the radii, ``precision`` and ``recall`` (n_bits + 1,); NaN where `empty` is "skip" and no
        query retrieves anything.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    >>> precision_recall_by_radius(codes, codes, (["a", "b", "b"], ["a", "b", "b"])).precision.round(4)
    array([1.    , 0.6667, 0.7222, 0.5556])
    """
    check_choice("average", average, ("macro", "micro"))
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    retrieved, hits = _within_radii(ranking, empty, no_relevant, n_jobs)
    R = hits[:, -1]
    if no_relevant == "skip":
        warn_of_skipped(int((R == 0).sum()), len(R), stacklevel=3)
    curve = _micro_averaged if average == "micro" else _macro_averaged
    return PrecisionRecallCurve(np.arange(hits.shape[1]), *curve(retrieved, hits, R, empty, no_relevant))


def _macro_averaged(retrieved, hits, R, empty, no_relevant):
    """Return the means (n_radii,) of the queries' precision and recall at each radius."""
    means = []
    for values in (_share(hits, retrieved, _VALUE[empty]), _share(hits, R[:, None], 0.0)):
        values = apply_no_relevant(values, R, no_relevant)
        counts = ~np.isnan(values)
        if no_relevant == "nan":
            counts[R == 0] = True
        means.append(_share(np.where(counts, values, 0.0).sum(axis=0), counts.sum(axis=0), np.nan))
    return means


def _micro_averaged(retrieved, hits, R, empty, no_relevant):
    """Return precision and recall (n_radii,) of the items that the queries retrieve together."""
    rule = apply_no_relevant(np.zeros(len(R)), R, no_relevant)
    if no_relevant == "nan" and np.isnan(rule).any():
        return np.full((2, hits.shape[1]), np.nan)
    counts = ~np.isnan(rule)
    pooled, found = retrieved[counts].sum(axis=0), hits[counts].sum(axis=0)
    return _share(found, pooled, _VALUE[empty]), _share(found, R.sum(), np.nan)


def _precision(ranking, radius, empty, no_relevant, n_jobs):
    """Return the `QueryValues` of precision within a radius."""
    retrieved, hits = _within_radii(ranking, empty, no_relevant, n_jobs)
    column = _check_radius(radius, hits.shape[1] - 1)
    return _values(_share(hits, retrieved, _VALUE[empty])[:, column], hits[:, -1], no_relevant)


def _recall(ranking, radius, no_relevant, n_jobs):
    """Return the `QueryValues` of recall within a radius."""
    _, hits = _within_radii(ranking, "zero", no_relevant, n_jobs)
    column = _check_radius(radius, hits.shape[1] - 1)
    return _values(_share(hits, hits[:, -1:], 0.0)[:, column], hits[:, -1], no_relevant)


def _values(values, R, no_relevant):
    """Return values (n_queries,) with the rule for queries without a relevant item applied."""
    return QueryValues(Measure(), apply_no_relevant(values, R, no_relevant), R, no_relevant)


def _within_radii(ranking, empty, no_relevant, n_jobs):
    """Return the items and the relevant items within each radius, ints (n_queries, n_bits + 1)."""
    check_choice("empty", empty, _VALUE)
    check_choice("no_relevant", no_relevant, NO_RELEVANT)
    ranking.prepare(n_jobs=n_jobs)
    parts = over_queries(lambda rows: list(ranking.counts(rows)), ranking.n_queries, n_jobs)
    counts = np.concatenate([block for part in parts for block in part])
    return counts.sum(axis=1).cumsum(axis=1), counts[:, 1].cumsum(axis=1)


def _check_radius(radius, n_bits):
    """Return the radius if it is one."""
    if isinstance(radius, bool) or not isinstance(radius, Integral) or not 0 <= radius <= n_bits:
        raise ValueError(f"radius={radius!r} must be a whole number between 0 and the {n_bits} bits of the codes.")
    return radius


def _share(part, whole, empty):
    """Divide; `empty` where the whole is nothing."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, empty, dtype=np.float64), where=whole > 0)
