"""A data set is checked when it is made, cannot be changed, and can be named by its digest."""

import copy
import pickle
import zipfile
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_matrix, issparse

from shallow_cmr.datasets import CrossModalDataset


def parts(**changes):
    """Return the arguments of a sound data set of six items, some of them changed."""
    rng = np.random.default_rng(0)
    sound = {
        "X": rng.normal(3, 1, (6, 4)),
        "y": csr_matrix(rng.poisson(0.7, (6, 5)).astype(float)),
        "labels": np.array([0, 1, 2, 0, 1, 2]),
        "train_index": [5, 0, 2],
        "test_index": [1, 4],
        "name": "toy",
        "class_names": ("a", "b", "c"),
    }
    return sound | changes


def test_the_halves_are_the_rows_of_the_split_in_its_order():
    given = parts()
    data = CrossModalDataset(**given)
    np.testing.assert_array_equal(data.train.X, given["X"][[5, 0, 2]])
    np.testing.assert_array_equal(data.train.y.toarray(), given["y"].toarray()[[5, 0, 2]])
    np.testing.assert_array_equal(data.test.labels, [1, 1])
    np.testing.assert_array_equal(data.test.index, [1, 4])
    assert (len(data), len(data.train), len(data.test)) == (6, 3, 2)


def arrays_of(data):
    """Return every array that a reader of the data set can reach."""
    reachable = [data.train_index, data.test_index]
    for items in (data, data.train, data.test):
        for part in (items.X, items.y, items.labels):
            reachable += [part.data, part.indices, part.indptr] if issparse(part) else [part]
    return reachable


@pytest.mark.parametrize(
    "again", [lambda d: d, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))], ids=["itself", "copy", "pickle"]
)
def test_no_array_of_a_data_set_or_its_copies_can_be_written_to(again):
    data = again(CrossModalDataset(**parts()))
    assert not any(array.flags.writeable for array in arrays_of(data))
    with pytest.raises(FrozenInstanceError):
        data.X = None


def test_the_callers_arrays_stay_writeable():
    given = parts()
    CrossModalDataset(**given)
    given["X"][0, 0] = 7
    given["y"].data[0] = 7


def test_a_pickle_gives_back_the_same_data():
    data = CrossModalDataset(**parts(titles=list("uvwxyz"), split=3, n_splits=5))
    again = pickle.loads(pickle.dumps(data))
    assert again.digest == data.digest
    assert (again.titles, again.split, again.class_names) == (tuple("uvwxyz"), 3, ("a", "b", "c"))


@pytest.mark.parametrize(
    "change",
    [
        {"X": parts()["X"] + 1e-12},
        {"X": parts()["X"].astype(np.float32)},
        {"y": parts()["y"] * 2},
        {"labels": np.array([0, 1, 2, 0, 2, 1])},
        {"train_index": [0, 5, 2]},
        {"test_index": [1, 3]},
    ],
    ids=["X", "dtype", "y", "labels", "train", "test"],
)
def test_the_digest_changes_with_every_part_of_the_data(change):
    assert CrossModalDataset(**parts(**change)).digest != CrossModalDataset(**parts()).digest


def test_the_digest_does_not_depend_on_storage_or_names():
    given = parts()
    y = coo_array(given["y"].toarray())
    stored = {"X": np.asfortranarray(given["X"]), "y": y, "labels": given["labels"].astype(np.uint8), "name": "other"}
    assert CrossModalDataset(**parts(**stored)).digest == CrossModalDataset(**given).digest


def test_unsorted_and_repeated_sparse_entries_are_put_in_order_without_touching_the_callers_matrix():
    y = csr_matrix(([1.0, 2.0, 3.0], [1, 0, 1], [0, 3, 3, 3, 3, 3, 3]), shape=(6, 2))
    data = CrossModalDataset(**parts(y=y))
    np.testing.assert_array_equal(data.y.toarray()[0], [2, 4])
    assert data.y.has_canonical_format
    np.testing.assert_array_equal(y.indices, [1, 0, 1])


