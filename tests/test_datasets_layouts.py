"""A benchmark file is understood by the names in it, whatever its format, its orientation or its kind of labels."""

import h5py
import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array, csr_matrix, issparse

from shallow_cmr import CCA, load_wikipedia
from shallow_cmr.datasets.benchmarks import LAYOUTS
from shallow_cmr.datasets.benchmarks.assembly import paired
from shallow_cmr.datasets.benchmarks.layouts import find_layout
from shallow_cmr.datasets.benchmarks.orientation import class_ids, indicator, items_by_features, labels_by_items

N_TRAIN, N_TEST = 2173, 693


def write_mat(path, arrays):
    savemat(path, arrays)


def write_npz(path, arrays):
    np.savez(path, **arrays)


def write_h5(path, arrays):
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values


def write_matlab73(path, arrays):
    """Write arrays as MATLAB's version 7.3 does: HDF5 with 512 bytes in front, each matrix turned round."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            file[name] = np.atleast_2d(values).T
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


WRITERS = {"v5.mat": write_mat, "v73.mat": write_matlab73, "a.npz": write_npz, "a.h5": write_h5}


def blocks(data, names, labels):
    """Return the data set as the arrays of a file of blocks, with ``names`` such as ``"I_{} T_{} L_{}"``."""
    image, text, label = names.split()
    arrays = {}
    for part, items in (("tr", data.train), ("te", data.test)):
        arrays |= {image.format(part): items.X, text.format(part): items.y, label.format(part): labels(items.labels)}
    return arrays


def whole(data, names, labels):
    """Return the data set as three arrays over all items."""
    return dict(zip(names.split(), (data.X, data.y, labels(data.labels))))


LABELS = {
    "ids from 1": lambda y: y[:, None] + 1.0,
    "ids from 0": lambda y: y.astype(np.uint8),
    "indicator": lambda y: np.eye(10)[y],
    "flat": lambda y: y[None] + 1,
}


@pytest.fixture(scope="module")
def published(wikipedia_folder):
    """Return the Wikipedia benchmark of the authors' files."""
    return load_wikipedia(wikipedia_folder)


@pytest.fixture(scope="module")
def score_of(published):
    """Return a function that fits CCA and scores it, and knows the published files' score."""

    def score(data):
        return CCA(n_components=8).fit(data.train.X, data.train.y).score(data.test.X, data.test.y, data.test.labels)

    score.published = score(published)
    return score


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("file", WRITERS)
@pytest.mark.parametrize(
    ("arrange", "names"),
    [
        (blocks, "I_{} T_{} L_{}"),
        (blocks, "I_{}_CNN T_{}_BOW {}ImgCat"),
        (blocks, "{}_img {}_txt {}_img_lab"),
        (whole, "XAll YAll LAll"),
        (whole, "images tags labels"),
    ],
    ids=["I_tr", "I_tr_CNN", "tr_img", "XAll", "images"],
)
def test_wikipedia_is_the_same_in_every_layout(published, score_of, tmp_path, arrange, names, file, labels):
    path = tmp_path / file
    WRITERS[file](path, arrange(published, names, LABELS[labels]))
    data = load_wikipedia(path)
    for half in ("train", "test"):
        for part in ("X", "y", "labels"):
            np.testing.assert_array_equal(getattr(getattr(data, half), part), getattr(getattr(published, half), part))
    assert data.digest == published.digest
    if labels == "indicator":  # one fit a layout and format: equal arrays have equal scores
        assert score_of(data) == score_of.published
    assert data.class_names == published.class_names
    assert file in data.source


def test_wikipedia_with_features_in_columns_is_turned_round(published, tmp_path):
    turned = {name: values.T for name, values in blocks(published, "I_{} T_{} L_{}", LABELS["indicator"]).items()}
    write_mat(tmp_path / "turned.mat", turned)
    write_h5(tmp_path / "turned.h5", turned)  # MATLAB's 7.3 without its header, as some tools write it
    for name in ("turned.mat", "turned.h5"):
        assert load_wikipedia(tmp_path / name).digest == published.digest


def test_files_of_one_array_each_are_read_from_their_folder(published, tmp_path):
    for name, values in blocks(published, "{}_img {}_txt {}_img_lab", LABELS["ids from 1"]).items():
        savemat(tmp_path / f"{name}.mat", {name: values})
    assert load_wikipedia(tmp_path).digest == published.digest
    savemat(tmp_path / "copy.mat", {"tr_img": published.train.X})
    with pytest.raises(ValueError, match=r"tr_img is in copy.mat and in tr_img.mat: give the path of one of them"):
        load_wikipedia(tmp_path)


def some(n, shape=(3, 2)):
    return dict.fromkeys(n.split(), shape)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_each_layout_is_found_by_any_of_its_names_and_no_other_fits(layout):
    for pick in (0, -1):
        names = {role: aliases[pick] for role, aliases in layout.required.items()}
        assert find_layout(dict.fromkeys(names.values(), (3, 2))) == names
        assert find_layout(dict.fromkeys(map(str.swapcase, names.values()), (3, 2)), layout.name)


