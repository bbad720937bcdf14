"""The Wikipedia benchmark: the published split, row by row, or a clear refusal."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from shallow_cmr.datasets import load_wikipedia

LOCAL = Path(os.environ.get("SHALLOW_CMR_DATA", "")) / "wikipedia"
needs_files = pytest.mark.skipif(
    not os.environ.get("SHALLOW_CMR_DATA") or not LOCAL.is_dir(),
    reason="the benchmark's files are not here: set SHALLOW_CMR_DATA to the folder that holds wikipedia/",
)
TRAIN_COUNTS = [138, 272, 244, 248, 202, 178, 186, 144, 214, 347]
TEST_COUNTS = [34, 88, 96, 85, 65, 58, 51, 41, 71, 104]


@pytest.fixture
def own_copy(tmp_path):
    """Return a writeable copy of the benchmark's folder."""
    for path in LOCAL.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


@needs_files
def test_the_split_and_its_classes_are_the_published_ones():
    data = load_wikipedia()
    assert (data.train.X.shape, data.train.y.shape) == ((2173, 128), (2173, 10))
    assert (data.test.X.shape, data.test.y.shape) == ((693, 128), (693, 10))
    assert np.bincount(data.train.labels).tolist() == TRAIN_COUNTS
    assert np.bincount(data.test.labels).tolist() == TEST_COUNTS
    assert (data.class_names[0], data.class_names[9]) == ("art", "warfare")
    assert (data.split, data.n_splits) == (None, 1)
    assert data.licence == "not stated; not redistributed"


@needs_files
def test_rows_are_those_of_the_file_unless_prepared():
    stored, data = loadmat(LOCAL / "raw_features.mat"), load_wikipedia(LOCAL)
    for values, name in [(data.train.X, "I_tr"), (data.test.X, "I_te"), (data.train.y, "T_tr"), (data.test.y, "T_te")]:
        np.testing.assert_array_equal(values, stored[name])
        assert values.dtype == np.float64


@needs_files
@pytest.mark.parametrize("prepared", ["centre", "zscore"])
def test_preparation_uses_the_training_rows_alone(prepared):
    raw, data = load_wikipedia(), load_wikipedia(prepared=prepared)
    for before, fitted, other, after in [
        (raw.train.X, data.train.X, raw.test.X, data.test.X),
        (raw.train.y, data.train.y, raw.test.y, data.test.y),
    ]:
        scale = before.std(axis=0) if prepared == "zscore" else 1
        np.testing.assert_allclose(fitted, (before - before.mean(axis=0)) / scale, atol=1e-10)
        np.testing.assert_allclose(after, (other - before.mean(axis=0)) / scale, atol=1e-10)


@needs_files
@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:5000] + b"\0\1" + b[5002:], lambda b: b"<html>"])
def test_a_cut_or_changed_feature_file_is_refused(own_copy, damage):
    path = own_copy / "raw_features.mat"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"raw_features.mat .* is cut, damaged or another version: its sha256"):
        load_wikipedia(own_copy)


@needs_files
@pytest.mark.parametrize("name", ["trainset_txt_img_cat.list", "testset_txt_img_cat.list", "categories.list"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t[:-6],
        lambda t: t.replace("e", "o", 1),
        lambda t: t + "more\n",
        lambda t: "\n".join(t.split("\n")[::-1]),
    ],
    ids=["cut", "altered", "longer", "in another order"],
)
def test_a_cut_or_changed_list_is_refused(own_copy, name, damage):
    path = own_copy / name
    path.write_text(damage(path.read_text()))
    with pytest.raises(ValueError, match=rf"{name} \(.* is cut, damaged or another version"):
        load_wikipedia(own_copy)


@needs_files
@pytest.mark.parametrize("name", ["raw_features.mat", "categories.list", "testset_txt_img_cat.list"])
def test_a_missing_file_is_named(own_copy, name):
    (own_copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} does not exist"):
        load_wikipedia(own_copy)


def test_a_missing_folder_is_answered_with_the_layout_that_is_needed(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"raw_features.mat does not exist(.|\n)*trainset_txt_img_cat.list"):
        load_wikipedia(tmp_path)


def test_without_a_folder_the_environment_is_asked(monkeypatch, tmp_path):
    monkeypatch.delenv("SHALLOW_CMR_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="SHALLOW_CMR_DATA is not set"):
        load_wikipedia()
    monkeypatch.setenv("SHALLOW_CMR_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"wikipedia/raw_features\.mat does not exist"):
        load_wikipedia()


def test_an_unknown_preparation_is_refused():
    with pytest.raises(ValueError, match="prepared='whiten' is unknown"):
        load_wikipedia(prepared="whiten")
