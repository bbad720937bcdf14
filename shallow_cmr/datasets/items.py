"""Some items of a data set."""

from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.validation import frozen, row_numbers

__all__ = ["PairedItems", "take_items"]


@dataclass(frozen=True, eq=False, repr=False)
class PairedItems:
    """Some items of a data set, seen in both modalities.

    Attributes
    ----------
    X : array or CSR of shape (n, p)
        Image features.
    y : array or CSR of shape (n, q)
        Text features.
    labels : array or CSR of shape (n,) or (n, c)
        Class ids, or class indicator.
    index : ndarray of shape (n,)
        The items' row numbers in the data set.
    """

    X: object
    y: object
    labels: object
    index: np.ndarray

    def __len__(self):
        return len(self.index)

    def __repr__(self):
        return f"PairedItems(X={self.X.shape}, y={self.y.shape}, labels={self.labels.shape})"


def take_items(dataset, index):
    """Return the rows ``index`` (m,) of a data set as read-only `PairedItems`."""
    rows = row_numbers(index)
    X, y, labels = (frozen(part[rows]) for part in (dataset.X, dataset.y, dataset.labels))
    return PairedItems(X, y, labels, index)
