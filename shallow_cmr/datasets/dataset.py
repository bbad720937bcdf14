"""What every data set is: paired features, labels, a fixed split, and where they come from."""

import hashlib
import textwrap
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from scipy.sparse import issparse

from shallow_cmr.datasets.validation import frozen, frozen_index, frozen_labels, frozen_matrix

__all__ = ["CrossModalDataset", "PairedItems"]


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


@dataclass(frozen=True, eq=False, repr=False)
class CrossModalDataset:
    """Paired image and text features with labels and a fixed split; nothing in it can be written to.

    Parameters
    ----------
    X, y : array-like or sparse of shape (n, p) and (n, q)
        Image and text features, row by row of the same item. Kept as read-only views, sparse ones as CSR.
    labels : array-like of shape (n,) or array-like or sparse of shape (n, c)
        Integer class ids from 0 on, or an indicator of zeros and ones (an item may have several classes).
    train_index, test_index : array-like of int
        Row numbers of the training and the test items. They share no row and need not cover all.
    name : str
        Name of the data set.
    image_features, text_features : str
        What the features are: ``"cnn"``, ``"tfidf"`` ...
    class_names : sequence of str
        Names of class 0, 1, ...; empty where they are unknown.
    titles, texts : sequence of str, or None
        Of each item, for people: a title, and the text that the text features were made from.
    licence, source, citation, description : str
        Terms of use, where the data come from, what to cite, one sentence on the contents.
    split, n_splits : int or None, int
        Which of the set's fixed splits this is (None: there is only one), and how many there are.
    thumbnails : path or None
        Zip archive with the WebP picture of item ``i`` as its member number ``i``.

    Attributes
    ----------
    train, test : PairedItems
        The items of the split.
    n_classes : int
        Different classes that occur; of an indicator, its columns.
    digest : str
        SHA-256 over the arrays and the split: results made from different data never share it.

    Raises
    ------
    ValueError
        Lengths disagree, a value is not finite, a label is out of range, or a row is both in train and test.
    TypeError
        Labels are not integers, an index is a mask, features are not numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from shallow_cmr.datasets import CrossModalDataset
    >>> X, y = np.eye(4, 3) + 1, np.eye(4, 2)
    >>> data = CrossModalDataset(X, y, [0, 1, 0, 1], [0, 1], [2, 3], name="toy", class_names=("cat", "dog"))
    >>> data.test
    PairedItems(X=(2, 3), y=(2, 2), labels=(2,))
    >>> print(data)
    toy: 4 image-text pairs, 2 training and 2 test
      image features  3 columns
      text features   2 columns
      classes         2: cat, dog
      licence         not stated
    """

    X: object
    y: object
    labels: object
    train_index: np.ndarray
    test_index: np.ndarray
    name: str
    image_features: str = ""
    text_features: str = ""
    class_names: tuple = ()
    titles: tuple | None = None
    texts: tuple | None = None
    licence: str = "not stated"
    source: str = ""
    citation: str = ""
    description: str = ""
    split: int | None = None
    n_splits: int = 1
    thumbnails: Path | None = None

    def __post_init__(self):
        checked = {"X": frozen_matrix(self.X, "X"), "y": frozen_matrix(self.y, "y")}
        n = checked["X"].shape[0]
        checked["class_names"] = tuple(str(name) for name in self.class_names)
        checked["labels"] = frozen_labels(self.labels, checked["class_names"])
        for name in ("train_index", "test_index"):
            checked[name] = frozen_index(getattr(self, name), n, name)
        for name in ("titles", "texts"):
            strings = getattr(self, name)
            checked[name] = None if strings is None else tuple(str(s) for s in strings)
        self._check_lengths(n, checked)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @staticmethod
    def _check_lengths(n, checked):
        """Raise unless all parts have n rows and no row is in both halves of the split."""
        for name in ("y", "labels", "titles", "texts"):
            part = checked[name]
            length = n if part is None else part.shape[0] if hasattr(part, "shape") else len(part)
            if length != n:
                raise ValueError(f"X has {n} rows but {name} has {length}; give one row of each per item.")
        shared = np.intersect1d(checked["train_index"], checked["test_index"])
        if shared.size:
            raise ValueError(
                f"{shared.size} rows are both in train_index and test_index (the first: {shared[0]}); "
                "an item belongs to one of them."
            )

    @cached_property
    def train(self):
        """The training items, as `PairedItems`."""
        return self._items(self.train_index)

    @cached_property
    def test(self):
        """The test items, as `PairedItems`."""
        return self._items(self.test_index)

    def _items(self, index):
        """Return the rows of ``index`` (m,) as read-only `PairedItems`."""
        return PairedItems(frozen(self.X[index]), frozen(self.y[index]), frozen(self.labels[index]), index)

    @cached_property
    def digest(self):
        """SHA-256 over features, labels and split, as 64 hexadecimal digits."""
        sha = hashlib.sha256()
        for name in ("X", "y", "labels", "train_index", "test_index"):
            part = getattr(self, name)
            arrays = [part.data, part.indices, part.indptr] if issparse(part) else [part]
            for array in arrays:
                # Width and byte order of integers differ between systems; their values do not.
                array = (
                    array.astype("<i8") if array.dtype.kind in "iub" else array.astype(array.dtype.newbyteorder("<"))
                )
                sha.update(f"{name} {part.shape} {array.dtype.str} ".encode())
                sha.update(np.ascontiguousarray(array).data)
        return sha.hexdigest()

    @property
    def n_classes(self):
        """How many different classes the items have; of an indicator, its columns."""
        return self.labels.shape[1] if self.labels.ndim == 2 else len(np.unique(self.labels))

    def thumbnail(self, i):
        """Return the picture of item ``i`` as the bytes of a WebP file, or None where the set has no pictures.

        Parameters
        ----------
        i : int
            Row number of the item, from 0 to n - 1.

        Raises
        ------
        IndexError
            There is no such item.
        """
        if not 0 <= i < len(self):
            raise IndexError(f"item {i} does not exist: {self.name} has items 0 to {len(self) - 1}.")
        return None if self.thumbnails is None else _pictures(self.thumbnails)[i]

    def __len__(self):
        return self.X.shape[0]

    def __repr__(self):
        split = "" if self.split is None else f", split={self.split}"
        return f"CrossModalDataset({self.name!r}, X={self.X.shape}, y={self.y.shape}{split})"

    def __str__(self):
        of = "" if self.split is None else f" (split {self.split} of {self.n_splits})"
        names = textwrap.shorten(", ".join(self.class_names), 240, placeholder=" ...")
        classes = f"{len(self.class_names)}: {names}" if self.class_names else f"{self.n_classes}, unnamed"
        classes = textwrap.fill(classes, 70, subsequent_indent=" " * 18)
        return (
            f"{self.name}: {len(self):,} image-text pairs, "
            f"{len(self.train_index):,} training and {len(self.test_index):,} test{of}\n"
            f"  image features  {_features(self.image_features, self.X)}\n"
            f"  text features   {_features(self.text_features, self.y)}\n"
            f"  classes         {classes}\n"
            f"  licence         {self.licence}"
        )

    def __reduce__(self):
        # Pickles of arrays forget that they are read-only, and the cached halves need not travel.
        return _rebuilt, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})


def _rebuilt(kind, parts):
    """Return the data set made of the parts {field: value}."""
    return kind(**parts)


def _features(name, V):
    """Return one line on the features ``V`` (n, d)."""
    columns = f"{V.shape[1]} columns" + (", sparse" if issparse(V) else "")
    return f"{name}, {columns}" if name else columns


@lru_cache(maxsize=4)
def _pictures(archive):
    """Return the members of a zip archive, in their order, as a tuple of bytes."""
    with ZipFile(archive) as opened:
        return tuple(opened.read(member) for member in opened.infolist())
