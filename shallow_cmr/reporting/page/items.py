"""The items that a page shows: titles, texts, classes and pictures, each once."""

from base64 import b64encode

import numpy as np

from shallow_cmr.labels import encode_labels

__all__ = ["ItemTable", "ItemTables", "has_something_to_see"]

_SHOWN = ("name", "titles", "texts", "class_names", "thumbnails")


def has_something_to_see(dataset):
    """Tell whether people can look at the items of a data set."""
    return bool(dataset.titles or dataset.texts or dataset.thumbnails)


class ItemTable:
    """The items of one data set that a page shows, in the order in which they were asked for.

    Parameters
    ----------
    number : int
        Which of the page's tables.
    dataset : CrossModalDataset
    """

    def __init__(self, number, dataset):
        self.number, self.dataset, self._places = number, dataset, {}

    def places(self, rows):
        """Return the places in this table of rows of the data set."""
        return [self._places.setdefault(row, len(self._places)) for row in rows]

    def data(self):
        """Return lists of titles, texts, class numbers and pictures (base64 of WebP, or None), an entry an item."""
        dataset, rows = self.dataset, list(self._places)
        encoded = encode_labels(dataset.labels[rows])
        classes = np.asarray(encoded.classes)
        return {
            "name": dataset.name,
            "titles": [dataset.titles[row] if dataset.titles else f"item {row}" for row in rows],
            "texts": [dataset.texts[row] if dataset.texts else "" for row in rows],
            "class_names": {int(j): dataset.class_names[j] if dataset.class_names else f"class {j}" for j in classes},
            "classes": [classes[own].tolist() for own in np.split(encoded.L.indices, encoded.L.indptr[1:-1])],
            "pictures": None if dataset.thumbnails is None else [_base64(dataset.thumbnail(row)) for row in rows],
        }


class ItemTables(list):
    """The tables of a page: what several sections show is embedded once."""

    def of(self, dataset):
        """Return the table of a data set: that of another with the same items, whatever their features, if any."""
        for table in self:
            if all(getattr(table.dataset, name) == getattr(dataset, name) for name in _SHOWN):
                return table
        self.append(ItemTable(len(self), dataset))
        return self[-1]


def _base64(data):
    """Return bytes as text."""
    return b64encode(data).decode("ascii")
