"""From measures to one value a query, all in one pass over the rankings, and to a mean that says what it left out."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning

from shallow_cmr.metrics.convention import BROKEN_TIES, NO_RELEVANT, check_choice
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.ranking import over_queries

__all__ = [
    "QueryValues",
    "apply_no_relevant",
    "measure_all",
    "measure_queries",
    "measure_rankings",
    "warn_of_skipped",
]


@dataclass(frozen=True, eq=False)
class QueryValues:
    """A measure's value of each query.

    Parameters
    ----------
    measure : Measure
    values : array (n_queries,) or (n_queries, n_points)
        NaN where the rules let the query out.
    n_relevant : int array (n_queries,)
        Relevant items in the database.
    no_relevant : {"skip", "zero", "nan", "raise"}
    """

    measure: Measure
    values: np.ndarray
    n_relevant: np.ndarray
    no_relevant: str

    def mean(self, sample_weight=None, *, warn=True):
        """Average over the queries that count.

        Warns, with their number, if queries without a relevant item are skipped.

        Raises
        ------
        ValueError
            If no query counts, or weights are not as many as queries, negative or all zero.
        """
        weights = _check_weights(sample_weight, len(self.values))
        counts = ~np.isnan(self.values.reshape(len(self.values), -1)).any(axis=1)
        if self.no_relevant == "nan":
            counts |= self.n_relevant == 0
        n_without = int((self.n_relevant == 0).sum())
        if not weights[counts].any():
            raise ValueError(
                f"{n_without} of {len(self.values)} queries have no relevant item in the database, and no other query "
                "has a weight and a value; there is nothing to average."
            )
        if warn and self.no_relevant == "skip":
            warn_of_skipped(n_without, len(self.values), stacklevel=4)
        return self.measure.average(self.values[counts], weights[counts])


def measure_queries(measure, ranking, ties="expected", no_relevant="skip", n_jobs=None):
    """Return the `QueryValues` of one measure.

    Parameters
    ----------
    measure : Measure
    ranking : Ranking or ChunkedRanking
    ties, no_relevant : str
        As for `average_precision`.
    n_jobs : int, optional
        Threads, as in joblib; results are the same for any number.
    """
    return measure_all([measure], ranking, ties, no_relevant, n_jobs)[0]


def measure_all(measures, ranking, ties="expected", no_relevant="skip", n_jobs=None):
    """Return the `QueryValues` of several measures (a list), from one pass; parameters as for `measure_queries`."""
    check_choice("no_relevant", no_relevant, NO_RELEVANT)
    for measure in measures:
        measure.check(ties, no_relevant)
    values, grade_totals = measure_rankings(measures, ranking, [ties], n_jobs)
    R = grade_totals.sum(axis=1)
    found = [(measure, apply_no_relevant(values[measure, ties], R, no_relevant)) for measure in measures]
    return [QueryValues(measure, kept, R, no_relevant) for measure, kept in found]


def measure_rankings(measures, ranking, all_ties, n_jobs=None):
    """Apply measures under several rules for ties to every query, in one pass.

    Parameters
    ----------
    measures : list of Measure
    ranking : Ranking or ChunkedRanking
    all_ties : list of str
        Rules for ties, at most one of them in `BROKEN_TIES`.
    n_jobs : int, optional

    Returns
    -------
    values : dict of (Measure, ties) to array (n_queries, ...)
    grade_totals : int array (n_queries, n_grades)
        Items of each grade in the database.
    """
    order = next((ties for ties in all_ties if ties in BROKEN_TIES), None)
    graded = any(measure.graded for measure in measures)
    ranking.prepare(order=order, graded=graded, n_jobs=n_jobs)
    for measure in measures:
        measure.check_database(ranking.n_database)

    def of_rows(rows):
        blocks = ranking.groups(order=order, graded=graded, rows=rows, with_ties=len(all_ties) > 1)
        return [_of_block(groups, measures, all_ties) for groups in blocks]

    blocks = [block for part in over_queries(of_rows, ranking.n_queries, n_jobs) for block in part]
    values = {key: np.concatenate([found[key] for found, _ in blocks]) for key in blocks[0][0]}
    return values, np.concatenate([totals for _, totals in blocks])


def _of_block(groups, measures, all_ties):
    """Return the values of a block of queries by (measure, ties), and its items of each grade."""
    tied, first = groups.tied or groups, all_ties[0]
    all_alike = first != "threshold" and not (tied.size > 1).any()  # nothing ties: every order is the same
    values = {}
    for ties in all_ties:
        of_rule = (groups, "expected") if ties in BROKEN_TIES else (tied, ties)
        for measure in measures:
            known = all_alike and ties != first
            values[measure, ties] = values[measure, first] if known else measure.of(*of_rule)
    return values, groups.grade_totals


def apply_no_relevant(values, n_relevant, no_relevant):
    """Return values (n_queries, ...) with those of queries without a relevant item set by the rule."""
    without = n_relevant == 0
    if no_relevant == "raise" and without.any():
        raise ValueError(
            f"{without.sum()} of {len(values)} queries have no relevant item in the database (the first is query "
            f"{without.argmax()}); remove them, or choose no_relevant='skip', 'zero' or 'nan'."
        )
    values = np.array(values, dtype=np.float64)
    values[without] = 0.0 if no_relevant == "zero" else np.nan
    return values


def warn_of_skipped(n_without, n_queries, stacklevel):
    """Warn if queries are skipped because nothing in the database is relevant to them."""
    if n_without:
        warnings.warn(
            f"{n_without} of {n_queries} queries have no relevant item in the database and are skipped; "
            "say no_relevant='zero', 'nan' or 'raise' to treat them otherwise.",
            UndefinedMetricWarning,
            stacklevel=stacklevel,
        )


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
