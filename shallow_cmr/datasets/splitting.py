"""Splits into training and test items: alike in each class, equal texts on one side."""

from numbers import Integral

import numpy as np

__all__ = ["draw_splits", "groups_of"]


def draw_splits(dataset, n, seed):
    """Return n pairs (train_index, test_index) of row numbers; see `CrossModalDataset.splits`."""
    for name, value, lowest in (("n", n, 1), ("seed", seed, 0)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < lowest:
            raise ValueError(f"{name}={value!r} must be a whole number from {lowest}.")
    rows = np.sort(np.concatenate([dataset.train_index, dataset.test_index]))
    groups = groups_of(dataset)[rows]
    share = len(dataset.test_index) / len(rows)
    # A seed sequence for each split: the first splits do not depend on how many follow.
    seeds = [int(np.random.SeedSequence([seed, i]).generate_state(1)[0]) for i in range(n)]
    return [tuple(rows[half] for half in _halves(dataset.labels[rows], groups, share, s)) for s in seeds]


def groups_of(dataset):
    """Return the group (n,) of each item: the data set's own, or items of equal texts, or each alone."""
    if dataset.groups is not None:
        return dataset.groups
    if dataset.texts is not None:
        return np.unique(dataset.texts, return_inverse=True)[1]
    return np.arange(len(dataset))


def _halves(labels, groups, share, seed):
    """Return the rows of one split, in order; `share` of them for the test."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

    n_folds = round(1 / share)
    smallest = np.unique(labels, return_counts=True)[1].min() if labels.ndim == 1 else 0
    if smallest >= n_folds >= 2:
        halves = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    else:
        halves = GroupShuffleSplit(1, test_size=share, random_state=seed)
    train, test = next(halves.split(labels, labels, groups))
    if not (train.size and test.size):
        raise ValueError(f"{len(np.unique(groups))} groups of items are too few to share out; give other groups.")
    return np.sort(train), np.sort(test)
