"""The one place that ranks: queries, a database and their relevance in; groups of tied items out, block by block."""

from shallow_cmr.ranking.chunked import ChunkedRanking
from shallow_cmr.ranking.hamming import hamming_counts
from shallow_cmr.ranking.threads import over_queries
from shallow_cmr.ranking.tie_groups import TieGroups
from shallow_cmr.ranking.whole import METRICS, Ranking

__all__ = ["METRICS", "ChunkedRanking", "Ranking", "TieGroups", "hamming_counts", "make_ranking", "over_queries"]


def make_ranking(queries, database, relevance, *, metric="auto", exclude_self=False):
    """Return the `Ranking` of a database at hand; with ``relevance=(query_labels, None)``, of one that comes in blocks.

    Parameters
    ----------
    queries, database, relevance, metric, exclude_self
        As for `Ranking`, or as for `ChunkedRanking`.
    """
    options = {"metric": metric, "exclude_self": exclude_self}
    if isinstance(relevance, tuple) and len(relevance) == 2 and relevance[1] is None:
        return ChunkedRanking(queries, database, relevance[0], **options)
    return Ranking(queries, database, relevance, **options)
