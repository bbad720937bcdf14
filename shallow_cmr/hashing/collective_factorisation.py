r"""The problem of collective matrix factorisation hashing (Ding, Guo & Zhou, 2014), solved from scatter matrices.

Both views (centred, :math:`X_1` images, :math:`X_2` texts) share latent factors V, which linear functions of each
view alone imitate; :math:`\alpha_1 + \alpha_2 = 1`:

.. math:: \min_{V, U, P} \sum_v \big( \alpha_v \|X_v - V U_v\|^2 + \mu \|V - X_v P_v\|^2 \big)
          + \gamma \Big( \|V\|^2 + \sum_v \big( \|U_v\|^2 + \|P_v\|^2 \big) \Big).

Each block has a closed form given the others:

.. math:: U_v = (V^\top V + \tfrac{\gamma}{\alpha_v} I)^{-1} V^\top X_v, \qquad
          P_v = (X_v^\top X_v + \tfrac{\gamma}{\mu} I)^{-1} X_v^\top V, \qquad
          V = \Big( \sum_v \big( \alpha_v X_v U_v^\top + \mu X_v P_v \big) \Big)
              \Big( \sum_v \alpha_v U_v U_v^\top + (2 \mu + \gamma) I \Big)^{-1}.

So V is always linear in the features, V = ZA with :math:`Z = [X_1\ X_2]`, and with :math:`S = Z^\top Z` all that a
sweep needs are :math:`V^\top V = A^\top S A` and :math:`Z^\top V = S A`: no sweep sees a row.

The blocks share one freedom that they use slowly: :math:`V C,\ C^{-1} U,\ P C` reconstruct alike for any invertible C,
at another price :math:`\operatorname{tr} C^\top M C + \operatorname{tr} C^{-1} N C^{-\top}`, where M collects the terms
quadratic in V and P, and :math:`N = \gamma \sum_v U_v U_v^\top`. It is least for :math:`C C^\top = B (B^\top M N M
B)^{1/2} B^\top` with :math:`B^\top M B = I`. Balancing so in each sweep reaches in tens of sweeps what the blocks
alone may take thousands for.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from shallow_cmr.linalg import RANK_TOLERANCE, flip_signs, inverse_square_root

__all__ = ["Factorisation", "solve_cmfh"]


@dataclass(frozen=True, eq=False)
class Factorisation:
    """The problem from ``S`` (p + q, p + q), the scatter of Z, whose first ``p`` features are the images'.

    U and P stand for both views at once, one above the other: ``U`` (p + q, k) the transposed loadings, ``P``
    (p + q, k) the hash functions. ``A`` (p + q, k) gives V = ZA; ``SA`` (p + q, k) is ZᵀV.
    """

    S: np.ndarray
    p: int
    weight: float = 0.5
    mu: float = 100.0
    gamma: float = 0.01

    @cached_property
    def alpha(self):
        """Weight of the view of each feature (p + q, 1)."""
        return np.where(np.arange(len(self.S)) < self.p, self.weight, 1 - self.weight)[:, None]

    @cached_property
    def within(self):
        """Scatter within the views (p + q, p + q)."""
        return linalg.block_diag(self.S[: self.p, : self.p], self.S[self.p :, self.p :])

    @cached_property
    def ridged(self):
        """Inverse of the ridged scatter within the views (p + q, p + q)."""
        blocks = (self.S[: self.p, : self.p], self.S[self.p :, self.p :])
        return linalg.block_diag(*(_ridged_inverse(S, self.gamma / self.mu) for S in blocks))

    def loadings(self, A, SA):
        """Return the best U given V."""
        VV, p = A.T @ SA, self.p
        # The weight is multiplied in, so that a view of weight zero is no division by it.
        U_x, U_y = (a * _ridged_inverse(a * VV, self.gamma) for a in (self.weight, 1 - self.weight))
        return np.vstack([SA[:p] @ U_x, SA[p:] @ U_y])

    def hash_functions(self, SA):
        """Return the best P given V."""
        return self.ridged @ SA

    def latent(self, U, P):
        """Return the A of the best V given U and P."""
        return (self.alpha * U + self.mu * P) @ _ridged_inverse((self.alpha * U).T @ U, 2 * self.mu + self.gamma)

    def balance(self, A, SA, U, P):
        """Return the best mixing C (k, r) for VC, C⁻¹U and PC, without the dimensions that have died."""
        PSA = P.T @ SA
        imitation = 2 * A.T @ SA - PSA - PSA.T + P.T @ self.within @ P
        M = self.mu * imitation + self.gamma * (A.T @ SA + P.T @ P)
        B = inverse_square_root(M)
        UMB = U @ (M @ B)
        values, axes = linalg.eigh(self.gamma * UMB.T @ UMB)
        alive = values > 1e-14 * values[-1]
        return B @ axes[:, alive] * values[alive] ** 0.25

    def objective(self, A, SA, U, P):
        """Return the objective."""
        VV, size = A.T @ SA, np.vdot(A, SA)
        reconstruction = self.unexplained - 2 * np.vdot(self.alpha * U, SA) + np.vdot((self.alpha * U).T @ U, VV)
        imitation = 2 * size - 2 * np.vdot(P, SA) + np.vdot(P, self.within @ P)
        return reconstruction + self.mu * imitation + self.gamma * (size + np.vdot(U, U) + np.vdot(P, P))

    @cached_property
    def unexplained(self):
        """The objective of V = 0."""
        return float(np.vdot(self.alpha, np.diag(self.S)))


def solve_cmfh(problem, k, max_iter=100, tol=1e-6):
    """Return A, P (p + q, r) and the objective after each sweep, r <= k the dimensions of V that survive.

    The sweeps start from the principal components of Z and end where the objective falls by less than ``tol`` of
    itself. It fixes V up to a rotation only; we return its principal axes, the strongest first, with fixed signs.
    """
    width, objective = len(problem.S), []
    A = linalg.eigh(problem.S, subset_by_index=(max(width - k, 0), width - 1))[1]
    SA = problem.S @ A
    U, P = problem.loadings(A, SA), problem.hash_functions(SA)
    for _ in range(max_iter):
        A = problem.latent(U, P)
        SA = problem.S @ A
        C = problem.balance(A, SA, U, P)
        A, SA = A @ C, SA @ C
        U, P = problem.loadings(A, SA), problem.hash_functions(SA)
        objective.append(problem.objective(A, SA, U, P))
        if len(objective) > 1 and objective[-2] - objective[-1] <= tol * abs(objective[-1]):
            break
    A = problem.latent(U, P)  # so that the V step for new pairs and V itself are one
    SA = problem.S @ A
    values, axes = linalg.eigh(A.T @ SA)
    axes = axes[:, values > RANK_TOLERANCE * values[-1]][:, ::-1]  # eigh is ascending
    return *flip_signs(A @ axes, problem.hash_functions(SA @ axes)), np.array(objective)


def _ridged_inverse(C, ridge):
    """(C + ridge I)⁻¹ (d, d), the ridge no less than the rounding of C."""
    B = inverse_square_root(C, max(ridge, 1e-13 * np.trace(C)))
    return B @ B.T
