"""Made-up pairs of any number, to see how cost and score grow with it."""

from numbers import Integral

import numpy as np

from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.synthetic import make_topics

__all__ = ["load_topics"]

N_TEST = 1000
N_CLASSES, N_IMAGE_FEATURES, N_WORDS = 10, 64, 200
N_SPLITS = 10


def load_topics(n_train=1000, *, split=0):
    """Draw a data set of `make_topics`: as many pairs to learn from as you like, always 1,000 to ask with.

    Parameters
    ----------
    n_train : int, default=1000
        Training items.
    split : int, 0 to 9
        Another split is another draw, topics included.

    Returns
    -------
    CrossModalDataset
        64 image features and the counts of 200 words, dense, in float32; ten classes of equal size. Few training items
        leave rare words out.

    Raises
    ------
    ValueError
        ``n_train`` is no number of at least 2, or there is no such split.

    Examples
    --------
    >>> from shallow_cmr.datasets import load_topics
    >>> load_topics(n_train=2000)
    CrossModalDataset('topics', X=(3000, 64), y=(3000, 200), split=0)
    """
    if not isinstance(n_train, Integral) or isinstance(n_train, bool) or n_train < 2:
        raise ValueError(f"n_train={n_train!r} must be a whole number of at least 2.")
    if not isinstance(split, Integral) or isinstance(split, bool) or not 0 <= split < N_SPLITS:
        raise ValueError(f"split={split!r} does not exist; the splits are 0 to {N_SPLITS - 1}.")
    n = n_train + N_TEST
    topics = make_topics(n, N_CLASSES, N_IMAGE_FEATURES, N_WORDS, sparse=False, random_state=split)
    return CrossModalDataset(
        topics.X.astype(np.float32),
        topics.y.astype(np.float32),
        topics.labels,
        np.arange(N_TEST, n),
        np.arange(N_TEST),
        name="topics",
        image_features="mixed centres",
        text_features="word counts",
        class_names=[f"topic {c}" for c in range(N_CLASSES)],
        licence="public domain (made up)",
        source="shallow_cmr.datasets.make_topics",
        citation="Blei, D. M., Ng, A. Y. and Jordan, M. I. (2003). Latent Dirichlet allocation. JMLR 3, 993-1022.",
        description="Made-up images and texts that share a mixture of ten topics; the class is the main one.",
        split=split,
        n_splits=N_SPLITS,
    )
