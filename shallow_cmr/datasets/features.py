"""Any features of the reader's own as a data set: one file, a folder, a table, or files apart."""

import math
from pathlib import Path

import numpy as np
from scipy.sparse import issparse

from shallow_cmr.datasets.assigning import assign
from shallow_cmr.datasets.benchmarks.assembly import paired, stacked
from shallow_cmr.datasets.benchmarks.finding import SUFFIXES
from shallow_cmr.datasets.benchmarks.loading import read_roles
from shallow_cmr.datasets.benchmarks.orientation import whole_numbers
from shallow_cmr.datasets.dataset import CrossModalDataset
from shallow_cmr.datasets.parts import read_part
from shallow_cmr.datasets.reading import DEFAULT_MAX_BYTES

__all__ = ["load_features", "load_features_in_suite"]


def load_features(
    path=None,
    image=None,
    text=None,
    labels=None,
    split=None,
    *,
    name=None,
    class_names=(),
    licence="not stated",
    citation="",
    seed=0,
    max_bytes=DEFAULT_MAX_BYTES,
):
    """Load image and text features with labels from your own files.

    Parameters
    ----------
    path : path or None
        A file with several arrays (MATLAB, ``.npz``, HDF5), a table (CSV, TSV, Parquet), or a folder; None: the
        parts are files by themselves.
    image, text, labels : str, path, list of str, slice, or array-like
        Where each part is: the name of an array of the file; columns of the table, by a list of names, by what
        the names begin with, or by a slice of their places; the name of a file of the folder; or the values
        themselves. An ``.npy`` file is mapped into memory, not read. Labels are class ids, words, or
        an indicator (n, c). All three None: the names in the file tell, as they do for
        the standard benchmarks.
    split : int, float, tuple, str or array-like
        Which items test. An int or float: that many, or that share, are drawn by ``seed``, of each class alike,
        items of equal text features on one side. A pair ``(train_index, test_index)``: rows. A str: the array,
        column or file that says of each item ``train``, ``test`` or another part (``val``, ``database``), or 0, 1
        or 2 for these. None: the file's own split, where its names show one.
    name : str or None
        Name of the data set; None: the file's or folder's.
    class_names : sequence of str
        Names of the classes; left out: the labels' own words or numbers, where they are not 0, 1, ...
    licence, citation : str
        Terms of use, and what to cite.
    seed : int
        Of a drawn split.
    max_bytes : int
        Most memory that the arrays read at a time may take.

    Returns
    -------
    CrossModalDataset
        The features and labels with their split.

    Raises
    ------
    FileNotFoundError, KeyError
        A file, array or column is not there; the error lists those that are.
    ValueError, TypeError
        A file is damaged, parts have different lengths, or an argument is none of the above.

    Examples
    --------
    >>> import numpy as np
    >>> from shallow_cmr.datasets import load_features
    >>> rng = np.random.default_rng(0)
    >>> load_features(image=rng.normal(size=(8, 3)), text=rng.normal(size=(8, 2)), labels=list("abababab"), split=0.25)
    CrossModalDataset('features', X=(8, 3), y=(8, 2))
    >>> load_features("my.npz", image="cnn", text="bow", labels="y", split="fold")  # doctest: +SKIP
    >>> load_features("my.csv", image="img_", text=["w1", "w2"], labels="class", split=500)  # doctest: +SKIP
    >>> load_features(image="img.npy", text="txt.npy", labels="y.npy", split=0.2)  # doctest: +SKIP
    """
    parts = {"image": image, "text": text, "labels": labels}
    own = None
    if all(part is None for part in parts.values()):
        X, y, L, own = _recognised(path, max_bytes)
    else:
        X, y, L = _named(path, parts, max_bytes)
    ids, class_names = _classes(L, tuple(class_names))
    train, test = _split(path, split, own, ids, y, seed, max_bytes)
    return CrossModalDataset(
        X=X,
        y=y,
        labels=ids,
        train_index=train,
        test_index=test,
        name=name or (Path(path).stem if path is not None else "features"),
        class_names=class_names,
        licence=licence,
        source=str(path) if path is not None else "",
        citation=citation,
    )