def test_no_two_layouts_share_a_name():
    names = [layout.name for layout in LAYOUTS]
    assert len(set(names)) == len(names)


def test_without_a_layout_the_error_says_what_there_is_and_what_is_known():
    with pytest.raises(ValueError, match=r"the file holds I_te \(3, 2\), I_tr \(3, 2\)\. Known are I_tr\+T_tr\+L_tr"):
        find_layout(some("I_tr I_te"))
    with pytest.raises(ValueError, match="the file holds nothing"):
        find_layout({})


def test_of_several_layouts_one_must_be_chosen():
    both = some("XDatabase VDatabase YDatabase databaseL XTest VTest YTest testL")
    message = r"several layouts fit: X\w+\+YDatabase\+DatabaseL, V\w+\+YDatabase\+DatabaseL; choose with layout="
    with pytest.raises(ValueError, match=message):
        find_layout(both)
    assert find_layout(both, "VDatabase+YDatabase+DatabaseL")["image_test"] == "VTest"
    with pytest.raises(ValueError, match=r"layout='V' is unknown; choose one of I_tr\+T_tr\+L_tr"):
        find_layout(both, "V")


def test_two_names_for_one_role_are_refused():
    with pytest.raises(ValueError, match="images and imgs could both be image"):
        find_layout(some("images imgs tags labels"))


def test_pictures_are_refused_in_words_unless_features_lie_beside_them():
    pictures = some("IAll YAll LAll") | {"IAll": (3, 3, 224, 224)}
    with pytest.raises(ValueError, match=r"IAll has the shape \(3, 3, 224, 224\): these are pictures, not features"):
        find_layout(pictures)
    assert find_layout(pictures | some("XAll"))["image"] == "XAll"
    with pytest.raises(ValueError, match=r"I_te has the shape \(3, 8, 8\): these are pictures"):
        find_layout(some("I_tr T_tr L_tr T_te L_te") | {"I_te": (3, 8, 8)})


def test_half_an_optional_block_is_left_aside():
    names = find_layout(some("I_tr T_tr L_tr I_te T_te L_te I_db"))
    assert not any(role.endswith("_database") for role in names)


def roles(n, first=0, block=""):
    """Return the arrays of n items of which no two are alike."""
    rows = np.arange(first, first + n, dtype=float)[:, None]
    values = {"image": rows + np.array([0, 0.25, 0.5]), "text": rows * [1, 2], "labels": np.arange(n) % 2}
    return {f"{view}{block}": V for view, V in values.items()}


def pair(arrays):
    return paired(arrays, {role: role for role in arrays}, 2)


def test_a_database_beside_the_training_pairs_is_kept_in_neither_half():
    pairs = pair(roles(4, 0, "_train") | roles(3, 4, "_test") | roles(5, 7, "_database"))
    np.testing.assert_array_equal(pairs.X[:, 0], np.arange(12))
    np.testing.assert_array_equal(pairs.train, np.arange(4))
    np.testing.assert_array_equal(pairs.test, [4, 5, 6])


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix], ids=["dense", "sparse"])
def test_training_pairs_that_the_database_repeats_are_kept_once(kind):
    arrays = roles(4, 2, "_train") | roles(3, 20, "_test") | roles(9, 0, "_database")
    pairs = pair(arrays | {role: kind(arrays[role]) for role in arrays if role.startswith("text")})
    np.testing.assert_array_equal(pairs.X[:, 0], [2, 3, 4, 5, 20, 21, 22, 0, 1, 6, 7, 8])
    assert issparse(pairs.y) == (kind is csr_matrix)
    pairs = pair(roles(4, 0, "_train") | roles(3, 20, "_test") | roles(4, 0, "_database"))
    assert pairs.X.shape[0] == 7


def test_training_pairs_that_the_database_repeats_in_part_are_refused():
    with pytest.raises(ValueError, match="2 of 4 training pairs are also in the database, the others are not"):
        pair(roles(4, 0, "_train") | roles(3, 20, "_test") | roles(5, 2, "_database"))


def test_without_training_pairs_the_database_trains():
    pairs = pair(roles(3, 20, "_test") | roles(5, 0, "_database"))
    np.testing.assert_array_equal(pairs.X[pairs.train, 0], np.arange(5))
    np.testing.assert_array_equal(pairs.X[pairs.test, 0], [20, 21, 22])


def test_validation_pairs_are_in_neither_half():
    pairs = pair(roles(3, 0, "_train") | roles(2, 10, "_test") | roles(2, 20, "_val"))
    assert pairs.X.shape[0] == 7
    np.testing.assert_array_equal(pairs.X[pairs.test, 0], [10, 11])
    assert 20 not in pairs.X[np.r_[pairs.train, pairs.test], 0]


