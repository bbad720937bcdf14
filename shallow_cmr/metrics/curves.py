"""Measures at many cutoffs at once: P@N, R@N and CMC curves, and precision against recall by rank."""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.metrics.convention import check_cutoff, check_within
from shallow_cmr.metrics.hit_rate import hit_rates
from shallow_cmr.metrics.measure import Measure
from shallow_cmr.metrics.per_query import measure_all, warn_of_skipped
from shallow_cmr.metrics.precision_recall import hits_of
from shallow_cmr.ranking import make_ranking

__all__ = [
    "Curve",
    "MeasureCurve",
    "PrecisionRecallCurve",
    "cmc_curve",
    "make_curves",
    "precision_curve",
    "precision_recall_by_rank",
    "recall_curve",
]

_N_CUTOFFS = 100


@dataclass(frozen=True, eq=False)
class Curve:
    """A measure of each query at several points: what `precision_curve` and its like return.

    Parameters
    ----------
    at : array (n_points,)
        The points: cutoffs, or levels of recall.
    values : array (n_queries, n_points)
        NaN where the rules let a query out.
    mean : array (n_points,)
        Mean over the queries that count.

    Examples
    --------
    >>> curve = precision_curve([[0.9, 0.5], [0.1, 0.3]], None, [[1, 0], [1, 1]], metric="precomputed", cutoffs=[1, 2])
    >>> curve.at, curve.mean
    (array([1, 2]), array([1.  , 0.75]))
    >>> curve.values
    array([[1. , 0.5],
           [1. , 1. ]])
    """

    at: np.ndarray
    values: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """Precision against recall, averaged over the queries: what `precision_recall_by_rank` returns.

    Parameters
    ----------
    at : array (n_points,)
        The points: cutoffs, or Hamming radii.
    precision, recall : array (n_points,)
        Their means at these points.

    Examples
    --------
    >>> curve = precision_recall_by_rank([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", cutoffs=[1, 3])
    >>> curve.at, curve.recall
    (array([1, 3]), array([0.5, 1. ]))
    """

    at: np.ndarray
    precision: np.ndarray
    recall: np.ndarray


@dataclass(frozen=True)
class MeasureCurve(Measure):
    """A measure whose value of a query is an array, one entry a point."""

    cutoff = "none"

    def points(self, n_database):
        """Return the points (n_points,)."""
        raise TypeError(f"{type(self).__name__} must define points(n_database).")

    def average(self, values, weights):
        return np.average(values, weights=weights, axis=0)


@dataclass(frozen=True)
class AtCutoffs(MeasureCurve):
    """A measure at several cutoffs; None: about a hundred, evenly spaced on a logarithmic scale."""

    cutoffs: tuple | None = None

    def __post_init__(self):
        super().__post_init__()
        if self.cutoffs is not None:
            cutoffs = np.asarray(self.cutoffs)
            if cutoffs.ndim != 1 or len(cutoffs) == 0:
                raise ValueError(f"cutoffs={self.cutoffs!r} must be a list of whole numbers, at least one.")
            object.__setattr__(self, "cutoffs", tuple(cutoffs.tolist()))
            for k in self.cutoffs:
                check_cutoff(k, "cutoffs")

    def points(self, n_database):
        if self.cutoffs is not None:
            return np.array(self.cutoffs)
        return np.unique(np.geomspace(1, n_database, _N_CUTOFFS).round().astype(int))

    def check_database(self, n_database):
        check_within(max(self.cutoffs or [1]), n_database, "cutoffs")

    def of(self, groups, ties):
        return np.stack([self.of_cutoff(groups, k, ties) for k in self.points(groups.n_database)], axis=1)


class PrecisionAtCutoffs(AtCutoffs):
    """Precision among the first items, for several numbers of them."""

    symbol = "P@N"

    def of_cutoff(self, groups, k, ties):
        return hits_of(groups, k, ties) / k


class RecallAtCutoffs(AtCutoffs):
    """Recall among the first items, for several numbers of them."""

    symbol = "R@N"

    def of_cutoff(self, groups, k, ties):
        return hits_of(groups, k, ties) / np.maximum(groups.n_relevant, 1)


class HitRateAtCutoffs(AtCutoffs):
    """Hit rate among the first items, for several numbers of them."""

    symbol = "CMC"

    def of_cutoff(self, groups, k, ties):
        return hit_rates(groups, k, ties)


