"""From two views to kernel features: landmarks, the maps on them, and the moments or Gram matrices they give."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_array

from shallow_cmr.kernels import (
    KernelMap,
    icd_map,
    mean_squared_distance,
    nystroem_map,
    order_by_content,
    random_anchors,
)
from shallow_cmr.moments import CrossMoments

__all__ = ["feature_maps", "feature_moments", "training_gram"]

_BLOCK_ROWS = 4096
_MAX_BYTES = 2**31  # the largest n x n matrix that we agree to hold
_NAMES = ("X", "y")


def feature_maps(kernels, views, solver, landmarks, random_state):
    """Return the `KernelMap` of each view on landmarks that are given, drawn or chosen among these items.

    Parameters
    ----------
    kernels : pair of Kernel
        Not scaled yet.
    views : pair of arrays (n, p), (n, q)
        The items among which to choose.
    solver : {"nystroem", "icd"}
    landmarks : int or pair of arrays (m, p), (m', q)
    random_state : int, RandomState or None

    Raises
    ------
    ValueError
        A precomputed kernel, a view without variance, or landmarks that do not fit the view or the solver.
    """
    if "precomputed" in [kernel.function for kernel in kernels]:
        raise ValueError(f'solver="{solver}" evaluates kernels on landmarks; precomputed ones need solver="exact".')
    if not isinstance(landmarks, Integral):
        views = _check_landmarks(landmarks, views, solver)
        kernels = [_scaled(kernel, Z, name) for kernel, Z, name in zip(kernels, views, _NAMES, strict=True)]
        return tuple(map(nystroem_map, kernels, views))
    order = order_by_content(*views)
    drawn = order[random_anchors(len(order), landmarks, random_state)]
    # The mean chi2 distance has no closed form, so it is that between landmarks.
    samples = [Z[drawn] if k.function == "chi2" else Z for k, Z in zip(kernels, views, strict=True)]
    kernels = [_scaled(kernel, Z, name) for kernel, Z, name in zip(kernels, samples, _NAMES, strict=True)]
    if solver == "icd":
        return tuple(icd_map(kernel, Z, landmarks, order) for kernel, Z in zip(kernels, views, strict=True))
    return tuple(nystroem_map(kernel, Z[drawn]) for kernel, Z in zip(kernels, views, strict=True))


def feature_moments(maps, X, y):
    """Return the CrossMoments of the features of ``X`` (n, p) and ``y`` (n, q), taken block by block."""
    moments = None
    for start in range(0, X.shape[0], _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        block = CrossMoments.from_arrays(maps[0](X[rows]), maps[1](y[rows]))
        moments = block if moments is None else moments.merge(block)
    return moments


def training_gram(kernel, Z, name):
    """Return the `KernelMap` on all items of a view ``Z`` (n, d), without weights yet, and the Gram matrix (n, n)."""
    n = Z.shape[0]
    if 8 * n**2 > _MAX_BYTES:
        raise ValueError(
            f'solver="exact" needs two {n} x {n} kernels of {n**2 / 2**27:.1f} GiB each (limit {_MAX_BYTES >> 30}); '
            'use solver="nystroem".'
        )
    if kernel.function == "precomputed":
        _check_gram(Z, name)
        return KernelMap(kernel, None), kernel(Z, None)
    _refuse_constant(Z, name)
    kernel, K = kernel.scaled_gram(Z)
    return KernelMap(kernel, Z.copy()), K


def _check_landmarks(landmarks, views, solver):
    """The two landmark arrays (m, p), (m', q), float64."""
    if solver == "icd" or len(landmarks) != 2:
        raise ValueError(
            f'{len(landmarks)} arrays of landmarks for solver="{solver}": give the number of landmarks, or for '
            'solver="nystroem" a pair of arrays (m, p) and (m, q).'
        )
    arrays = []
    for Z, view, name in zip(landmarks, views, _NAMES, strict=True):
        arrays.append(check_array(Z, accept_sparse="csr", dtype=np.float64, input_name=f"landmarks of {name}"))
        if arrays[-1].shape[1] != view.shape[1]:
            raise ValueError(f"the landmarks of {name} have {arrays[-1].shape[1]} features, {name} {view.shape[1]}.")
    return arrays


def _scaled(kernel, Z, name):
    """The kernel with its bandwidth measured on ``Z`` (n, d)."""
    _refuse_constant(Z, name)
    return kernel.scaled_to(Z)


def _refuse_constant(Z, name):
    """Refuse a view in which nothing varies beyond rounding."""
    mean = np.asarray(Z.mean(axis=0, dtype=np.float64)).ravel()
    if mean_squared_distance(Z) <= (Z.shape[0] * np.finfo(np.float64).eps) ** 2 * (mean @ mean):
        raise ValueError(f"{name} has no variance: every column is constant over the samples.")


def _check_gram(K, name):
    """Refuse what cannot be a Gram matrix of the training items."""
    if K.shape[0] != K.shape[1]:
        raise ValueError(f"{name} {K.shape} is not square; with a precomputed kernel fit takes Gram matrices (n, n).")
    tolerance = 1e-5 * np.abs(K.diagonal()).max()
    for start in range(0, len(K), 256):
        rows = slice(start, start + 256)
        if np.abs(K[rows] - K[:, rows].T).max() > tolerance:
            raise ValueError(f"{name} is not symmetric; with a precomputed kernel fit takes Gram matrices (n, n).")
