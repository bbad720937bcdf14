r"""Rotations of a shared space: they change no distance in it, but decide what the signs of its axes say.

A rotation here is R (r, k), k >= r, with orthonormal rows: the r dimensions are spread over k bits. Iterative
quantisation (ITQ; Gong, Lazebnik, Gordo & Perronnin, 2013) learns one from points V (m, r),

.. math:: \min_{B, R} \|B - V R\|^2 \quad \text{s.t.}\quad B \in \{-1, 1\}^{m \times k},\ R R^\top = I,

by turns: :math:`B = \operatorname{sign}(V R)`, and :math:`R = P Q^\top` from the singular value decomposition
:math:`V^\top B = P \Omega Q^\top` (Procrustes). Neither raises the loss.
"""

import numpy as np
from scipy import linalg

__all__ = ["learn_rotation", "random_rotation", "sample_rows"]

_MOST_ROWS = 5000  # enough to place k hyperplanes; the signs of more rows cost time and change nothing


def random_rotation(r, k, rng):
    """Return R (r, k) with orthonormal rows: the first r rows of a random orthogonal matrix (k, k).

    The first rows are the same for every r, so that one more (weak) dimension turns none of the others.
    """
    Q, T = linalg.qr(rng.normal(size=(k, k)))
    return (Q * np.where(np.diag(T) < 0, -1.0, 1.0)).T[:r]  # these signs make it uniform (Mezzadri, 2007)


def learn_rotation(V, k, rng, max_iter=50):
    """Return the rotation R (r, k) by which the points V (m, r) lie closest to signs, and the loss of each sweep."""
    R, losses = random_rotation(V.shape[1], k, rng), []
    B = np.empty((len(V), k))
    for _ in range(max_iter):
        np.copysign(1.0, V @ R, out=B)
        P, omega, Qt = linalg.svd(V.T @ B, full_matrices=False)
        R = P @ Qt
        losses.append(B.size + np.vdot(V, V) - 2 * omega.sum())
        if len(losses) > 1 and losses[-2] - losses[-1] <= 1e-12 * losses[-1]:
            break
    return R, np.array(losses)


def sample_rows(n, rng):
    """Return which of n rows to learn a rotation from: all, or 5,000 of them drawn without repetition."""
    return slice(None) if n <= _MOST_ROWS else np.sort(rng.choice(n, _MOST_ROWS, replace=False))
