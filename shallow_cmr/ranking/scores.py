r"""Scores of real-valued embeddings as numbers to sort by: `ordinals`, smaller is better, equal means tied.

**Cosines are computed exactly.** BLAS adds in an order that depends on the block, on the place of a row in it and on
the number of threads, so that two equal vectors may get cosines that differ in the last bit: then a tie is broken by
accident. Here unit vectors are rounded to multiples of :math:`2^{-26}` first. Each product is a multiple of
:math:`2^{-52}` and, by Cauchy-Schwarz, no partial sum leaves [-2, 2]; float64 holds all of these without rounding.
Every order of summation gives the same bits: equal vectors tie, and blocks, threads and machines do not matter.
The rounding moves a cosine by less than :math:`2^{-26}\sqrt{d}`, and cosines are ranked to :math:`2^{-29}`: what
differs by less than that, as cosines of different vectors that are equal on paper may, ties or not by accident.
"""

import numpy as np
from scipy import sparse
from scipy.spatial.distance import cdist

__all__ = [
    "GRID",
    "UNIT",
    "Cosines",
    "DotProducts",
    "EuclideanDistances",
    "GivenScores",
    "check_embeddings",
    "fixed_point",
]

UNIT = 2.0**26  # unit vectors are whole multiples of 1 / UNIT
GRID = 2.0**29  # cosines are ranked as whole multiples of 1 / GRID
_BLOCK_ENTRIES = 2**18  # database entries brought to float64 at once: 2 MB


class Cosines:
    """Cosines of queries (n_queries, d) and a database (n_database, d); a zero row has cosine 0 with everything.

    `centred` subtracts from each row its own mean first, which makes the cosine a correlation.
    """

    dtype, worst, block_pairs = np.int32, 2**29 + 2**28, 2**21

    def __init__(self, queries, database, centred=False):
        queries, database = check_embeddings(queries, database)
        self.n_queries, self.n_database, self.centred = len(queries), len(database), centred
        self.queries = queries
        self.database = np.empty(database.shape, dtype=np.int32)
        for rows in _blocks(*database.shape):
            self.database[rows] = fixed_point(database[rows], centred)

    def products(self, rows, columns, scale):
        """Return ``scale`` times the cosines of a block (n_rows, n_columns), exactly, if scale is a power of two."""
        queries = fixed_point(self.queries[rows], self.centred) * (scale / UNIT**2)
        out = np.empty((len(queries), columns.stop - columns.start))
        for block in _blocks(*self.database[columns].shape):
            np.matmul(queries, self.database[columns][block].T.astype(np.float64), out=out[:, block])
        return out

    def ordinals(self, rows, columns):
        """Return minus the cosines of a block (n_rows, n_columns), in whole multiples of 1 / 2**29."""
        cosines = self.products(rows, columns, -GRID)
        return np.rint(cosines, out=cosines).astype(self.dtype)


class DotProducts:
    """Inner products of queries (n_queries, d) and a database (n_database, d), on a grid like the cosines'.

    The unit is the power of two just above the norm of the query, and above the largest norm in the database: entries
    are rounded to 2**-26 of it, and products added without rounding. Embeddings of small integers tie as they should.
    """

    dtype, worst, block_pairs = np.float64, np.nan, 2**19

    def __init__(self, queries, database):
        self.queries, database = check_embeddings(queries, database)
        self.n_queries, self.n_database = len(self.queries), len(database)
        unit, blocks = _power_of_two(database), list(_blocks(*database.shape))
        norms = np.concatenate([np.linalg.norm(database[rows] / unit, axis=1) for rows in blocks])
        above = _power_of_two(norms[:, None])
        self.database = np.empty(database.shape, dtype=np.int32)
        for rows in blocks:
            self.database[rows] = np.rint(database[rows] / unit * (UNIT / above))

    def ordinals(self, rows, columns):
        """Return minus the products of a block (n_rows, n_columns), up to a power of two for each query."""
        queries = self.queries[rows].astype(np.float64)
        for i, query in enumerate(queries):
            query /= _power_of_two(query[None])
            queries[i] = np.rint(query * (UNIT / _power_of_two(np.linalg.norm(query).reshape(1, 1))))
        out = np.empty((len(queries), columns.stop - columns.start))
        for block in _blocks(*self.database[columns].shape):
            np.matmul(-queries / UNIT**2, self.database[columns][block].T.astype(np.float64), out=out[:, block])
        return out


