"""Own features from any kind of file are one and the same data set, and a wrong file is told what is wrong."""

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow.parquet import write_table
from scipy.io import savemat
from scipy.sparse import csr_matrix, issparse

from shallow_cmr.datasets import load_features
from shallow_cmr.datasets.features import load_features_in_suite
from shallow_cmr.experiment import read_suite, run_suite

N = 12
FOLD = ["train"] * 6 + ["test"] * 4 + ["val", "database"]


@pytest.fixture
def parts():
    """Return image (12, 3), text (12, 2) and labels (12,) of six pairs of items of equal texts."""
    rng = np.random.default_rng(0)
    text = np.repeat(rng.normal(2, 1, (N // 2, 2)), 2, axis=0)
    return {"image": rng.normal(-1, 3, (N, 3)), "text": text, "labels": np.arange(N) % 2}


def write_archive(folder, parts):
    np.savez(
        folder / "own.npz", I=parts["image"], T=parts["text"], y=parts["labels"], fold=np.repeat([0, 1, 2], [6, 4, 2])
    )
    return {"path": folder / "own.npz"} | dict(zip(("image", "text", "labels", "split"), ("I", "T", "y", "fold")))


def write_mat(folder, parts):
    fold = np.repeat([0, 1, 2], [6, 4, 2])
    savemat(folder / "own.mat", {"I": parts["image"], "T": parts["text"], "y": parts["labels"], "fold": fold})
    return {"path": folder / "own.mat"} | dict(zip(("image", "text", "labels", "split"), ("I", "T", "y", "fold")))


def write_h5(folder, parts):
    with h5py.File(folder / "own.h5", "w") as file:
        file["a/I"], file["a/T"], file["y"] = parts["image"], parts["text"], parts["labels"]
        file["fold"] = np.repeat([0, 1, 2], [6, 4, 2])
    return {"path": folder / "own.h5"} | dict(zip(("image", "text", "labels", "split"), ("a/I", "a/T", "y", "fold")))


def frame(parts):
    columns = {f"img_{j}": column for j, column in enumerate(parts["image"].T)}
    columns |= {"w1": parts["text"][:, 0], "w2": parts["text"][:, 1], "kind": parts["labels"], "fold": FOLD}
    return pd.DataFrame(columns)


def write_csv(folder, parts):
    frame(parts).to_csv(folder / "own.csv", index=False)
    return {"path": folder / "own.csv", "image": "img_", "text": ["w1", "w2"], "labels": "kind", "split": "fold"}


def write_tsv(folder, parts):
    frame(parts).to_csv(folder / "own.tsv", index=False, sep="\t")
    return {"path": folder / "own.tsv", "image": slice(3), "text": slice(3, 5), "labels": "kind", "split": "fold"}


def write_parquet(folder, parts):
    pytest.importorskip("pyarrow")
    frame(parts).to_parquet(folder / "own.parquet")
    return {"path": folder / "own.parquet", "image": "img_", "text": "w", "labels": "kind", "split": "fold"}


def write_files(folder, parts):
    for name, values in parts.items():
        np.save(folder / f"{name}.npy", values)
    np.save(folder / "fold.npy", np.repeat([0, 1, 2], [6, 4, 2]))
    return {"path": folder} | {name: f"{name}.npy" for name in parts} | {"split": "fold.npy"}


def write_files_apart(folder, parts):
    named = write_files(folder, parts)
    return {name: folder / file for name, file in named.items() if name != "path"}


def give_arrays(folder, parts):
    return parts | {"split": FOLD}


WRITERS = [
    *(write_archive, write_mat, write_h5, write_csv, write_tsv, write_parquet, write_files, write_files_apart),
    give_arrays,
]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_any_kind_of_file_gives_the_same_data_set(tmp_path, parts, write):
    data = load_features(**write(tmp_path, parts))
    for values, name in ((data.X, "image"), (data.y, "text"), (data.labels, "labels")):
        np.testing.assert_allclose(values, parts[name], rtol=1e-14)
    np.testing.assert_array_equal(data.train_index, np.arange(6))
    np.testing.assert_array_equal(data.test_index, np.arange(6, 10))


def test_mapped_files_are_not_copied(tmp_path, parts):
    data = load_features(**write_files(tmp_path, parts))
    for values in (data.X, data.y):
        base = values
        while base is not None and not isinstance(base, np.memmap):
            base = base.base
        assert isinstance(base, np.memmap)


def test_names_of_the_field_need_not_be_given(tmp_path, parts):
    halves = {"tr": slice(7), "te": slice(7, None)}
    names = {"I": "image", "T": "text", "L": "labels"}
    np.savez(
        tmp_path / "own.npz", **{f"{n}_{h}": parts[p][rows] for h, rows in halves.items() for n, p in names.items()}
    )
    data = load_features(tmp_path / "own.npz", name="mine", licence="CC0", citation="Me (2024).")
    np.testing.assert_array_equal(data.X, parts["image"])
    np.testing.assert_array_equal(data.train_index, np.arange(7))
    assert (data.name, data.licence, data.citation) == ("mine", "CC0", "Me (2024).")
    np.savez(tmp_path / "own.npz", XAll=parts["image"].T, YAll=parts["text"].T, LAll=np.eye(2)[parts["labels"]].T)
    data = load_features(tmp_path, split=3)
    np.testing.assert_array_equal(data.labels, np.eye(2)[parts["labels"]])
    np.testing.assert_array_equal(data.y, parts["text"])
    with pytest.raises(ValueError, match="split is missing"):
        load_features(tmp_path)


def test_sparse_text_stays_sparse(tmp_path, parts):
    savemat(tmp_path / "own.mat", {"I": parts["image"], "T": csr_matrix(parts["text"]), "y": parts["labels"]})
    data = load_features(tmp_path / "own.mat", image="I", text="T", labels="y", split=0.5)
    assert issparse(data.y)
    np.testing.assert_array_equal(data.y.toarray(), parts["text"])
    dense = load_features(**parts, split=0.5)
    np.testing.assert_array_equal(data.test_index, dense.test_index)


@pytest.mark.parametrize(
    ("labels", "ids", "names"),
    [
        (["b", "a"] * 6, [1, 0] * 6, ("a", "b")),
        ([2.0, 1.0] * 6, [1, 0] * 6, ("1", "2")),
        ([1, 0] * 6, [1, 0] * 6, ()),
        (np.array([[7], [-3]] * 6), [1, 0] * 6, ("-3", "7")),
        ([True, False] * 6, [1, 0] * 6, ()),
        (np.array([[0, 1], [1, 1]] * 6), [[0, 1], [1, 1]] * 6, ()),
    ],
    ids=["words", "from 1", "from 0", "a column of numbers", "bool", "indicator"],
)
def test_labels_may_be_words_numbers_or_an_indicator(parts, labels, ids, names):
    data = load_features(**parts | {"labels": labels}, split=FOLD)
    np.testing.assert_array_equal(data.labels, ids)
    assert data.class_names == names


@pytest.mark.parametrize("one_file", [True, False])
def test_labels_and_split_may_be_words_of_numpy_files(tmp_path, parts, one_file):
    kept = parts | {"labels": np.array(["ship", "cat"] * 6), "fold": np.array(FOLD)}
    if one_file:
        np.savez(tmp_path / "own.npz", **kept)
        data = load_features(tmp_path / "own.npz", "image", "text", "labels", "fold")
    else:
        for name, values in kept.items():
            np.save(tmp_path / f"{name}.npy", values)
        data = load_features(tmp_path, *(f"{name}.npy" for name in kept))
    np.testing.assert_array_equal(data.labels, [1, 0] * 6)
    assert data.class_names == ("cat", "ship")
    np.testing.assert_array_equal(data.X[data.test_index], parts["image"][6:10])


def test_captions_in_place_of_features_are_answered_with_what_to_do(tmp_path, parts):
    frame(parts).assign(caption="a red ship").to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(TypeError, match=r"text= are words \('a red ship' ...\); .*TfidfVectorizer"):
        load_features(tmp_path / "own.csv", image="img_", text="caption", labels="kind", split="fold")
    with pytest.raises(TypeError, match=r"image= are words \('x' ...\)"):
        load_features(**parts | {"image": ["x"] * N}, split=FOLD)


def test_class_names_may_be_given_for_ids_from_0_or_from_1(parts):
    for labels in (parts["labels"], parts["labels"] + 1):
        data = load_features(**parts | {"labels": labels}, split=FOLD, class_names=("cat", "dog"))
        np.testing.assert_array_equal(data.labels, parts["labels"])
        assert data.class_names == ("cat", "dog")
    with pytest.raises(ValueError, match="labels have 2 classes"):
        load_features(**parts | {"labels": ["a", "b"] * 6}, split=FOLD, class_names=("cat",))


def many(rng, n=400):
    """Return parts of n items in three classes, with texts that up to seven items share."""
    text = np.repeat(np.arange(float(n)), rng.integers(1, 8, n))[:n, None] + [0.0, 0.5]
    return {"image": rng.normal(size=(n, 2)), "text": rng.permutation(text), "labels": rng.integers(0, 3, n)}


@pytest.mark.parametrize("split", [100, 0.25])
def test_a_drawn_split_has_like_shares_and_never_parts_equal_texts(split):
    for seed in range(5):
        parts = many(np.random.default_rng(seed))
        data = load_features(**parts, split=split, seed=seed)
        assert len(data.test) == 100
        assert len(data.train) == 300
        assert not set(data.train.y[:, 0]) & set(data.test.y[:, 0])
        shares = np.bincount(data.test.labels) / np.bincount(data.labels)
        np.testing.assert_allclose(shares, 0.25, atol=0.04)


def test_a_drawn_split_is_a_function_of_its_seed(parts):
    draw = [load_features(**many(np.random.default_rng(0)), split=50, seed=seed).test_index for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draw[0], draw[1])
    assert not np.array_equal(draw[0], draw[2])


def test_an_exact_number_of_test_items_is_drawn_of_items_with_several_classes(parts):
    data = load_features(**many(np.random.default_rng(3)) | {"labels": np.ones((400, 2))}, split=37)
    assert len(data.test) == 37


def test_rows_may_be_given_as_a_pair(parts):
    data = load_features(**parts, split=([3, 1], [0, 11]))
    assert (data.train_index.tolist(), data.test_index.tolist()) == ([3, 1], [0, 11])


def test_a_csv_of_words_is_read_whatever_stands_between_the_cells(tmp_path, parts):
    lines = ['"img_1"; img_2;w;class;part', *(f'{i};{i / 2};{i};"two; words";{word}' for i, word in enumerate(FOLD))]
    (tmp_path / "own.csv").write_text("\ufeff" + "\r\n".join(lines) + "\r\n\r\n", encoding="utf-8", newline="")
    data = load_features(tmp_path / "own.csv", image="img_", text="w", labels="class", split="part")
    assert data.class_names == ("two; words",)
    np.testing.assert_array_equal(data.X, np.arange(12)[:, None] * [1, 0.5])


def test_words_may_stand_between_spaces(tmp_path):
    (tmp_path / "own.txt").write_text(
        "x y label\n" + "".join(f"{i} {i * 2} {'ab'[i % 2]}\n" for i in range(8)) + "  \n"
    )
    data = load_features(tmp_path / "own.txt", image="x", text="y", labels="label", split=2)
    assert data.class_names == ("a", "b")


def test_words_of_parquet_that_would_fill_the_memory_are_refused(tmp_path):
    columns = {"x": range(4), "y": range(4), "label": ["z" * (1 << 24)] * 4}
    write_table(pa.table(columns), tmp_path / "own.parquet", compression="zstd")
    with pytest.raises(ValueError, match=r"own.parquet refused: the words of 'label' take .*more than max_bytes=1,"):
        load_features(tmp_path / "own.parquet", image="x", text="y", labels="label", split=2, max_bytes=10**6)


def test_a_missing_word_is_no_class(tmp_path):
    write_table(pa.table({"x": range(4), "y": range(4), "label": ["a", None] * 2}), tmp_path / "own.parquet")
    with pytest.raises(ValueError, match=r"own.parquet refused: column 'label' lacks 2 values. Fill or drop"):
        load_features(tmp_path / "own.parquet", image="x", text="y", labels="label", split=2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"text": np.ones((11, 2))},
            ValueError,
            "image has 12 rows, text has 11 rows, labels has 12 rows; give one row",
        ),
        ({"labels": None}, ValueError, r"labels is missing: .* For pairs without classes give labels=range\(n\)"),
        ({"labels": [0.5] * 12}, ValueError, "labels are not whole numbers"),
        ({"labels": [1e300] * 12}, ValueError, "labels are not whole numbers, of 15 digits at most"),
        ({"image": np.array(1.0)}, ValueError, "image is a single value; give one row an item"),
        ({"image": slice(2)}, ValueError, r"image=slice\(None, 2, None\) are columns of a table"),
        ({"split": None}, ValueError, "split is missing: give the number"),
        ({"split": 12}, ValueError, "split=12 must be 1 to 11 test items"),
        ({"split": 1.5}, ValueError, "split=1.5 must be 1 to 11 test items, or a share"),
        ({"split": 0}, ValueError, "split=0 must be"),
        ({"split": 1}, ValueError, "no group of items with equal text features is as small as 1"),
        ({"split": ["train"] * 11}, ValueError, r"split has the shape \(11,\) for 12 items"),
        ({"split": ["train"] * 11 + ["lost"]}, ValueError, "split holds lost; known are train, test"),
        ({"split": [0] * 11 + [5]}, ValueError, "split holds 5; known are"),
        ({"split": ["train"] * 12}, ValueError, "split has 12 training and 0 test items"),
        ({"split": ([0, 1], [1, 2])}, ValueError, "1 rows are both in train_index and test_index"),
        ({"image": "none.npy"}, FileNotFoundError, "none.npy does not exist"),
    ],
)
def test_what_does_not_fit_is_named(parts, change, error, message):
    with pytest.raises(error, match=message):
        load_features(**parts | {"split": FOLD} | change)


