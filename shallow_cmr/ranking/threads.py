"""Queries shared out among threads."""

from itertools import pairwise

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

__all__ = ["over_queries", "split"]


def over_queries(work, n_queries, n_jobs=None):
    """Return ``[work(rows), ...]`` for slices that cover the queries, one a thread; results are in their order."""
    edges = np.linspace(0, n_queries, max(1, min(effective_n_jobs(n_jobs), n_queries)) + 1).astype(int)
    ranges = [slice(int(start), int(stop)) for start, stop in pairwise(edges)]
    if len(ranges) == 1:
        return [work(ranges[0])]
    with threadpool_limits(1, "blas"):  # the workers share the cores already
        return Parallel(n_jobs=len(ranges), require="sharedmem")(delayed(work)(rows) for rows in ranges)


def split(rows, step):
    """Yield slices of at most `step` that cover `rows`."""
    for start in range(rows.start, rows.stop, max(1, step)):
        yield slice(start, min(start + max(1, step), rows.stop))
