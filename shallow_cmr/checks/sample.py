"""What the laws are tried on, and how two models are compared."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.base import clone

__all__ = ["Pairs", "assert_same", "fitted", "is_hasher", "sample", "signed", "similarity", "with_size"]


@dataclass(frozen=True)
class Pairs:
    """n pairs with integer class labels."""

    X: np.ndarray
    y: np.ndarray
    labels: np.ndarray

    def __getitem__(self, rows):
        return Pairs(self.X[rows], self.y[rows], self.labels[rows])


@cache
def sample():
    """Train and test pairs: five classes in a latent space seen by both sides, far from zero, none negative."""
    rng = np.random.default_rng(0)
    labels = np.arange(180) % 5
    latent = 3.0 * np.eye(5)[labels] + rng.normal(size=(180, 5))
    X = latent @ rng.normal(size=(5, 8)) + 0.5 * rng.normal(size=(180, 8)) + 25
    y = latent @ rng.normal(size=(5, 6)) + 0.5 * rng.normal(size=(180, 6)) + 20
    order = rng.permutation(180)
    pairs = Pairs(X, y, labels)[order]
    for array in (pairs.X, pairs.y, pairs.labels):
        array.flags.writeable = False
    return pairs[:120], pairs[120:]


def with_size(estimator, size):
    """Return a copy with so many components or bits, and a fixed seed where it takes one.

    Parameters
    ----------
    estimator : CrossModalEstimator
        A method, or a pipeline with one.
    size : int
        Its ``n_components`` or ``n_bits``.

    Returns
    -------
    CrossModalEstimator
        Not fitted.

    Examples
    --------
    >>> from shallow_cmr import CMFH
    >>> with_size(CMFH(), 8)
    CMFH(n_bits=8, random_state=0)
    """
    estimator = clone(estimator)
    wanted = {"n_components": size, "n_bits": size, "estimator__n_components": size, "estimator__n_bits": size}
    wanted.update(random_state=0, estimator__random_state=0)
    known = estimator.get_params()
    return estimator.set_params(**{key: value for key, value in wanted.items() if key in known})


def fitted(estimator, pairs, size=4):
    """A copy of that size, fitted."""
    return with_size(estimator, size).fit(pairs.X, pairs.y, pairs.labels)


def similarity(estimator, pairs):
    """Similarity (n, n) of images and texts: cosine, or for codes 1 - 2 Hamming / k, which is one too."""
    images, texts = (signed(Z) for Z in (estimator.transform_image(pairs.X), estimator.transform_text(pairs.y)))
    norms = np.linalg.norm(images, axis=1)[:, None] * np.linalg.norm(texts, axis=1)
    return images @ texts.T / np.maximum(norms, np.finfo(float).tiny)


def signed(embedding):
    """Embedding (n, k) in float64, bits as -1 and 1."""
    return 2.0 * embedding - 1.0 if embedding.dtype == bool else embedding.astype(np.float64)


def assert_same(one, other, tolerance=1e-7):
    """Similarities agree; a bit whose score is rounding away from zero may flip, one in a thousand."""
    difference = np.abs(one - other)
    if np.mean(difference > tolerance * max(np.abs(one).max(), 1.0)) > 1e-3:
        raise AssertionError(f"similarities differ by up to {difference.max():.3g}")


def is_hasher(estimator):
    """Whether its embeddings are codes."""
    return estimator.transform_image(sample()[1].X).dtype == bool
