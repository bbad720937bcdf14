"""A data set is checked when it is made, cannot be changed, and can be named by its digest."""

import copy
import pickle
import zipfile
from dataclasses import FrozenInstanceError
from functools import partial

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_matrix, issparse

from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.protocol import Protocol


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
        "  protocol        heldout",
        "  licence         CC0",
    ]


def many(**changes):
    """Return a data set of 120 items in three classes, forty texts three times each, one item in neither half."""
    rng = np.random.default_rng(0)
    given = {
        "X": rng.normal(3, 1, (120, 4)),
        "y": rng.normal(-2, 1, (120, 3)),
        "labels": np.repeat([0, 1, 2], 40),
        "train_index": np.arange(0, 89),
        "test_index": np.arange(89, 119),
        "name": "many",
        "texts": [f"text {i // 40} {i % 13}" for i in range(120)],
    }
    return CrossModalDataset(**given | changes)


def test_drawn_splits_share_out_the_items_of_both_halves_and_no_others():
    data = many()
    for i, other in enumerate(data.splits(5, seed=3)):
        rows = np.concatenate([other.train_index, other.test_index])
        np.testing.assert_array_equal(np.sort(rows), np.arange(119))
        assert len(other.test) == pytest.approx(30, abs=6)
        assert (other.split, other.n_splits) == (i, 5)
        np.testing.assert_array_equal(other.test.X, data.X[other.test_index])


def test_drawn_splits_keep_equal_texts_together_and_classes_alike():
    for other in many().splits(6):
        sides = [{other.texts[i] for i in index} for index in (other.train_index, other.test_index)]
        assert not sides[0] & sides[1]
        assert np.bincount(other.test.labels).min() >= 5


def test_groups_decide_what_stays_together_where_they_are_given():
    groups = np.arange(120) % 11
    for other in many(groups=groups).splits(4):
        assert not set(groups[other.train_index]) & set(groups[other.test_index])


def test_the_seed_decides_the_splits_and_more_splits_only_add_some():
    def halves(n, seed):
        return [tuple(other.test_index) for other in many().splits(n, seed)]

    assert halves(3, 0) == halves(5, 0)[:3]
    assert len({*halves(5, 0), *halves(5, 1)}) == 10


def test_items_of_several_classes_are_shared_out_too():
    indicator = np.eye(3, dtype=int)[np.repeat([0, 1, 2], 40)] | np.eye(3, dtype=int)[np.arange(120) % 3]
    other = next(many(labels=indicator).splits(1))
    assert not {other.texts[i] for i in other.train_index} & {other.texts[i] for i in other.test_index}


def centred(scale, train_index, test_index):
    """Return `many` with features centred on the training rows, as a data set whose features depend on the split."""
    data = many(train_index=train_index, test_index=test_index)
    X = scale * (data.X - data.X[train_index].mean(axis=0))
    return many(X=X, train_index=train_index, test_index=test_index, remake=partial(centred, scale))


def test_prepared_features_are_prepared_anew_for_each_split_and_each_subset_of_it():
    data = centred(2, np.arange(80), np.arange(80, 119))
    for other in data.splits(3):
        np.testing.assert_allclose(other.train.X.mean(axis=0), 0, atol=1e-12)
        assert abs(data.X[other.train_index].mean(axis=0)).max() > 1e-3
    rows = np.arange(0, 119, 2)
    for other in pickle.loads(pickle.dumps(data.subset(rows))).splits(3):
        assert len(other) == len(rows)
        np.testing.assert_allclose(other.train.X.mean(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize(("n", "seed", "message"), [(0, 0, "n=0"), (True, 0, "n=True"), (2, -1, "seed=-1")])
def test_impossible_numbers_of_splits_are_refused_at_once(n, seed, message):
    with pytest.raises(ValueError, match=f"{message} must be a whole number"):
        many().splits(n, seed)


def test_too_few_groups_are_told():
    with pytest.raises(ValueError, match="groups"):
        next(many(groups=np.zeros(120, dtype=int)).splits(1))


@pytest.mark.parametrize("rows", [[4, 0, 5, 2], np.isin(np.arange(6), [0, 2, 4, 5])], ids=["rows", "mask"])
def test_a_subset_holds_the_chosen_items_with_all_that_belongs_to_them(rows):
    data = CrossModalDataset(**parts(titles=list("uvwxyz"), thumbnails=[bytes([i]) for i in range(6)], groups=range(6)))
    some = data.subset(rows)
    order = np.asarray(rows) if np.asarray(rows).dtype != bool else np.flatnonzero(rows)
    np.testing.assert_array_equal(some.X, data.X[order])
    np.testing.assert_array_equal(some.y.toarray(), data.y.toarray()[order])
    np.testing.assert_array_equal(some.labels, data.labels[order])
    np.testing.assert_array_equal(some.groups, order)
    assert some.titles == tuple(data.titles[i] for i in order)
    assert [some.thumbnail(i) for i in range(4)] == [bytes([i]) for i in order]
    np.testing.assert_array_equal(order[some.train_index], [5, 0, 2])
    np.testing.assert_array_equal(order[some.test_index], [4])


def test_a_subset_without_one_half_or_of_rows_that_do_not_exist_is_refused():
    data = CrossModalDataset(**parts())
    with pytest.raises(ValueError, match="none of the 2 rows is in test_index of toy"):
        data.subset([0, 2])
    with pytest.raises(ValueError, match="rows runs from 0 to 6"):
        data.subset([0, 6])
    with pytest.raises(ValueError, match="more than once"):
        data.subset([1, 1])


def test_the_table_of_items_names_half_classes_and_words_and_may_hold_the_features():
    indicator = [[1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0], [1, 1, 1]]
    data = CrossModalDataset(**parts(labels=indicator, texts=list("uvwxyz")))
    frame = data.to_frame()
    assert list(frame["half"]) == ["train", "test", "train", "", "test", "train"]
    assert list(frame["class"]) == ["a; b", "b", "c", "a; c", "", "a; b; c"]
    assert list(frame.columns) == ["half", "class", "text"]
    whole = data.to_frame(features=True)
    np.testing.assert_array_equal(whole[[f"image_{j}" for j in range(4)]], data.X)
    np.testing.assert_array_equal(whole[[f"text_{j}" for j in range(5)]].to_numpy(), data.y.toarray())


def test_classes_without_names_are_numbered_in_the_table():
    assert list(CrossModalDataset(**parts(class_names=())).to_frame()["class"]) == list("012012")


@pytest.mark.parametrize("sparse", [False, True])
def test_a_query_that_is_in_the_database_once_more_is_found(sparse):
    X, y = parts()["X"].copy(), parts()["y"].toarray()
    X[4], y[4] = X[5], y[5]
    data = CrossModalDataset(**parts(X=X, y=csr_matrix(y) if sparse else y))
    assert data.validate() is data
    with pytest.raises(ValueError, match=r"1 of 2 queries of toy .* \(the first: row 4\)"):
        data.validate("training_database")
    X[4, 0] += 1
    CrossModalDataset(**parts(X=X, y=y)).validate("training_database")


def test_data_without_a_database_for_the_protocol_are_refused():
    with pytest.raises(ValueError, match="50"):
        CrossModalDataset(**parts()).validate(Protocol("mine", measures=("map@50",), denominator="min"))
    with pytest.raises(ValueError, match="sephh"):
        CrossModalDataset(**parts(protocol="sephh"))


def test_the_rows_of_a_half_that_follow_one_another_are_not_copied():
    data = many()
    assert np.shares_memory(data.train.X, data.X)
    assert not np.shares_memory(CrossModalDataset(**parts()).train.X, data.X)
