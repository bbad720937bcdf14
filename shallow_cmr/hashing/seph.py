r"""Semantics-preserving hashing (Lin, Ding, Hu & Wang, 2015).

Codes first, from labels alone: :math:`B = \operatorname{sign} H` for the H of least divergence between the affinities
of labels and those of codes (`shallow_cmr.hashing.kl_codes`). Then, for each modality v and bit, a kernel logistic
regression that predicts the bit from features (`shallow_cmr.kernel_logistic`), with log-odds
:math:`z_v = \phi(x_v)^\top a_v`. A query has one modality: its bit is :math:`z_v > 0`. An item with both is coded by
Bayes' rule, as if they were independent given the bit, whose prior is :math:`\pi`:

.. math:: \frac{p_x p_y}{\pi} > \frac{(1 - p_x)(1 - p_y)}{1 - \pi}
          \quad\Longleftrightarrow\quad z_x + z_y - \log \frac{\pi}{1 - \pi} > 0.
"""

import numpy as np
from sklearn.utils import check_random_state

from shallow_cmr.base.sklearn_internals import StrOptions, at_least, real_above, real_at_least
from shallow_cmr.base.two_step import TwoStepHasher
from shallow_cmr.hashing.kl_codes import solve_kl_codes
from shallow_cmr.kernel_logistic import KernelLogisticRegression

__all__ = ["SePH"]