def test_names_that_are_not_there_are_answered_with_those_that_are(tmp_path, parts):
    archive, table = write_archive(tmp_path, parts), write_csv(tmp_path, parts)
    with pytest.raises(KeyError, match="has no 'X'; it has 'I', 'T', 'y', 'fold'"):
        load_features(**archive | {"image": "X"})
    with pytest.raises(ValueError, match=r"own.npz is no table; give the name of one of its arrays: I, T, y, fold"):
        load_features(**archive | {"image": slice(3)})
    with pytest.raises(KeyError, match=r"image='vgg': .* has no such columns; it has img_0, img_1"):
        load_features(**table | {"image": "vgg"})
    with pytest.raises(KeyError, match="has no such columns"):
        load_features(**table | {"text": ["w1", "w3"]})
    with pytest.raises(TypeError, match=r"'fold' in .* holds text; only real numbers are read"):
        load_features(**table | {"text": ["w1", "fold"]})
    with pytest.raises(ValueError, match=r"image: .*own.npz holds I, T, y, fold; give it as path="):
        load_features(image=archive["path"], text=parts["text"], labels=parts["labels"], split=3)
    with pytest.raises(ValueError, match="nothing is given"):
        load_features()
    with pytest.raises(ValueError, match="no known layout fits: the file holds I"):
        load_features(archive["path"])


