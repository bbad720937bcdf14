"""A data set as one file: an ``.npz`` of plain arrays, read only when it is whole and what it says it is."""

import json

import numpy as np
from scipy.sparse import csr_matrix, issparse

from shallow_cmr.atomic import open_atomically
from shallow_cmr.datasets.pictures import read_pictures
from shallow_cmr.datasets.reading import read_arrays

__all__ = ["read_dataset_file", "write_dataset_file"]

_FORMAT = "shallow_cmr dataset 1"
_WORDS = ("name", "image_features", "text_features", "licence", "source", "citation", "description", "protocol")
_LISTS = ("class_names", "titles", "texts")
_ARRAYS = ("train_index", "test_index", "groups")


def write_dataset_file(path, dataset):
    """Write a data set; see `CrossModalDataset.save`."""
    arrays = {name: getattr(dataset, name) for name in _ARRAYS if getattr(dataset, name) is not None}
    for name in ("X", "y", "labels"):
        arrays |= _parts(name, getattr(dataset, name))
    if dataset.thumbnails is not None:
        pictures = read_pictures(dataset.thumbnails)
        arrays["thumbnails"] = np.frombuffer(b"".join(pictures), dtype=np.uint8)
        arrays["thumbnail_sizes"] = np.array([len(picture) for picture in pictures])
    about = {name: getattr(dataset, name) for name in (*_WORDS, *_LISTS, "split", "n_splits")}
    about |= {"format": _FORMAT, "digest": dataset.digest}
    text = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
    with open_atomically(path) as file:
        np.savez_compressed(file, about=text, **arrays)


def _parts(name, V):
    """Return the arrays that hold dense or sparse ``V`` (n, d)."""
    if not issparse(V):
        return {name: V}
    parts = {"data": V.data, "indices": V.indices, "indptr": V.indptr, "shape": np.array(V.shape)}
    return {f"{name}_{part}": array for part, array in parts.items()}


def read_dataset_file(path, kind):
    """Return the data set, of class `kind`, that was written; see `CrossModalDataset.load`."""
    arrays = read_arrays(path)
    try:
        about = json.loads(arrays.pop("about").tobytes().decode("utf-8"))
        if about.pop("format") != _FORMAT:
            raise ValueError("another format")
        digest = about.pop("digest")
        views = {name: _joined(name, arrays) for name in ("X", "y", "labels")}
        pictures = _pictures(arrays)
        dataset = kind(**views, **{name: arrays.get(name) for name in _ARRAYS}, **about, thumbnails=pictures)
    except Exception as error:  # what is stored may be anything
        raise ValueError(f"{path} is no data set of this package, or is damaged ({error}); save it anew.") from error
    if dataset.digest != digest:
        raise ValueError(f"{path} is damaged: its digest is {dataset.digest}, expected {digest}; save it anew.")
    return dataset


def _joined(name, arrays):
    """Return the dense or sparse matrix of stored parts."""
    if name in arrays:
        return arrays[name]
    data, indices, indptr, shape = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr", "shape"))
    matrix = csr_matrix((data, indices, indptr), shape=tuple(int(n) for n in shape))
    matrix.check_format(full_check=True)
    return matrix


def _pictures(arrays):
    """Return the stored pictures as a tuple of bytes, None where there are none."""
    if "thumbnails" not in arrays:
        return None
    content, ends = arrays["thumbnails"].tobytes(), np.cumsum(arrays["thumbnail_sizes"])
    return tuple(content[end - size : end] for size, end in zip(arrays["thumbnail_sizes"].tolist(), ends.tolist()))
