"""The bundled sets: prepared on training items alone, split without overlap, licensed item by item, the same bytes."""

import io
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from functools import partial

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_array, issparse
from sklearn.decomposition import PCA, TruncatedSVD
from threadpoolctl import threadpool_limits

from shallow_cmr import CCA
from shallow_cmr.datasets import bundled, load_emoji, load_openclipart
from shallow_cmr.datasets.emoji import EMOJI
from shallow_cmr.datasets.openclipart import OPENCLIPART
from shallow_cmr.datasets.preparation import canonical_axes, centre_and_scale, latent_semantics, principal_components

LOADERS = {"openclipart": load_openclipart, "emoji": load_emoji}
SETS = {"openclipart": OPENCLIPART, "emoji": EMOJI}
N_ITEMS = {"openclipart": 1286, "emoji": 1631}
ONE_LABEL = {"openclipart": "class", "emoji": "group"}
# SHA-256 of the data as prepared with scikit-learn 1.6 and 1.9: a change here changes everybody's numbers.
DIGESTS = {
    ("openclipart", "cnn", "minilm", 0): "6a00109182fd565c",
    ("openclipart", "cnn", "minilm", 9): "f23c851a55c743c3",
    ("openclipart", "cnn", "lsa", 0): "1e2922b19fcc4a60",
    ("openclipart", "cnn", "lsa", 1): "4b3917d614fd6aaa",
    ("openclipart", "cnn", "lsa", 8): "9a2d5bfd603c4d35",
    ("openclipart", "cnn", "tfidf", 0): "f0aee61c03c73342",
    ("openclipart", "hog", "minilm", 0): "1bcb5184e3616dc8",
    ("emoji", "cnn", "minilm", 0): "e0e1a67b1c68aa7f",
    ("emoji", "hog", "lsa", 1): "ae4f1c5366d46416",
    ("emoji", "hog", "tfidf", 1): "52a4497947a7c0b0",
}
SPLITS = range(10)
both = pytest.mark.parametrize("name", LOADERS)


@both
@pytest.mark.parametrize("image", ["cnn", "hog"])
@pytest.mark.parametrize(("text", "q"), [("minilm", 128), ("lsa", 100)])
def test_prepared_views_are_centred_and_of_unit_mean_variance_on_the_training_items(name, image, text, q):
    data = LOADERS[name](image, text, split=2)
    assert (data.X.shape, data.y.shape) == ((N_ITEMS[name], 128), (N_ITEMS[name], q))
    for V in (data.train.X, data.train.y):
        assert V.dtype == np.float32
        # Values are kept to four decimals, so a mean is within half a unit of the last.
        np.testing.assert_allclose(V.mean(axis=0, dtype=float), 0, atol=5e-5)
        np.testing.assert_allclose(V.var(axis=0, dtype=float).mean(), 1, atol=1e-5)
    assert abs(data.test.X.mean(axis=0)).max() > 0.1


@both
def test_the_prepared_image_view_is_scikit_learns_pca_of_the_raw_one_up_to_one_factor(name):
    raw, data = LOADERS[name](prepared=False), LOADERS[name]()
    reference = PCA(128, svd_solver="full").fit(raw.train.X.astype(float)).transform(raw.test.X)
    ratio = np.linalg.norm(data.test.X) / np.linalg.norm(reference)
    np.testing.assert_allclose(data.test.X, reference * ratio, atol=2e-4)


def test_principal_components_are_uncorrelated_and_sorted_on_the_training_items():
    C = np.cov(load_openclipart().train.X.astype(float), rowvar=False)
    assert (np.diff(np.diag(C)) < 1e-4).all()
    assert abs(C - np.diag(np.diag(C))).max() < 1e-4


@both
def test_the_test_items_have_no_part_in_the_preparation(name):
    data, raw = LOADERS[name](), LOADERS[name](prepared=False).X
    alone = raw[data.train_index]
    rows = np.arange(len(alone))
    prepared = centre_and_scale(principal_components(alone, rows, 128), rows)
    np.testing.assert_allclose(prepared, data.train.X, atol=2e-4)


