"""The standard benchmarks: described in full, checked on load, split as published."""

import hashlib
import subprocess
import sys
from dataclasses import fields, replace
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array, issparse

from shallow_cmr import datasets
from shallow_cmr.datasets import (
    LOADERS,
    load_iapr_tc12,
    load_mfeat,
    load_mirflickr,
    load_mscoco,
    load_nuswide,
    load_pascal_sentences,
    load_pascal_voc,
    load_wikipedia,
    load_xmedia,
)
from shallow_cmr.datasets.benchmarks import BENCHMARKS, mfeat
from shallow_cmr.datasets.benchmarks.splits import RULES
from shallow_cmr.protocol import PROTOCOLS

FUZZ = Path(__file__).parents[1] / "benchmarks" / "fuzz" / "loaders.py"
MAY_BE_EMPTY = {"class_names", "labels_follow_names", "download"}
LOADED = {
    "wikipedia": load_wikipedia,
    "mirflickr": load_mirflickr,
    "nuswide10": lambda path, **options: load_nuswide(path, concepts=10, **options),
    "nuswide21": lambda path, **options: load_nuswide(path, concepts=21, **options),
    "pascal_voc": load_pascal_voc,
    "pascal_sentences": load_pascal_sentences,
    "iapr_tc12": load_iapr_tc12,
    "mscoco": load_mscoco,
    "xmedia": load_xmedia,
}
EDITIONS = [(key, edition) for key in LOADED for edition in BENCHMARKS[key].editions]


def arrays_of(benchmark, edition, seed=0):
    """Return X (n, 3), y (n, 2) and labels of made-up pairs, as many as published, the classes in turn."""
    rng = np.random.default_rng(seed)
    n, c = edition.n_items, benchmark.n_classes
    if edition.items_per_class and edition.rule == "train_first":
        labels = rng.permutation(np.repeat(np.arange(c), edition.items_per_class))
    else:
        labels = np.arange(n) % c
    X = np.column_stack([np.arange(n), rng.integers(0, 9, (n, 2))]).astype(np.float32)
    if edition.multi_label:
        labels = (np.eye(c, dtype=bool)[labels] | np.eye(c, dtype=bool)[(labels + 1) % c]).astype(np.uint8)
    return {"XAll": X, "YAll": rng.integers(0, 9, (n, 2)).astype(np.uint8), "LAll": labels}


def saved(path, arrays):
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)
def test_no_field_of_a_description_is_blank(benchmark):
    for part in (benchmark, *benchmark.editions):
        for field in fields(part):
            value = getattr(part, field.name)
            assert value or field.name in MAY_BE_EMPTY | {"multi_label", "labelled", "items_per_class"}, field.name
            assert not isinstance(value, str) or value == value.strip()
    if benchmark.download is None:
        assert "no address to download" in benchmark.obtain
    else:
        assert f"fetch_{benchmark.key}" in benchmark.obtain
        assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in benchmark.download.sha256.values())


@pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)
def test_a_description_agrees_with_itself(benchmark):
    assert benchmark.key.isidentifier()
    assert len(benchmark.class_names) in (0, benchmark.n_classes)
    assert benchmark.class_names or not benchmark.labels_follow_names
    for edition in benchmark.editions:
        assert edition.rule in RULES
        assert edition.protocol in PROTOCOLS
        assert edition.n_train + edition.n_test <= edition.n_items
        assert not edition.items_per_class or sum(edition.items_per_class) == edition.n_items
        assert benchmark.edition(edition.n_items, edition.name) is edition
        assert f"{edition.n_test:,}" in edition.split or edition.rule == "stratified"


def test_each_benchmark_has_a_loader_that_suites_can_name():
    keys = {key.removesuffix("10").removesuffix("21") for key in BENCHMARKS}
    assert keys <= LOADERS.keys()
    for key in keys:
        assert LOADERS[key] is getattr(datasets, f"load_{key}")
        assert list(signature(LOADERS[key]).parameters)[:2] == ["path", "prepared"]