class SePH(TwoStepHasher):
    r"""Semantics-preserving hashing: codes that follow the labels, then kernel logistic regressions that predict them.

    Parameters
    ----------
    n_bits : int >= 1, default=32
        Length k of the codes; the rank of the features does not limit it.
    anchors : {"random", "kmeans"}, default="random"
        Where the kernel features of the hash functions are taken: at the same randomly drawn items in both modalities
        (the paper's SePH_rnd), or at the k-means centres of each modality (SePH_km).
    n_anchors : int >= 1, default=500
        How many (the paper's number); all items where there are fewer.
    alpha : float >= 0, default=0.01
        Weight of the penalty that draws the entries of H to -1 and 1 (the paper's).
    reg : float > 0, default=0.01
        Weight of the penalty of the hash functions: the paper's C. Larger is smoother, the reverse of scikit-learn's C.
    hash_function : classifier or regressor, default=None
        Any of scikit-learn's in the place of the kernel logistic regression, for instance ``Ridge()``; ``anchors``,
        ``n_anchors`` and ``reg`` are then not used. It sees features that are centred and, all columns by one factor,
        scaled to a mean variance of one.
    max_samples : int >= 2 or None, default=5000
        Codes and hash functions are learned on so many items at most, drawn at random, since the divergence costs
        O(n²); None takes all. The hash functions code the rest, and items without labels.
    max_iter : int >= 1, default=100
        Steps of the descent (the authors').
    random_state : int, RandomState or None, default=None
        For the start of the descent, the anchors, and the draw of ``max_samples``.

    Attributes
    ----------
    training_codes_ : ndarray (n, k) of bool
        Codes of the training items: from their labels where learned, else from their features.
    n_iter_ : int
        Steps taken: ``max_iter``.
    objective_ : ndarray (max_iter + 1,)
        :math:`\psi` of the best H so far; the codes are those of the last.
    objective_path_ : ndarray (max_iter + 1,)
        :math:`\psi` at every step, which momentum lets rise at times.
    priors_ : ndarray (k,)
        Share of learned codes in which each bit is set.
    prior_log_odds_ : ndarray (k,)
        What fusion of both modalities subtracts: the log-odds of the priors, 0 for constant bits and for hash functions
        that give no probabilities.
    x_hash_, y_hash_ : BitFunctions
        The fitted hash functions; ``x_hash_.estimators[0]`` is the KernelLogisticRegression of all image bits.
    x_mean_, y_mean_, x_scale_, y_scale_ : ndarray (p,), ndarray (q,), float, float
        What features are centred and scaled by.

    Raises
    ------
    ValueError
        No labels, no two items that share one, or a modality without variance.
    TypeError
        ``hash_function`` is neither classifier nor regressor.

    Notes
    -----
    Cost: O(n² k) a step of the descent for n items up to ``max_samples``, in blocks of 256 rows (no n x n array) and
    float32; the hash functions O(n m (m + k)) and O(m³) for m anchors; O(m (p + k)) an item to code.

    The descent depends on the labels only: codes of training items leak them. For items of one label it ends with
    about one code a class, so it is the hash functions that make codes of the same class differ.

    *Differs from the authors' code.* There every logistic regression stops at 500 iterations of L-BFGS, far from the
    optimum; here all bits converge together, to a gradient of at most 0.01 in coordinates where the Hessian is at most
    the identity. A demo in circulation swaps the names of the directions and codes the database from one modality.
    Items without labels, for which the paper says nothing, do not take part in learning.

    Where ``hash_function`` gives no probabilities (regressors, margins), items of both modalities are coded by the sum
    of the scores, without a prior.

    On the Wikipedia benchmark (693 test queries, database of 2,173 training items, mAP@all, ties in expectation, mean
    of ``random_state`` 0, 1, 2; image->text / text->image at 16, 32 and 64 bits), database items coded from the
    retrieved modality alone: ``SePH(n_bits)`` reaches .269 / .407, .285 / .442, .299 / .458, and
    ``SePH(n_bits, anchors="kmeans")`` .274 / .405, .287 / .439, .300 / .458. Database items coded from both:
    .285 / .643, .305 / .657, .320 / .667, and .291 / .644, .307 / .660, .323 / .671. Text queries then meet codes that
    contain the item's text, and all items were seen in training with their labels. At 16 bits from one modality,
    ``reg=1e-3`` reaches .269 / .436, a linear ``hash_function=Ridge()`` .236 / .238.

    References
    ----------
    Lin, Ding, Hu & Wang (2015). Semantics-preserving hashing for cross-view retrieval. CVPR, 3864-3872.
    https://openaccess.thecvf.com/content_cvpr_2015/html/Lin_Semantics-Preserving_Hashing_for_2015_CVPR_paper.html

    van der Maaten & Hinton (2008). Visualizing data using t-SNE. Journal of Machine Learning Research 9, 2579-2605.

    Examples
    --------
    >>> import numpy as np
    >>> from shallow_cmr import SePH
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(200) % 4
    >>> X = np.eye(4)[labels] + 0.3 * rng.normal(size=(200, 4))
    >>> y = np.eye(4)[labels] + 0.3 * rng.normal(size=(200, 4))
    >>> seph = SePH(n_bits=8, random_state=0).fit(X, y, labels)
    >>> seph.transform_text(y).shape, bool(seph.score(X, y, labels) > 0.9)
    ((200, 8), True)
    """

    supervision = "supervised"
    _parameter_constraints = {
        "n_bits": [at_least(1)],
        "anchors": [StrOptions({"random", "kmeans"})],
        "n_anchors": [at_least(1)],
        "alpha": [real_at_least(0)],
        "reg": [real_above(0)],
        "max_samples": [at_least(2), None],
        "max_iter": [at_least(1)],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_bits=32,
        *,
        anchors="random",
        n_anchors=500,
        alpha=0.01,
        reg=0.01,
        hash_function=None,
        max_samples=5000,
        max_iter=100,
        random_state=None,
    ):
        self.n_bits = n_bits
        self.anchors = anchors
        self.n_anchors = n_anchors
        self.alpha = alpha
        self.reg = reg
        self.hash_function = hash_function
        self.max_samples = max_samples
        self.max_iter = max_iter
        self.random_state = random_state

    def _learn_codes(self, X, y, labels):
        rng = check_random_state(self.random_state)
        B, self.objective_path_ = solve_kl_codes(labels, self.n_bits, self.alpha, self.max_iter, rng)
        self.n_iter_ = self.max_iter
        self.objective_ = np.minimum.accumulate(self.objective_path_)
        return B

    def _default_hash_function(self):
        return KernelLogisticRegression(anchors=self.anchors, n_anchors=self.n_anchors, reg=self.reg)
