"""Time mAP@all and whole protocols, ours against what else computes them: ``python benchmarks/speed/evaluation.py``.

Process CPU seconds on one BLAS thread, the least of several rounds in which all take turns. Ours ranks all queries; the
others rank a part of them and are scaled up, as their cost is the same for each query. Before anything is timed, all
must give the same mean. pytrec_eval and ranx take part where they are installed, as does our own compiled histogram
(the extra ``fast``). ``--quick`` takes a tenth of the database.

``NPY_DISABLE_CPU_FEATURES="AVX512_SPR AVX512_ICL X86_V4"`` shows what numpy's sort, and with it the rows of cosines,
costs without AVX-512: on AMD's Zen 4, a third.
"""

import argparse
import os
import time
import tracemalloc
from contextlib import contextmanager
from importlib.util import find_spec

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from sklearn.metrics import average_precision_score

from shallow_cmr import Protocol, evaluate_embeddings
from shallow_cmr.metrics import average_precision
from shallow_cmr.ranking import hamming

N_QUERIES, N_LABELS, SIZE = 2000, 10, 64
OURS = "shallow_cmr, numpy"
EVERYTHING = Protocol(
    "twelve measures",
    measures=(
        *("map", "map@1000", "precision@100", "recall@100", "f1@100", "hit_rate@10", "ndcg", "ndcg@100"),
        *("wap", "acg@100", "reciprocal_rank", "first_rank"),
    ),
    denominator="relevant",
)


def loop_average_precision(distances, relevant):
    """Return average precision as the loop of deep-hashing repositories defines it: sort, then look at the hits."""
    ranks = np.flatnonzero(relevant[np.argsort(distances)]) + 1
    return np.mean(np.arange(1, len(ranks) + 1) / ranks)


def threshold_average_precision(distances, relevant):
    """Return what scikit-learn computes: tied items are retrieved together."""
    return average_precision_score(relevant, -distances)


def trec_average_precisions(all_distances, all_relevant):
    """Return trec_eval's values, by way of the dictionaries that pytrec_eval takes."""
    import pytrec_eval

    values = []
    ids = [f"d{i}" for i in range(all_distances[0].size)]
    for distances, relevant in zip(all_distances, all_relevant):
        judged, run = {"q": dict(zip(ids, relevant.astype(int).tolist()))}, {"q": dict(zip(ids, (-distances).tolist()))}
        values.append(pytrec_eval.RelevanceEvaluator(judged, {"map"}).evaluate(run)["q"]["map"])
    return values


def ranx_average_precisions(all_distances, all_relevant):
    """Return ranx's values, by way of its dictionaries; the queries go in together."""
    import ranx

    ids = np.array([f"d{i}" for i in range(all_distances[0].size)], dtype=object)
    names = [f"q{i:03d}" for i in range(len(all_distances))]
    judged = {name: dict.fromkeys(ids[relevant].tolist(), 1) for name, relevant in zip(names, all_relevant)}
    run = {name: dict(zip(ids.tolist(), (-d).astype(float).tolist())) for name, d in zip(names, all_distances)}
    return ranx.evaluate(ranx.Qrels(judged), ranx.Run(run), "map", return_mean=False)


@contextmanager
def only_numpy():
    """Count and sort by numpy even where numba is installed."""
    limit, hamming._MANY_PAIRS = hamming._MANY_PAIRS, np.inf
    try:
        yield
    finally:
        hamming._MANY_PAIRS = limit


def competitors(queries, database, classes, distances_of):
    """Return the competitors: name -> (work on some queries that returns their values, number of queries to time)."""

    def ours(n):
        return average_precision(queries[:n], database, (classes[0][:n], classes[1]))

    def by_numpy(n):
        with only_numpy():
            return ours(n)

    def whole_protocol(n):
        with only_numpy():
            labels = classes[0][:n], classes[1]
            return evaluate_embeddings(queries[:n], database, labels, EVERYTHING).per_query["mAP@all"]

    def each(value_of):
        return lambda n: [value_of(distances_of(i), classes[1] == classes[0][i]) for i in range(n)]

    def with_ready_distances(value_of, n_ready=20):
        ready = [(distances_of(i), classes[1] == classes[0][i]) for i in range(n_ready)]
        return lambda n: [value_of(*pair) for pair in ready[:n]]

    def at_once(values_of):
        return lambda n: values_of(*zip(*((distances_of(i), classes[1] == classes[0][i]) for i in range(n))))

    case = {OURS: (by_numpy, N_QUERIES)}
    if find_spec("numba"):
        case["shallow_cmr, numba"] = (ours, N_QUERIES)
    case["shallow_cmr, 12 measures with bounds"] = (whole_protocol, N_QUERIES)
    case["usual loop"] = (each(loop_average_precision), 60)
    case["scikit-learn"] = (each(threshold_average_precision), 20)
    case["scikit-learn, ready distances"] = (with_ready_distances(threshold_average_precision), 20)
    if find_spec("pytrec_eval"):
        case["pytrec_eval"] = (at_once(trec_average_precisions), 4)
    if find_spec("ranx"):
        case["ranx"] = (at_once(ranx_average_precisions), 4)
    return case


def hamming_case(n_database, rng):
    """Return the competitors on random codes; the others take the usual product of codes of -1 and +1."""
    queries, database = (rng.random((n, SIZE)) > 0.5 for n in (N_QUERIES, n_database))
    classes = rng.integers(0, N_LABELS, N_QUERIES), rng.integers(0, N_LABELS, n_database)
    query_signs, signs = (2.0 * codes.astype(np.float32) - 1.0 for codes in (queries, database))
    return competitors(queries, database, classes, lambda i: 0.5 * (SIZE - signs @ query_signs[i]))


def cosine_case(n_database, rng):
    """Return the competitors on random embeddings."""
    queries, database = (rng.normal(size=(n, SIZE)).astype(np.float32) for n in (N_QUERIES, n_database))
    classes = rng.integers(0, N_LABELS, N_QUERIES), rng.integers(0, N_LABELS, n_database)
    units = [Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in (queries, database)]
    return competitors(queries, database, classes, lambda i: -(units[1] @ units[0][i]))


def require_equal_means(case, tolerance):
    """Raise if a competitor does not give the mean that ours does, but for the order of ties."""
    for name, (work, n) in case.items():
        n = min(n, 20)
        difference = abs(np.mean(work(n)) - np.mean(case[OURS][0](n)))
        if difference > tolerance:
            raise RuntimeError(f"{name} differs by {difference:.1e} from ours, more than the {tolerance} of ties.")


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
    """Run the cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the database, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    shrink, n_rounds = (10, 2) if arguments.quick else (1, arguments.rounds)
    cases = (
        ("Hamming, 64 bits", hamming_case, 184_577),
        ("Hamming, 64 bits", hamming_case, 18_015),
        ("cosine, 64-d", cosine_case, 18_015),
    )
    for title, make, n_database in cases:
        n_database //= shrink
        print(f"mAP@all, {title}, {N_QUERIES:,} x {n_database:,}{'':8}CPU s    ratio  extra MB")
        case = make(n_database, np.random.default_rng(0))
        require_equal_means(case, 2e-3)
        seconds = measure(case, n_rounds)
        for name, (work, n) in case.items():
            memory = f"{peak_memory(lambda: work(n)):9.1f}" if name.startswith("shallow_cmr") else ""  # noqa: B023
            print(f"  {name:38} {seconds[name]:9.3f} {seconds[name] / seconds[OURS]:7.2f}x {memory}")


if __name__ == "__main__":
    main()
