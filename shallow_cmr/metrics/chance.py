"""What a ranking that knows nothing scores: the whole database as one group of tied items."""

import numpy as np

from shallow_cmr.metrics.ap import average_precision_of
from shallow_cmr.metrics.convention import Convention
from shallow_cmr.metrics.per_query import apply_no_relevant, mean_over_queries
from shallow_cmr.ranking import TieGroups
from shallow_cmr.relevance import as_relevance

__all__ = ["chance_level"]


def chance_level(
    relevance,
    *,
    n_queries=None,
    n_database=None,
    top_k=None,
    denominator=None,
    no_relevant="skip",
    exclude_self=False,
    sample_weight=None,
):
    """Return the mean average precision expected of a ranking in random order, exactly.

    Parameters
    ----------
    relevance, top_k, denominator, no_relevant, exclude_self, sample_weight
        As for `mean_average_precision`.
    n_queries, n_database : int, optional
        Needed where `relevance` does not tell: "paired", or a callable.

    Returns
    -------
    float

    Examples
    --------
    >>> chance_level((["cat"], ["cat", "dog"]))
    0.75
    """
    convention = Convention(top_k, denominator, no_relevant=no_relevant)
    convention.require_denominator()
    groups = chance_groups(as_relevance(relevance, n_queries, n_database), exclude_self)
    convention.check_database(groups.n_database)
    values = apply_no_relevant(average_precision_of(groups, convention), groups.n_relevant, no_relevant)
    return mean_over_queries(values, groups.n_relevant, no_relevant, sample_weight)


def chance_groups(relevance, exclude_self=False):
    """Return the `TieGroups` of a ranking in which all items tie."""
    n_relevant = relevance.n_relevant(exclude_self)
    n_database = relevance.n_database - bool(exclude_self)
    query = np.flatnonzero(n_relevant)
    return TieGroups(
        query=query,
        before=np.zeros_like(query),
        size=np.full_like(query, n_database),
        grades=n_relevant[query, None],
        n_queries=relevance.n_queries,
        n_database=n_database,
    )