def test_a_table_whose_rows_differ_is_refused(tmp_path, parts):
    path = write_csv(tmp_path, parts)["path"]
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:5], lines[5] + ",more", *lines[6:]]) + "\n")
    with pytest.raises(ValueError, match="cells"):
        load_features(path, image="img_", text="w", labels="fold", split=3)


def test_memory_is_bounded(tmp_path, parts):
    with pytest.raises(ValueError, match="more than max_bytes=100"):
        load_features(**write_archive(tmp_path, parts), max_bytes=100)
    with pytest.raises(ValueError, match="12 rows, too many words for max_bytes=500"):
        load_features(**write_parquet(tmp_path, parts), max_bytes=500)


def test_tables_may_be_files_apart(tmp_path, parts):
    np.savetxt(tmp_path / "img.txt", parts["image"], "%.17g")
    pd.DataFrame({"id": [f"item {i}" for i in range(N)], "w1": parts["text"][:, 0], "w2": parts["text"][:, 1]}).to_csv(
        tmp_path / "txt.csv", index=False
    )
    np.savez(tmp_path / "y.npz", y=parts["labels"])
    data = load_features(tmp_path, image="img.txt", text="txt.csv", labels="y.npz", split=4)
    for values, name in ((data.X, "image"), (data.y, "text"), (data.labels, "labels")):
        np.testing.assert_allclose(values, parts[name], rtol=1e-14)


