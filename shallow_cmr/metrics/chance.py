"""What a ranking that knows nothing scores: the whole database as one group of tied items."""

import numpy as np

from shallow_cmr.metrics.convention import NO_RELEVANT, check_choice
from shallow_cmr.metrics.names import get_measure
from shallow_cmr.metrics.per_query import QueryValues, apply_no_relevant
from shallow_cmr.ranking import TieGroups
from shallow_cmr.relevance import as_relevance

__all__ = ["chance_level", "chance_values"]


def chance_level(
    relevance,
    measure="map",
    *,
    denominator=None,
    gain="exponential",
    n_queries=None,
    n_database=None,
    no_relevant="skip",
    exclude_self=False,
    sample_weight=None,
):
    """Return what a ranking in random order scores on average: exactly, of "median_rank" the median of mean ranks.

    Parameters
    ----------
    relevance : tuple, str, matrix or callable
        As for `average_precision`.
    measure : str
        As in a `Protocol`: "map", "map@50", "precision@10", "ndcg@10", "reciprocal_rank" ...
    denominator : {"retrieved", "min", "relevant"}, optional
        Of an average precision at a cutoff, as for `average_precision`.
    gain : {"exponential", "linear"}
        Of NDCG, as for `ndcg_at_k`.
    n_queries, n_database : int, optional
        Needed where `relevance` does not tell: "paired", or a callable.
    no_relevant, exclude_self, sample_weight : str, bool, array (n_queries,)
        As for `mean_average_precision`.

    Returns
    -------
    float
        On the scale of the measure, or NaN.

    Examples
    --------
    >>> chance_level((["cat"], ["cat", "dog"]))
    0.75
    >>> chance_level((["cat"], ["cat", "dog"]), "precision@1")
    0.5
    """
    check_choice("no_relevant", no_relevant, NO_RELEVANT)
    measure = get_measure(measure, denominator=denominator, gain=gain)
    measure.check("expected", no_relevant)
    relevance = as_relevance(relevance, n_queries, n_database)
    totals = relevance.grade_totals(exclude_self) if measure.graded else relevance.n_relevant(exclude_self)[:, None]
    n_database = relevance.n_database - bool(exclude_self)
    measure.check_database(n_database)
    values = chance_values(measure, totals, n_database, no_relevant)
    return values.mean(sample_weight)


def chance_values(measure, grade_totals, n_database, no_relevant):
    """Return the `QueryValues` of a ranking in which all items tie, given those of each grade (n_queries, n_grades)."""
    totals, query = np.unique(grade_totals, axis=0, return_inverse=True)  # queries alike are worked out once
    kept = np.flatnonzero(totals.sum(axis=1))
    groups = TieGroups(
        query=kept,
        before=np.zeros_like(kept),
        size=np.full_like(kept, n_database),
        grades=totals[kept],
        n_queries=len(totals),
        n_database=n_database,
    )
    R, values = grade_totals.sum(axis=1), measure.of(groups, "expected")[query.ravel()]
    return QueryValues(measure, apply_no_relevant(values, R, no_relevant), R, no_relevant)
