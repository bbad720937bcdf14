"""The kinds of relevance: each answers for a block of queries and database items."""

from functools import cached_property

import numpy as np
from scipy import sparse

__all__ = ["GivenBlocks", "GivenMatrix", "Relevance", "SameClass", "SharedLabels", "check_grades"]

_BLOCK_PAIRS = 2**21


class Relevance:
    """Relevance of `n_database` items to `n_queries` queries, asked for in blocks.

    A subclass answers `grades`; `relevant` and `n_relevant` follow from it.
    """

    def __init__(self, n_queries, n_database):
        self.n_queries, self.n_database = n_queries, n_database

    max_grade = 1

    def grades(self, rows, columns):
        """Return the grades of a block, unsigned integers (n_rows, n_columns), for two slices."""
        return self.relevant(rows, columns).view(np.uint8)

    def relevant(self, rows, columns):
        """Return whether each item of a block is relevant, bool (n_rows, n_columns), for two slices."""
        return self.grades(rows, columns) > 0

    def n_relevant(self, exclude_self=False):
        """Return the number of relevant items of each query (n_queries,)."""
        return self._count(self.relevant, 1, exclude_self)[:, 0]

    def grade_totals(self, exclude_self=False):
        """Return the number of items of each grade of each query (n_queries, max_grade)."""
        return self._count(self.grades, self.max_grade, exclude_self)

    def _count(self, ask, n_grades, exclude_self):
        """Count what `ask(rows, columns)` answers, by grade (n_queries, n_grades)."""
        everything = slice(0, self.n_database)
        step = max(1, _BLOCK_PAIRS // self.n_database)
        counts = np.empty((self.n_queries, n_grades), dtype=np.int64)
        for start in range(0, self.n_queries, step):
            rows = slice(start, min(start + step, self.n_queries))
            block = ask(rows, everything)
            if exclude_self:
                block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = 0
            for grade in range(1, n_grades + 1):
                counts[rows, grade - 1] = (block == grade).sum(axis=1)
        return counts


class SameClass(Relevance):
    """Relevant if of one class: integer classes (n_queries,) and (n_database,)."""

    def __init__(self, queries, database):
        super().__init__(len(queries), len(database))
        self.queries, self.database = queries, database

    def relevant(self, rows, columns):
        return self.queries[rows, None] == self.database[None, columns]


class SharedLabels(Relevance):
    """Relevant if a label is shared: bit masks (n_queries, n_words) and (n_database, n_words)."""

    def __init__(self, queries, database):
        super().__init__(len(queries), len(database))
        self.queries, self.database = queries, database.T.copy()

    @cached_property
    def max_grade(self):
        most = [np.bitwise_count(self.queries).sum(axis=1).max(), np.bitwise_count(self.database).sum(axis=0).max()]
        return max(1, int(min(most)))

    def grades(self, rows, columns):
        block = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.min_scalar_type(self.max_grade))
        for row, masks in zip(block, self.queries[rows]):
            for query_word, database_word in zip(masks, self.database):
                row += np.bitwise_count(database_word[columns] & query_word)
        return block

    def relevant(self, rows, columns):
        block = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
        for row, masks in zip(block, self.queries[rows]):  # row by row: the masks stay in cache
            for query_word, database_word in zip(masks, self.database):
                row |= (database_word[columns] & query_word) != 0
        return block


class GivenMatrix(Relevance):
    """Relevance as a matrix (n_queries, n_database), dense or CSR: bool, or grades."""

    def __init__(self, matrix):
        super().__init__(*matrix.shape)
        self.matrix = matrix
        self.max_grade = max(1, int(matrix.max()))

    def grades(self, rows, columns):
        block = self.matrix[rows, columns]
        block = block.toarray() if sparse.issparse(block) else block
        return block.astype(np.min_scalar_type(self.max_grade))


class GivenBlocks(Relevance):
    """Relevance as a callable: ``f(queries, database)`` for two slices."""

    def __init__(self, function, n_queries, n_database):
        super().__init__(n_queries, n_database)
        self.function = function

    @cached_property
    def max_grade(self):
        everything = slice(0, self.n_database)
        step = max(1, _BLOCK_PAIRS // self.n_database)
        starts = range(0, self.n_queries, step)
        return max(1, *(int(self.grades(slice(i, i + step), everything).max()) for i in starts))

    def grades(self, rows, columns):
        rows = slice(rows.start, min(rows.stop, self.n_queries))
        block = check_grades(np.asarray(self.function(rows, columns)))
        needed = (rows.stop - rows.start, columns.stop - columns.start)
        if block.shape != needed:
            raise ValueError(
                f"the relevance callable returned shape {block.shape} for queries {rows} and database {columns}; "
                f"return the block {needed} of the matrix (n_queries, n_database)."
            )
        return block.astype(np.min_scalar_type(int(block.max())))


def check_grades(matrix):
    """Return a relevance matrix (n_queries, n_database) if it is 2-D and holds bools or grades."""
    if matrix.ndim != 2:
        raise ValueError(f"a relevance matrix has two dimensions (n_queries, n_database), not shape {matrix.shape}.")
    values = matrix.data if sparse.issparse(matrix) else matrix
    integral = values.dtype.kind in "biu" or (values.dtype.kind == "f" and (values == np.floor(values)).all())
    if not integral or (values.size and (values.min() < 0 or not np.isfinite(values.max()))):
        raise ValueError(
            f"a relevance matrix holds bools or grades 0, 1, 2, ..., not {values.dtype} with other values; "
            "threshold or round it first."
        )
    return matrix
