"""The splits that benchmarks' papers describe, for files that carry none."""

import numpy as np

__all__ = ["RULES", "split_by_rule"]


def _train_first(edition, labels):
    """The first rows are training pairs, those that follow are queries."""
    return np.arange(edition.n_train), np.arange(edition.n_train, edition.n_train + edition.n_test)


def _queries_first(edition, labels):
    """The first rows are queries, those that follow are training pairs."""
    return np.arange(edition.n_test, edition.n_test + edition.n_train), np.arange(edition.n_test)


def _random(edition, labels):
    """As queries first, of the rows in a random order that is always the same."""
    order = np.random.default_rng(0).permutation(len(labels))
    train, test = _queries_first(edition, labels)
    return np.sort(order[train]), np.sort(order[test])


def _stratified(edition, labels):
    """Equally many queries of each class, drawn at random and always the same; the others are training pairs."""
    rng = np.random.default_rng(0)
    n_each = edition.n_test // len(np.unique(labels))
    test = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:n_each] for c in np.unique(labels)])
    return np.setdiff1d(np.arange(len(labels)), test), np.sort(test)


RULES = {
    "train_first": _train_first,
    "queries_first": _queries_first,
    "random": _random,
    "stratified": _stratified,
}


def split_by_rule(edition, labels):
    """Return the rows of the training pairs and of the queries.

    Parameters
    ----------
    edition : Edition
        The benchmark's version; its ``rule`` says how.
    labels : ndarray of shape (n,) or (n, c)
        Of all items.

    Raises
    ------
    ValueError
        A class is on one side alone: then the rows are not in the order that the rule relies on.
    """
    train, test = RULES[edition.rule](edition, labels)
    if not edition.multi_label:
        alone = np.setxor1d(np.unique(labels[train]), np.unique(labels[test]))
        if alone.size:
            raise ValueError(
                f"the file has no split, and its rows are not in the order of the published one: by position, class "
                f"{alone[0]} would be in training or in the test alone. Give the split in load_features(..., "
                f"split=...)."
            )
    return train, test
