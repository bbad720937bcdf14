"""From the arrays of a file to pairs in one order, with the split that the file carries, if any."""

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from shallow_cmr.datasets.benchmarks.layouts import VIEWS
from shallow_cmr.datasets.benchmarks.orientation import items_by_features, labels_by_items, whole_numbers

__all__ = ["Pairs", "paired", "stacked"]

BLOCKS = ("train", "test", "val", "database")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Image and text features of all items, row by row.

    Attributes
    ----------
    X, y : ndarray or CSR of shape (n, p) and (n, q)
        Features.
    labels : list of ndarray of shape (n_b,) or (n_b, c)
        Labels as stored, a block at a time; together they have n rows.
    train, test : ndarray of int or None
        Rows of the file's own split; None: it has none.
    """

    X: object
    y: object
    labels: list
    train: np.ndarray | None
    test: np.ndarray | None


def paired(arrays, names, n_classes):
    """Return the arrays as `Pairs`.

    Parameters
    ----------
    arrays : dict
        Arrays by their role (see `layouts`).
    names : dict
        Their names in the file, by role, for errors.
    n_classes : int
        Classes of the labels.

    Raises
    ------
    ValueError
        Shapes do not fit together, or the split contradicts itself.
    """
    blocks = {block: _block(arrays, names, f"_{block}", n_classes) for block in BLOCKS if f"image_{block}" in arrays}
    if not blocks:
        X, y, L = _block(arrays, names, "", n_classes)
        return Pairs(X, y, [L], *_listed_rows(arrays, names, len(L)))
    if "train" not in blocks:
        # Papers that share such files train on the whole database.
        blocks = {"train": blocks.pop("database")} | blocks
    elif "database" in blocks:
        blocks = _without_repeats(blocks)
    X, y = (stacked([block[view] for block in blocks.values()], VIEWS[view]) for view in (0, 1))
    n_train, n_test = len(blocks["train"][2]), len(blocks["test"][2])
    order = list(blocks)
    start = sum(len(blocks[block][2]) for block in order[: order.index("test")])
    return Pairs(X, y, [block[2] for block in blocks.values()], np.arange(n_train), np.arange(start, start + n_test))


def _block(arrays, names, block, n_classes):
    """Return image features, text features and labels of one block, one row an item."""
    image, text, labels = (f"{view}{block}" for view in VIEWS)
    L = labels_by_items(arrays[labels], n_classes, names[labels])
    again = f"labels-of-texts{block}"
    if again in arrays and not np.array_equal(L, labels_by_items(arrays[again], n_classes, names[again])):
        raise ValueError(f"{names[labels]} and {names[again]} differ: images and texts are not paired row by row.")
    X, y = (items_by_features(arrays[role], len(L), names[role]) for role in (image, text))
    return X, y, L


def stacked(blocks, name):
    """Return the blocks (n_b, d) one below the other."""
    widths = {block.shape[1] for block in blocks}
    if len(widths) > 1:
        raise ValueError(
            f"the {name} features have {' and '.join(map(str, sorted(widths)))} columns in different blocks."
        )
    if any(sparse.issparse(block) for block in blocks):
        return sparse.vstack(blocks, format="csr")
    return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


def _without_repeats(blocks):
    """Return the blocks without those rows of the database that are the training pairs once more."""
    X, y, _ = blocks["train"]
    seen = {}
    for row, digest in enumerate(_row_digests(*blocks["database"][:2])):
        seen.setdefault(digest, []).append(row)
    repeats = [rows.pop() for digest in _row_digests(X, y) if (rows := seen.get(digest))]
    if not repeats:
        return blocks
    if len(repeats) < X.shape[0]:
        raise ValueError(
            f"{len(repeats):,} of {X.shape[0]:,} training pairs are also in the database, the others are not; "
            "either all of them belong to it, or none."
        )
    rest = np.setdiff1d(np.arange(blocks["database"][0].shape[0]), repeats)
    if not rest.size:
        return {block: parts for block, parts in blocks.items() if block != "database"}
    return blocks | {"database": tuple(part[rest] for part in blocks["database"])}


def _row_digests(*views):
    """Yield a digest of each row of the views (n, d) together."""
    views = [view.tocsr() if sparse.issparse(view) else np.ascontiguousarray(view) for view in views]
    for row in range(views[0].shape[0]):
        sha = hashlib.blake2b(digest_size=16)
        for view in views:
            if sparse.issparse(view):
                part = slice(view.indptr[row], view.indptr[row + 1])
                sha.update(view.indices[part].astype(np.int64).tobytes() + view.data[part].tobytes())
            else:
                sha.update(view[row].data)
        yield sha.digest()


def _listed_rows(arrays, names, n_items):
    """Return the rows of training pairs and queries that the file lists, from 0 on, or twice None."""
    if not {"train_rows", "test_rows"} <= arrays.keys():
        return None, None
    rows = {role: np.ravel(V) for role, V in arrays.items() if role.endswith("_rows")}
    rows = {role: whole_numbers(V, f"the rows of {names[role]}") for role, V in rows.items()}
    empty = [names[role] for role, V in rows.items() if not V.size]
    if empty:
        raise ValueError(f"{' and '.join(empty)} should list rows, but is empty.")
    every = np.concatenate(list(rows.values()))
    if every.min() == 0 and every.max() < n_items:
        first = 0
    elif every.min() > 0 and every.max() == n_items:
        first = 1
    else:
        raise ValueError(
            f"{', '.join(names[role] for role in rows)} run from {every.min()} to {every.max()} for {n_items:,} "
            f"items: it cannot be told whether they count from 0 or from 1."
        )
    return rows["train_rows"] - first, rows["test_rows"] - first
