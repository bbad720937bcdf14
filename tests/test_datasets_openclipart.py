"""The bundled clip art: prepared on the training items alone, split without overlap, the same bytes everywhere."""

import io
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import issparse
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from shallow_cmr.datasets import load_openclipart, openclipart
from shallow_cmr.datasets.preparation import centre_and_scale, principal_components

# SHA-256 of the data as prepared with scikit-learn 1.6 and 1.9: a change here changes everybody's numbers.
DIGESTS = {
    ("cnn", "minilm", 0): "830b36e387313d3b",
    ("cnn", "minilm", 1): "6d7e0cc4ae4d2fb0",
    ("cnn", "lsa", 0): "716bc7321c9bd826",
    ("cnn", "tfidf", 0): "c513371c6cfab751",
    ("hog", "minilm", 0): "28dd4b9bb78e2827",
}
SPLITS = range(5)


@pytest.mark.parametrize(("image", "p"), [("cnn", 128), ("hog", 128)])
@pytest.mark.parametrize(("text", "q"), [("minilm", 128), ("lsa", 100)])
def test_prepared_views_are_centred_and_of_unit_mean_variance_on_the_training_items(image, p, text, q):
    data = load_openclipart(image, text, split=2)
    assert (data.X.shape, data.y.shape) == ((1380, p), (1380, q))
    for V in (data.train.X, data.train.y):
        assert V.dtype == np.float32
        # Values are kept to four decimals, so a mean is within half a unit of the last.
        np.testing.assert_allclose(V.mean(axis=0, dtype=float), 0, atol=5e-5)
        np.testing.assert_allclose(V.var(axis=0, dtype=float).mean(), 1, atol=1e-5)
    assert abs(data.test.X.mean(axis=0)).max() > 0.1


def test_the_prepared_image_view_is_scikit_learns_pca_of_the_raw_one_up_to_one_factor():
    raw, data = load_openclipart(prepared=False), load_openclipart()
    reference = PCA(128, svd_solver="full").fit(raw.train.X.astype(float)).transform(raw.test.X)
    ratio = np.linalg.norm(data.test.X) / np.linalg.norm(reference)
    np.testing.assert_allclose(data.test.X, reference * ratio, atol=2e-4)


def test_principal_components_are_uncorrelated_and_sorted_on_the_training_items():
    C = np.cov(load_openclipart().train.X.astype(float), rowvar=False)
    assert (np.diff(np.diag(C)) < 1e-4).all()
    assert abs(C - np.diag(np.diag(C))).max() < 1e-4


def test_the_test_items_have_no_part_in_the_preparation():
    fitted = load_openclipart().train.X
    arrays, _ = openclipart._source()
    raw = load_openclipart(prepared=False).X
    train = np.flatnonzero(arrays["splits"][0] == 0)
    alone = raw[train]
    rows = np.arange(len(train))
    np.testing.assert_allclose(centre_and_scale(principal_components(alone, rows, 128), rows), fitted, atol=2e-4)


def test_tfidf_stays_sparse_has_unit_rows_and_knows_training_words_only():
    data = load_openclipart(text="tfidf")
    assert issparse(data.y)
    assert data.y.dtype == np.float32
    norms = np.sqrt(data.y.multiply(data.y).sum(axis=1))
    np.testing.assert_allclose(norms[data.train_index], 1, rtol=1e-6)
    assert (data.train.y.getnnz(axis=0) > 0).all()
    raw = load_openclipart(text="tfidf", prepared=False)
    assert (data.y != raw.y).nnz == 0


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_parts_all_items_a_quarter_of_each_class_for_the_test(split):
    data = load_openclipart(split=split, prepared=False)
    together = np.concatenate([data.train_index, data.test_index])
    np.testing.assert_array_equal(np.sort(together), np.arange(1380))
    share = np.bincount(data.test.labels) / np.bincount(data.labels)
    assert (abs(share - 0.25) < 0.03).all()


