"""All measures of a protocol at once, for any embeddings or codes."""

import numpy as np

from shallow_cmr.metrics.chance import chance_values
from shallow_cmr.metrics.convention import BROKEN_TIES
from shallow_cmr.metrics.per_query import QueryValues, apply_no_relevant, measure_rankings, warn_of_skipped
from shallow_cmr.protocol.presets import get_protocol
from shallow_cmr.protocol.scores import RetrievalScores
from shallow_cmr.ranking import make_ranking

__all__ = ["evaluate_embeddings"]

_BOUNDS = ("pessimistic", "optimistic")


def evaluate_embeddings(
    queries, database, relevance, protocol="heldout", *, metric=None, exclude_self=False, n_jobs=None
):
    """Score embeddings or codes, from whatever model, by all measures of a protocol in one pass.

    Parameters
    ----------
    queries, database, relevance : array (n_queries, d), array (n_database, d), tuple or str or matrix or callable
        As for `average_precision`: in memory, memory maps, or a database in blocks ``(embeddings, labels)`` with
        ``relevance=(query_labels, None)``.
    protocol : str or Protocol
        Its metric, measures and rules. Which items are the database, and what they are coded from, it only says: these
        you chose yourself.
    metric : str, optional
        Instead of the protocol's, as for `average_precision`; "precomputed" for scores.
    exclude_self, n_jobs : bool, int
        As for `average_precision`.

    Returns
    -------
    RetrievalScores
        Prints as a small table with the line that a paper should quote. Queries that are skipped as nothing is relevant
        to them are counted in it, and warned of.

    Raises
    ------
    ValueError, TypeError
        Unknown protocol, inputs that cannot be compared, a cutoff beyond the database, no query to average over.

    Notes
    -----
    Rankings are made once for all measures, in blocks: for Hamming distances memory is some 30 MB and one packed copy
    of the database; of a database in blocks, nothing is kept but counts.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> images, classes = rng.normal(size=(60, 8)), rng.integers(0, 3, 60)
    >>> texts = images + rng.normal(size=(60, 8))
    >>> scores = evaluate_embeddings(images, texts, "paired", "image_caption")
    >>> list(scores.means)
    ['hit rate@1', 'hit rate@5', 'hit rate@10', 'median rank', 'mean rank', 'hit rate sum@1,5,10']
    >>> scores.means["hit rate@5"] > 3 * scores.chance["hit rate@5"]
    True
    """
    protocol = get_protocol(protocol)
    ranking = make_ranking(queries, database, relevance, metric=metric or protocol.metric, exclude_self=exclude_self)
    rules = list(dict.fromkeys([protocol.ties, *_BOUNDS]))
    values, grade_totals = measure_rankings(protocol.get_measures(), ranking, rules, n_jobs)
    n_without = int((grade_totals.sum(axis=1) == 0).sum())
    if protocol.no_relevant == "skip":
        warn_of_skipped(n_without, len(grade_totals), stacklevel=3)
    return RetrievalScores(
        protocol=protocol,
        **_summaries(protocol, values, grade_totals, ranking.n_database),
        n_queries=ranking.n_queries,
        n_database=ranking.n_database,
        n_without_relevant=n_without,
        engine=ranking.engine(protocol.ties if protocol.ties in BROKEN_TIES else None),
    )


def _summaries(protocol, values, grade_totals, n_database):
    """Return what the scores hold by measure: values of the queries, means, bounds and chance."""
    per_query, means, bounds, chance = {}, {}, {}, {}
    R = grade_totals.sum(axis=1)
    for measure in protocol.get_measures():
        rules = [protocol.ties] if protocol.none_retrieved == "skip" else [protocol.ties, *_BOUNDS]
        kept = [apply_no_relevant(values[measure, ties], R, protocol.no_relevant) for ties in rules]
        averages = [QueryValues(measure, each, R, protocol.no_relevant).mean(warn=False) for each in kept]
        per_query[measure.name], means[measure.name] = kept[0], averages[0]
        bounds[measure.name] = tuple(averages[1:]) or (np.nan, np.nan)
        at_random = chance_values(measure, grade_totals, n_database, protocol.no_relevant)
        chance[measure.name] = at_random.mean(warn=False)
    return {"per_query": per_query, "means": means, "bounds": bounds, "chance": chance}