@pytest.mark.parametrize("kind", [np.array, csr_matrix], ids=["dense", "sparse"])
def test_an_item_may_have_several_classes(kind):
    indicator = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1]])
    data = CrossModalDataset(**parts(labels=kind(indicator)))
    rows = data.test.labels
    np.testing.assert_array_equal(rows.toarray() if issparse(rows) else rows, indicator[[1, 4]])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": np.ones((5, 2))}, ValueError, "X has 6 rows but y has 5"),
        ({"labels": [0, 1]}, ValueError, "X has 6 rows but labels has 2"),
        ({"titles": ["one"]}, ValueError, "X has 6 rows but titles has 1"),
        ({"X": np.ones(6)}, ValueError, r"X has shape \(6,\)"),
        ({"X": np.ones((6, 0))}, ValueError, r"X has shape \(6, 0\)"),
        ({"X": np.full((6, 2), np.nan)}, ValueError, "X contains NaN or infinity"),
        ({"X": np.full((6, 2), "a")}, TypeError, "X holds <U1"),
        ({"X": np.ma.masked_all((6, 2))}, TypeError, "X is a masked array"),
        ({"labels": ["a"] * 6}, TypeError, "np.unique"),
        ({"labels": [0, 1, 2, 3, 0, 1]}, ValueError, "labels contain 3 but there are 3 class names"),
        ({"labels": [0, 1, 2, -1, 0, 1]}, ValueError, "labels contain -1"),
        ({"labels": np.full((6, 3), 2)}, ValueError, "0 or 1"),
        ({"labels": np.ones((6, 2))}, ValueError, "2 columns for 3 class names"),
        ({"labels": np.ones((6, 3, 1))}, ValueError, "3 dimensions"),
        ({"train_index": [0, 1]}, ValueError, r"1 rows are both in train_index and test_index \(the first: 1\)"),
        ({"train_index": [0, 0]}, ValueError, "train_index names a row more than once"),
        ({"test_index": [6]}, ValueError, "test_index runs from 6 to 6; the rows are 0 to 5"),
        ({"test_index": [-1]}, ValueError, "test_index runs from -1"),
        ({"test_index": np.array([], dtype=int)}, ValueError, "at least one row"),
        ({"test_index": np.arange(6) > 4}, TypeError, "np.flatnonzero"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_reason(change, error, message):
    with pytest.raises(error, match=message):
        CrossModalDataset(**parts(**change))


def test_a_thumbnail_is_the_archives_member_of_that_number(tmp_path):
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(6):
            archive.writestr(f"{i}.webp", bytes([i]))
    data = CrossModalDataset(**parts(thumbnails=path))
    assert [data.thumbnail(i) for i in range(6)] == [bytes([i]) for i in range(6)]
    for i in (-1, 6):
        with pytest.raises(IndexError, match="toy has items 0 to 5"):
            data.thumbnail(i)
    assert CrossModalDataset(**parts()).thumbnail(0) is None


@pytest.mark.parametrize("labels", [[0, 4, 2, 0, 1, 3], np.eye(6, 5, dtype=int), csr_matrix(np.eye(6, 5, dtype=int))])
def test_classes_without_names_are_counted(labels):
    data = CrossModalDataset(**parts(labels=labels, class_names=()))
    assert data.n_classes == 5
    assert "  classes         5, unnamed\n" in str(data)


def test_printing_a_data_set_says_what_it_holds():
    printed = str(CrossModalDataset(**parts(split=1, n_splits=5, text_features="tfidf", licence="CC0")))
    assert printed.splitlines() == [
        "toy: 6 image-text pairs, 3 training and 2 test (split 1 of 5)",
        "  image features  4 columns",
        "  text features   tfidf, 5 columns, sparse",
        "  classes         3: a, b, c",
        "  licence         CC0",
    ]
