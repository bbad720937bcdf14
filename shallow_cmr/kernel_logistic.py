r"""Logistic regression on a Gaussian kernel with few anchors, for many bits at once.

With :math:`\Phi` the kernel (n, m) between items and anchors, :math:`K` that among the anchors and
:math:`b_i = \pm 1`, each bit solves

.. math:: \min_a \sum_i \log\bigl(1 + e^{-b_i \phi_i^\top a}\bigr) + C\, a^\top K a.

The curvature of a logistic loss is at most 1/4 (Böhning & Lindsay, 1988), so :math:`\Phi^\top \Phi / 4 + 2CK` bounds
the Hessian of every bit. With :math:`K = E \Lambda E^\top`, :math:`F = \Phi E \Lambda^{-1/2}`,
:math:`F^\top F = U \operatorname{diag}(\sigma) U^\top` and :math:`a = Mu`,
:math:`M = E \Lambda^{-1/2} U \operatorname{diag}(\sigma/4 + 2C)^{-1/2}`, the bound becomes the identity and the penalty
:math:`C \sum_j u_j^2 / (\sigma_j/4 + 2C)`. One L-BFGS over u then serves all bits; over a itself it stalls.
"""

import warnings

import numpy as np
from scipy import linalg, optimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from shallow_cmr.kernels import kernel_matrix, kmeans_anchors, mean_squared_distance, random_anchors

__all__ = ["KernelLogisticRegression", "solve_kernel_logistic"]

EIGENVALUE_TOLERANCE = 1e-9  # of K, relative to the largest: what lies below is rounding
MEMORY = 5  # pairs that L-BFGS keeps; more cost time and save no iterations here
BLOCK_ROWS = 4096


def bounded_directions(Phi, K, reg):
    """Return ``M`` (m, r) with ``M.T @ (Phi.T @ Phi / 4 + 2 reg K) @ M = I``, and ``diag(M.T @ reg K @ M)`` (r,)."""
    values, E = linalg.eigh(K)
    kept = values > EIGENVALUE_TOLERANCE * values[-1]
    whitened = E[:, kept] / np.sqrt(values[kept])
    F = Phi @ whitened
    sigma, U = linalg.eigh(F.T @ F)
    bound = np.maximum(sigma, 0) / 4 + 2 * reg
    return whitened @ (U / np.sqrt(bound)), reg / bound


def logistic_loss(u, D, signs, ridge):
    """Return the summed loss of all bits and its gradient (r, k) at ``u`` (r, k), for scores ``D @ u`` (n, k)."""
    margins = signs * (D @ u)
    decay = np.exp(-np.abs(margins))  # at most one, so nothing overflows
    loss = np.sum(np.log1p(decay) - np.minimum(margins, 0), dtype=np.float64)
    missing = np.where(margins > 0, decay, 1) / (1 + decay)  # 1 - P(bit)
    gradient = 2 * ridge * u - D.T @ (signs * missing)
    return loss + np.sum(ridge * u**2, dtype=np.float64), gradient


def solve_kernel_logistic(Phi, K, B, reg=0.01, tol=1e-2, max_iter=500, dtype=np.float32):
    """Return the dual weights ``A`` (m, k) of all bits, the iterations, and the largest entry of the last gradient.

    ``Phi`` (n, m) is the kernel between items and anchors, ``K`` (m, m) that among anchors, ``B`` (n, k) bool.
    ``tol`` bounds the gradient in the coordinates u, where the Hessian is at most I. The iterations run in
    ``dtype``, all around them in float64.
    """
    M, ridge = bounded_directions(Phi, K, reg)
    D, ridge = (Phi @ M).astype(dtype), ridge[:, None].astype(dtype)
    signs = np.where(B, 1, -1).astype(dtype)
    shape = D.shape[1], B.shape[1]

    def loss(u):
        value, gradient = logistic_loss(u.reshape(shape).astype(dtype), D, signs, ridge)
        return value, gradient.ravel().astype(np.float64)

    options = {"gtol": tol, "ftol": 0.0, "maxcor": MEMORY, "maxiter": max_iter, "maxfun": 4 * max_iter}
    found = optimize.minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
    return M @ found.x.reshape(shape), found.nit, float(np.abs(found.jac).max(initial=0.0))


