"""Time SePH and its two steps, and show what it reaches on Wikipedia: ``python benchmarks/speed/seph.py``.

Process CPU seconds on one BLAS thread. The steps take turns with the plain way to do the same: a step of the descent
with whole n x n matrices in double precision, and scikit-learn's LogisticRegression, one bit after the other, on
features in which the penalty is the same. The Wikipedia table (mean of ``--seeds`` seeds) needs the environment
variable SHALLOW_CMR_DATA to name the folder that holds wikipedia/. ``--quick``: one seed, smaller sizes.
"""

import argparse
import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from scipy import linalg
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression

from shallow_cmr import SePH, load_wikipedia
from shallow_cmr.hashing.kl_codes import LabelAffinity, kl_objective
from shallow_cmr.kernel_logistic import solve_kernel_logistic
from shallow_cmr.kernels import kernel_matrix, mean_squared_distance
from shallow_cmr.labels import encode_labels
from shallow_cmr.metrics import mean_average_precision

N_BITS = (16, 32, 64)
REG = 0.01


def cpu_seconds(work):
    """Return what `work()` returns and its CPU seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def make_items(n, n_labels, rng, p=128, q=100):
    """Return image features (n, p), text features (n, q) and labels (n, n_labels), one to six an item."""
    L = rng.random((n, n_labels)) < 3 / n_labels
    L[np.arange(n), rng.integers(0, n_labels, n)] = True
    views = [L @ rng.normal(size=(n_labels, d)) + 2 * rng.normal(size=(n, d)) for d in (p, q)]
    return *views, L.astype(int)


def whole_gradient(H, A, alpha):
    """Return psi and its gradient at ``H`` (n, k) from the whole affinities ``A`` (n, n), in double precision."""
    P, s = A / A.sum(), 1 / (1 + cdist(H, H, "sqeuclidean") / 4)
    np.fill_diagonal(s, 0)
    Q, beta = s / s.sum(), alpha / H.size
    psi = np.sum(P * np.log(np.maximum(P, 1e-300) / np.maximum(Q, 1e-300))) + beta * np.sum((np.abs(H) - 1) ** 2)
    S = (P - Q) * s
    return psi, S.sum(axis=1)[:, None] * H - S @ H + 2 * beta * (np.abs(H) - 1) * np.sign(H)


def descent_case(n, n_labels, rng):
    """Return the competitors for one step of the descent at 64 bits: name -> work."""
    L = make_items(n, n_labels, rng)[2] if n_labels > 10 else np.eye(n_labels, dtype=int)[np.arange(n) % n_labels]
    P = LabelAffinity.from_labels(encode_labels(L))
    unit = L / np.sqrt(L.sum(axis=1, keepdims=True))
    A = unit @ unit.T
    np.fill_diagonal(A, 0)
    H = rng.normal(size=(n, 64))
    single = H.astype(np.float32)
    return {"shallow_cmr": lambda: kl_objective(single, P, 0.01), "whole matrices": lambda: whole_gradient(H, A, 0.01)}


def logistic_case(n, n_bits, rng):
    """Return the competitors for the hash functions of one modality: name -> work."""
    X, _, L = make_items(n, 24, rng)
    X -= X.mean(axis=0)
    B = L @ rng.normal(size=(24, n_bits)) > 0
    Phi = kernel_matrix(X, X[:500], bandwidth=mean_squared_distance(X))

    def one_by_one():
        values, E = linalg.eigh(Phi[:500])
        kept = values > 1e-9 * values[-1]
        F = Phi @ (E[:, kept] / np.sqrt(values[kept]))
        return [LogisticRegression(C=1 / (2 * REG), fit_intercept=False, max_iter=1000).fit(F, bit) for bit in B.T]

    return {"shallow_cmr": lambda: solve_kernel_logistic(Phi, Phi[:500], B, REG), "scikit-learn": one_by_one}


def print_ratios(title, case, n_rounds):
    """Print the least CPU seconds of each competitor over interleaved rounds, and their ratio to ours."""
    seconds = dict.fromkeys(case, np.inf)
    for _ in range(n_rounds):
        for name, work in case.items():
            seconds[name] = min(seconds[name], cpu_seconds(work)[1])
    for name, value in seconds.items():
        label = title if name == "shallow_cmr" else ""
        print(f"{label:52} {name:16} {value:9.3f} {value / seconds['shallow_cmr']:7.1f}x")


def print_growth(sizes):
    """Print the CPU seconds of whole fits with 24 labels and 64 bits, learned on up to 5,000 items."""
    for n in sizes:
        X, y, L = make_items(n, 24, np.random.default_rng(0))
        model, seconds = cpu_seconds(lambda: SePH(64, random_state=0).fit(X, y, L))  # noqa: B023
        _, coding = cpu_seconds(lambda: model.transform_text(y))  # noqa: B023
        print(
            f"fit, 24 labels, 64 bits, n = {n:<7,}{'':17} {'shallow_cmr':16} {seconds:9.3f}  coding texts {coding:.3f}"
        )


def wikipedia_scores(model, data):
    """Return mAP@all (4,): image->text and text->image, database of its own modality, then of both."""
    train, test, relevance = data.train, data.test, (data.test.labels, data.train.labels)
    queries, own = model.transform(test.X, test.y), model.transform(train.X, train.y)
    both = model.transform_pair(train.X, train.y)
    databases = (own[1], own[0], both, both)
    return [mean_average_precision(queries[i % 2], database, relevance) for i, database in enumerate(databases)]


def print_wikipedia(n_seeds):
    """Print mAP and CPU seconds of both kinds of anchors."""
    data = load_wikipedia()
    train = data.train
    print("\nWikipedia, mAP@all       bits  own I->T   T->I  both I->T   T->I   CPU s")
    for anchors in ("random", "kmeans"):
        for n_bits in N_BITS:
            rows = []
            for seed in range(n_seeds):
                model = SePH(n_bits, anchors=anchors, random_state=seed)
                _, seconds = cpu_seconds(lambda: model.fit(train.X, train.y, train.labels))  # noqa: B023
                rows.append([*wikipedia_scores(model, data), seconds])
            own_x, own_y, both_x, both_y, _ = np.mean(rows, axis=0)
            least = np.min(rows, axis=0)[-1]
            print(f"{anchors:24} {n_bits:4}  {own_x:8.4f} {own_y:.4f}  {both_x:9.4f} {both_y:.4f} {least:7.2f}")


def main():
    """Run all cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--quick", action="store_true", help="one seed, smaller sizes")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    n, rounds, sizes, seeds = (2000, 3, (500, 1000, 2000, 5000, 20_000), arguments.seeds)
    if arguments.quick:
        n, rounds, sizes, seeds = 1000, 1, (500, 1000), 1
    rng = np.random.default_rng(0)
    print(f"{'SePH':52} {'':16} {'CPU s':>9} {'ratio':>8}")
    print_ratios(f"step of the descent, 10 classes, n = {n:,}", descent_case(n, 10, rng), rounds)
    print_ratios(f"step of the descent, 24 labels, n = {n:,}", descent_case(n, 24, rng), rounds)
    print_ratios(f"hash functions of one modality, n = {n:,}, 64 bits", logistic_case(n, 64, rng), 1)
    print_growth(sizes)
    if os.environ.get("SHALLOW_CMR_DATA"):
        print_wikipedia(seeds)
    else:
        print("\nno Wikipedia table: SHALLOW_CMR_DATA is not set")


if __name__ == "__main__":
    main()
