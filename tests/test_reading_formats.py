"""Each format gives the arrays that were written, whatever wrote them."""

import numpy as np
import pytest

from shallow_cmr.datasets.reading import list_arrays, read_arrays


def test_an_archive_gives_back_its_arrays(tmp_path):
    X = np.random.default_rng(0).standard_normal((7, 3))
    np.savez_compressed(tmp_path / "a.npz", X=X, labels=np.arange(7, dtype=">i2"))
    found = read_arrays(tmp_path / "a.npz")
    np.testing.assert_array_equal(found["X"], X)
    assert found["labels"].dtype == np.int16
    assert list_arrays(tmp_path / "a.npz") == {"X": ((7, 3), "float64"), "labels": ((7,), "int16")}
    with pytest.raises(KeyError, match="has no 'Y'; it has 'X', 'labels'"):
        read_arrays(tmp_path / "a.npz", ["Y"])
