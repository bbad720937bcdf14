"""Time CMFH, a sweep from moments against one over rows, and whole fits: ``python benchmarks/speed/cmfh.py [FOLDER]``.

Process CPU seconds on one BLAS thread, the least of several rounds in which all take turns. ``FOLDER`` holds the
Wikipedia benchmark (``wikipedia/``); without it, or the variable SHALLOW_CMR_DATA, that part is left out.
"""

import os
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
from scipy import linalg

from shallow_cmr import CMFH, CrossMoments, load_wikipedia, make_paired_gaussians
from shallow_cmr.hashing.collective_factorisation import Factorisation, solve_cmfh

SIZES, P, Q, K, N_SWEEPS = (2_000, 20_000, 200_000), 128, 64, 32, 10
CORRELATIONS = tuple(np.linspace(0.9, 0.3, 20))


def least(works, n_rounds):
    """Return the least CPU seconds of each of several pieces of work that take turns: name -> seconds."""
    seconds = dict.fromkeys(works, np.inf)
    for _ in range(n_rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds


def sweep_over_rows(X, y, V, weight=0.5, mu=100.0, gamma=0.01):
    """Return V (n, k) after one sweep as published; the factors of the hash functions are made anew."""
    eye = np.eye(V.shape[1])
    U_x, U_y = (linalg.solve(V.T @ V + gamma / weight * eye, V.T @ Z, assume_a="pos") for Z in (X, y))
    P_x, P_y = (linalg.solve(Z.T @ Z + gamma / mu * np.eye(Z.shape[1]), Z.T @ V, assume_a="pos") for Z in (X, y))
    left = weight * (X @ U_x.T + y @ U_y.T) + mu * (X @ P_x + y @ P_y)
    return left @ linalg.inv(weight * (U_x @ U_x.T + U_y @ U_y.T) + (2 * mu + gamma) * eye)


def grow_with_n():
    """Print how the time of moments, of a sweep from them and of a sweep over rows grows with n."""
    print(f"CPU seconds, {P} + {Q} features, {K} bits")
    print(f"{'n':>9} {'moments':>10} {'sweep':>10} {'grown':>7} {'sweep over rows':>16}")
    problems, works = {}, {}
    for n in SIZES:
        data = make_paired_gaussians(n, P, Q, correlations=CORRELATIONS, random_state=0)
        X, y = (0.05 * (Z - Z.mean(axis=0)) for Z in (data.X, data.y))
        V = np.random.default_rng(0).normal(size=(n, K))
        start = time.process_time()
        moments = CrossMoments.from_arrays(X, y)
        seconds = time.process_time() - start
        S = np.block([[moments.S_xx, moments.S_xy], [moments.S_xy.T, moments.S_yy]])
        problem = Factorisation(S * (2_000 / n), P)
        works[n] = lambda problem=problem: solve_cmfh(problem, K, max_iter=N_SWEEPS, tol=-1.0)
        problems[n] = seconds, least({"rows": lambda X=X, y=y, V=V: sweep_over_rows(X, y, V)}, 1)["rows"]
    sweeps = {n: seconds / N_SWEEPS for n, seconds in least(works, 15).items()}
    for n, (moments, rows) in problems.items():
        print(f"{n:9,} {moments:10.4f} {sweeps[n]:10.5f} {sweeps[n] / sweeps[SIZES[0]]:6.2f}x {rows:16.4f}")


def wikipedia(folder):
    """Print the time of whole fits on the Wikipedia benchmark."""
    train = load_wikipedia(folder, prepared="centre").train
    works = {
        f"CMFH({n_bits}, rotation={rotation!r})": lambda n_bits=n_bits, rotation=rotation: CMFH(
            n_bits, rotation=rotation, random_state=0
        ).fit(train.X, train.y)
        for rotation in ("random", "itq")
        for n_bits in (16, 32, 64, 128)
    }
    print(f"\nWikipedia, whole fit, n = {len(train.X):,}")
    for name, seconds in least(works, 15).items():
        print(f"{name:32} {seconds:8.4f} s")


def main():
    """Run both parts."""
    grow_with_n()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SHALLOW_CMR_DATA", "")) / "wikipedia"
    if folder.exists():
        wikipedia(folder)


if __name__ == "__main__":
    main()
