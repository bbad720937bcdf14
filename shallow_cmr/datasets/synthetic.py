"""Paired data whose truth is known: what a method should find is part of what is returned."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["PairedGaussians", "Topics", "make_paired_gaussians", "make_topics"]


@dataclass(frozen=True, eq=False, repr=False)
class PairedGaussians:
    """A sample of two correlated Gaussian views, and the population that it comes from.

    Attributes
    ----------
    X, y : ndarray of shape (n, p) and (n, q)
        The sample, row by row of the same item.
    correlations : ndarray of shape (k,)
        Population canonical correlations, greatest first; all further ones are zero.
    image_weights, text_weights : ndarray of shape (p, k) and (q, k)
        Population canonical weights: ``image_weights.T @ C_xx @ image_weights`` is the identity and
        ``image_weights.T @ C_xy @ text_weights`` is ``diag(correlations)``.
    image_mean, text_mean : ndarray of shape (p,) and (q,)
        Population means.
    C_xx, C_yy, C_xy : ndarray of shape (p, p), (q, q) and (p, q)
        Population covariances.
    """

    X: np.ndarray
    y: np.ndarray
    correlations: np.ndarray
    image_weights: np.ndarray
    text_weights: np.ndarray
    image_mean: np.ndarray
    text_mean: np.ndarray
    C_xx: np.ndarray
    C_yy: np.ndarray
    C_xy: np.ndarray

    def __repr__(self):
        return f"PairedGaussians(X={self.X.shape}, y={self.y.shape}, correlations={self.correlations.tolist()})"


def make_paired_gaussians(
    n_samples=500,
    n_image_features=20,
    n_text_features=10,
    correlations=(0.9, 0.7, 0.5),
    *,
    offset=5.0,
    random_state=None,
):
    r"""Draw two Gaussian views with given canonical correlations.

    .. math:: x = \mu_x + A_x u, \quad y = \mu_y + A_y v, \quad
              u \sim N(0, I_p), \; v \sim N(0, I_q), \; \operatorname{cov}(u_i, v_j) = \rho_i \delta_{ij}

    with random invertible :math:`A_x, A_y`, so that the canonical weights are the first columns of
    :math:`A_x^{-\top}` and :math:`A_y^{-\top}`. They are no principal axes: what finds them has solved CCA.

    Parameters
    ----------
    n_samples, n_image_features, n_text_features : int
        Sizes n, p and q.
    correlations : sequence of float in [0, 1)
        Population canonical correlations, greatest first, at most min(p, q) of them.
    offset : float, default=5.0
        The means of the columns are drawn around it (image) and around its negative (text).
    random_state : int, RandomState or None
        Seed.

    Returns
    -------
    PairedGaussians
        The sample with its population.

    Raises
    ------
    ValueError
        A size is below 1, or the correlations are too many, out of range or not sorted.

    References
    ----------
    Hotelling, H. (1936). Relations between two sets of variates. Biometrika 28. doi:10.2307/2333955

    Examples
    --------
    >>> from shallow_cmr.datasets import make_paired_gaussians
    >>> pairs = make_paired_gaussians(n_samples=100, random_state=0)
    >>> pairs
    PairedGaussians(X=(100, 20), y=(100, 10), correlations=[0.9, 0.7, 0.5])
    >>> (pairs.image_weights.T @ pairs.C_xy @ pairs.text_weights).round(6).diagonal().tolist()
    [0.9, 0.7, 0.5]
    """
    from sklearn.utils import check_random_state

    _check_sizes(n_samples=n_samples, n_image_features=n_image_features, n_text_features=n_text_features)
    rho = _checked_correlations(correlations, n_image_features, n_text_features)
    rng, k = check_random_state(random_state), len(rho)
    A_x, A_x_inverse = _mixing(n_image_features, rng)
    A_y, A_y_inverse = _mixing(n_text_features, rng)
    U = rng.standard_normal((n_samples, n_image_features))
    V = rng.standard_normal((n_samples, n_text_features))
    V[:, :k] = rho * U[:, :k] + np.sqrt(1 - rho**2) * V[:, :k]
    image_mean = offset + rng.standard_normal(n_image_features)
    text_mean = -offset + rng.standard_normal(n_text_features)
    return PairedGaussians(
        X=image_mean + U @ A_x.T,
        y=text_mean + V @ A_y.T,
        correlations=rho,
        image_weights=A_x_inverse[:k].T,
        text_weights=A_y_inverse[:k].T,
        image_mean=image_mean,
        text_mean=text_mean,
        C_xx=A_x @ A_x.T,
        C_yy=A_y @ A_y.T,
        C_xy=(A_x[:, :k] * rho) @ A_y[:, :k].T,
    )


def _check_sizes(**sizes):
    """Raise for the first size that is not a positive integer."""
    for name, value in sizes.items():
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name}={value!r} must be an integer of at least 1.")


def _checked_correlations(correlations, p, q):
    """Return the correlations (k,) as an array."""
    rho = np.asarray(correlations, dtype=np.float64)
    if rho.ndim != 1 or not 1 <= rho.size <= min(p, q):
        raise ValueError(
            f"correlations has shape {rho.shape}; give a sequence of 1 to {min(p, q)} numbers, "
            f"because the views have {p} and {q} features."
        )
    if not ((rho >= 0) & (rho < 1)).all() or (np.diff(rho) > 0).any():
        raise ValueError(f"correlations={rho.tolist()} must lie in [0, 1), the greatest first.")
    return rho


def _mixing(d, rng):
    """Return a random matrix (d, d) with singular values from 1/2 to 2, and its inverse."""
    left, right = (np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2))
    scales = np.geomspace(2, 0.5, d)
    return (left * scales) @ right.T, (right / scales) @ left.T


@dataclass(frozen=True, eq=False, repr=False)
class Topics:
    """A sample of images and texts about a mixture of topics, and the truth behind them.

    Attributes
    ----------
    X : ndarray of shape (n, p)
        Image features.
    y : CSR matrix or ndarray of shape (n, n_words)
        Word counts.
    labels : ndarray of shape (n,)
        Class ids; the class of an item is its heaviest topic.
    mixtures : ndarray of shape (n, c)
        Share of each topic in each item; rows sum to one. Both modalities know the truth only through it.
    centres : ndarray of shape (c, p)
        The expected image features of each pure topic.
    words : ndarray of shape (c, n_words)
        The probability of each word in each pure topic; rows sum to one.
    """

    X: np.ndarray
    y: object
    labels: np.ndarray
    mixtures: np.ndarray
    centres: np.ndarray
    words: np.ndarray

    def __repr__(self):
        return f"Topics(X={self.X.shape}, y={self.y.shape}, n_classes={len(self.centres)})"


def make_topics(
    n_samples=500,
    n_classes=5,
    n_image_features=32,
    n_words=300,
    *,
    words_per_text=20,
    purity=0.6,
    noise=1.0,
    offset=5.0,
    sparse=True,
    random_state=None,
):
    r"""Draw images and texts that share a mixture of topics, each item about mostly one: its class.

    Item i of class c has the mixture :math:`\theta_i = \pi e_c + (1 - \pi)\,\operatorname{Dirichlet}(1, ..., 1)`.
    Each of its words is drawn from a topic that is drawn from :math:`\theta_i` (Blei et al., 2003); its image is
    :math:`\theta_i` times the centres of the topics, plus Gaussian noise. So the two modalities agree on more than
    the class, and given :math:`\theta_i` they are independent.

    Parameters
    ----------
    n_samples, n_classes, n_image_features, n_words : int
        Sizes n, c, p and that of the vocabulary. Class sizes differ by at most one.
    words_per_text : int, default=20
        Length of each text.
    purity : float in [0.5, 1], default=0.6
        Share of an item that is certainly of its class, :math:`\pi`; 1 leaves nothing but the class to share.
    noise : float >= 0, default=1.0
        Standard deviation of the image noise; the centres have a standard deviation of one a feature.
    offset : float, default=5.0
        Mean of the image features.
    sparse : bool, default=True
        Word counts as a CSR matrix; False: as an array. The numbers are the same.
    random_state : int, RandomState or None
        Seed.

    Returns
    -------
    Topics
        The sample with its truth.

    Raises
    ------
    ValueError
        A size is below 1, ``purity`` is out of range or ``noise`` is negative.

    References
    ----------
    Blei, D. M., Ng, A. Y. and Jordan, M. I. (2003). Latent Dirichlet allocation. JMLR 3, 993-1022.

    Examples
    --------
    >>> from shallow_cmr.datasets import make_topics
    >>> topics = make_topics(random_state=0)
    >>> topics
    Topics(X=(500, 32), y=(500, 300), n_classes=5)
    >>> print(topics.y.sum(axis=1).min(), topics.y.sum(axis=1).max())
    20.0 20.0
    """
    from sklearn.utils import check_random_state

    _check_sizes(n_samples=n_samples, n_classes=n_classes, n_image_features=n_image_features)
    _check_sizes(n_words=n_words, words_per_text=words_per_text)
    if not 0.5 <= purity <= 1:
        raise ValueError(f"purity={purity!r} must lie in [0.5, 1]: below, the class need not be the main topic.")
    if not noise >= 0:
        raise ValueError(f"noise={noise!r} must be at least 0.")
    rng = check_random_state(random_state)
    labels = rng.permutation(np.arange(n_samples) % n_classes)
    mixtures = (1 - purity) * rng.dirichlet(np.ones(n_classes), size=n_samples)
    mixtures[np.arange(n_samples), labels] += purity
    centres = offset + rng.standard_normal((n_classes, n_image_features))
    # Few words carry most of a topic's weight, as in real vocabularies.
    words = rng.dirichlet(np.full(n_words, 0.1), size=n_classes)
    X = mixtures @ centres + noise * rng.standard_normal((n_samples, n_image_features))
    y = _word_counts(mixtures, words, words_per_text, rng)
    return Topics(X, y if sparse else y.toarray(), labels, mixtures, centres, words)


def _word_counts(mixtures, words, words_per_text, rng):
    """Return the counts (n, n_words), CSR, of texts whose words are drawn from mixed topics."""
    n, n_topics = mixtures.shape
    shares = mixtures.cumsum(axis=1)
    draws = rng.random_sample((n, words_per_text))
    # Rounding can leave the last cumulated share a bit below one.
    topics = np.minimum((draws[:, :, None] >= shares[:, None, :]).sum(axis=2), n_topics - 1)
    tokens = np.empty(topics.shape, dtype=np.intp)
    for topic, probabilities in enumerate(words):
        here = topics == topic
        tokens[here] = rng.choice(len(probabilities), size=here.sum(), p=probabilities)
    rows = np.repeat(np.arange(n), words_per_text)
    return csr_matrix((np.ones(rows.size), (rows, tokens.ravel())), shape=(n, words.shape[1]))
