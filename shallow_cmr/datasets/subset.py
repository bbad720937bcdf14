"""A data set of some items of another."""

from dataclasses import replace
from functools import partial

import numpy as np

from shallow_cmr.datasets.pictures import read_pictures
from shallow_cmr.datasets.validation import frozen_index

__all__ = ["take_subset"]


def take_subset(dataset, rows):
    """Return the data set of some rows; see `CrossModalDataset.subset`."""
    rows = _row_numbers(rows, len(dataset))
    pictures = None if dataset.thumbnails is None else read_pictures(dataset.thumbnails)
    sequences = {"titles": dataset.titles, "texts": dataset.texts, "thumbnails": pictures}
    return replace(
        dataset,
        **{name: getattr(dataset, name)[rows] for name in ("X", "y", "labels")},
        **{name: None if part is None else tuple(part[i] for i in rows) for name, part in sequences.items()},
        **_halves(dataset, rows),
        groups=None if dataset.groups is None else dataset.groups[rows],
        remake=None if dataset.remake is None else partial(_remake, dataset.remake, rows),
    )


def _row_numbers(rows, n):
    """Return row numbers (m,) of row numbers or of a mask (n,)."""
    rows = np.asarray(rows)
    if rows.dtype == bool and rows.shape == (n,):
        rows = np.flatnonzero(rows)
    return frozen_index(rows, n, "rows")


def _halves(dataset, rows):
    """Return the places, among the rows, of the training and of the test items."""
    place = np.full(len(dataset), -1)
    place[rows] = np.arange(len(rows))
    halves = {}
    for name in ("train_index", "test_index"):
        places = place[getattr(dataset, name)]
        halves[name] = places[places >= 0]
        if halves[name].size == 0:
            raise ValueError(
                f"none of the {len(rows)} rows is in {name} of {dataset.name}; choose some of both halves."
            )
    return halves


def _remake(remake, rows, train_index, test_index):
    """Return the subset ``rows`` of the data set that is prepared on some of them."""
    return remake(rows[train_index], rows[test_index]).subset(rows)
