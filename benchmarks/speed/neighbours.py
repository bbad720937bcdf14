"""Time the search for the 100 nearest items against other libraries: ``python benchmarks/speed/neighbours.py``.

Process CPU seconds on one thread, the least of several rounds in which all take turns; libraries that are not installed
are left out. Ours and faiss search for all queries, the others for a part of them, scaled up, as their cost is the same
for each query. All must find the same distances. ``--quick`` takes a tenth of the items.
"""

import argparse
import os
import time
import tracemalloc

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from sklearn.neighbors import NearestNeighbors

from shallow_cmr.retrieval.backends import make_table

N_QUERIES, N_NEIGHBOURS, SIZE = 1000, 100, 64


def filled(backend, kind, items):
    """Return a table of ours with the items (n, SIZE)."""
    table = make_table(backend, kind, SIZE)
    table.extend(table.encode(items))
    return table


def hamming_case(n_items, rng):
    """Return competitors on random codes of 64 bits: name -> (distances of some queries, how many queries)."""
    queries, items = (rng.random((n, SIZE)) > 0.5 for n in (N_QUERIES, n_items))
    packed_queries, packed = np.packbits(queries, axis=1), np.packbits(items, axis=1)
    ours = filled("numpy", "codes", items)
    case = {"shallow_cmr": (lambda n: ours.search(queries[:n], N_NEIGHBOURS)[0], N_QUERIES)}
    try:
        import faiss

        faiss.omp_set_num_threads(1)
        index = faiss.IndexBinaryFlat(SIZE)
        index.add(packed)
        case["faiss as it comes"] = (lambda n: index.search(packed_queries[:n], N_NEIGHBOURS)[0], N_QUERIES)
        through_faiss = filled("faiss", "codes", items)
        case["shallow_cmr by faiss"] = (lambda n: through_faiss.search(queries[:n], N_NEIGHBOURS)[0], N_QUERIES)
    except ImportError:
        pass
    try:
        from usearch.index import MetricKind, search

        def by_usearch(n):
            found = search(packed, packed_queries[:n], N_NEIGHBOURS, MetricKind.Hamming, exact=True, threads=1)
            return found.distances

        case["usearch"] = (by_usearch, 50)
    except ImportError:
        pass
    signs = 2.0 * items.astype(np.float32) - 1.0

    def by_product(n):
        distances = 0.5 * (SIZE - (2.0 * queries[:n].astype(np.float32) - 1.0) @ signs.T)
        return np.sort(np.partition(distances, N_NEIGHBOURS - 1, axis=1)[:, :N_NEIGHBOURS], axis=1)

    return {**case, "±1 product, partition": (by_product, 20)}


def cosine_case(n_items, rng):
    """Return competitors on random embeddings of 64 dimensions, as `hamming_case` does."""
    queries, items = (rng.normal(size=(n, SIZE)).astype(np.float32) for n in (N_QUERIES, n_items))
    units = [Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in (queries, items)]
    ours = filled("numpy", "embeddings", items)
    case = {"shallow_cmr": (lambda n: ours.search(queries[:n], N_NEIGHBOURS)[0], N_QUERIES)}
    try:
        import faiss

        index = faiss.IndexFlatIP(SIZE)
        index.add(units[1])
        case["faiss as it comes"] = (lambda n: 1 - index.search(units[0][:n], N_NEIGHBOURS)[0], N_QUERIES)
        through_faiss = filled("faiss", "embeddings", items)
        case["shallow_cmr by faiss"] = (lambda n: through_faiss.search(queries[:n], N_NEIGHBOURS)[0], N_QUERIES)
    except ImportError:
        pass
    brute = NearestNeighbors(n_neighbors=N_NEIGHBOURS, algorithm="brute", metric="cosine").fit(items)
    return {**case, "scikit-learn": (lambda n: brute.kneighbors(queries[:n])[0], 50)}


def measure(case, n_rounds):
    """Return the CPU seconds for all queries of each competitor: the least of interleaved rounds, scaled up."""
    seconds = dict.fromkeys(case, np.inf)
    for _ in range(n_rounds):
        for name, (work, n) in case.items():
            start = time.process_time()
            work(n)
            seconds[name] = min(seconds[name], (time.process_time() - start) * N_QUERIES / n)
    return seconds


def require_equal_distances(case, tolerance):
    """Raise where a competitor finds other distances for the first 20 queries."""
    reference = case["shallow_cmr"][0](20)
    for name, (work, _) in case.items():
        difference = np.abs(np.asarray(work(20), dtype=np.float64) - reference).max()
        if difference > tolerance:
            raise AssertionError(f"{name}: distances differ by {difference:.3g}")


def peak_memory(work):
    """Return the most memory in MB that numpy held beyond what it held before `work()`."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return peak / 2**20


def main():
    """Run both cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the items, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    shrink, n_rounds = (10, 2) if arguments.quick else (1, arguments.rounds)
    cases = (("Hamming, 64 bits", hamming_case, 1_000_000, 0), ("cosine, 64-d", cosine_case, 200_000, 1e-5))
    print(f"{'nearest 100':34} {'':22} {'CPU s':>9} {'ratio':>8} {'extra MB':>9}")
    for title, make, n_items, tolerance in cases:
        n_items //= shrink
        case = make(n_items, np.random.default_rng(0))
        require_equal_distances(case, tolerance)
        seconds = measure(case, n_rounds)
        for name, (work, n) in case.items():
            ratio = seconds[name] / seconds["shallow_cmr"]
            label = f"{title}, {N_QUERIES:,} x {n_items:,}" if name == "shallow_cmr" else ""
            memory = f"{peak_memory(lambda: work(n)):9.1f}" if name == "shallow_cmr" else ""  # noqa: B023
            print(f"{label:34} {name:22} {seconds[name]:9.3f} {ratio:7.2f}x {memory}", flush=True)


if __name__ == "__main__":
    main()
