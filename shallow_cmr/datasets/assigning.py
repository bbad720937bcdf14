"""Which items train and which test, as a reader of own files may say it."""

import hashlib
from numbers import Integral, Real

import numpy as np
from scipy.sparse import issparse

__all__ = ["assign"]

TRAIN, TEST = {"train", "training"}, {"test", "query", "queries"}
NEITHER = {"val", "valid", "validation", "dev", "database", "retrieval", ""}


def assign(split, labels, texts, seed):
    """Return the rows of the training and of the test items.

    Parameters
    ----------
    split : int, float, pair of array-like of int, or array-like of shape (n,)
        Number or share of the test items, to be drawn; the rows of both halves; or of each item a word or number.
    labels : ndarray or CSR of shape (n,) or (n, c)
        Of the items: a drawn split has like shares of each class.
    texts : array or CSR of shape (n, q)
        Text features: items with equal ones stay on one side of a drawn split.
    seed : int
        Of the draw.

    Raises
    ------
    ValueError
        It is none of these, or a half would be empty.
    """
    n = labels.shape[0]
    if isinstance(split, Real) and not isinstance(split, bool):
        n_test = int(split) if isinstance(split, Integral) else round(split * n) if 0 < split < 1 else 0
        if not 0 < n_test < n:
            raise ValueError(f"split={split!r} must be 1 to {n - 1} test items, or a share of them between 0 and 1.")
        return _drawn(labels, _groups(texts), n_test, np.random.default_rng(seed))
    if isinstance(split, tuple) and len(split) == 2:
        return tuple(np.asarray(rows) for rows in split)
    return _told(np.asarray(split), n)


def _told(split, n):
    """Return the rows of both halves, as a word or number of each item says."""
    if split.shape != (n,) and split.size == n:
        split = split.reshape(-1)
    if split.shape != (n,):
        raise ValueError(
            f"split has the shape {split.shape} for {n} items; give a word of each item, (train_index, test_index), "
            f"or the number or share of test items."
        )
    if split.dtype.kind in "US":
        words = np.char.lower(np.char.strip(split.astype(str)))
        known, is_train, is_test = TRAIN | TEST | NEITHER, np.isin(words, list(TRAIN)), np.isin(words, list(TEST))
        strange = set(words) - known
    else:
        is_train, is_test = split == 0, split == 1
        strange = set(np.unique(split)) - {0, 1, 2}
    if strange:
        raise ValueError(
            f"split holds {', '.join(sorted(map(str, strange))[:5])}; known are train, test, val, database and their "
            f"kin, or 0 (train), 1 (test), 2 (neither)."
        )
    if not (is_train.any() and is_test.any()):
        raise ValueError(f"split has {is_train.sum()} training and {is_test.sum()} test items; both need some.")
    return np.flatnonzero(is_train), np.flatnonzero(is_test)


def _groups(texts):
    """Return a number of each item (n,), the same for those of equal text features."""
    numbers = {}
    if issparse(texts):
        bounds = zip(texts.indptr[:-1], texts.indptr[1:])
        rows = (texts.indices[a:b].tobytes() + b"|" + texts.data[a:b].tobytes() for a, b in bounds)
    else:
        rows = (row.tobytes() for row in texts)
    digests = (hashlib.blake2b(row, digest_size=16).digest() for row in rows)
    return np.array([numbers.setdefault(digest, len(numbers)) for digest in digests])


def _drawn(labels, groups, n_test, rng):
    """Return rows of a random split: whole groups, of each class its share, n_test items or as near as groups allow."""
    members = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    order = [members[group] for group in rng.permutation(len(members))]
    # Of items with several classes no share is kept: then there is one class, of which all are.
    classes = np.unique(labels, return_inverse=True)[1] if labels.ndim == 1 else np.zeros(len(groups), int)
    left, test, rest = _shares(classes, n_test), [], []
    for rows in order:
        counts = np.bincount(classes[rows], minlength=len(left))
        fits = (counts <= left).all()
        left -= counts * fits
        (test if fits else rest).append(rows)
    n_left = left.sum()
    for rows in rest:
        if len(rows) <= n_left:
            n_left -= len(rows)
            test.append(rows)
    if not test:
        raise ValueError(f"no group of items with equal text features is as small as {n_test}; draw more test items.")
    test = np.sort(np.concatenate(test))
    return np.setdiff1d(np.arange(len(groups)), test), test


def _shares(classes, n_test):
    """Return how many of the test items each class has (c,); together n_test."""
    counts = np.bincount(classes)
    exact = counts * n_test / counts.sum()
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: n_test - shares.sum()]] += 1
    return shares