@both
@pytest.mark.parametrize("text", ["minilm", "lsa", "tfidf"])
def test_any_split_is_prepared_on_its_own_training_items(name, text):
    fixed = LOADERS[name]("hog", text, split=2)
    remake = partial(bundled.prepare, SETS[name], "hog", text, ONE_LABEL[name], True)
    again = pickle.loads(pickle.dumps(remake))(fixed.train_index, fixed.test_index)
    for ours, theirs in ((again.X, fixed.X), (again.y, fixed.y)):
        assert (ours != theirs).nnz == 0 if issparse(ours) else (ours == theirs).all()
    half = fixed.train_index[::2]
    other = remake(half, fixed.test_index)
    assert other.train.X.shape[0] == len(half)
    if text != "tfidf":
        np.testing.assert_allclose(other.train.y.mean(axis=0, dtype=float), 0, atol=5e-5)
    else:
        assert other.y.shape[1] < fixed.y.shape[1]  # words of the training items alone
    np.testing.assert_allclose(other.train.X.mean(axis=0, dtype=float), 0, atol=5e-5)


@both
def test_tfidf_stays_sparse_has_unit_rows_and_knows_training_words_only(name):
    data = LOADERS[name](text="tfidf")
    assert issparse(data.y)
    assert data.y.dtype == np.float32
    norms = np.sqrt(data.y.multiply(data.y).sum(axis=1))
    np.testing.assert_allclose(norms[data.train_index], 1, rtol=1e-6)
    assert (data.train.y.getnnz(axis=0) > 0).all()
    raw = LOADERS[name](text="tfidf", prepared=False)
    assert (data.y != raw.y).nnz == 0


@both
@pytest.mark.parametrize("split", SPLITS)
def test_a_split_parts_all_items_a_quarter_of_each_class_for_the_test(name, split):
    data = LOADERS[name](labels=ONE_LABEL[name], split=split, prepared=False)
    together = np.concatenate([data.train_index, data.test_index])
    np.testing.assert_array_equal(np.sort(together), np.arange(N_ITEMS[name]))
    share = np.bincount(data.test.labels) / np.bincount(data.labels)
    assert (abs(share - 0.25) < 0.04).all()


@both
@pytest.mark.parametrize("split", SPLITS)
def test_no_set_of_words_and_no_group_is_on_both_sides_of_a_split(name, split):
    data = LOADERS[name](split=split, prepared=False)
    words = [" ".join(sorted(set(re.findall(r"\w+", text.lower())))) for text in data.texts]
    groups = bundled.read_arrays(SETS[name])["groups"]
    for kinds in (words, groups):
        sides = [{kinds[i] for i in index} for index in (data.train_index, data.test_index)]
        assert not sides[0] & sides[1]
        assert max(Counter(kinds).values()) > 1


@both
def test_the_splits_differ(name):
    chosen = [frozenset(LOADERS[name](split=s, prepared=False).test_index) for s in SPLITS]
    assert max(len(a & b) for a in chosen for b in chosen if a is not b) < 0.4 * len(chosen[0])


def test_no_keyword_is_the_name_of_its_own_class():
    data = load_openclipart()
    assert not [text for c, text in zip(data.labels, data.texts) if data.class_names[c] in text.split()]


@both
def test_graded_labels_share_one_name_in_the_same_class_and_two_in_the_same_part_of_it(name):
    graded, arrays = LOADERS[name](labels="graded"), bundled.read_arrays(SETS[name])
    coarse, fine = arrays["coarse"], arrays["fine"]
    shared = graded.labels.astype(int) @ graded.labels.T.astype(int)
    same_part = (fine[:, None] == fine) & (fine >= 0)
    same_class = coarse[:, None] == coarse
    assert not (same_part & ~same_class).any()  # a part lies in one class
    off = ~np.eye(len(coarse), dtype=bool)
    np.testing.assert_array_equal(shared[off], (same_class.astype(int) + same_part)[off])
    assert set(np.unique(shared[off])) == {0, 1, 2}
    single = LOADERS[name](labels=ONE_LABEL[name])
    assert graded.class_names[: len(single.class_names)] == single.class_names
    assert len(set(graded.class_names)) == graded.labels.shape[1]


@both
def test_ids_are_contiguous_and_every_part_has_four_items(name):
    arrays, records = bundled.read_arrays(SETS[name]), bundled.read_records(SETS[name])
    for part in ("coarse", "fine"):
        ids = arrays[part][arrays[part] >= 0]
        np.testing.assert_array_equal(np.unique(ids), np.arange(len(records[f"{part}_names"])))
        assert np.bincount(ids).min() >= 4
        assert all(part_name.strip() for part_name in records[f"{part}_names"])


