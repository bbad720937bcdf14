"""Rankings of a database that is at hand as a whole: an array, or a memory map."""

import numpy as np

from shallow_cmr.ranking.hamming import (
    HammingDistances,
    groups_from_counts,
    hamming_counts,
    is_compiled,
    rows_per_block,
)
from shallow_cmr.ranking.scores import Cosines, DotProducts, EuclideanDistances, GivenScores
from shallow_cmr.ranking.sorting import (
    dense_ranks,
    groups_from_keys,
    groups_in_order,
    key_dtype,
    pack_keys,
    sort_keys,
)
from shallow_cmr.ranking.threads import split
from shallow_cmr.relevance import as_relevance

__all__ = ["METRICS", "Ranking"]

#: What queries and database items can be compared by.
METRICS = ("hamming", "cosine", "correlation", "euclidean", "dot", "precomputed")

_LONG_ROWS = 2**12  # from so many items on, sorting by compiled code is the faster
_PART_PAIRS = 2**18  # pairs of a query and an item that are handled at once: arrays stay in cache


class Ranking:
    """Each query's ranking of the database, ready to be made in blocks of queries.

    Parameters
    ----------
    queries, database : array (n_queries, d), (n_database, d)
        Bool codes (compared by Hamming distance) or real embeddings (by cosine, unless `metric` says otherwise).
        With ``metric="precomputed"``: `queries` is the score matrix (n_queries, n_database), larger is better, or a
        callable that returns its block for two slices; `database` is None.
    relevance : tuple, str, matrix, callable or Relevance
        Who is relevant to whom, in one of the forms of `shallow_cmr.relevance`.
    metric : {"auto", "hamming", "cosine", "correlation", "euclidean", "dot", "precomputed"}
        "correlation" is the cosine of rows from which their own mean was subtracted.
    exclude_self : bool
        Leave item i out of what query i ranks: for a set that queries itself.

    Raises
    ------
    ValueError, TypeError
        Unknown metric, inputs that cannot be compared, NaN, nothing to rank, relevance of other lengths.

    Notes
    -----
    No array of n_queries x n_database is made: blocks take some 30 MB beyond one compact copy of the database (words of
    packed codes; 4 bytes an entry of embeddings).

    Examples
    --------
    >>> ranking = Ranking([[0.9, 0.5, 0.5]], None, [[1, 0, 1]], metric="precomputed")
    >>> [groups] = ranking.groups()
    >>> groups.before, groups.size, groups.relevant
    (array([0, 1]), array([1, 2]), array([1, 1]))
    """

    def __init__(self, queries, database, relevance, *, metric="auto", exclude_self=False):
        self.scores, self.relevance = _prepare(queries, database, relevance, metric)
        self.n_queries, self.n_database = self.relevance.n_queries, self.relevance.n_database - bool(exclude_self)
        self.exclude_self = exclude_self
        if exclude_self and self.relevance.n_queries != self.relevance.n_database:
            raise ValueError(
                f"exclude_self=True says that queries and database are one set, but there are {self.n_queries} "
                f"queries and {self.relevance.n_database} database items."
            )
        if self.n_database == 0:
            raise ValueError("the database is empty; there is nothing to rank.")

    def prepare(self, *, order=None, graded=False, n_jobs=None):
        """Do nothing: the rankings are made as they are asked for."""

    def engine(self, order=None):
        """Return what counts or sorts: "numba" or "numpy"."""
        pays = isinstance(self.scores, HammingDistances) or self.n_database >= _LONG_ROWS
        return "numba" if order is None and pays and is_compiled(self.n_queries * self.n_database) else "numpy"

    def groups(self, *, order=None, graded=False, rows=None, with_ties=False):
        """Yield the `TieGroups` of consecutive blocks of queries.

        Parameters
        ----------
        order : {None, "stable", "reversed"}
            None leaves ties as they are. Otherwise they are broken by the place in the database, lowest or highest
            first, so that every group is of one item.
        graded : bool
            Tell the grades of relevant items apart.
        rows : slice, optional
            Only these queries, start and stop given.
        with_ties : bool
            Where ties are broken, attach the groups as they were.
        """
        rows = slice(0, self.n_queries) if rows is None else rows
        n_grades = self.relevance.max_grade if graded else 1
        if order is not None:
            yield from self._in_order(rows, n_grades, order == "reversed", with_ties)
        elif isinstance(self.scores, HammingDistances):
            for counts in self._counts(rows, n_grades):
                yield groups_from_counts(counts, self.n_database)
        else:
            yield from self._sorted(rows, n_grades)

    def counts(self, rows=None):
        """Yield the number of items at each distance, int (n_rows, 2, n_bits + 1): not relevant, and relevant ones.

        Raises
        ------
        TypeError
            Queries and database are no codes.
        """
        if not isinstance(self.scores, HammingDistances):
            raise TypeError("only codes lie within a Hamming radius; give bool codes (n, n_bits) on both sides.")
        yield from self._counts(slice(0, self.n_queries) if rows is None else rows, 1)

    def _counts(self, rows, n_grades):
        """Yield the number of items of each grade at each Hamming distance (n_rows, n_grades + 1, n_bits + 1)."""
        compiled = self.engine() == "numba"
        for block in split(rows, rows_per_block(self.scores.n_bits, n_grades)):
            options = {"n_grades": n_grades, "exclude_self": self.exclude_self, "compiled": compiled}
            yield hamming_counts(self.scores, self.relevance, block, **options)

    def _sorted(self, rows, n_grades):
        """Yield groups from one sort of integer keys a block."""
        n_columns = self.scores.n_database
        n_rows = min(rows.stop - rows.start, max(1, self.scores.block_pairs // n_columns))
        worst = n_columns if self._whole_rows else self.scores.worst
        buffer = np.empty((n_rows, n_columns), dtype=key_dtype(worst, n_grades))
        for block in split(rows, n_rows):
            keys = buffer[: block.stop - block.start]
            self._fill(keys, block, n_grades)
            sort_keys(keys, self.engine() == "numba")
            for part in split(slice(0, len(keys)), _PART_PAIRS // n_columns):
                yield groups_from_keys(keys[part], n_grades, self.n_database)

    @property
    def _whole_rows(self):
        """Whether ordinals are floats: these are replaced by their ranks, which needs the whole row."""
        return np.dtype(self.scores.dtype).kind == "f"

    def _fill(self, keys, rows, n_grades):
        """Write the keys (n_rows, n_columns) of some queries, made of ordinals and grades."""
        n_columns = keys.shape[1]
        for columns in split(slice(0, n_columns), n_columns if self._whole_rows else _PART_PAIRS // len(keys)):
            ordinals, grades = self._block(rows, columns, n_grades)
            pack_keys(dense_ranks(ordinals) if self._whole_rows else ordinals, grades, n_grades, keys[:, columns])

    def _in_order(self, rows, n_grades, last_first, with_ties):
        """Yield groups of one item, ties being broken by the place in the database."""
        for block in split(rows, _PART_PAIRS // self.scores.n_database):
            ordinals, grades = self._block(block, slice(0, self.scores.n_database), n_grades)
            options = {"last_first": last_first, "with_ties": with_ties}
            yield groups_in_order(ordinals, grades, n_grades, self.n_database, **options)

    def _block(self, rows, columns, n_grades):
        """Return ordinals and grades (n_rows, n_columns); an item that is left out is irrelevant and ranked last."""
        ordinals = self.scores.ordinals(rows, columns)
        grades = self.relevance.grades(rows, columns) if n_grades > 1 else self.relevance.relevant(rows, columns)
        if self.exclude_self:
            own = np.arange(max(rows.start, columns.start), min(rows.stop, columns.stop))
            ordinals[own - rows.start, own - columns.start] = self.scores.worst
            grades[own - rows.start, own - columns.start] = 0
        return ordinals, grades


def check_metric(metric):
    """Raise if there is no such metric."""
    if metric not in ("auto", *METRICS):
        raise ValueError(f"metric={metric!r} is unknown; it must be 'auto' or one of {', '.join(METRICS)}.")


def resolve_metric(metric, queries):
    """Return what "auto" stands for: Hamming distance for codes, cosine for embeddings."""
    if metric != "auto":
        return metric
    return "hamming" if np.asarray(queries).dtype == bool else "cosine"


def _prepare(queries, database, relevance, metric):
    """Return what scores queries against the database, and their relevance."""
    check_metric(metric)
    if metric == "precomputed":
        return _prepare_given(queries, database, relevance)
    for name, items in (("queries", queries), ("database", database)):
        if not np.shape(items) or np.shape(items)[0] == 0:
            raise ValueError(f"{name} are empty: shape {np.shape(items)}; give at least one row.")
    relevance = as_relevance(relevance, np.shape(queries)[0], np.shape(database)[0])
    metric = resolve_metric(metric, queries)
    if metric == "correlation":
        return Cosines(queries, database, centred=True), relevance
    kinds = {"hamming": HammingDistances, "cosine": Cosines, "euclidean": EuclideanDistances, "dot": DotProducts}
    return kinds[metric](queries, database), relevance


def _prepare_given(scores, database, relevance):
    """Return given scores and their relevance; a callable takes its shape from the relevance."""
    if database is not None:
        raise ValueError("metric='precomputed' takes the scores as queries, and database=None.")
    if callable(scores):
        relevance = as_relevance(relevance)
        return GivenScores(scores, relevance.n_queries, relevance.n_database), relevance
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.dtype.kind not in "biuf" or 0 in scores.shape:
        raise ValueError(
            f"scores have shape {scores.shape} and dtype {scores.dtype}, but must be numbers "
            "(n_queries, n_database) with at least one row and column."
        )
    return GivenScores(scores, *scores.shape), as_relevance(relevance, *scores.shape)