def test_a_suite_runs_on_features_of_ones_own_with_another_draw_a_split(tmp_path):
    rng = np.random.default_rng(0)
    classes = np.arange(80) % 4
    X = np.eye(4)[classes] @ rng.normal(size=(4, 6)) + 0.3 * rng.normal(size=(80, 6))
    y = np.eye(4)[classes] @ rng.normal(size=(4, 5)) + 0.3 * rng.normal(size=(80, 5))
    np.savez(tmp_path / "mine.npz", cnn=X, bow=y, kind=classes)
    (tmp_path / "mine.toml").write_text(
        f"""sizes = [3]
[[datasets]]
name = "features"
label = "mine"
options = {{ path = "{tmp_path / "mine.npz"}", image = "cnn", text = "bow", labels = "kind", test = 0.25 }}
splits = [0, 1]
[[methods]]
name = "PLS"
"""
    )
    results = run_suite(read_suite(tmp_path / "mine.toml"), tmp_path / "out", n_jobs=1)
    assert not results.failures
    scored = [row for row in results.rows if row["label"] == "PLS"]
    assert {row["split"] for row in scored} == {0, 1}
    assert min(row["value"] for row in scored) > 0.8
    draws = [load_features_in_suite(tmp_path / "mine.npz", "cnn", "bow", "kind", 0.25, split=k) for k in (0, 1)]
    assert set(draws[0].test_index) != set(draws[1].test_index)