def load_features_in_suite(
    path=None, image=None, text=None, labels=None, test=None, split=0, name=None, max_bytes=DEFAULT_MAX_BYTES
):
    """Return `load_features` of the same arguments as a suite names them.

    ``test`` is its ``split``: how many items test, or where that is told; ``split`` its ``seed``: number 0, 1, ... of
    the splits that are drawn.
    """
    return load_features(path, image, text, labels, test, name=name, seed=split, max_bytes=max_bytes)


def _recognised(path, max_bytes):
    """Return features, labels and split, or None, of a file or folder whose names are known."""
    if path is None:
        raise ValueError("nothing is given; name a file as path=, or its parts as image=, text= and labels=.")
    path = Path(path)
    files = sorted(f for f in path.iterdir() if f.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
    names, arrays = read_roles(files, None, max_bytes)
    pairs = paired(arrays, names, _n_classes(arrays))
    labels = stacked(pairs.labels, "labels") if pairs.labels[0].ndim == 2 else np.concatenate(pairs.labels)
    return pairs.X, pairs.y, labels, None if pairs.train is None else (pairs.train, pairs.test)


def _n_classes(arrays):
    """Return how many classes an indicator has: the side of it that does not count items."""
    role = next(role for role in arrays if role.startswith("labels"))
    block = role.removeprefix("labels")
    sizes = set(arrays[f"image{block}"].shape) & set(arrays[f"text{block}"].shape)
    shape = arrays[role].shape
    if len(shape) < 2:
        return 1
    return shape[0] if shape[0] not in sizes else shape[-1]


def _named(path, parts, max_bytes):
    """Return the three parts, each with a row an item."""
    missing = [role for role, part in parts.items() if part is None]
    if missing:
        hint = " For pairs without classes give labels=range(n)." if "labels" in missing else ""
        raise ValueError(f"{' and '.join(missing)} is missing: image=, text= and labels= are needed together.{hint}")
    values = {role: read_part(path, part, role, max_bytes) for role, part in parts.items()}
    read = {role: V if hasattr(V, "shape") else np.asarray(V) for role, V in values.items()}
    single = [role for role, V in read.items() if V.shape == ()]
    if single:
        raise ValueError(f"{' and '.join(single)} is a single value; give one row an item.")
    read["labels"] = _flat(read["labels"])
    views = {role: V.reshape(-1, 1) if V.ndim == 1 else V for role, V in read.items() if role != "labels"}
    for role, V in views.items():
        if isinstance(V, np.ndarray) and V.dtype.kind in "UO" and V.size and isinstance(V.flat[0], str):
            raise TypeError(
                f"{role}= are words ({V.flat[0][:20]!r} ...); features are numbers. Make columns of numbers of "
                "them, for example with scikit-learn's TfidfVectorizer, and give these."
            )
    lengths = {role: V.shape[0] for role, V in (read | views).items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{role} has {n} rows" for role, n in lengths.items())
        raise ValueError(f"{told}; give one row an item (turn round what has an item a column).")
    return views["image"], views["text"], read["labels"]


def _flat(L):
    """Return labels of one column or row as a vector."""
    return np.asarray(L).reshape(-1) if not issparse(L) and math.prod(L.shape) == max(L.shape) else L


def _classes(L, class_names):
    """Return class ids from 0 on, or the indicator, and the names of the classes."""
    if L.ndim == 2:
        return L, class_names
    L = whole_numbers(L, "labels") if L.dtype.kind in "iufb" else L.astype(str)
    found, ids = np.unique(L, return_inverse=True)
    if found.dtype.kind == "i":
        if found[0] >= 0 and found[-1] < (len(class_names) or len(found)):
            return L, class_names
        if class_names and found[0] >= 1 and found[-1] == len(class_names):
            return L - 1, class_names
    if class_names and len(class_names) != len(found):
        raise ValueError(
            f"labels have {len(found)} classes ({', '.join(map(str, found[:5]))} ...) for {len(class_names)} names."
        )
    return ids, class_names or tuple(map(str, found))


def _split(path, split, own, labels, texts, seed, max_bytes):
    """Return the rows of both halves."""
    if split is None:
        if own is None:
            raise ValueError(
                "split is missing: give the number or share of test items, (train_index, test_index), or the name "
                "of the array or column that tells."
            )
        return own
    if isinstance(split, str | Path):
        split = read_part(path, split, "split", max_bytes)
    return assign(split, labels, texts, seed)
