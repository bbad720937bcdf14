"""From a measure of tie groups to one value a query, and from these to a mean that says what it left out."""

import warnings
from itertools import pairwise

import numpy as np
from joblib import effective_n_jobs
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

__all__ = ["apply_no_relevant", "mean_over_queries", "values_per_query"]


def values_per_query(measure, ranking, convention, n_jobs=None):
    """Apply a measure to every query of a ranking.

    Parameters
    ----------
    measure : callable
        ``measure(groups, convention)`` returns one value a query (n_queries,) of a block of `TieGroups`.
    ranking : Ranking
    convention : Convention
    n_jobs : int, optional
        Threads, as in joblib; results are the same for any number.

    Returns
    -------
    values : array (n_queries,)
        NaN where the convention lets the query out.
    n_relevant : int array (n_queries,)
    """
    convention.check_database(ranking.n_database)
    edges = np.linspace(0, ranking.n_queries, min(effective_n_jobs(n_jobs), ranking.n_queries) + 1).astype(int)
    ranges = [slice(int(start), int(stop)) for start, stop in pairwise(edges)]
    if len(ranges) == 1:
        parts = [_values(measure, ranking, convention, ranges[0])]
    else:
        with threadpool_limits(1, "blas"):  # the workers share the cores already
            work = (delayed(_values)(measure, ranking, convention, rows) for rows in ranges)
            parts = Parallel(n_jobs=len(ranges), require="sharedmem")(work)
    values, n_relevant = (np.concatenate(arrays) for arrays in zip(*parts))
    return apply_no_relevant(values, n_relevant, convention.no_relevant), n_relevant


def mean_over_queries(values, n_relevant, no_relevant="skip", sample_weight=None):
    """Average values (n_queries,) over the queries that count.

    Warns, with their number, if queries without a relevant item are skipped.

    Raises
    ------
    ValueError
        If no query counts, or weights are not as many as queries, negative or all zero.
    """
    weights = _check_weights(sample_weight, len(values))
    counts = ~np.isnan(values)
    if no_relevant == "nan":
        counts |= n_relevant == 0
    n_without = int((n_relevant == 0).sum())
    if not weights[counts].any():
        raise ValueError(
            f"{n_without} of {len(values)} queries have no relevant item in the database, and no other query has a "
            "weight and a value; there is nothing to average."
        )
    if n_without and no_relevant == "skip":
        warnings.warn(
            f"{n_without} of {len(values)} queries have no relevant item in the database and are skipped; "
            "say no_relevant='zero', 'nan' or 'raise' to treat them otherwise.",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    return float(np.average(values[counts], weights=weights[counts]))


def _values(measure, ranking, convention, rows):
    """Return the values and the numbers of relevant items (n_rows,) of some queries."""
    blocks = ranking.groups(ordered=convention.ties == "stable", rows=rows)
    values, n_relevant = zip(*((measure(groups, convention), groups.n_relevant) for groups in blocks))
    return np.concatenate(values), np.concatenate(n_relevant)


def apply_no_relevant(values, n_relevant, no_relevant):
    """Return values (n_queries,) with those of queries without a relevant item set by the rule."""
    without = n_relevant == 0
    if no_relevant == "raise" and without.any():
        raise ValueError(
            f"{without.sum()} of {len(values)} queries have no relevant item in the database (the first is query "
            f"{without.argmax()}); remove them, or choose no_relevant='skip', 'zero' or 'nan'."
        )
    return np.where(without, 0.0 if no_relevant == "zero" else np.nan, values)


def _check_weights(sample_weight, n_queries):
    """Return weights (n_queries,), ones if none are given."""
    if sample_weight is None:
        return np.ones(n_queries)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n_queries,) or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
        raise ValueError(
            f"sample_weight has shape {weights.shape}; give one weight >= 0 for each of the {n_queries} queries, "
            "not all of them 0."
        )
    return weights