@pytest.mark.parametrize("split", SPLITS)
def test_no_keyword_string_is_on_both_sides_of_a_split(split):
    data = load_openclipart(split=split, prepared=False)
    words = [" ".join(sorted(set(text.split()))) for text in data.texts]
    sides = [{words[i] for i in index} for index in (data.train_index, data.test_index)]
    assert not sides[0] & sides[1]
    assert max(Counter(words).values()) > 1


def test_the_splits_differ():
    chosen = [frozenset(load_openclipart(split=s, prepared=False).test_index) for s in SPLITS]
    assert max(len(a & b) for a in chosen for b in chosen if a is not b) < 150


def test_nearly_no_keyword_is_the_name_of_its_own_class():
    data = load_openclipart()
    leaks = sum(data.class_names[c] in text.split() for c, text in zip(data.labels, data.texts))
    assert leaks <= 2


@pytest.mark.parametrize(("image", "text", "split"), DIGESTS)
def test_the_prepared_data_are_the_same_on_every_machine(image, text, split):
    assert load_openclipart(image, text, split=split).digest[:16] == DIGESTS[image, text, split]


def test_the_prepared_data_do_not_depend_on_the_number_of_threads():
    views = []
    for threads in (1, 2):
        openclipart._view.cache_clear()
        with threadpool_limits(threads):
            views.append(openclipart._view("cnn", 3, True))
    np.testing.assert_array_equal(*views)


def test_the_same_arguments_give_the_same_object_however_they_are_written():
    assert load_openclipart() is load_openclipart("cnn", text="minilm", split=np.int64(0), prepared=True)
    assert load_openclipart() is not load_openclipart(split=1)


def test_every_item_has_a_whole_small_square_picture_with_content():
    data = load_openclipart()
    for i in range(0, 1380, 23):
        with Image.open(io.BytesIO(data.thumbnail(i))) as picture:
            assert (picture.format, picture.size) == ("WEBP", (64, 64))
            assert np.ptp(np.asarray(picture.convert("L"))) > 10


def test_every_word_about_the_data_is_filled_in():
    data = load_openclipart("hog", "lsa", split=4)
    for name in ("name", "licence", "source", "citation", "description", "image_features", "text_features"):
        assert getattr(data, name).strip()
    assert (data.image_features, data.text_features, data.split, data.n_splits) == ("hog", "lsa", 4, 5)
    assert len(data.titles) == len(data.texts) == 1380
    assert all(data.titles)
    assert all(data.texts)
    assert len(data.class_names) == 13


def test_every_item_is_recorded_as_public_domain():
    _, strings = openclipart._source()
    assert len(strings["licences"]) == len(strings["paths"]) == 1380
    assert all("publicdomain" in licence.lower() for licence in strings["licences"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image": "sift"}, "image='sift' is unknown; choose one of cnn, hog"),
        ({"text": "bert"}, "text='bert' is unknown; choose one of minilm, lsa, tfidf"),
        ({"split": 5}, "split=5 does not exist; the splits are 0 to 4"),
        ({"split": True}, "split=True does not exist"),
        ({"split": 1.0}, "split=1.0 does not exist"),
        ({"prepared": "zscore"}, "prepared='zscore' must be True or False"),
    ],
)
def test_unknown_arguments_are_refused_with_the_known_ones(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_openclipart(**arguments)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:99] + b"x" + b[100:], lambda b: b""])
def test_a_damaged_file_is_refused_before_it_is_read(damage, tmp_path, monkeypatch):
    whole = (openclipart.FOLDER / "openclipart.npz").read_bytes()
    (tmp_path / "openclipart.npz").write_bytes(damage(whole))
    monkeypatch.setattr(openclipart, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="is cut, damaged or another version"):
        openclipart._source.__wrapped__()


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(openclipart, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"openclipart_thumbnails.zip does not exist. Install"):
        openclipart._thumbnails.__wrapped__()


def test_the_bundled_files_are_small():
    assert sum(path.stat().st_size for path in openclipart.FOLDER.iterdir()) < 4_000_000


def test_importing_the_data_sets_loads_neither_pandas_nor_matplotlib_nor_scikit_learn():
    code = (
        "import sys, shallow_cmr.datasets; print([m for m in ('pandas', 'matplotlib', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