def precision_curve(
    queries,
    database,
    relevance,
    *,
    cutoffs=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return precision at many cutoffs: the P@N curve.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    cutoffs : array-like of int, optional
        Between 1 and the size of the database; None: about a hundred, evenly spaced on a logarithmic scale.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    Curve
        ``at`` (n_cutoffs,), ``values`` (n_queries, n_cutoffs) and their ``mean`` (n_cutoffs,).

    Examples
    --------
    >>> curve = precision_curve([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", cutoffs=[1, 2, 3])
    >>> curve.mean.round(4)
    array([1.    , 0.5   , 0.6667])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return make_curves([PrecisionAtCutoffs(cutoffs=cutoffs)], ranking, ties, no_relevant, n_jobs)[0]


def recall_curve(
    queries,
    database,
    relevance,
    *,
    cutoffs=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return recall at many cutoffs: the R@N curve.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    cutoffs : array-like of int, optional
        Between 1 and the size of the database; None: about a hundred, evenly spaced on a logarithmic scale.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    Curve
        ``at`` (n_cutoffs,), ``values`` (n_queries, n_cutoffs) and their ``mean`` (n_cutoffs,).

    Examples
    --------
    >>> recall_curve([[0.9, 0.5, 0.1]], None, [[1, 0, 1]], metric="precomputed", cutoffs=[1, 2, 3]).mean
    array([0.5, 0.5, 1. ])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return make_curves([RecallAtCutoffs(cutoffs=cutoffs)], ranking, ties, no_relevant, n_jobs)[0]


def cmc_curve(
    queries,
    database,
    relevance,
    *,
    cutoffs=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return the hit rate at many cutoffs: the cumulative matching characteristic of re-identification.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    cutoffs : array-like of int, optional
        Between 1 and the size of the database; None: about a hundred, evenly spaced on a logarithmic scale.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    Curve
        ``at`` (n_cutoffs,), ``values`` (n_queries, n_cutoffs) and their ``mean`` (n_cutoffs,).

    Examples
    --------
    >>> cmc_curve([[0.9, 0.5, 0.1]], None, [[0, 1, 1]], metric="precomputed", cutoffs=[1, 2, 3]).mean
    array([0., 1., 1.])
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    return make_curves([HitRateAtCutoffs(cutoffs=cutoffs)], ranking, ties, no_relevant, n_jobs)[0]


def precision_recall_by_rank(
    queries,
    database,
    relevance,
    *,
    cutoffs=None,
    metric="auto",
    ties="expected",
    no_relevant="skip",
    exclude_self=False,
    n_jobs=None,
):
    """Return mean precision against mean recall, both at the same cutoffs.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`.
    cutoffs : array-like of int, optional
        Between 1 and the size of the database; None: about a hundred, evenly spaced on a logarithmic scale.
    metric, ties, no_relevant, exclude_self, n_jobs : str, str, str, bool, int
        As for `average_precision`, without ``ties="threshold"``.

    Returns
    -------
    PrecisionRecallCurve
        ``at`` (n_cutoffs,), ``precision`` and ``recall`` (n_cutoffs,).

    Examples
    --------
    >>> curve = precision_recall_by_rank([[0.9, 0.5]], None, [[0, 1]], metric="precomputed", cutoffs=[1, 2])
    >>> curve.precision, curve.recall
    (array([0. , 0.5]), array([0., 1.]))
    """
    ranking = make_ranking(queries, database, relevance, metric=metric, exclude_self=exclude_self)
    measures = [PrecisionAtCutoffs(cutoffs=cutoffs), RecallAtCutoffs(cutoffs=cutoffs)]
    precision, recall = make_curves(measures, ranking, ties, no_relevant, n_jobs)
    return PrecisionRecallCurve(recall.at, precision.mean, recall.mean)


def make_curves(measures, ranking, ties, no_relevant, n_jobs):
    """Return the `Curve` of each measure whose value of a query is an array, from one pass."""
    found = measure_all(measures, ranking, ties, no_relevant, n_jobs)
    if no_relevant == "skip":
        warn_of_skipped(int((found[0].n_relevant == 0).sum()), ranking.n_queries, stacklevel=4)
    points = [measure.points(ranking.n_database) for measure in measures]
    return [Curve(at, each.values, each.mean(warn=False)) for at, each in zip(points, found)]