@pytest.mark.parametrize("first", [0, 1])
def test_listed_rows_count_from_0_or_from_1(first):
    rows = {"train_rows": np.array([[1, 4]]), "test_rows": np.array([[0]]), "database_rows": np.array([2, 3, 4])}
    pairs = pair(roles(5) | {role: values + first for role, values in rows.items()})
    np.testing.assert_array_equal(pairs.train, [1, 4])
    np.testing.assert_array_equal(pairs.test, [0])


def test_listed_rows_that_may_count_from_0_or_from_1_are_refused():
    with pytest.raises(ValueError, match=r"train_rows, test_rows run from 1 to 3 for 5 items: it cannot be told"):
        pair(roles(5) | {"train_rows": np.array([1, 2]), "test_rows": np.array([3])})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.array([0.5, 1]), "the rows of train_rows are not whole numbers"),
        (np.array([1e300, 1]), "the rows of train_rows are not whole numbers, of 15 digits at most"),
        (np.array([]), "train_rows should list rows, but is empty"),
    ],
)
def test_listed_rows_that_are_none_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        pair(roles(5) | {"train_rows": rows, "test_rows": np.array([3])})


def test_labels_of_images_and_texts_must_agree():
    arrays = roles(3, 0, "_train") | roles(2, 10, "_test")
    assert pair(arrays | {"labels-of-texts_train": np.array([0, 1, 0])}).X.shape[0] == 5
    with pytest.raises(
        ValueError, match="labels_train and labels-of-texts_train differ: images and texts are not paired"
    ):
        pair(arrays | {"labels-of-texts_train": np.array([0, 1, 1])})


def test_blocks_of_different_widths_are_refused():
    arrays = roles(3, 0, "_train") | roles(2, 10, "_test")
    with pytest.raises(ValueError, match="the text features have 2 and 4 columns"):
        pair(arrays | {"text_test": np.ones((2, 4))})


@pytest.mark.parametrize(
    "shape", [(7, 3), (3, 7), (7,), (7, 1), (1, 7)], ids=["rows", "columns", "flat", "column", "row"]
)
def test_labels_and_features_have_a_row_an_item_whichever_way_they_were_stored(shape):
    L = labels_by_items(np.zeros(shape), 3, "L")
    assert len(L) == 7
    V = np.arange(14.0).reshape(7, 2)
    for stored in (V, V.T, csc_array(V), csr_matrix(V.T)):
        oriented = items_by_features(stored, 7, "V")
        np.testing.assert_array_equal(oriented.toarray() if issparse(oriented) else oriented, V)


def test_shapes_that_fit_no_way_round_are_refused():
    with pytest.raises(ValueError, match=r"L has the shape \(7, 4\): neither one class an item nor an indicator of 3"):
        labels_by_items(np.zeros((7, 4)), 3, "L")
    with pytest.raises(ValueError, match="L is a single value; give one class an item"):
        labels_by_items(np.array(3.0), 3, "L")
    with pytest.raises(ValueError, match=r"I_tr has the shape \(6, 2\), but there are labels of 7 items"):
        items_by_features(np.zeros((6, 2)), 7, "I_tr")


def test_ids_from_1_and_from_0_and_indicators_are_the_same_classes():
    y = np.array([2, 0, 1, 1, 2])
    for stored in ([y[:3], y[3:]], [y[:3] + 1, y[3:] + 1], [np.eye(3)[y[:3]], np.eye(3)[y[3:]]]):
        np.testing.assert_array_equal(class_ids(stored, 3), y)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([np.array([1, 2])], "class ids run from 1 to 2, for 3 classes: it cannot be told"),
        ([np.array([0, 3])], "class ids run from 0 to 3, for 3 classes"),
        ([np.array([-1, 2])], "class ids run from -1 to 2, for 3 classes"),
        ([np.array([0.5, 2])], "labels are not whole numbers"),
        ([np.array([np.nan, 2])], "labels are not whole numbers"),
        ([np.array([np.inf, 2])], "labels are not whole numbers"),
        ([np.array([1e300, 2])], "labels are not whole numbers, of 15 digits at most"),
        ([np.array([2**63, 2], np.uint64)], "labels are not whole numbers, of 15 digits at most"),
        ([np.array([-(2**63), 2])], "labels are not whole numbers, of 15 digits at most"),
        ([np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0]])], r"2 items have no class or several \(the first: row 0\)"),
        ([np.eye(3), np.arange(3)], "ids in one block and an indicator in another"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        class_ids(labels, 3)


@pytest.mark.parametrize(
    ("labels", "message"), [(np.arange(3), "an indicator is needed"), (2 * np.eye(3), "zeros and ones")]
)
def test_several_classes_an_item_need_an_indicator(labels, message):
    with pytest.raises(ValueError, match=message):
        indicator([labels])
