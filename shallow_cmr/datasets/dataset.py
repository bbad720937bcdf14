"""What every data set is: paired features, labels, a fixed split, and where they come from."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from shallow_cmr.datasets.description import describe, items_frame
from shallow_cmr.datasets.digest import digest_of
from shallow_cmr.datasets.items import PairedItems, take_items
from shallow_cmr.datasets.overlap import check_disjoint
from shallow_cmr.datasets.pictures import read_pictures
from shallow_cmr.datasets.splitting import draw_splits
from shallow_cmr.datasets.storage import read_dataset_file, write_dataset_file
from shallow_cmr.datasets.subset import take_subset
from shallow_cmr.datasets.validation import frozen_groups, frozen_index, frozen_labels, frozen_matrix

__all__ = ["CrossModalDataset", "PairedItems"]


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
    protocol : str
        The preset of `shallow_cmr.protocol.PROTOCOLS` under which the data are usually scored.
    split, n_splits : int or None, int
        Which of the set's fixed splits this is (None: there is only one), and how many there are.
    groups : array-like of int (n,), or None
        Items of one group stay on one side of every split that `splits` draws. None: items of equal texts.
    thumbnails : path, sequence of bytes, or None
        The WebP picture of each item, in order: as members of a zip archive, or in memory.
    remake : callable or None
        ``remake(train_index, test_index)`` gives the data set with features prepared on these training rows. None: the
        features do not depend on the split.

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
      protocol        heldout
      licence         not stated

    Ten more splits of the same items, and what belongs to a class alone:

    >>> [len(other.test) for other in data.splits(n=10, seed=0)]
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    >>> data.subset(data.labels == 1).to_frame()
        half class
    0  train   dog
    1   test   dog
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
    protocol: str = "heldout"
    split: int | None = None
    n_splits: int = 1
    groups: np.ndarray | None = None
    thumbnails: Path | tuple | None = None
    remake: object = None

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
        checked["groups"] = frozen_groups(self.groups)
        checked["protocol"] = _preset(self.protocol).name
        if self.thumbnails is not None and not isinstance(self.thumbnails, str | Path):
            checked["thumbnails"] = tuple(bytes(picture) for picture in self.thumbnails)
        self._check_lengths(n, checked)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @staticmethod
    def _check_lengths(n, checked):
        """Raise unless all parts have n rows and no row is in both halves of the split."""
        for name in ("y", "labels", "titles", "texts", "groups", "thumbnails"):
            part = checked.get(name)
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
        return take_items(self, self.train_index)

    @cached_property
    def test(self):
        """The test items, as `PairedItems`."""
        return take_items(self, self.test_index)

    @cached_property
    def digest(self):
        """SHA-256 over features, labels and split, as 64 hexadecimal digits."""
        return digest_of(self)

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

        Returns
        -------
        bytes or None
            A whole WebP file.

        Raises
        ------
        IndexError
            There is no such item.
        """
        if not 0 <= i < len(self):
            raise IndexError(f"item {i} does not exist: {self.name} has items 0 to {len(self) - 1}.")
        return None if self.thumbnails is None else read_pictures(self.thumbnails)[i]

    def splits(self, n=10, seed=0):
        """Draw splits anew, for repeated evaluation: the items of train and test, shared out as they are now.

        Test items are drawn from each class alike (at random where items have several classes); items of one group,
        or of equal texts where no groups are given, stay together. Items in neither half remain in neither.

        Parameters
        ----------
        n : int >= 1
            Number of splits. The first m of n splits are those of n=m.
        seed : int >= 0
            Another seed, other splits.

        Returns
        -------
        iterator of CrossModalDataset
            With ``split`` 0, 1, ... of ``n``; features prepared on the new training items, where they are prepared.

        Raises
        ------
        ValueError
            A number is out of range, or the groups leave a half empty.
        """
        halves = draw_splits(self, n, seed)  # checks at once, not when the first split is asked for
        return (self._resplit(train, test, split, n) for split, (train, test) in enumerate(halves))

    def _resplit(self, train_index, test_index, split, n_splits):
        """Return this data set with other halves."""
        parts = {"train_index": train_index, "test_index": test_index, "split": split, "n_splits": n_splits}
        if self.remake is None:
            return replace(self, **parts)
        return replace(self.remake(train_index, test_index), **parts)

    def subset(self, rows):
        """Return the data set of some items; the halves of the split keep those of theirs that are left.

        Parameters
        ----------
        rows : array-like of int or bool
            Row numbers, in the order wanted, or a mask (n,).

        Returns
        -------
        CrossModalDataset
            The items in the order of `rows`, with their labels, titles, texts and pictures.

        Raises
        ------
        ValueError
            A row does not exist or is named twice, or no training or no test item is left.
        """
        return take_subset(self, rows)

    def to_frame(self, features=False):
        """Return a pandas DataFrame with one row an item: half of the split, classes, title, text.

        Parameters
        ----------
        features : bool
            Add the columns ``image_0``, ... and ``text_0``, ..., sparse ones for sparse features.

        Returns
        -------
        pandas.DataFrame
            ``half`` is "train", "test" or "" (neither); several classes of an item are joined by "; ".
        """
        return items_frame(self, features)

    def validate(self, protocol=None):
        """Raise unless the data can be scored under a protocol: queries apart from the database, cutoffs within it.

        Parameters
        ----------
        protocol : str, Protocol or None
            None: the data set's own.

        Returns
        -------
        CrossModalDataset
            Itself.

        Raises
        ------
        ValueError
            The database is empty, a cutoff lies beyond it, or an item of the database has the same features in both
            modalities as a query (under protocols that rank items other than the queries).
        """
        check_disjoint(self, _preset(self.protocol if protocol is None else protocol))
        return self

    def save(self, path):
        """Write everything into one ``.npz`` of plain arrays, whole or not at all.

        Parameters
        ----------
        path : str or path
            The file; an old one is replaced. How features were prepared (``remake``) is not kept.

        Raises
        ------
        OSError
            The file cannot be written; an old one stays as it was.
        """
        write_dataset_file(path, self)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or path
            The file.

        Returns
        -------
        CrossModalDataset
            The data set as it was saved, but for ``remake``.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        ValueError
            The file is cut, damaged, or no data set.
        """
        return read_dataset_file(path, cls)

    def __len__(self):
        return self.X.shape[0]

    def __repr__(self):
        split = "" if self.split is None else f", split={self.split}"
        return f"CrossModalDataset({self.name!r}, X={self.X.shape}, y={self.y.shape}{split})"

    def __str__(self):
        return describe(self)

    def __reduce__(self):
        # Pickles of arrays forget that they are read-only, and the cached halves need not travel.
        return _rebuilt, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})


def _rebuilt(kind, parts):
    """Return the data set made of the parts {field: value}."""
    return kind(**parts)


def _preset(protocol):
    """Return a protocol by its name, or as it is; its room, and scikit-learn with it, is loaded when first needed."""
    from shallow_cmr.protocol import get_protocol

    return get_protocol(protocol)
