"""Time KCCA against whichever of cca-zoo and mvlearn can be imported: ``python benchmarks/speed/kcca.py``.

Process CPU seconds of a fit on one BLAS thread, the least of several rounds in which all take turns; the memory that
numpy held at most during a fit; the sum of the correlations of the ten pairs of projections on 2,000 new items.
Everybody solves the same problem: Gaussian kernels of the same bandwidths and the same penalty in their own parameters.
The second table shows how the cost of exact, Nyström and incomplete Cholesky solutions grows with n.
``--quick`` takes a quarter of the items and one round; the peers take minutes.
"""

import argparse
import importlib
import os
import time
import tracemalloc

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np

from shallow_cmr.kernels import mean_squared_distance
from shallow_cmr.real_valued.kcca import KCCA

N_COMPONENTS, REG, N_LANDMARKS, N_NEW, N_LATENT = 10, 4e-3, 500, 2000, 8


def make_pairs(n, rng):
    """Return X (n, 50) and y (n, 40) whose dependence is nonlinear: one sees a latent point, the other its tanh."""
    latent, (A, B) = rng.normal(size=(n, N_LATENT)), (rng.normal(size=(N_LATENT, d)) for d in (50, 40))
    X = latent @ A + rng.normal(size=(n, 50)) + 3
    return X, np.tanh(latent) @ B + rng.normal(size=(n, 40)) - 2


def penalties(X, y):
    """Return 1 / σ² of both views and the penalties κ = reg · tr(centred kernel), as `KCCA` sets them."""
    gammas = [1 / mean_squared_distance(Z) for Z in (X, y)]
    kernels = [KCCA(1).fit(X, y).x_map_.kernel, KCCA(1).fit(y, X).x_map_.kernel]
    means = [kernel(Z, Z).mean() for kernel, Z in zip(kernels, (X, y), strict=True)]
    return gammas, [REG * len(X) * (1 - mean) for mean in means]


def ours(X, y, solver="exact"):
    """Fit `KCCA` and return its transform of new pairs."""
    return KCCA(N_COMPONENTS, reg=REG, solver=solver, landmarks=N_LANDMARKS, random_state=0).fit(X, y).transform


def cca_zoo(X, y, gammas, kappas):
    """Fit cca-zoo's KCCA, whose constraint is (1 - c) K² / (n - 1) + c K, and return its transform."""
    shrinkage = [kappa / (kappa + len(X) - 1) for kappa in kappas]
    method = importlib.import_module("cca_zoo.nonparametric").KCCA
    model = method(N_COMPONENTS, kernel="rbf", gamma=gammas, shrinkage=shrinkage).fit([X, y])
    return lambda new_X, new_y: model.transform([new_X, new_y])


def mvlearn(X, y, gammas, kappas):
    """Fit mvlearn's KMCCA, whose constraint is (1 - r) K² + r K, and return its transform."""
    regs = [kappa / (kappa + 1) for kappa in kappas]
    method = importlib.import_module("mvlearn.embed").KMCCA
    kernels = {"kernel": ["rbf", "rbf"], "kernel_params": [{"gamma": gamma} for gamma in gammas]}
    model = method(N_COMPONENTS, **kernels, regs=regs, sval_thresh=1e-12).fit([X, y])
    return lambda new_X, new_y: model.transform([new_X, new_y])


def competitors(X, y):
    """Return name -> fit for all that can be imported and work with the installed scikit-learn."""
    arguments, found = penalties(X, y), {"shallow_cmr exact": lambda: ours(X, y)}
    for fit in (cca_zoo, mvlearn):
        try:
            fit(X[:50], y[:50], *arguments)
        except Exception as error:  # whatever it is, the others can be measured
            print(f"{fit.__name__} is left out: {str(error)[:100]}")
        else:
            found[fit.__name__] = lambda fit=fit: fit(X, y, *arguments)
    return found


def measure(fits, new, n_rounds):
    """Return name -> (CPU seconds, peak MB, sum of correlations on new pairs)."""
    seconds, results = dict.fromkeys(fits, np.inf), {}
    for _ in range(n_rounds):
        for name, fit in fits.items():
            start = time.process_time()
            transform = fit()
            seconds[name] = min(seconds[name], time.process_time() - start)
    for name, fit in fits.items():
        tracemalloc.start()
        transform = fit()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        scores = transform(*new)
        kept = sum(np.corrcoef(scores[0][:, j], scores[1][:, j])[0, 1] for j in range(N_COMPONENTS))
        results[name] = seconds[name], peak, kept
    return results


def print_table(title, results):
    """Print one table; ratios are to the first row."""
    first = next(iter(results.values()))[0]
    print(f"\n{title}\n{'':20} {'CPU s':>9} {'ratio':>8} {'peak MB':>9} {'held-out correlations':>23}")
    for name, (seconds, peak, kept) in results.items():
        print(f"{name:20} {seconds:9.3f} {seconds / first:7.1f}x {peak:9.1f} {kept:23.4f}")


def main():
    """Run the comparison with peers, then the growth with n."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the items, one round")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    shrink, n_rounds = (4, 1) if arguments.quick else (1, arguments.rounds)
    X, y = make_pairs(20_000 // shrink + N_NEW, np.random.default_rng(0))
    new, X, y = (X[:N_NEW], y[:N_NEW]), X[N_NEW:], y[N_NEW:]
    n = 2000 // shrink
    print_table(f"n = {n:,}, k = {N_COMPONENTS}", measure(competitors(X[:n], y[:n]), new, n_rounds))
    for n in (1000 // shrink, 5000 // shrink, 20_000 // shrink):
        solvers = ("exact", "nystroem", "icd") if n <= 5000 else ("nystroem", "icd")
        fits = {solver: lambda n=n, solver=solver: ours(X[:n], y[:n], solver) for solver in solvers}
        print_table(f"n = {n:,}, m = {N_LANDMARKS}", measure(fits, new, n_rounds))


if __name__ == "__main__":
    main()