class KernelLogisticRegression(ClassifierMixin, BaseEstimator):
    """Kernel logistic regression with anchors: a classifier of one bit, or of many at the cost of a few.

    Parameters
    ----------
    anchors : {"random", "kmeans"}, default="random"
        Items drawn at random, the same ones from any features under the same ``random_state``; or the centres of
        k-means on these features.
    n_anchors : int >= 1, default=500
        How many; all items where there are fewer.
    reg : float > 0, default=0.01
        Weight of the penalty: larger is smoother (the reverse of scikit-learn's ``C``).
    tol : float > 0, default=0.01
        Largest entry of the gradient at which to stop, in coordinates in which the Hessian is at most the identity.
    max_iter : int >= 1, default=500
        Most iterations of L-BFGS.
    random_state : int, RandomState or None, default=None
        For the anchors.

    Attributes
    ----------
    anchors_ : ndarray (m, d)
    bandwidth_ : float
        σ² of the kernel exp(-‖x - z‖² / σ²): the mean squared distance between training items.
    dual_weights_ : ndarray (m, k)
    classes_ : ndarray (2,), or list of k such
    n_iter_ : int

    Notes
    -----
    There is no intercept, and the kernel is not centred. Cost: O(n m (m + k)) and O(m³) a fit, O(m (d + k)) an item.

    References
    ----------
    Böhning & Lindsay (1988). Monotonicity of quadratic-approximation algorithms. Annals of the Institute of
    Statistical Mathematics 40(4), 641-663.

    Lin, Ding, Hu & Wang (2015). Semantics-preserving hashing for cross-view retrieval. CVPR, 3864-3872.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> inside, right = (X**2).sum(axis=1) < 1, X[:, 0] > 0
    >>> model = KernelLogisticRegression(n_anchors=50, random_state=0).fit(X, np.column_stack([inside, right]))
    >>> model.predict([[0.3, 0.3], [-2.0, 0.0]])
    array([[1, 1],
           [0, 0]])
    """

    def __init__(self, *, anchors="random", n_anchors=500, reg=0.01, tol=1e-2, max_iter=500, random_state=None):
        self.anchors = anchors
        self.n_anchors = n_anchors
        self.reg = reg
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X, y):
        """Learn from features ``X`` (n, d) and ``y``: two classes (n,), or bits (n, k) as an indicator."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True)
        B = self._bits(y)
        self.bandwidth_ = mean_squared_distance(X) or 1.0  # one point repeated: the kernel is 1 at any bandwidth
        self.anchors_ = self._choose_anchors(X)
        Phi, K = (kernel_matrix(Z, self.anchors_, bandwidth=self.bandwidth_) for Z in (X, self.anchors_))
        found = solve_kernel_logistic(Phi, K, B, self.reg, self.tol, self.max_iter)
        self.dual_weights_, self.n_iter_, slope = found
        if slope > self.tol:
            warnings.warn(
                f"stopped after {self.n_iter_} iterations at a gradient of {slope:.2g}, above tol={self.tol}; "
                "raise max_iter, reg or tol.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def decision_function(self, X):
        """Return log-odds (n, k), or (n,) for one bit."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        scores = np.empty((len(X), self.dual_weights_.shape[1]))
        for start in range(0, len(X), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            scores[rows] = kernel_matrix(X[rows], self.anchors_, bandwidth=self.bandwidth_) @ self.dual_weights_
        return scores if isinstance(self.classes_, list) else scores[:, 0]

    def predict_proba(self, X):
        """Return the probabilities (n, k) of the bits, or (n, 2) of the two classes."""
        p = expit(self.decision_function(X))
        return p if isinstance(self.classes_, list) else np.column_stack([1 - p, p])

    def predict(self, X):
        """Return the bits (n, k) as 0 and 1, or the classes (n,)."""
        positive = (self.decision_function(X) > 0).astype(int)
        return positive if isinstance(self.classes_, list) else self.classes_[positive]

    def _bits(self, y):
        """Targets as bool (n, k); remember the classes."""
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind == "multilabel-indicator":
            self.classes_ = [np.array([0, 1])] * y.shape[1]
            return y > 0
        y = column_or_1d(y, warn=True)
        self.classes_ = np.unique(y)
        if kind != "binary" or len(self.classes_) != 2:
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind} with "
                f"{len(self.classes_)} class(es); give two classes, or bits (n, k) of 0 and 1."
            )
        return (y == self.classes_[1])[:, None]

    def _choose_anchors(self, X):
        """Anchors (m, d)."""
        if self.anchors == "kmeans":
            return kmeans_anchors(X, self.n_anchors, self.random_state)
        if self.anchors != "random":
            raise ValueError(f'anchors={self.anchors!r} is unknown; choose "random" or "kmeans".')
        return X[random_anchors(len(X), self.n_anchors, self.random_state)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.multi_label = True
        return tags
