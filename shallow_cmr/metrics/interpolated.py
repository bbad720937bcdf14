"""Interpolated precision: the highest precision at any place where recall has reached a level; usually of eleven."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shallow_cmr.metrics.convention import check_cutoff
from shallow_cmr.metrics.curves import MeasureCurve, make_curves
from shallow_cmr.ranking import make_ranking

__all__ = ["interpolated_precision"]


@dataclass(frozen=True)
class InterpolatedPrecision(MeasureCurve):
    """Interpolated precision at the levels of recall 0, ..., 1, evenly spaced."""

    n_levels: int = 11

    symbol = "interpolated P"

    def __post_init__(self):
        super().__post_init__()
        check_cutoff(self.n_levels, "n_levels")
        if self.n_levels < 2:
            raise ValueError(f"n_levels={self.n_levels} must be 2 or more: recall 0 and recall 1.")

    def points(self, n_database):
        return np.linspace(0, 1, self.n_levels)

    def of(self, groups, ties):
        values = np.zeros((groups.n_queries, self.n_levels))
        edges = np.append(groups.first, len(groups.query))
        precisions = precisions_of_expectation if ties == "expected" else precisions_at_hits
        for first, stop in pairwise(edges):
            part = slice(first, stop)
            counts = [Z[part] for Z in (groups.size, groups.relevant, groups.before, groups.relevant_before)]
            values[groups.query[first]] = precisions(*counts, self.n_levels, ties)
        return values


def interpolated_precision(
    queries,
    database,
    relevance,
    *,
    n_levels=11,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return interpolated precision at evenly spaced levels of recall: the 11-point precision-recall curve.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    n_levels : int
        Levels of recall 0, 1 / (n_levels - 1), ..., 1.
    metric : str
        As for `average_precision`.
    ties : {"expected", "optimistic", "pessimistic", "stable", "reversed"}
        The mean over orders of ties has no closed form, as a maximum is taken: "expected" interpolates the curve of the
        expected precision and recall at each place. The others are exact.
    no_relevant, exclude_self, n_jobs : str, bool, int
        As for `average_precision`.

    Returns
    -------
    Curve
        ``at`` (n_levels,), ``values`` (n_queries, n_levels) and their ``mean`` (n_levels,).

    Examples
    --------
    >>> interpolated_precision([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", n_levels=3).mean.round(4)
    array([1.    , 1.    , 0.6667])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return make_curves([InterpolatedPrecision(n_levels=n_levels)], ranking, ties, no_relevant, n_jobs)[0]


def precisions_at_hits(n, r, a, b, n_levels, ties):
    """Return interpolated precisions (n_levels,) of one query in the best or worst order of ties.

    In the best order each of its hits has the highest precision that any order gives it, so their maxima have, too.
    """
    hit = np.arange(1, r.sum() + 1)
    first = a if ties == "optimistic" else a + n - r
    precision = hit / (hit - np.repeat(b, r) + np.repeat(first, r))
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    return highest[np.maximum(_hits_at_levels(len(hit), n_levels), 1) - 1]


def precisions_of_expectation(n, r, a, b, n_levels, ties):
    """Return the same of the curve of expectations: ``b + (j - a) r / n`` hits among the first j items.

    Within a group its precision rises or falls throughout, so the highest is where the level is reached, or at the end
    of a group.
    """
    R, level = r.sum(), np.arange(n_levels)
    highest = np.maximum.accumulate(((b + r) / (a + n))[::-1])[::-1]
    at = np.searchsorted((b + r) * (n_levels - 1), level * R)  # the group where the level is reached
    n, r, a, b = n[at], r[at], a[at], b[at]
    missing = level * R - b * (n_levels - 1)  # hits to go, in units of 1 / (n_levels - 1)
    j = np.maximum(-(-missing * n // (r * (n_levels - 1))), 1)
    return np.maximum((b + j * r / n) / (a + j), highest[at])


def _hits_at_levels(R, n_levels):
    """Return the fewest of R hits that reach each level (n_levels,), in integers: 0.7 * 10 is more than 7 in floats."""
    return -(-np.arange(n_levels) * R // (n_levels - 1))
