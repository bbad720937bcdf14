"""Time CCA and PLS against their peers: ``python benchmarks/speed/linear.py``.

Process CPU seconds on one BLAS thread, the least of several rounds in which all take turns. "three products" are
XᵀX, YᵀY and XᵀY alone: no method that looks at all moments can be faster. Peers that are not installed are left
out (``pip install cca-zoo==4.0.1``). Beside the time stands the sum of the canonical correlations on the training
pairs, for the same answer must be reached. ``--quick`` leaves out scikit-learn's iterations and the large sizes.
"""

import argparse
import os
import time
import tracemalloc
import warnings
from importlib import import_module

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from sklearn.cross_decomposition import CCA as NipalsCCA
from sklearn.cross_decomposition import PLSSVD

from shallow_cmr import CCA, PLS


def paired_views(n, p, q, rng):
    """Return X (n, p) and y (n, q) that share twenty dimensions, off zero."""
    Z = rng.normal(size=(n, 20)) * np.linspace(2.0, 0.5, 20)
    return tuple(Z @ rng.normal(size=(20, d)) + 4 * rng.normal(size=(n, d)) + 1 for d in (p, q))


def three_products(X, y, k):
    """Do the least that any method does which solves from moments."""
    X.T @ X, y.T @ y, X.T @ y


def ours(X, y, k):
    return CCA(k, reg=0).fit(X, y)


def ours_ridged(X, y, k):
    return CCA(k).fit(X, y)


def cca_zoo(X, y, k):
    return import_module("cca_zoo.linear").CCA(n_components=k).fit([X, y])


def cca_zoo_pls(X, y, k):
    return import_module("cca_zoo.linear").PLS(n_components=k).fit([X, y])


def scikit_learn(X, y, k):
    return NipalsCCA(n_components=k).fit(X, y)


def our_pls(X, y, k):
    return PLS(k).fit(X, y)


def scikit_learn_plssvd(X, y, k):
    return PLSSVD(n_components=k, scale=False).fit(X, y)


CCA_PEERS = {
    "three products": three_products,
    "shallow_cmr": ours_ridged,
    "shallow_cmr, reg=0": ours,
    "cca-zoo": cca_zoo,
    "scikit-learn": scikit_learn,
}
PLS_PEERS = {"shallow_cmr": our_pls, "scikit-learn PLSSVD": scikit_learn_plssvd, "cca-zoo": cca_zoo_pls}
# title, n, p, q, k, competitors, rounds; the long-running get one round
CASES = [
    ("CCA 10,000 x (500, 300), k = 10", 10_000, 500, 300, 10, CCA_PEERS, 5),
    ("CCA 50,000 x (512, 300), k = 64", 50_000, 512, 300, 64, CCA_PEERS, 3),
    ("PLS 50,000 x (512, 300), k = 10", 50_000, 512, 300, 10, PLS_PEERS, 3),
]


def measure(X, y, k, competitors, rounds):
    """Return for each competitor the least CPU seconds of interleaved rounds and its model."""
    seconds, models = dict.fromkeys(competitors, np.inf), {}
    for turn in range(rounds):
        for name, work in competitors.items():
            if turn and seconds[name] > 20:
                continue
            start = time.process_time()
            models[name] = work(X, y, k)
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds, models


def extra_memory(work, X, y, k):
    """Return the MB that one run takes beyond its input."""
    tracemalloc.start()
    work(X, y, k)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def correlation_sum(model, X, y):
    """Return the summed correlations of paired columns of the projections."""
    both = model.transform([X, y]) if type(model).__module__.startswith("cca_zoo") else model.transform(X, y)
    return sum(abs(np.corrcoef(u, v)[0, 1]) for u, v in zip(both[0].T, both[1].T))


def show(title, seconds, totals, memory):
    """Print one case: time, ratio to ours, extra memory, sum of correlations."""
    print(f"\n{title}\n{'':22}{'CPU s':>9}{'/ ours':>9}{'extra MB':>10}{'sum of correlations':>22}")
    for name, value in seconds.items():
        total = f"{totals[name]:22.4f}" if name in totals else ""
        print(f"{name:22}{value:9.3f}{value / seconds['shallow_cmr']:9.2f}{memory[name]:10.0f}{total}")


def main():
    """Run the cases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one small case, without scikit-learn's CCA")
    quick = parser.parse_args().quick
    warnings.filterwarnings("ignore")  # NIPALS reports that it has not converged
    for title, n, p, q, k, competitors, rounds in CASES[: 1 if quick else None]:
        left_out = ["cca-zoo"] if not _installed("cca_zoo") else []
        if quick or n > 10_000:
            left_out.append("scikit-learn")
        competitors = {name: work for name, work in competitors.items() if name not in left_out}
        X, y = paired_views(n, p, q, np.random.default_rng(0))
        seconds, models = measure(X, y, k, competitors, rounds)
        memory = {name: extra_memory(work, X, y, k) for name, work in competitors.items() if seconds[name] < 20}
        totals = {name: correlation_sum(model, X, y) for name, model in models.items() if model is not None}
        show(title, seconds, totals, {name: memory.get(name, np.nan) for name in competitors})


def _installed(name):
    """Whether a package can be imported."""
    try:
        import_module(name)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