class EuclideanDistances:
    """Distances of queries (n_queries, d) to a database (n_database, d), from differences: no cancellation."""

    dtype, worst, block_pairs = np.float64, np.nan, 2**19

    def __init__(self, queries, database):
        self.queries, self.database = check_embeddings(queries, database)
        self.n_queries, self.n_database = len(self.queries), len(self.database)
        self.scale = max(_power_of_two(self.queries), _power_of_two(self.database))

    def ordinals(self, rows, columns):
        """Return the squared distances of a block (n_rows, n_columns), up to a factor for all."""
        queries, database = self.queries[rows] / self.scale, self.database[columns]
        out = np.empty((len(queries), len(database)))
        for block in _blocks(*database.shape):
            out[:, block] = cdist(queries, database[block] / self.scale, "sqeuclidean")
        return out


class GivenScores:
    """Scores as a matrix (n_queries, n_database) or a callable of two slices that returns its blocks."""

    dtype, worst, block_pairs = np.float64, np.nan, 2**19

    def __init__(self, scores, n_queries, n_database):
        self.n_queries, self.n_database = n_queries, n_database
        self.block = scores if callable(scores) else lambda rows, columns: scores[rows, columns]

    def ordinals(self, rows, columns):
        """Return minus the scores of a block (n_rows, n_columns)."""
        scores = np.asarray(self.block(rows, columns), dtype=np.float64)
        needed = (rows.stop - rows.start, columns.stop - columns.start)
        if scores.shape != needed:
            raise ValueError(
                f"scores of queries {rows} and database {columns} have shape {scores.shape}, not {needed}; "
                "the callable must return that block of the matrix (n_queries, n_database)."
            )
        if np.isnan(scores).any():
            raise ValueError("scores contain NaN, which has no place in a ranking; score such items -inf.")
        return -scores


def check_embeddings(queries, database):
    """Return queries (n_queries, d) and database (n_database, d) as float arrays if they can be compared."""
    checked = []
    for name, Z in (("queries", queries), ("database", database)):
        if sparse.issparse(Z):
            raise TypeError(f"{name} is sparse, but embeddings must be dense; use {name}.toarray().")
        Z = np.asarray(Z)
        if Z.ndim != 2 or Z.dtype.kind not in "fiu":
            raise ValueError(f"{name} has shape {Z.shape} and dtype {Z.dtype}; give real embeddings (n, d).")
        if not all(np.isfinite(Z[rows]).all() for rows in _blocks(*Z.shape)):
            raise ValueError(f"{name} contains NaN or infinity; drop or fill such rows.")
        checked.append(Z)
    if checked[0].shape[1] != checked[1].shape[1]:
        raise ValueError(
            f"queries have {checked[0].shape[1]} dimensions and database {checked[1].shape[1]}; "
            "project both into one space first."
        )
    return checked


def fixed_point(Z, centred):
    """Return the unit vectors of the rows of Z (n, d) in whole multiples of 1 / 2**26; zero rows stay zero."""
    Z = Z.astype(np.float64)
    largest = np.abs(Z).max(axis=1, keepdims=True, initial=0.0)
    Z /= np.where(largest > 0, largest, 1.0)  # so that squares neither overflow nor vanish
    if centred:
        Z -= Z.mean(axis=1, keepdims=True)
        Z[np.abs(Z).max(axis=1, initial=0.0) < 1e-14] = 0.0  # a constant row, but for rounding
    norms = np.sqrt((Z * Z).sum(axis=1, keepdims=True))
    return np.rint(Z * (UNIT / np.where(norms > 0, norms, 1.0)))


def _power_of_two(Z):
    """Return the power of two just above the entries of Z: dividing by it is exact and keeps squares in range."""
    largest = max(float(np.abs(Z[rows]).max(initial=0.0)) for rows in _blocks(*Z.shape))
    return np.ldexp(1.0, min(int(np.frexp(largest)[1]), 1023))


def _blocks(n, d):
    """Yield slices that cover n rows of d entries, about 2 MB of float64 each."""
    step = max(1, _BLOCK_ENTRIES // max(d, 1))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))
