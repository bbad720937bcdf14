r"""Codes whose Hamming distances follow the labels, by minimising a divergence (Lin, Ding, Hu & Wang, 2015).

:math:`P_{ij}` is the cosine of the label rows of two items (:math:`P_{ii} = 0`), scaled to sum to one. With
:math:`s_{ij} = 1 / (1 + \tfrac14 \|h_i - h_j\|^2)`, whose denominator counts different bits where :math:`H` is of
:math:`\pm 1`, :math:`s_{ii} = 0`, :math:`Z = \sum_{ij} s_{ij}` and :math:`Q = s / Z`,

.. math:: \min_{H \in R^{n \times k}} \psi(H) = \sum_{ij} P_{ij} \log \frac{P_{ij}}{Q_{ij}}
          + \frac{\alpha}{nk} \bigl\| |H| - 1 \bigr\|^2, \qquad
          \nabla \psi = (\operatorname{diag}(S 1) - S) H + \frac{2 \alpha}{nk} (|H| - 1) \circ \operatorname{sign} H

with :math:`S = (P - Q) \circ s`. It is t-SNE (van der Maaten & Hinton, 2008) with labels for neighbours, and descends
as t-SNE does.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shallow_cmr.labels import LabelMatrix

__all__ = ["LabelAffinity", "kl_objective", "solve_kl_codes"]

BLOCK_ROWS = 256
LEARNING_RATE, MOMENTUM = 500.0, 0.5
GAIN_RISE, GAIN_DECAY, SMALLEST_GAIN = 0.2, 0.8, 0.01


@dataclass(frozen=True, eq=False)
class LabelAffinity:
    """The affinities P (n, n), formed a block at a time and never whole.

    Attributes
    ----------
    order : ndarray (n,)
        Rows sorted by their labels: with one label an item, P is then zero outside a band. All else here,
        and every H given with it, is in this order.
    F : ndarray (n, c)
        P is ``F @ F.T`` off the diagonal.
    """

    order: np.ndarray
    F: np.ndarray

    @classmethod
    def from_labels(cls, labels: LabelMatrix, dtype=np.float32):
        """Affinities of labelled items; ValueError where no two share a label, or all have the same."""
        L = labels.L.toarray()
        if (L[0] == L).all():
            raise ValueError(
                f"all {len(L)} labelled items have the same labels, so nothing says which differ; "
                "give labels with at least two classes."
            )
        order = np.lexsort(L.T[::-1])
        F = L[order] / np.sqrt(np.maximum(L[order].sum(axis=1, keepdims=True), 1.0))
        total = np.sum(F.sum(axis=0) ** 2) - np.sum(F**2)  # over ordered pairs, off the diagonal
        if total <= 1e-9 * len(F):
            raise ValueError(
                f"no two of {len(F)} labelled items share a label, so nothing says which are alike; "
                "give labels with at least one class of two items."
            )
        return cls(order, (F / np.sqrt(total)).astype(dtype))

    @cached_property
    def blocks(self):
        """Tuples (start, stop, last): right of its diagonal block, P[start:stop] is zero from column ``last`` on."""
        starts = range(0, len(self.F), BLOCK_ROWS)
        stops = [min(start + BLOCK_ROWS, len(self.F)) for start in starts]
        return [(start, stop, self._last(start, stop)) for start, stop in zip(starts, stops)]

    def _last(self, start, stop):
        """One past the last column that shares a label with any of these rows."""
        present = self.F[start:stop].any(axis=0)
        return max(stop, int(np.flatnonzero(self.F[:, present].any(axis=1)).max(initial=0)) + 1)

    def block(self, start, stop, last):
        """``P[start:stop, start:last]``."""
        P = self.F[start:stop] @ self.F[start:last].T
        np.fill_diagonal(P, 0)
        return P

    @cached_property
    def negative_entropy(self):
        """The part of the divergence that no H changes: the sum of P log P."""
        total = 0.0
        for block in self.blocks:
            P = self.block(*block)
            total += _symmetric_sum(P, np.log(np.where(P > 0, P, 1)))
        return total


def kl_objective(H, P, alpha):
    """Return psi and its gradient (n, k) at ``H`` (n, k), in the dtype of ``H``, for a `LabelAffinity` ``P``.

    Both are symmetric sums over pairs, so only blocks on and right of the diagonal are formed, O(n * 256)
    numbers at a time; Z is known at the end alone, hence two sums.
    """
    n, k = H.shape
    H_1 = np.column_stack([H, np.ones(n, H.dtype)])
    squares = np.einsum("ij,ij->i", H, H)[:, None] / 4
    left = np.hstack([-H / 2, H_1[:, k:], squares + 1])  # left @ right.T is 1 + d² in one product
    right = np.hstack([H, squares, H_1[:, k:]])
    attraction, repulsion = np.zeros_like(H_1), np.zeros_like(H_1)
    Z = likelihood = 0.0
    buffer = np.empty(BLOCK_ROWS * n, H.dtype)
    for start, stop, last in P.blocks:
        s = buffer[: (stop - start) * (n - start)].reshape(stop - start, n - start)
        np.matmul(left[start:stop], right[start:].T, out=s)
        p = P.block(start, stop, last)
        likelihood += _symmetric_sum(p, np.log(s[:, : last - start]))
        np.divide(1, s, out=s)
        np.fill_diagonal(s, 0)
        Z += _symmetric_sum(s)
        p *= s[:, : last - start]
        _add_symmetric(attraction, p, H_1, start)
        np.multiply(s, s, out=s)
        _add_symmetric(repulsion, s, H_1, start)
    S_H1 = attraction - repulsion / H.dtype.type(Z)
    beta, excess = alpha / (n * k), np.abs(H) - 1
    gradient = S_H1[:, k:] * H - S_H1[:, :k] + (2 * beta) * excess * np.sign(H)
    divergence = P.negative_entropy + likelihood + np.log(Z)
    return float(divergence + beta * np.sum(excess**2, dtype=np.float64)), gradient


def solve_kl_codes(labels, k, alpha, max_iter, rng):
    """Return codes (n, k), bool, of the best iterate, and psi (max_iter + 1,) of all."""
    P = LabelAffinity.from_labels(labels)
    H = (1e-4 * rng.standard_normal((len(P.order), k))).astype(np.float32)[P.order]
    step, gain = np.zeros_like(H), np.ones_like(H)
    psi, gradient = kl_objective(H, P, alpha)
    path, best = [psi], H
    for _ in range(max_iter):
        grows = np.sign(gradient) != np.sign(step)
        gain = np.maximum(np.where(grows, gain + GAIN_RISE, gain * GAIN_DECAY), SMALLEST_GAIN).astype(H.dtype)
        step = MOMENTUM * step - LEARNING_RATE * gain * gradient
        H = H + step
        H -= H.mean(axis=0)
        psi, gradient = kl_objective(H, P, alpha)
        best = H if psi < min(path) else best
        path.append(psi)
    B = np.empty(H.shape, dtype=bool)
    B[P.order] = best > 0
    return B, np.array(path)


def _symmetric_sum(A, B=None):
    """Sum of the upper blocks ``A[, * B]`` (m, w) of a symmetric matrix, whose first m columns are the diagonal."""
    rows = A.sum(axis=1) if B is None else np.einsum("ij,ij->i", A, B)
    m = len(A)
    diagonal = A[:, :m].sum(axis=1) if B is None else np.einsum("ij,ij->i", A[:, :m], B[:, :m])
    return 2 * rows.sum(dtype=np.float64) - diagonal.sum(dtype=np.float64)


def _add_symmetric(total, W, H_1, start):
    """Add ``W H_1`` to ``total`` (n, k + 1), where W (m, w) holds rows from ``start`` on and, mirrored, columns."""
    m, w = W.shape
    total[start : start + m] += W @ H_1[start : start + w]
    total[start + m : start + w] += W[:, m:].T @ H_1[start : start + m]
