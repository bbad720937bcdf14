r"""Collective matrix factorisation hashing (Ding, Guo & Zhou, 2014).

.. math:: \min_{V, U, P} \sum_v \big( \alpha_v \|X_v - V U_v\|^2 + \mu \|V - X_v P_v\|^2 \big)
          + \gamma \Big( \|V\|^2 + \sum_v \big( \|U_v\|^2 + \|P_v\|^2 \big) \Big)

for latent factors V of pairs, loadings U and hash functions P; `collective_factorisation` solves it. A rotation
:math:`V R,\ R^\top U,\ P R` changes nothing in it, but all bits: they are signs of :math:`X_v P_v R`.
"""

import warnings

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length

from shallow_cmr.base.hashing import HashingMixin
from shallow_cmr.base.moment import MomentProjection
from shallow_cmr.base.second_pass import SecondPassMixin
from shallow_cmr.base.sklearn_internals import StrOptions, at_least, real_above, real_at_least, real_between
from shallow_cmr.hashing.collective_factorisation import Factorisation, solve_cmfh
from shallow_cmr.linalg import flip_signs
from shallow_cmr.rotation import learn_rotation, random_rotation, sample_rows

__all__ = ["CMFH"]

_NORMAL_SCATTER = 100.0  # Wikipedia's views, for which the paper's mu and gamma were set, have 51 and 295


