"""Queries that are in their own database."""

import numpy as np
from scipy.sparse import issparse

__all__ = ["check_disjoint"]


def check_disjoint(dataset, protocol):
    """Raise unless the database has items, enough for every cutoff, and none of them is a query once more."""
    n_test, n = len(dataset.test_index), len(dataset)
    size = {"test": n_test, "train": len(dataset.train_index), "rest": n - n_test}[protocol.database]
    if size == 0:
        raise ValueError(f"{dataset.name} has no items but queries, so protocol {protocol.name!r} finds no database.")
    for measure in protocol.get_measures():
        measure.check_database(size)
    if protocol.database == "test":
        return  # the other halves of the queries' own pairs are meant to be there
    database = dataset.train_index if protocol.database == "train" else np.setdiff1d(np.arange(n), dataset.test_index)
    known = set(_contents(dataset, database))
    queries = dataset.test_index
    twins = [row for row, content in zip(queries.tolist(), _contents(dataset, queries)) if content in known]
    if twins:
        raise ValueError(
            f"{len(twins)} of {n_test} queries of {dataset.name} have the same features in both modalities as an item "
            f"of the database (the first: row {twins[0]}), but protocol {protocol.name!r} ranks other items; leave "
            "them out: dataset.subset(rows)."
        )


def _contents(dataset, rows):
    """Yield the content of each item, as bytes."""
    for i in rows:
        yield b"|".join(_row_bytes(V, i) for V in (dataset.X, dataset.y))


def _row_bytes(V, i):
    """Return row i of ``V`` (n, d) as bytes."""
    if issparse(V):
        part = slice(V.indptr[i], V.indptr[i + 1])
        return V.indices[part].tobytes() + V.data[part].tobytes()
    return V[i].tobytes()
