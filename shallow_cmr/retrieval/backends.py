"""What searches: numpy alone, or faiss with the same answers."""

from contextlib import contextmanager

import numpy as np

from shallow_cmr.ranking.neighbours import CodeTable, EmbeddingTable

__all__ = ["BACKENDS", "make_table"]

BACKENDS = ("numpy", "faiss")

_COUNTING_BYTES = 2**26  # faiss's counting search keeps k numbers for each distance of a query
_COUNTED_QUERIES = 32  # so many at once
_BLOCK_QUERIES = 256
_BLAS_FROM = 8  # queries; faiss's own loop is faster for fewer


def make_table(backend, kind, width):
    """Return an empty table to search in.

    Parameters
    ----------
    backend : {"numpy", "faiss"}
    kind : {"codes", "embeddings"}
    width : int
        Bits or dimensions.

    Raises
    ------
    ImportError
        ``backend="faiss"`` without faiss.
    """
    tables = {
        "numpy": {"codes": CodeTable, "embeddings": EmbeddingTable},
        "faiss": {"codes": _FaissCodeTable, "embeddings": _FaissEmbeddingTable},
    }
    return tables[backend][kind](width)


def import_faiss():
    """Return the module faiss, or raise with the way to get it."""
    try:
        import faiss
    except ImportError as error:
        raise ImportError(
            "backend='faiss' needs the package faiss: pip install 'shallow_cmr[ann]'. "
            "backend='numpy' needs nothing and finds the same neighbours."
        ) from error
    return faiss


class _FaissCodeTable(CodeTable):
    """Codes searched by faiss, whose exact searches keep the lowest indices among equal distances."""

    def __init__(self, width):
        super().__init__(width)
        self.index = import_faiss().IndexBinaryFlat(8 * -(-width // 8))
        _require_ties_by_index()

    def extend(self, rows):
        super().extend(rows)
        self.index.add(self.packed(rows))

    def nearest(self, rows, k):
        # Counting is faster than the heap where its memory is small.
        self.index.use_heap = 8 * k * (self.index.d + 1) * _COUNTED_QUERIES > _COUNTING_BYTES
        return self.index.search(self.packed(rows), k)


class _FaissEmbeddingTable(EmbeddingTable):
    """Embeddings searched by faiss in float32, for some more than k items; these are ranked exactly."""

    def __init__(self, width):
        super().__init__(width)
        self.index = import_faiss().IndexFlatIP(width)

    def extend(self, rows):
        super().extend(rows)
        self.index.add(self._unit_vectors(rows))

    def nearest(self, rows, k):
        ordinals, indices = np.empty((len(rows), k)), np.empty((len(rows), k), dtype=np.int64)
        wider = min(len(self), k + max(16, k // 4))
        for start in range(0, len(rows), _BLOCK_QUERIES):
            block = rows[start : start + _BLOCK_QUERIES]
            with _blas_threshold(len(block)):
                cosines, candidates = self.index.search(self._unit_vectors(block), wider)
            for place, row in enumerate(block, start=start):
                ordinals[place], indices[place] = self._ranked(row, candidates[place - start], k)
            missed = start + self._may_miss(ordinals[start : start + len(block)], cosines)
            if len(missed):  # a crowd of nearly equal cosines
                ordinals[missed], indices[missed] = super().nearest(rows[missed], k)
        return ordinals, indices

    def _ranked(self, row, candidates, k):
        """Return ordinals and indices (k,) of the items nearest to a row (d,) among the candidates (m,)."""
        candidates = np.sort(candidates)
        ordinals = np.rint(self.rows[candidates].astype(np.float64) @ (row * self.to_ordinals))
        order = np.argsort(ordinals, kind="stable")[:k]
        return ordinals[order], candidates[order]

    def _may_miss(self, ordinals, cosines):
        """Return the queries where an item beyond the candidates might be as near as the k-th; cosines descend."""
        if cosines.shape[1] == len(self):
            return np.empty(0, dtype=np.int64)
        error = (self.width + 8) * 2.0**-24  # of a float32 product of unit vectors, in any order of summation
        return np.flatnonzero(self.cosines(ordinals[:, -1]) <= cosines[:, -1] + error)

    @staticmethod
    def _unit_vectors(rows):
        """Return rows (n, d), whole multiples of 2**-26, as float32 unit vectors."""
        return rows.astype(np.float32) * np.float32(2.0**-26)


def _require_ties_by_index():
    """Raise if this release of faiss breaks ties otherwise: a thousand equal codes tell."""
    index = import_faiss().IndexBinaryFlat(8)
    index.add(np.zeros((1000, 1), dtype=np.uint8))
    for index.use_heap in (False, True):
        found = index.search(np.zeros((1, 1), dtype=np.uint8), 10)[1]
        if not np.array_equal(found[0], np.arange(10)):
            raise RuntimeError("this release of faiss does not order equal distances by index; use backend='numpy'.")


@contextmanager
def _blas_threshold(n_queries):
    """Let faiss multiply blocks of queries by BLAS: by default it does so for huge blocks alone, five times slower."""
    variables = import_faiss().cvar
    before = variables.distance_compute_blas_threshold
    variables.distance_compute_blas_threshold = 1 if n_queries >= _BLAS_FROM else 2**31 - 1
    try:
        yield
    finally:
        variables.distance_compute_blas_threshold = before
