r"""The k nearest items of each query, exactly: least distance first, equal distances in the order of the database.

A query keeps the k nearest items seen so far and passes over the database block by block. Only items nearer than its
present k-th can enter, and one comparison of a block finds them; in a database without order they soon are few. Items
at the k-th distance itself come later in the database than those kept and lose the tie, so they need no look.

Embeddings are kept as unit vectors in whole multiples of :math:`2^{-26}`, as `shallow_cmr.ranking.scores` says and for
the same reason: cosines are exact, so that equal vectors tie on every machine and in blocks of any size.
"""

import numpy as np

from shallow_cmr.codes import as_words, check_codes, word_distances
from shallow_cmr.ranking.scores import GRID, UNIT, check_embeddings, fixed_point

__all__ = ["CodeTable", "EmbeddingTable"]

_BLOCK_ITEMS = 2**14  # items that a query meets at once
_BLOCK_ENTRIES = 2**18  # entries of embeddings brought to float64 at once: 2 MB
_BLOCK_QUERIES = 128
_KEPT_ITEMS = 2**20  # that a block of queries may keep between two merges: some 30 MB


class CodeTable:
    """Bool codes (n_items, n_bits) to search by Hamming distance; 8 bytes an item for every 64 bits.

    Parameters
    ----------
    width : int
        Bits of a code.

    Attributes
    ----------
    rows : uint64 array (n_items, n_words)
        The codes as words, padded with zero bits.

    Examples
    --------
    >>> import numpy as np
    >>> table = CodeTable(width=2)
    >>> table.extend(table.encode(np.array([[True, True], [False, False], [True, False]])))
    >>> table.search(np.array([[True, True]]), k=2)
    (array([[0, 1]], dtype=int32), array([[0, 2]]))
    """

    def __init__(self, width):
        self.width = width
        self.rows = np.empty((0, -(-width // 64)), dtype=np.uint64, order="F")

    def __len__(self):
        return len(self.rows)

    def encode(self, codes):
        """Return codes (n, n_bits) as rows of this table.

        Raises
        ------
        ValueError, TypeError
            No codes, or codes of another width.
        """
        codes = check_codes(codes)
        if codes.shape[1] != self.width:
            raise ValueError(f"codes have {codes.shape[1]} bits, but those of the table have {self.width}.")
        return as_words(codes)

    def extend(self, rows):
        """Add rows (n, n_words) at the end."""
        self.rows = np.asfortranarray(np.concatenate([self.rows, rows]))

    def packed(self, rows):
        """Return rows (n, n_words) as uint8 (n, ceil(n_bits / 8)), the order of `numpy.packbits`."""
        n_bytes = -(-self.width // 8)
        return np.ascontiguousarray(np.ascontiguousarray(rows).view(np.uint8)[:, :n_bytes])

    def search(self, queries, k):
        """Return distances (n_queries, k), int32 and in bits, and indices (n_queries, k) of the nearest items.

        Parameters
        ----------
        queries : bool array (n_queries, n_bits)
        k : int
            From 1 to the number of items.

        Notes
        -----
        Cost: n_items · n_bits / 64 word operations a query. Memory: some 30 MB at most beyond the result.
        """
        return self.nearest(self.encode(queries), k)

    def nearest(self, rows, k):
        """Return distances and indices (n_queries, k) of the items nearest to rows (n_queries, n_words)."""
        return _search(self, rows, k, np.int32)

    def distance_blocks(self, queries):
        """Yield (start, distances of each query) of consecutive blocks of items to words (n_queries, n_words)."""
        dtype = np.min_scalar_type(64 * self.rows.shape[1])
        for start in range(0, len(self), _BLOCK_ITEMS):
            words = self.rows[start : start + _BLOCK_ITEMS]
            yield start, (word_distances(words, query, dtype) for query in queries)

    @staticmethod
    def settle(distances):
        """Return distances as they are compared: counts are exact."""
        return distances

    @staticmethod
    def bound_below(distance):
        """Return the bound that a distance less than `distance` keeps."""
        return int(distance) - 1


class EmbeddingTable:
    """Real embeddings (n_items, d) to search by cosine distance, 1 - cosine; 4 bytes an entry.

    Rows without direction (zeros) have cosine 0 with everything.

    Parameters
    ----------
    width : int
        Dimensions d.

    Attributes
    ----------
    rows : int32 array (n_items, d)
        The unit vectors, in whole multiples of 2**-26.

    Examples
    --------
    >>> import numpy as np
    >>> table = EmbeddingTable(width=2)
    >>> table.extend(table.encode(np.array([[2.0, 0.0], [0.0, 1.0], [5.0, 0.0]])))
    >>> table.search(np.array([[1.0, 0.0]]), k=2)
    (array([[0., 0.]]), array([[0, 2]]))
    """

    to_ordinals = -GRID / UNIT**2  # a power of two: factor of the product of two rows

    def __init__(self, width):
        self.width = width
        self.rows = np.empty((0, width), dtype=np.int32)

    def __len__(self):
        return len(self.rows)

    def encode(self, embeddings):
        """Return embeddings (n, d) as rows of this table, made in blocks.

        Raises
        ------
        ValueError, TypeError
            NaN or infinity, no dense numbers, or another width.
        """
        Z, _ = check_embeddings(embeddings, np.empty((0, self.width)))
        rows = np.empty(Z.shape, dtype=np.int32)
        step = max(1, _BLOCK_ENTRIES // self.width)
        for start in range(0, len(Z), step):
            rows[start : start + step] = fixed_point(Z[start : start + step], centred=False)
        return rows

    def extend(self, rows):
        """Add rows (n, d) at the end."""
        self.rows = np.concatenate([self.rows, rows])

    def search(self, queries, k):
        """Return distances (n_queries, k), in [0, 2], and indices (n_queries, k) of the nearest items.

        Parameters
        ----------
        queries : array (n_queries, d)
            Distances come as float32 for float32 queries, else as float64.
        k : int
            From 1 to the number of items.

        Notes
        -----
        Cost: n_items · d multiplications a query, in BLAS. Memory: some 30 MB at most beyond the result. Cosines are
        whole multiples of 2e-9, and those of the vectors given but for 2e-8 · sqrt(d).
        """
        ordinals, indices = self.nearest(self.encode(queries), k)
        dtype = np.float32 if np.asarray(queries).dtype == np.float32 else np.float64
        return np.maximum(1.0 - self.cosines(ordinals), 0.0).astype(dtype), indices  # rounding makes none negative

    def nearest(self, rows, k):
        """Return ordinals, minus cosines times 2**29, and indices (n_queries, k) of the items nearest to rows."""
        return _search(self, rows * self.to_ordinals, k, np.float64)

    def distance_blocks(self, queries):
        """Yield (start, products (n_queries, n_block)) of consecutive blocks of items: ordinals before rounding."""
        step = min(_BLOCK_ITEMS, max(1, _BLOCK_ENTRIES // self.width))
        products = np.empty((len(queries), step))
        for start in range(0, len(self), step):
            rows = self.rows[start : start + step].astype(np.float64)
            yield start, np.matmul(queries, rows.T, out=products[:, : len(rows)])

    @staticmethod
    def cosines(ordinals):
        """Return the cosines that ordinals stand for."""
        return ordinals / -GRID

    @staticmethod
    def settle(products):
        """Return products as they are compared: whole ordinals."""
        return np.rint(products)

    @staticmethod
    def bound_below(ordinal):
        """Return the bound that each product keeps which rounds to less than `ordinal`."""
        return ordinal - 0.5


class _Nearest:
    """The k nearest items of one query among those seen so far, by distance and then by index."""

    def __init__(self, k, table):
        self.k, self.table = k, table
        self.bound = None
        self.distances, self.indices, self.n_kept = [], [], 0

    def offer(self, start, distances):
        """Look at the items from `start` on, at `distances` (n_block,)."""
        hits = np.arange(len(distances)) if self.bound is None else (distances <= self.bound).nonzero()[0]
        if len(hits):
            self.distances.append(self.table.settle(distances[hits]))
            self.indices.append(hits + start)
            self.n_kept += len(hits)
            if self.n_kept >= 2 * self.k:
                self.settle()

    def settle(self):
        """Keep the k nearest alone; return their distances and indices."""
        distances, indices = np.concatenate(self.distances), np.concatenate(self.indices)
        if len(distances) > 4 * self.k:
            near = np.flatnonzero(distances <= np.partition(distances, self.k - 1)[self.k - 1])
            distances, indices = distances[near], indices[near]
        order = np.argsort(distances, kind="stable")[: self.k]  # tied items stand in the order of their indices
        distances, indices = distances[order], indices[order]
        self.distances, self.indices, self.n_kept = [distances], [indices], len(order)
        if len(order) == self.k:
            self.bound = self.table.bound_below(distances[-1])
        return distances, indices


def _search(table, queries, k, dtype):
    """Return distances and indices (n_queries, k) of the nearest items, a block of queries at a time."""
    distances = np.empty((len(queries), k), dtype=dtype)
    indices = np.empty((len(queries), k), dtype=np.intp)
    step = max(1, min(_BLOCK_QUERIES, _KEPT_ITEMS // (2 * k)))
    for first in range(0, len(queries), step):
        block = queries[first : first + step]
        nearest = [_Nearest(k, table) for _ in block]
        for start, rows in table.distance_blocks(block):
            for one, row in zip(nearest, rows):
                one.offer(start, row)
        for place, one in enumerate(nearest, start=first):
            distances[place], indices[place] = one.settle()
    return distances, indices