def test_emoji_are_graded_unless_asked_otherwise():
    assert load_emoji() is load_emoji(labels="graded")
    groups, subgroups = load_emoji(labels="group"), load_emoji(labels="subgroup")
    assert (len(groups.class_names), len(subgroups.class_names)) == (8, 88)
    assert (subgroups.labels >= 0).all()


@pytest.mark.parametrize(("name", "image", "text", "split"), DIGESTS)
def test_the_prepared_data_are_the_same_on_every_machine(name, image, text, split):
    assert LOADERS[name](image, text, split=split).digest[:16] == DIGESTS[name, image, text, split]


def test_the_prepared_data_do_not_depend_on_the_processor():
    code = (
        "from shallow_cmr.datasets import load_openclipart\n"
        "print(*[load_openclipart(text='lsa', split=split).digest for split in (1, 8)])"
    )
    # Processors that OpenBLAS serves with other kernels, which round otherwise; other libraries ignore the variable.
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"OPENBLAS_CORETYPE": processor},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for processor in ("Prescott", "Haswell")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("split", [2, 8])  # of split 8 the 99th and 100th singular values are equal
def test_latent_semantics_are_scikit_learns_up_to_the_choice_of_axes(split):
    data = load_openclipart(text="tfidf", split=split)
    ours = latent_semantics(data.y, data.train_index, 100)
    V = data.y.astype(float)
    theirs = TruncatedSVD(100, algorithm="arpack", random_state=0).fit(V[data.train_index]).transform(V)
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-10)


def test_canonical_axes_depend_on_the_span_alone():
    rng = np.random.default_rng(0)
    U, rotation = (np.linalg.qr(rng.normal(size=shape))[0] for shape in ((30, 4), (4, 4)))
    axes = canonical_axes(U)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(axes @ axes.T, U @ U.T, atol=1e-12)
    np.testing.assert_allclose(canonical_axes(U @ rotation), axes, atol=1e-12)


def test_of_equal_singular_values_as_many_are_taken_as_asked_for():
    # Five documents of two words each that no other has: singular values 6, 4, 4, 4, 2 over the root of 2.
    V = csr_array(np.kron(np.diag([2.0, 3, 2, 1, 2]), np.ones((1, 2))))
    Z = latent_semantics(V, np.arange(5), 3)
    np.testing.assert_allclose(sorted((Z**2).sum(axis=0)), [8, 8, 18])
    np.testing.assert_allclose(Z.T @ Z, np.diag((Z**2).sum(axis=0)), atol=1e-12)


def test_the_prepared_data_do_not_depend_on_the_number_of_threads():
    train, views = load_openclipart(split=3).train_index.tobytes(), []
    for threads in (1, 2):
        bundled._features.cache_clear()
        with threadpool_limits(threads):
            views.append(bundled._features(OPENCLIPART, "cnn", True, train))
    np.testing.assert_array_equal(*views)


@both
def test_the_same_arguments_give_the_same_object_however_they_are_written(name):
    load = LOADERS[name]
    assert load() is load("cnn", text="minilm", split=np.int64(0), prepared=True)
    assert load() is not load(split=1)


@both
def test_data_sets_of_other_labels_share_the_features(name):
    bundled._load_checked.cache_clear()  # else one of the two may be older than the other's features
    assert np.shares_memory(LOADERS[name](labels="graded").X, LOADERS[name](labels=ONE_LABEL[name]).X)


@both
def test_every_item_has_a_whole_small_square_picture_with_content(name):
    data = LOADERS[name]()
    for i in range(0, N_ITEMS[name], 23):
        with Image.open(io.BytesIO(data.thumbnail(i))) as picture:
            assert (picture.format, picture.size) == ("WEBP", (64, 64))
            assert np.ptp(np.asarray(picture.convert("L"))) > 10


@both
def test_every_word_about_the_data_is_filled_in(name):
    data = LOADERS[name]("hog", "lsa", split=4)
    for field in ("name", "licence", "source", "citation", "description", "image_features", "text_features"):
        assert getattr(data, field).strip()
    assert (data.name, data.image_features, data.text_features) == (name, "hog", "lsa")
    assert (data.split, data.n_splits) == (4, 10)
    assert len(data.titles) == len(data.texts) == N_ITEMS[name]
    assert all(title.strip() for title in data.titles)
    assert all(text.strip() for text in data.texts)
    assert f"{N_ITEMS[name]:,}" in data.description


