"""Rankings of a database that comes in blocks: of codes nothing is kept but counts."""

import numpy as np
from scipy import sparse

from shallow_cmr.codes import check_codes
from shallow_cmr.ranking.hamming import (
    HammingDistances,
    groups_from_counts,
    hamming_counts,
    is_compiled,
    rows_per_block,
)
from shallow_cmr.ranking.threads import over_queries, split
from shallow_cmr.ranking.whole import Ranking, check_metric, resolve_metric
from shallow_cmr.relevance import as_relevance

__all__ = ["ChunkedRanking"]


class ChunkedRanking:
    """Each query's ranking of a database that is read once, block by block.

    Parameters
    ----------
    queries : array (n_queries, d)
    blocks : iterable of (embeddings (n_block, d), labels (n_block,) or (n_block, c))
        Consecutive blocks of the database.
    query_labels : array (n_queries,) or (n_queries, c)
    metric, exclude_self
        As for `Ranking`.

    Notes
    -----
    Hamming distances are counted block by block into ``(n_bits + 1) * (n_grades + 1)`` integers a query, equal to those
    of the whole database bit for bit. Real embeddings, and codes whose ties are to be broken by their place, are
    gathered first.

    Examples
    --------
    >>> blocks = (([[True, False]], ["cat"]), ([[True, True], [False, True]], ["dog", "cat"]))
    >>> ranking = ChunkedRanking(np.array([[True, False]]), blocks, ["cat"])
    >>> ranking.prepare()
    >>> [groups] = ranking.groups()
    >>> groups.before, groups.relevant
    (array([0, 2]), array([1, 1]))
    """

    def __init__(self, queries, blocks, query_labels, *, metric="auto", exclude_self=False):
        check_metric(metric)
        self.queries, self.query_labels = np.asarray(queries), query_labels
        if self.queries.ndim != 2 or len(self.queries) == 0:
            raise ValueError(f"queries are empty or no matrix: shape {self.queries.shape}; give at least one row.")
        self.metric = resolve_metric(metric, self.queries)
        if not hasattr(blocks, "__iter__") or isinstance(blocks, np.ndarray) or metric == "precomputed":
            raise TypeError(
                "relevance=(query_labels, None) says that the database is an iterable of blocks "
                f"(embeddings, labels), but it is {type(blocks).__name__} and metric {metric!r}."
            )
        self.blocks, self.exclude_self, self.n_queries = blocks, exclude_self, len(self.queries)

    def prepare(self, *, order=None, graded=False, n_jobs=None):
        """Read the blocks: count codes, gather what cannot be counted."""
        if self.metric == "hamming" and order is None:
            self.whole = None
            self._count_all(_most_labels(self.query_labels) if graded else 1, n_jobs)
        else:
            self.whole = self._gather()
            self.n_database = self.whole.n_database

    def engine(self, order=None):
        """Return what counts or sorts: "numba" or "numpy"."""
        return self.whole.engine(order) if self.whole else self._engine

    def groups(self, *, order=None, graded=False, rows=None, with_ties=False):
        """Yield the `TieGroups` of consecutive blocks of queries, as `Ranking` does."""
        if self.whole:
            yield from self.whole.groups(order=order, graded=graded, rows=rows, with_ties=with_ties)
        else:
            for counts in self.counts(rows):
                yield groups_from_counts(counts, self.n_database)

    def counts(self, rows=None):
        """Yield the number of items of each grade at each distance, as `Ranking` does."""
        if self.whole:
            yield from self.whole.counts(rows)
        else:
            rows = slice(0, self.n_queries) if rows is None else rows
            step = rows_per_block(self._counts.shape[2] - 1, self._counts.shape[1] - 1)
            yield from (self._counts[block] for block in split(rows, step))

    def _count_all(self, n_grades, n_jobs):
        """Add up the counts (n_queries, n_grades + 1, n_bits + 1) of all blocks."""
        n_bits = check_codes(self.queries, "queries").shape[1]
        self._counts = np.zeros((self.n_queries, n_grades + 1, n_bits + 1), dtype=np.int64)
        self._engine, n_read = "numpy", 0
        for codes, labels in self._read():
            self._count_block(codes, labels, n_read, n_jobs)
            n_read += len(codes)
        if self.exclude_self and n_read != self.n_queries:
            raise ValueError(
                f"exclude_self=True says that queries and database are one set, but there are {self.n_queries} "
                f"queries and {n_read} database items."
            )
        self.n_database = n_read - bool(self.exclude_self)

    def _count_block(self, codes, labels, first_item, n_jobs):
        """Add the counts of one block, whose first item is the database's item `first_item`."""
        distances = HammingDistances(self.queries, codes)
        relevance = as_relevance((self.query_labels, labels), self.n_queries, len(codes))
        n_grades = self._counts.shape[1] - 1
        compiled = is_compiled(self.n_queries * len(codes))
        options = {"n_grades": n_grades, "exclude_self": self.exclude_self, "first_item": first_item}

        def add(rows):
            for part in split(rows, rows_per_block(distances.n_bits, n_grades)):
                self._counts[part] += hamming_counts(distances, relevance, part, compiled=compiled, **options)

        over_queries(add, self.n_queries, n_jobs)
        self._engine = "numba" if compiled else self._engine

    def _gather(self):
        """Return the `Ranking` of all blocks put together."""
        blocks = list(self._read())
        labels = [block[1] for block in blocks]
        stack = sparse.vstack if sparse.issparse(labels[0]) else np.concatenate
        relevance = (self.query_labels, stack(labels))
        database = np.concatenate([block[0] for block in blocks])
        return Ranking(self.queries, database, relevance, metric=self.metric, exclude_self=self.exclude_self)

    def _read(self):
        """Yield embeddings and labels of each block that is not empty."""
        is_empty = True
        for i, block in enumerate(self.blocks):
            if not isinstance(block, tuple) or len(block) != 2:
                raise TypeError(f"block {i} of the database is {type(block).__name__}; give (embeddings, labels).")
            embeddings = np.asarray(block[0])
            if len(embeddings):
                is_empty = False
                yield embeddings, block[1]
        if is_empty:
            raise ValueError("the database is empty: its iterable gave no item; a generator can be read only once.")


def _most_labels(labels):
    """Return the highest grade that an item can have for these queries: as many labels as one of them has."""
    labels = labels if sparse.issparse(labels) else np.asarray(labels)
    return max(1, int(labels.sum(axis=1).max())) if labels.ndim == 2 else 1
