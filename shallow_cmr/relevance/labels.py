"""Labels as numbers that compare fast: classes numbered alike on both sides, label sets as bit masks."""

from itertools import chain

import numpy as np
from scipy import sparse

from shallow_cmr.codes import as_words

__all__ = ["encode_classes", "label_masks"]

_BLOCK_ENTRIES = 2**21


def encode_classes(query_classes, database_classes):
    """Number the classes of two vectors alike: integers (n_queries,) and (n_database,)."""
    pair = [np.asarray(query_classes), np.asarray(database_classes)]
    if any(classes.ndim != 1 for classes in pair):
        raise ValueError(f"classes have shapes {pair[0].shape} and {pair[1].shape}, but must be two vectors.")
    kinds = [_kind(classes) for classes in pair]
    if sorted(kinds) == ["numbers", "strings"]:
        raise TypeError(f"query classes are {kinds[0]} and database classes {kinds[1]}, so none can be equal.")
    if any(classes.dtype == object for classes in pair):
        pair = [classes.tolist() for classes in pair]
        number = {name: i for i, name in enumerate(dict.fromkeys(chain(*pair)))}
        numbers = np.array([number[name] for name in chain(*pair)], dtype=np.min_scalar_type(len(number)))
    else:
        names, numbers = np.unique(np.concatenate(pair), return_inverse=True)
        numbers = numbers.astype(np.min_scalar_type(len(names)))
    return np.split(numbers, [len(query_classes)])


def _kind(classes):
    """Return "numbers", "strings" or "other" for a vector of classes (n,); refuse missing ones."""
    types = {classes.dtype.type} if classes.dtype != object else set(map(type, classes))
    missing = any(kind.__name__ in ("NoneType", "NAType", "NaTType") for kind in types)
    if missing or np.any(classes != classes):
        raise ValueError("labels contain missing values (NaN, None); drop or fill the items without a label.")
    for family, name in (((int, float, np.number, np.bool_), "numbers"), ((str, np.str_), "strings")):
        if types and all(issubclass(kind, family) for kind in types):
            return name
    return "other"


def label_masks(labels):
    """Pack an indicator (n, c), dense or sparse, into the fewest unsigned words (n, n_words)."""
    values = labels.data if sparse.issparse(labels) else labels
    if values.dtype.kind not in "biuf" or not np.isin(values, (0, 1)).all():
        raise ValueError(
            "a label matrix may hold only 0 and 1 (no NaN); give an indicator with one column a label, "
            "or a vector (n,) if these are classes."
        )
    n_labels = labels.shape[1]
    dtype = next((kind for bits, kind in ((8, "u1"), (16, "u2"), (32, "u4")) if n_labels <= bits), "u8")
    if not sparse.issparse(labels):
        return as_words(labels.astype(bool), dtype)
    rows, step = labels.tocsr(), max(1, _BLOCK_ENTRIES // n_labels)
    starts = range(0, max(1, labels.shape[0]), step)
    return np.concatenate([as_words(rows[i : i + step].toarray().astype(bool), dtype) for i in starts])