@both
def test_every_item_has_a_record_of_its_origin_author_and_licence(name):
    records = bundled.read_records(SETS[name])
    assert all(len(records[part]) == N_ITEMS[name] for part in ("paths", "authors", "licences"))
    assert len(set(records["paths"])) == N_ITEMS[name]
    assert not [author for author in records["authors"] if "@" in author]
    if name == "openclipart":
        assert all("publicdomain" in licence.lower() for licence in records["licences"])
        assert sum(bool(author) for author in records["authors"]) > 0.95 * N_ITEMS[name]
    else:
        assert set(records["licences"]) == {"Apache-2.0 (picture), MIT (text)"}
        assert all(records["authors"])


def test_no_html_is_left_in_a_title_or_text():
    data = load_openclipart()
    assert not [s for s in (*data.titles, *data.texts) if re.search(r"&#?\w+;|<|@", s)]


@both
def test_the_notice_names_every_source_of_a_set(name):
    notice = (bundled.FOLDER / "NOTICE").read_text(encoding="utf-8")
    data = LOADERS[name]()
    for package in re.findall(r"openclipart 1:\S+19|emoji-datasource-google \S+|emojibase-data \S+", data.source):
        assert package in notice
    for word in (
        "EfficientNet-lite0",
        "MiniLM",
        "Apache License, Version 2.0",
        "Copyright (c) 2017-2019 Miles Johnson",
    ):
        assert word in notice
    assert "TERMS AND CONDITIONS" in (bundled.FOLDER / "APACHE-2.0.txt").read_text(encoding="utf-8")


@both
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": "sift"}, "image='sift' is unknown; choose one of cnn, hog"),
        ({"text": "bert"}, "text='bert' is unknown; choose one of minilm, lsa, tfidf"),
        ({"labels": "colour"}, "labels='colour' is unknown; choose one of .*graded"),
        ({"split": 10}, "split=10 does not exist; the splits are 0 to 9"),
        ({"split": True}, "split=True does not exist"),
        ({"split": 1.0}, "split=1.0 does not exist"),
        ({"prepared": "zscore"}, "prepared='zscore' must be True or False"),
    ],
)
def test_unknown_arguments_are_refused_with_the_known_ones(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        LOADERS[name](**arguments)


@both
@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:99] + b"x" + b[100:], lambda b: b""])
def test_a_damaged_file_is_refused_before_it_is_read(name, damage, tmp_path, monkeypatch):
    whole = (bundled.FOLDER / f"{name}.npz").read_bytes()
    (tmp_path / f"{name}.npz").write_bytes(damage(whole))
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="is cut, damaged or another version"):
        bundled.read_arrays.__wrapped__(SETS[name])


@both
def test_a_missing_file_is_named(name, tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=rf"{name}_thumbnails.zip does not exist. Install"):
        bundled._thumbnails.__wrapped__(SETS[name])


def test_the_bundled_files_are_small():
    assert sum(path.stat().st_size for path in bundled.FOLDER.iterdir()) < 8_000_000


def both_ways(data, y=None):
    """Return the mean mAP of both directions of CCA weighted by rho, fitted on the training items of a data set."""
    est = CCA(n_components=32, reg=1, power=1)
    est.fit(data.train.X, data.train.y if y is None else y)
    return est.score(data.test.X, data.test.y, labels=data.test.labels)


@both
def test_canonical_correlation_finds_the_class_and_shuffled_pairs_find_nothing(name):
    data = LOADERS[name](labels=ONE_LABEL[name])
    share = np.bincount(data.test.labels) / len(data.test)
    chance = (share**2).sum()
    assert both_ways(data) > {"openclipart": 0.33, "emoji": 0.43}[name]
    shuffled = np.random.default_rng(0).permutation(data.train.y)
    assert abs(both_ways(data, shuffled) - chance) < 0.03


@both
def test_whoever_counts_any_shared_label_scores_graded_labels_by_the_class(name):
    graded, single = LOADERS[name](labels="graded"), LOADERS[name](labels=ONE_LABEL[name])
    assert both_ways(graded) == pytest.approx(both_ways(single), abs=1e-12)


def test_importing_the_data_sets_loads_neither_pandas_nor_matplotlib_nor_scikit_learn():
    code = (
        "import sys, shallow_cmr.datasets; print([m for m in ('pandas', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
