"""A saved data set comes back whole, or not at all."""

import io
import json
import zipfile

import numpy as np
import pytest
from scipy.sparse import csr_matrix, issparse

from shallow_cmr.datasets import CrossModalDataset, load_openclipart


def toy(**changes):
    """Return a small data set, some of its parts changed."""
    rng = np.random.default_rng(0)
    given = {
        "X": rng.normal(3, 1, (6, 4)).astype(np.float32),
        "y": csr_matrix(rng.poisson(0.7, (6, 5)).astype(float)),
        "labels": np.array([0, 1, 2, 0, 1, 2]),
        "train_index": [5, 0, 2],
        "test_index": [1, 4],
        "name": "Spielzeug, größer",
        "class_names": ("a", "b", "c"),
        "texts": list("uvwxyz"),
        "protocol": "dcmh",
        "split": 1,
        "n_splits": 3,
        "groups": np.arange(6),
        "thumbnails": [b"", b"one", b"\0two", b"3", b"4", b"five"],
    }
    return CrossModalDataset(**given | changes)


def dense(V):
    return V.toarray() if issparse(V) else V


@pytest.mark.parametrize(
    "changes",
    [{}, {"labels": np.eye(6, 3, dtype=int)}, {"labels": csr_matrix(np.eye(6, 3, dtype=int)), "thumbnails": None}],
)
def test_what_was_saved_is_read_back(changes, tmp_path):
    data = toy(**changes)
    data.save(tmp_path / "toy.npz")
    again = CrossModalDataset.load(tmp_path / "toy.npz")
    assert again.digest == data.digest
    for name in ("X", "y", "labels"):
        assert issparse(getattr(again, name)) == issparse(getattr(data, name))
        assert getattr(again, name).dtype == getattr(data, name).dtype
        np.testing.assert_array_equal(dense(getattr(again, name)), dense(getattr(data, name)))
    for name in ("name", "class_names", "titles", "texts", "protocol", "split", "n_splits", "licence", "thumbnails"):
        assert getattr(again, name) == getattr(data, name)
    np.testing.assert_array_equal(again.groups, data.groups)
    assert not again.X.flags.writeable
    assert [path.name for path in tmp_path.iterdir()] == ["toy.npz"]


def test_a_bundled_set_can_be_saved_with_its_pictures(tmp_path):
    data = load_openclipart(text="tfidf").subset(np.arange(0, 1200, 10))
    data.save(tmp_path / "some.npz")
    again = CrossModalDataset.load(tmp_path / "some.npz")
    assert (again.digest, again.thumbnail(7)) == (data.digest, data.thumbnail(7))


def rewritten(path, change):
    """Write the saved file again with other arrays."""
    with np.load(path) as stored:
        arrays = dict(stored)
    change(arrays)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def other_value(arrays):
    arrays["X"] = arrays["X"] + 1


def other_format(arrays):
    about = json.loads(arrays["about"].tobytes()) | {"format": "something else"}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)


def unknown_word(arrays):
    about = json.loads(arrays["about"].tobytes()) | {"colour": "red"}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)


def a_number(arrays):
    arrays["about"] = np.frombuffer(b"5", dtype=np.uint8)


def endless_lists(arrays):
    arrays["about"] = np.frombuffer(b"[" * 100_000, dtype=np.uint8)


def wild_indices(arrays):
    arrays["y_indices"] = arrays["y_indices"] + 1000


def cut_pictures(arrays):
    arrays["thumbnail_sizes"] = arrays["thumbnail_sizes"][:3]


@pytest.mark.parametrize(
    "change", [other_value, other_format, unknown_word, a_number, endless_lists, wild_indices, cut_pictures]
)
def test_a_file_that_is_not_what_was_saved_is_refused(change, tmp_path):
    toy().save(tmp_path / "toy.npz")
    rewritten(tmp_path / "toy.npz", change)
    with pytest.raises(ValueError, match=r"toy.npz is (no data set of this package, or is )?damaged"):
        CrossModalDataset.load(tmp_path / "toy.npz")


@pytest.mark.parametrize("damage", [lambda b: b[:-30], lambda b: b[:200] + b"\xff\x00" + b[202:], lambda b: b"<html>"])
def test_a_damaged_file_is_refused(damage, tmp_path):
    path = tmp_path / "toy.npz"
    toy().save(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"toy\.npz"):
        CrossModalDataset.load(path)


def test_another_archive_and_a_missing_file_are_told_apart(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.arange(3))
    with pytest.raises(ValueError, match="no data set of this package"):
        CrossModalDataset.load(tmp_path / "other.npz")
    with pytest.raises(FileNotFoundError):
        CrossModalDataset.load(tmp_path / "nowhere.npz")


def test_a_failed_save_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "toy.npz"
    toy().save(path)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space"):
        toy(split=2).save(path)
    assert path.read_bytes() == before
    assert zipfile.is_zipfile(path)
    assert len(list(tmp_path.iterdir())) == 1
