"""Time mAP@all of ours against the usual deep-hashing loop and scikit-learn: ``python benchmarks/speed/evaluation.py``.

Process CPU seconds on one BLAS thread, the least of several rounds in which all take turns. Ours ranks all queries; the
others rank a part of them and are scaled up, as their cost is the same for each query. ``--quick`` takes a tenth of the
database. ``NPY_DISABLE_CPU_FEATURES="AVX512_SPR AVX512_ICL X86_V4"`` shows what numpy's sort costs without AVX-512: on
AMD's Zen 4, a third.
"""

import argparse
import os
import time
import tracemalloc

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from sklearn.metrics import average_precision_score

from shallow_cmr.metrics import average_precision

N_QUERIES, N_LABELS, SIZE = 2000, 10, 64


def loop_average_precision(distances, relevant):
    """Return average precision as the loop of deep-hashing repositories defines it: sort, then look at the hits."""
    ranks = np.flatnonzero(relevant[np.argsort(distances)]) + 1
    return np.mean(np.arange(1, len(ranks) + 1) / ranks)


def hamming_to_all(query, signs):
    """Return Hamming distances (n,) of one code to all, from codes of -1 and +1: the usual product."""
    return 0.5 * (signs.shape[1] - signs @ query)


def hamming_case(n_database, rng):
    """Return the competitors on random codes of 64 bits: name -> (work on some queries, share of the queries)."""
    queries, database = (rng.random((n, SIZE)) > 0.5 for n in (N_QUERIES, n_database))
    classes = rng.integers(0, N_LABELS, N_QUERIES), rng.integers(0, N_LABELS, n_database)
    query_signs, signs = (2.0 * codes.astype(np.float32) - 1.0 for codes in (queries, database))

    def each(average_precision_of, n):
        return [
            average_precision_of(hamming_to_all(query_signs[i], signs), classes[1] == classes[0][i]) for i in range(n)
        ]

    return {
        "shallow_cmr": (lambda n: average_precision(queries[:n], database, (classes[0][:n], classes[1])), N_QUERIES),
        "usual loop": (lambda n: each(loop_average_precision, n), 60),
        "scikit-learn": (lambda n: each(lambda d, relevant: average_precision_score(relevant, -d), n), 20),
    }


def cosine_case(n_database, rng):
    """Return the competitors on random embeddings of 64 dimensions, as `hamming_case` does."""
    queries, database = (rng.normal(size=(n, SIZE)).astype(np.float32) for n in (N_QUERIES, n_database))
    classes = rng.integers(0, N_LABELS, N_QUERIES), rng.integers(0, N_LABELS, n_database)
    units = [Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in (queries, database)]

    def each(average_precision_of, n):
        similarities = units[0][:n] @ units[1].T
        return [average_precision_of(s, classes[1] == classes[0][i]) for i, s in enumerate(similarities)]

    return {
        "shallow_cmr": (lambda n: average_precision(queries[:n], database, (classes[0][:n], classes[1])), N_QUERIES),
        "usual loop": (lambda n: each(lambda s, relevant: loop_average_precision(-s, relevant), n), 400),
        "scikit-learn": (lambda n: each(lambda s, relevant: average_precision_score(relevant, s), n), 100),
    }


def measure(case, n_rounds):
    """Return the CPU seconds for all queries of each competitor: the least of interleaved rounds, scaled up."""
    seconds = dict.fromkeys(case, np.inf)
    for _ in range(n_rounds):
        for name, (work, n) in case.items():
            start = time.process_time()
            work(n)
            seconds[name] = min(seconds[name], (time.process_time() - start) * N_QUERIES / n)
    return seconds


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
    parser.add_argument("--quick", action="store_true", help="a tenth of the database, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    shrink, n_rounds = (10, 2) if arguments.quick else (1, arguments.rounds)
    cases = (("Hamming, 64 bits", hamming_case, 184_577), ("cosine, 64-d", cosine_case, 18_015))
    print(f"{'mAP@all':34} {'':14} {'CPU s':>9} {'ratio':>8} {'extra MB':>9}")
    for title, make, n_database in cases:
        n_database //= shrink
        case = make(n_database, np.random.default_rng(0))
        seconds = measure(case, n_rounds)
        for name, (work, n) in case.items():
            ratio = seconds[name] / seconds["shallow_cmr"]
            label = f"{title}, {N_QUERIES:,} x {n_database:,}" if name == "shallow_cmr" else ""
            memory = f"{peak_memory(lambda: work(n)):9.1f}" if name == "shallow_cmr" else ""  # noqa: B023
            print(f"{label:34} {name:14} {seconds[name]:9.3f} {ratio:7.1f}x {memory}")


if __name__ == "__main__":
    main()
