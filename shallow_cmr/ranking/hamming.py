"""Rankings by Hamming distance: how many items of each grade lie at each distance. No sort."""

from functools import lru_cache

import numpy as np

from shallow_cmr.codes import as_words, check_codes, check_same_width
from shallow_cmr.ranking.tie_groups import TieGroups

__all__ = ["HammingDistances", "hamming_counts", "is_compiled"]

_BLOCK_ITEMS = 2**15  # database items compared with one query at once: 256 kB of words
_BLOCK_COUNTS = 2**18  # 2 MB of counts
_MAX_QUERIES = 32
_MANY_PAIRS = 2**25  # from so many pairs of a query and an item on, it pays to load what numba compiled


class HammingDistances:
    """Hamming distances of queries (n_queries, n_bits) to a database (n_database, n_bits), asked for in blocks."""

    def __init__(self, queries, database):
        queries, database = check_codes(queries, "queries"), check_codes(database, "database")
        check_same_width(queries, database, ("queries", "database"))
        self.n_queries, (self.n_database, self.n_bits) = len(queries), database.shape
        self.query_words, self.database_words = as_words(queries), np.asfortranarray(as_words(database))
        self.worst = self.n_bits + 1
        self.dtype = np.min_scalar_type(self.worst)

    def ordinals(self, rows, columns):
        """Return the distances of a block (n_rows, n_columns): integers, smaller is better."""
        block = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=self.dtype)
        for start in range(0, block.shape[1], _BLOCK_ITEMS):
            part = block[:, start : start + _BLOCK_ITEMS]
            words = self.database_words[columns][start : start + _BLOCK_ITEMS].T
            for query, distances in zip(self.query_words[rows], part):
                _add_distances(query, words, distances)
        return block


def hamming_counts(distances, relevance, rows, *, n_grades=1, exclude_self=False, first_item=0, compiled=False):
    """Count the database items of each grade at each distance, for a block of queries.

    Parameters
    ----------
    distances : HammingDistances
    relevance : Relevance
    rows : slice
        The queries, start and stop given.
    n_grades : int
        The highest grade to tell apart; 1 counts items as relevant or not.
    exclude_self : bool
        Leave item i out of what query i ranks.
    first_item : int
        The place of these items' first in the whole database, where they are a part of it.
    compiled : bool
        Count with what numba compiled: the same integers.

    Returns
    -------
    int array (n_rows, n_grades + 1, n_bits + 1)

    Notes
    -----
    Exact integers, so that blocks of the database may be counted apart and added. Cost: n_database word operations
    a query and a histogram of as many small keys.
    """
    n_cells = (n_grades + 1) * (distances.n_bits + 1)
    key_dtype = np.min_scalar_type(n_cells)  # uint8 would overflow, silently, beyond 126 bits
    counts = np.zeros((rows.stop - rows.start, n_cells), dtype=np.int64)
    add = _compiled_adder() if compiled else _add_counts
    for start in range(0, distances.n_database, _BLOCK_ITEMS):
        columns = slice(start, min(start + _BLOCK_ITEMS, distances.n_database))
        grades = _grades(relevance, rows, columns, n_grades)
        keys = np.multiply(grades, distances.n_bits + 1, dtype=key_dtype)
        add(distances.query_words[rows], distances.database_words[columns].T, keys, counts)
        if exclude_self:
            own = np.arange(len(keys)) + (rows.start - first_item - start)
            row = np.flatnonzero((own >= 0) & (own < keys.shape[1]))
            counts[row, keys[row, own[row]]] -= 1
    return counts.reshape(-1, n_grades + 1, distances.n_bits + 1)


def _add_counts(query_words, database_words, keys, counts):
    """Add the distances to `keys` (n_rows, n), and to `counts` (n_rows, n_cells) the number of items at each key."""
    for query, row_keys, row_counts in zip(query_words, keys, counts):
        _add_distances(query, database_words, row_keys)
        row_counts += np.bincount(row_keys, minlength=len(row_counts))


def _add_distances(query, words, out):
    """Add to `out` (n,) the bits in which words (n_words, n) differ from those of a query (n_words,)."""
    for query_word, database_word in zip(query, words):
        out += np.bitwise_count(database_word ^ query_word)


def _compiled_adder():
    """Return what does the same, compiled."""
    from shallow_cmr.ranking.compiled import count_pairs  # imports numba

    return count_pairs


def is_compiled(n_pairs):
    """Return whether so many pairs of a query and an item are to be counted by compiled code: numba is installed."""
    return n_pairs >= _MANY_PAIRS and _numba_is_installed()


@lru_cache(maxsize=1)
def _numba_is_installed():
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def groups_from_counts(counts, n_database):
    """Return the `TieGroups` of counts (n_queries, n_grades + 1, n_distances)."""
    size = counts.sum(axis=1)
    before = np.cumsum(size, axis=1) - size
    grades = counts[:, 1:].transpose(0, 2, 1)
    query, distance = np.nonzero(grades.any(axis=2))
    return TieGroups(
        query=query,
        before=before[query, distance],
        size=size[query, distance],
        grades=grades[query, distance],
        n_queries=len(counts),
        n_database=n_database,
    )


def rows_per_block(n_bits, n_grades):
    """Return how many queries to count at once, so that counts stay within 2 MB and relevance with them."""
    return max(1, min(_MAX_QUERIES, _BLOCK_COUNTS // ((n_grades + 1) * (n_bits + 1))))


def _grades(relevance, rows, columns, n_grades):
    """Return the grades of a block, or with one grade whether items are relevant (n_rows, n_columns)."""
    return relevance.relevant(rows, columns) if n_grades == 1 else relevance.grades(rows, columns)