class CMFH(HashingMixin, SecondPassMixin, MomentProjection):
    r"""Collective matrix factorisation hashing: one latent factor for both halves of a pair, imitated from each half.

    Parameters
    ----------
    n_bits : int >= 1, default=32
        Length k of the codes. It may exceed the dimensions of the data.
    weight : float in [0, 1], default=0.5
        Weight of the images in the reconstruction; the texts have the rest. The paper's lambda.
    mu : float > 0, default=100
        Weight of the imitation by hash functions.
    gamma : float > 0, default=0.01
        Weight of all penalties. As in the paper neither mu nor gamma is relative to the units of the features.
    normalize_views : bool, default=False
        Whether each view is first brought to a sum of squares of 100, by one number a view, so that mu and gamma mean
        the same whatever the units and the sample size. False is the paper; True is better on features of unit
        variance (Notes).
    rotation : {"random", "itq"}, default="random"
        Which rotation of the latent factors the bits are signs of; the objective does not care. "random" is the
        published method, whose random start amounts to it, and needs the moments alone. "itq" learns it from the
        rows (second pass, no `partial_fit`, nothing random) and retrieves better, by .02 mAP (Wikipedia) to .04
        (clip art) in our tables.
    max_iter : int >= 1, default=100
        Most sweeps.
    tol : float >= 0, default=1e-6
        Sweeps end where one lowers the objective by less than this share.
    random_state : int, RandomState or None, default=None
        Seed of the random rotation. With None each fit, and each chunk of `partial_fit`, draws another one, and
        codes made before do not go with codes made after.

    Attributes
    ----------
    objective_ : ndarray (n_sweeps,)
        The objective after each sweep, never rising.
    n_iter_ : int
        Sweeps made.
    x_weights_, y_weights_ : ndarray (p, k), (q, k)
        Hash functions P of the centred features; a bit is set where its projection is positive.
    x_pair_weights_, y_pair_weights_ : ndarray (p, k), (q, k)
        The V step for new pairs: their latent factors are the sum of both projections. `transform_pair` thresholds
        it, which on training pairs gives their learned codes.
    x_mean_, y_mean_ : ndarray (p,), (q,)
        Training means.

    Raises
    ------
    ValueError
        A parameter out of its range.

    Warns
    -----
    ConvergenceWarning
        If ``max_iter`` sweeps were too few for ``tol``.
    UserWarning
        If the features are so small that the penalties leave nothing to learn.

    Notes
    -----
    Cost: one pass over the data, O(n (p + q)²), then O((p + q)² k) a sweep whatever n is, about twenty-five sweeps
    on the Wikipedia benchmark. `partial_fit` and `fit_moments` need the moments alone. "itq" adds O(m k r) for
    each of at most 50 sweeps over m <= 5,000 rows; r is the number of dimensions that the penalties leave to V (about
    11 there, however many the bits).

    *Differs from the paper*, at the same minimum (tested against sweeps over n rows). The start: random there; here
    the principal components of the features, then a random rotation of the solution, so that row order and
    constant features do not matter. From all starts that we tried the objective ends at the same value; they differ in
    the rotation alone. The sweeps: each also balances V against U and P, without which features of unit variance
    are far from the minimum after 100 sweeps. The stop: relative, since a fall of less than 0.01 depends on units.

    *Differs from the authors' code* (version 2.0), where a slip of operator precedence makes P 1/mu² of what
    it should be and so switches the imitation term off; we follow the paper.

    On the Wikipedia benchmark (centred features, 693 test queries, database of 2,173 training items, mAP@all, ties in
    expectation; mean of three seeds; image->text / text->image at 16, 32, 64 bits):

    * ``CMFH(n_bits)``, database items coded from their own modality: .227/.207, .241/.229, .252/.243;
      from both, by `transform_pair`: .223/.491, .237/.522, .248/.542.
    * ``CMFH(n_bits, rotation="itq")``, own modality: .250/.240, .258/.250, .270/.258; both: .247/.530, .256/.533,
      .269/.548.

    Texts as queries score high against codes from both because these contain the text.

    *Units matter.* The defaults fit features whose sum of squares is some hundred, as it is there (51 and 295). With
    z-scored features the own-modality scores at 64 bits fall to .205 and .179, and ``normalize_views=True`` brings
    them back to .249 and .235; on the bundled clip art (default features, held-out items, mean of the first five
    splits, ``random_state=0``) it lifts 32 bits from .316 and .310 to .364 and .355.

    References
    ----------
    Ding, Guo & Zhou (2014). Collective matrix factorization hashing for multimodal data. IEEE Conference on Computer
    Vision and Pattern Recognition, 2083-2090.

    Ding, Guo, Zhou & Gao (2016). Large-scale cross-modality search via collective matrix factorization hashing. IEEE
    Transactions on Image Processing 25(11), 5427-5440. doi:10.1109/TIP.2016.2607421

    Gong, Lazebnik, Gordo & Perronnin (2013). Iterative quantization: a Procrustean approach to learning binary codes
    for large-scale image retrieval. IEEE Transactions on Pattern Analysis and Machine Intelligence 35(12), 2916-2929.
    doi:10.1109/TPAMI.2012.193

    Examples
    --------
    >>> from shallow_cmr import CMFH, make_paired_gaussians
    >>> data = make_paired_gaussians(500, 10, 8, correlations=(0.9, 0.7, 0.5), random_state=0)
    >>> cmfh = CMFH(n_bits=16, random_state=0).fit(data.X, data.y)
    >>> cmfh.transform_text(data.y).shape, cmfh.transform_pair(data.X, data.y).shape
    ((500, 16), (500, 16))
    """

    rank_limited = False
    _parameter_constraints = {
        "n_bits": [at_least(1)],
        "weight": [real_between(0, 1)],
        "mu": [real_above(0)],
        "gamma": [real_above(0)],
        "normalize_views": ["boolean"],
        "rotation": [StrOptions({"random", "itq"})],
        "max_iter": [at_least(1)],
        "tol": [real_at_least(0)],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_bits=32,
        *,
        weight=0.5,
        mu=100,
        gamma=0.01,
        normalize_views=False,
        rotation="random",
        max_iter=100,
        tol=1e-6,
        random_state=None,
    ):
        self.n_bits = n_bits
        self.weight = weight
        self.mu = mu
        self.gamma = gamma
        self.normalize_views = normalize_views
        self.rotation = rotation
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    @property
    def expected_failed_laws(self):
        """Declared failures of laws, with reasons."""
        if self.normalize_views:
            return {}
        return {
            "the scale of a view does not matter": "mu and gamma weigh sums of squares of the features, as in the "
            "paper, and so depend on units; normalize_views=True frees them"
        }

    def _needs_rows(self):
        return self.rotation == "itq"

    def _choose_size(self, rank, moments, growing):
        return self.n_bits

    def _solve(self, moments, k):
        S = np.block([[moments.S_xx, moments.S_xy], [moments.S_xy.T, moments.S_yy]])
        scale = self._scale(moments)
        problem = Factorisation(S * (scale * scale.T), len(moments.S_xx), self.weight, self.mu, self.gamma)
        A, P, self.objective_ = solve_cmfh(problem, k, self.max_iter, self.tol)
        self._report(problem, k)
        A, P = scale * A, scale * P
        if self.rotation == "random":
            R = random_rotation(A.shape[1], k, check_random_state(self.random_state))
            A, P = A @ R, P @ R
        return self._keep(A, P, problem.p)

    def _scale(self, moments):
        """Number by which each feature is multiplied (p + q, 1), the same for all of a view."""
        scatters = [S.trace() if self.normalize_views else _NORMAL_SCATTER for S in (moments.S_xx, moments.S_yy)]
        widths = [len(moments.mean_x), len(moments.mean_y)]
        return np.repeat(np.sqrt(_NORMAL_SCATTER / np.array(scatters)), widths)[:, None]

    def _report(self, problem, k):
        """Count the sweeps; warn where they were too few or there was nothing to find."""
        self.n_iter_ = len(self.objective_)
        explained, width = 1 - self.objective_[-1] / problem.unexplained, len(problem.S)
        if explained < 0.05 * min(k, width) / width:  # k principal components explain 20 times that at least
            warnings.warn(
                "the penalties leave hardly anything to the latent factors, as the features are small next to mu and "
                "gamma; lower gamma, or pass normalize_views=True.",
                stacklevel=7,
            )
        elif self.n_iter_ == self.max_iter:
            warnings.warn(
                f"not converged in {self.n_iter_} sweeps; raise max_iter or tol.", ConvergenceWarning, stacklevel=7
            )

    def _keep(self, A, P, p):
        """Keep the V step and return the hash functions of both views, all signed alike."""
        W_x, rest = flip_signs(P[:p], np.vstack([P[p:], A]))
        W_y, self.x_pair_weights_, self.y_pair_weights_ = np.split(rest, [len(P) - p, len(P)])
        return W_x, W_y

    def _look_again(self, X, y):
        rng = np.random.RandomState(0)  # a fixed start: nothing in a learned rotation is left to chance
        rows = sample_rows(X.shape[0], rng)
        R, _ = learn_rotation(self._latent(X[rows], y[rows]), self.n_bits, rng)
        A, P = np.vstack([self.x_pair_weights_, self.y_pair_weights_]), np.vstack([self.x_weights_, self.y_weights_])
        self.x_weights_, self.y_weights_ = self._keep(A @ R, P @ R, X.shape[1])

    def _latent(self, X, y):
        """Latent factors V (n, k) of pairs."""
        return sum(
            Z @ W - mean @ W if sparse.issparse(Z) else (Z - mean) @ W
            for Z, mean, W in ((X, self.x_mean_, self.x_pair_weights_), (y, self.y_mean_, self.y_pair_weights_))
        )

    def _embed_pair(self, X, y):
        check_consistent_length(X, y)
        return self._finish(self._latent(self._check_image(X), self._check_text(y)))