@pytest.mark.parametrize(("key", "edition"), EDITIONS, ids=[f"{key}-{edition.name}" for key, edition in EDITIONS])
def test_a_file_without_a_split_is_split_as_published(tmp_path, key, edition):
    benchmark = BENCHMARKS[key]
    arrays = arrays_of(benchmark, edition)
    options = {"edition": edition.name} if key == "nuswide10" else {}
    data = LOADED[key](saved(tmp_path / "all.npz", arrays), **options)
    assert (len(data), len(data.train), len(data.test)) == (edition.n_items, edition.n_train, edition.n_test)
    for part, name in ((data.X, "XAll"), (data.y, "YAll"), (data.labels, "LAll")):
        np.testing.assert_array_equal(part, arrays[name])
    assert data.description.endswith(edition.split)
    assert (data.protocol, data.name, data.licence) == (edition.protocol, key, benchmark.licence)
    sha256 = hashlib.sha256((tmp_path / "all.npz").read_bytes()).hexdigest()
    assert data.source == f"{benchmark.source}; all.npz (sha256 {sha256})"
    if edition.rule == "queries_first":
        assert (data.test_index[[0, -1]].tolist(), data.train_index[0]) == ([0, edition.n_test - 1], edition.n_test)
    if edition.rule == "stratified":
        assert set(np.bincount(data.test.labels)) == {edition.n_test // benchmark.n_classes}
    again = LOADED[key](tmp_path / "all.npz", **options)
    assert again.digest == data.digest


def test_random_splits_of_a_file_are_sorted_disjoint_and_the_same_each_time(tmp_path):
    edition = BENCHMARKS["nuswide10"].edition(186_577, "seph")
    path = saved(tmp_path / "nus.npz", arrays_of(BENCHMARKS["nuswide10"], edition))
    data, by_dcmh = load_nuswide(path, edition="seph"), load_nuswide(path)
    assert (np.diff(data.test_index) > 0).all()
    assert data.test_index[-1] > 180_000
    assert by_dcmh.protocol == "dcmh"
    np.testing.assert_array_equal(by_dcmh.test_index, np.arange(2_100))


def test_the_split_of_a_file_wins_over_the_published_rule(tmp_path):
    benchmark = BENCHMARKS["mirflickr"]
    arrays = arrays_of(benchmark, benchmark.editions[0])
    parts = {"te": slice(0, 1000), "tr": slice(1000, 6000), "db": slice(1000, None)}
    blocks = {f"{view[0]}_{part}": V[rows] for part, rows in parts.items() for view, V in arrays.items()}
    blocks = {name.replace("X_", "I_").replace("Y_", "T_"): V for name, V in blocks.items()}
    data = load_mirflickr(saved(tmp_path / "mir_cnn.npz", blocks))
    assert (len(data), len(data.train), len(data.test)) == (20_015, 5_000, 1_000)
    np.testing.assert_array_equal(np.sort(data.X[:, 0]), np.arange(20_015))
    np.testing.assert_array_equal(data.train.X, arrays["XAll"][parts["tr"]])
    np.testing.assert_array_equal(data.test.labels, arrays["LAll"][parts["te"]])
    assert "Split of the file: 5,000 training pairs, 1,000 queries." in data.description


def test_sparse_tags_stay_sparse_and_are_not_made_dense_by_preparation(tmp_path):
    benchmark = BENCHMARKS["iapr_tc12"]
    arrays = arrays_of(benchmark, benchmark.editions[0])
    dense = arrays["YAll"].astype(float)
    savemat(tmp_path / "iapr.mat", arrays | {"YAll": csc_array(dense)})
    data = load_iapr_tc12(tmp_path)
    assert issparse(data.y)
    np.testing.assert_array_equal(data.y.toarray(), dense)
    with pytest.raises(ValueError, match=r"prepared='centre' would make the sparse text features \(20000, 2\) dense"):
        load_iapr_tc12(tmp_path, prepared="centre")


def test_preparation_follows_a_new_split(tmp_path):
    benchmark = BENCHMARKS["pascal_sentences"]
    path = saved(tmp_path / "all.npz", arrays_of(benchmark, benchmark.editions[0]))
    data = load_pascal_sentences(path, prepared="zscore")
    raw = load_pascal_sentences(path)
    for split in (data, *data.splits(2, seed=0)):
        np.testing.assert_allclose(split.train.X.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(split.train.y.std(axis=0), 1, atol=1e-5)
        before = raw.X[split.train_index]
        expected = (raw.X[split.test_index] - before.mean(axis=0)) / before.std(axis=0)
        np.testing.assert_allclose(split.test.X, expected, atol=1e-4)


def test_numbers_too_large_to_standardise_are_refused(tmp_path):
    benchmark = BENCHMARKS["pascal_sentences"]
    arrays = arrays_of(benchmark, benchmark.editions[0])
    arrays["XAll"] = arrays["XAll"].astype(float)
    arrays["XAll"][:99, 1] = 1e300
    path = saved(tmp_path / "all.npz", arrays)
    with pytest.raises(ValueError, match=r"the image features run from 0 to 1e\+300, too far for prepared='zscore'"):
        load_pascal_sentences(path, prepared="zscore")
    assert load_pascal_sentences(path).X.max() == 1e300


def test_arrays_that_mean_something_else_do_no_more_than_raise_a_clear_error():
    command = [sys.executable, str(FUZZ), "--cases", "100"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count("100 cases") == 6


@pytest.mark.parametrize("load", LOADED.values(), ids=LOADED)
def test_another_benchmark_is_recognised_by_its_size(tmp_path, load):
    load_other, like = (load_xmedia, "XMedia") if load is not load_xmedia else (load_wikipedia, "Wikipedia")
    other = BENCHMARKS[load_other.__name__.removeprefix("load_")]
    benchmark = next(BENCHMARKS[key] for key, loader in LOADED.items() if loader is load)
    arrays = arrays_of(other, other.editions[0])
    arrays["LAll"] = np.eye(benchmark.n_classes)[np.arange(other.editions[0].n_items) % benchmark.n_classes]
    message = rf"{other.editions[0].n_items:,} pairs are no version of .* It looks like {like}\. Any other set is for"
    with pytest.raises(ValueError, match=message):
        load(saved(tmp_path / "other.npz", arrays))


def broken(name):
    """Return what is wrong with one part of a sound file, by its name."""
    arrays = arrays_of(BENCHMARKS["xmedia"], BENCHMARKS["xmedia"].editions[0])
    X, L = arrays["XAll"].copy(), arrays["LAll"].copy()
    changes = {
        "not finite": {"XAll": np.where(X == 4, np.nan, X)},
        "short": {"XAll": X[:-1]},
        "class counts": {"LAll": np.where(np.arange(5_000) == 7, (L + 1) % 20, L)},
        "21 classes": {"LAll": L % 21 + (np.arange(5_000) == 7) * 20},
        "one column an item": {"LAll": np.eye(21)[L]},
        "sorted": {"LAll": np.sort(L)},
        "exchanged": {"XAll": np.zeros((5_000, 10)), "YAll": np.zeros((5_000, 4096), np.uint8)},
    }
    return arrays | changes[name]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("not finite", "X contains NaN or infinity"),
        ("short", r"XAll has the shape \(4999, 3\), but there are labels of 5,000 items"),
        (
            "class counts",
            r"the classes have \[.*\] items, those of XMedia \[250, .*\]: the file is damaged or another set",
        ),
        ("21 classes", "for 20 classes"),
        ("one column an item", "neither one class an item nor an indicator of 20 classes"),
        ("sorted", "by position, class 0 would be in training or in the test alone"),
        ("exchanged", "image features have 10 columns and text features 4096, of XMedia it is the other way round"),
    ],
)
def test_a_file_that_contradicts_the_description_is_refused(tmp_path, name, message):
    with pytest.raises(ValueError, match=message):
        load_xmedia(saved(tmp_path / "x.npz", broken(name)))


def test_items_without_a_class_are_refused_where_all_have_one(tmp_path):
    benchmark = BENCHMARKS["mirflickr"]
    arrays = arrays_of(benchmark, benchmark.editions[0])
    arrays["LAll"][3] = 0
    with pytest.raises(
        ValueError, match=r"1 items have no class \(the first: 3\), but those of MIRFlickr-25K all have"
    ):
        load_mirflickr(saved(tmp_path / "m.npz", arrays))


def test_a_missing_file_is_answered_with_where_to_get_it(tmp_path, monkeypatch):
    for key, load in LOADED.items():
        for path in (tmp_path, tmp_path / "none.mat"):
            with pytest.raises(FileNotFoundError) as error:
                load(path)
            assert BENCHMARKS[key].source in str(error.value)
            assert f"into the folder {key} below" in str(error.value)
    monkeypatch.setenv("SHALLOW_CMR_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="xmedia does not exist"):
        load_xmedia()
    monkeypatch.delenv("SHALLOW_CMR_DATA")
    with pytest.raises(FileNotFoundError, match=r"SHALLOW_CMR_DATA is not set\. The authors give XMediaFeatures"):
        load_xmedia()


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    (tmp_path / "xmedia").mkdir()
    benchmark = BENCHMARKS["xmedia"]
    saved(tmp_path / "xmedia" / "a.npz", arrays_of(benchmark, benchmark.editions[0]))
    monkeypatch.setenv("SHALLOW_CMR_DATA", str(tmp_path))
    assert len(load_xmedia()) == 5_000


def test_memory_is_bounded(tmp_path):
    benchmark = BENCHMARKS["xmedia"]
    path = saved(tmp_path / "a.npz", arrays_of(benchmark, benchmark.editions[0]))
    with pytest.raises(ValueError, match="more than max_bytes=1,000"):
        load_xmedia(path, max_bytes=1_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda path: load_nuswide(path, concepts=81), "concepts=81 must be 10 or 21"),
        (lambda path: load_xmedia(path, prepared="whiten"), "prepared='whiten' is unknown"),
        (lambda path: load_xmedia(path, layout="X"), "layout='X' is unknown"),
        (lambda path: load_mfeat(path, image="sift"), "image='sift' is unknown; choose one of fou, fac"),
        (lambda path: load_mfeat(path, image="fou"), "image and text are both 'fou'"),
    ],
)
def test_unknown_arguments_are_refused(tmp_path, call, message):
    benchmark = BENCHMARKS["xmedia"]
    with pytest.raises(ValueError, match=message):
        call(saved(tmp_path / "a.npz", arrays_of(benchmark, benchmark.editions[0])))


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """Return a folder of six files like UCI's, their digests taken for the published ones, and what is in them."""
    rng, values, sha256 = np.random.default_rng(0), {}, {}
    for width, kind in mfeat.MFEAT.image_features.items():
        values[kind] = rng.integers(0, 999, (2_000, width)).astype(float)
        path = tmp_path / f"mfeat-{kind}"
        np.savetxt(path, values[kind], "%6d")
        sha256[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    download = replace(mfeat.MFEAT.download, sha256=sha256)
    monkeypatch.setattr(mfeat, "MFEAT", replace(mfeat.MFEAT, download=download))
    return tmp_path, values


def test_two_of_the_six_feature_sets_of_digits_play_image_and_text(digits):
    folder, values = digits
    data = load_mfeat(folder, image="zer", text="mor")
    np.testing.assert_array_equal(data.X, values["zer"])
    np.testing.assert_array_equal(data.y, values["mor"])
    np.testing.assert_array_equal(data.labels, np.repeat(np.arange(10), 200))
    assert np.bincount(data.test.labels).tolist() == [50] * 10
    assert (data.image_features, data.text_features, data.class_names[7]) == ("zer", "mor", "7")
    prepared = load_mfeat(folder, "zscore")
    np.testing.assert_allclose(prepared.train.X.mean(axis=0), 0, atol=1e-12)


def test_a_missing_or_changed_file_of_digits_is_refused(digits):
    folder, _ = digits
    with (folder / "mfeat-kar").open("a") as file:
        file.write(" ")
    with pytest.raises(ValueError, match=r"mfeat-kar refused: expected the sha256"):
        load_mfeat(folder, image="kar")
    (folder / "mfeat-kar").unlink()
    with pytest.raises(FileNotFoundError, match=r"mfeat-kar does not exist\. The archive's mfeat-fou"):
        load_mfeat(folder, image="kar")
