"""Time every registered method against its peers, and as n grows: ``python benchmarks/speed/methods.py``.

Process CPU seconds of one fit on one BLAS thread, the least of interleaved rounds. First the peers, where they can be
imported (scikit-learn always; ``pip install cca-zoo==4.0.1``; mvlearn wants an environment of its own), at the same
work: n pairs of 128 and 100 features, 10 dimensions. Then the sweep: each method at growing n, and the exponent e of
n^e between the last two. ``--quick`` takes a quarter of the sizes. The scripts beside this one go deeper, each into one
method.
"""

import argparse
import os
import time
import warnings
from importlib import import_module
from importlib.util import find_spec

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import kcca
import numpy as np
from sklearn import cross_decomposition

from shallow_cmr import CCA, KCCA, PLS, CanonicalPLS, RegressionPLS, all_methods
from shallow_cmr.checks import with_size

P, Q, K, N_CLASSES = 128, 100, 10, 10
SIZES = (1000, 2000, 4000, 8000)
N_PAIRS_FOR_PEERS = 2000


def labelled_pairs(n, rng):
    """Return X (n, P), y (n, Q) and classes (n,) that share a latent space of twelve dimensions."""
    labels = rng.integers(N_CLASSES, size=n)
    Z = 2 * np.eye(N_CLASSES, 12)[labels] + rng.normal(size=(n, 12))
    X, y = (Z @ rng.normal(size=(12, d)) + 2 * rng.normal(size=(n, d)) + 1 for d in (P, Q))
    return X, y, labels


def peers(X, y):
    """Return (ours, peer's name, the peer's fit) for every peer that works with what is installed."""
    sk = cross_decomposition
    found = [
        (CCA(K), "scikit-learn CCA", lambda: sk.CCA(K).fit(X, y)),
        (PLS(K), "scikit-learn PLSSVD", lambda: sk.PLSSVD(K, scale=False).fit(X, y)),
        (CanonicalPLS(K), "scikit-learn PLSCanonical", lambda: _plscanonical().fit(X, y)),
        (RegressionPLS(K), "scikit-learn PLSRegression", lambda: sk.PLSRegression(K, scale=False).fit(X, y)),
    ]
    if find_spec("cca_zoo"):
        found.append((CCA(K), "cca-zoo CCA", lambda: import_module("cca_zoo.linear").CCA(K).fit([X, y])))
    else:
        print("cca-zoo is not installed, left out")
    same_work = kcca.competitors(X, y)
    return found + [
        (KCCA(K), f"{name} KCCA, RBF", same_work[name]) for name in ("cca_zoo", "mvlearn") if name in same_work
    ]


def _plscanonical():
    return cross_decomposition.PLSCanonical(K, scale=False, algorithm="svd")


def seconds(works, rounds):
    """Return the least CPU seconds of each work over interleaved rounds; one round for what takes over 20 s."""
    least = [np.inf] * len(works)
    for _ in range(rounds):
        for i, work in enumerate(works):
            if np.isinf(least[i]) or least[i] < 20:
                start = time.process_time()
                work()
                least[i] = min(least[i], time.process_time() - start)
    return least


def show_peers(n):
    """Print ours beside each peer."""
    X, y, _ = labelled_pairs(n, np.random.default_rng(0))
    found = peers(X, y)
    print(f"\nn = {n}, features {P} and {Q}, {K} dimensions: CPU s\n{'':44}{'ours':>9}{'peer':>9}{'ratio':>8}")
    for ours, name, fit in found:
        mine, theirs = seconds([lambda ours=ours: ours.fit(X, y), fit], 3)
        print(f"{type(ours).__name__ + ' / ' + name:44}{mine:9.4f}{theirs:9.3f}{theirs / mine:8.1f}", flush=True)


def show_sweep(sizes):
    """Print the fit of every method at every size, and how it grows."""
    print(f"\nfit, CPU s at n =\n{'':18}" + "".join(f"{n:>9}" for n in sizes) + f"{'exponent':>10}")
    data = [labelled_pairs(n, np.random.default_rng(0)) for n in sizes]
    for name, method in all_methods().items():
        estimator = with_size(method(), K)
        times = [seconds([lambda d=d, e=estimator: e.fit(*d)], 3)[0] for d in data]
        growth = np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2])
        print(f"{name:18}" + "".join(f"{t:9.4f}" for t in times) + f"{growth:10.1f}", flush=True)


def main():
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the sizes")
    share = 4 if parser.parse_args().quick else 1
    warnings.filterwarnings("ignore")  # NIPALS says that it has not converged
    show_peers(N_PAIRS_FOR_PEERS // share)
    show_sweep([n // share for n in SIZES])


if __name__ == "__main__":
    main()
