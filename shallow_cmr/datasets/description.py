"""A data set in words, and its items as a table."""

import textwrap

import numpy as np
from scipy.sparse import issparse

from shallow_cmr.labels import encode_labels

__all__ = ["class_texts", "describe", "items_frame"]

_WIDTH = 70


def describe(dataset):
    """Return what `print` shows of a data set: sizes, classes, labels an item, protocol, licence, what to cite."""
    of = "" if dataset.split is None else f" (split {dataset.split} of {dataset.n_splits})"
    facts = {
        "image features": _features(dataset.image_features, dataset.X),
        "text features": _features(dataset.text_features, dataset.y),
        "classes": _classes(dataset),
        "labels": _cardinality(dataset.labels),
        "protocol": dataset.protocol,
        "licence": dataset.licence,
        "cite": dataset.citation,
    }
    lines = [f"  {name:16}{_wrapped(text)}" for name, text in facts.items() if text]
    counts = f"{len(dataset.train_index):,} training and {len(dataset.test_index):,} test{of}"
    return "\n".join([f"{dataset.name}: {len(dataset):,} image-text pairs, {counts}", *lines])


def _wrapped(text):
    """Return text in lines that stand below one another."""
    return ("\n" + " " * 18).join(textwrap.wrap(text, _WIDTH, break_on_hyphens=False))


def _features(name, V):
    """Return one line on the features ``V`` (n, d)."""
    columns = f"{V.shape[1]} columns" + (", sparse" if issparse(V) else "")
    return f"{name}, {columns}" if name else columns


def _classes(dataset):
    """Return the number of classes and their names, as many as fit."""
    if not dataset.class_names:
        return f"{dataset.n_classes}, unnamed"
    names = textwrap.shorten(", ".join(dataset.class_names), 240, placeholder=" ...")
    return f"{len(dataset.class_names)}: {names}"


def _cardinality(labels):
    """Return how many labels an item has, of an indicator; of class ids it is one and goes without saying."""
    if labels.ndim == 1:
        return ""
    counts = np.asarray(labels.sum(axis=1)).ravel().astype(int)
    return f"{counts.mean():.2f} an item, from {counts.min()} to {counts.max()}"


def class_texts(dataset):
    """Return the names of each item's classes as a list of n texts, several joined by ``; ``."""
    encoded = encode_labels(dataset.labels)
    names = dataset.class_names or {c: str(c) for c in encoded.classes}
    L = encoded.L
    rows = (L.indices[start:stop] for start, stop in zip(L.indptr, L.indptr[1:]))
    return ["; ".join(names[encoded.classes[j]] for j in sorted(columns)) for columns in rows]


def items_frame(dataset, features):
    """Return the items as a pandas DataFrame; see `CrossModalDataset.to_frame`."""
    import pandas as pd

    half = np.full(len(dataset), "", dtype="U5")
    half[dataset.train_index], half[dataset.test_index] = "train", "test"
    columns = {"half": half, "class": class_texts(dataset), "title": dataset.titles, "text": dataset.texts}
    frame = pd.DataFrame({name: values for name, values in columns.items() if values is not None})
    if not features:
        return frame
    views = [_view_frame(V, side) for side, V in (("image", dataset.X), ("text", dataset.y))]
    return pd.concat([frame, *views], axis=1)


def _view_frame(V, side):
    """Return features (n, d) as a DataFrame with named columns."""
    import pandas as pd

    names = [f"{side}_{j}" for j in range(V.shape[1])]
    return pd.DataFrame.sparse.from_spmatrix(V, columns=names) if issparse(V) else pd.DataFrame(V, columns=names)
