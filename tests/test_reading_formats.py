"""Each format gives the arrays that were written, whatever wrote them."""

import importlib.util
import io
import re
import warnings
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
import scipy.io.matlab
from pyarrow.parquet import write_table
from scipy.io import loadmat, savemat
from scipy.sparse import csc_matrix, csr_matrix, issparse, save_npz
from scipy.sparse import random as random_sparse

from shallow_cmr.datasets.reading import list_arrays, map_array, read_arrays, read_words

SEEDS = Path(__file__).parents[1] / "benchmarks" / "fuzz" / "seeds.py"
WORKSPACE = {
    "X": np.random.default_rng(0).standard_normal((7, 3)) + 2,
    "counts": np.arange(21, dtype=float).reshape(7, 3),
    "half": np.linspace(0, 1, 8, dtype=np.float32).reshape(4, 2),
    "labels": np.arange(-3, 4, dtype=np.int16)[:, None],
    "large": np.array([[2**53 + 1, 2**60]], dtype=np.int64),
    "pixels": np.arange(256, dtype=np.uint8).reshape(16, 16),
    "seen": np.arange(21).reshape(7, 3) % 2 == 0,
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "nothing": np.empty((0, 5)),
    "S": random_sparse(7, 9, 0.3, format="csr", random_state=0),
}
OTHERS = {"classes": np.array(["art", "war"], object), "title": "seven", "z": np.eye(2) * 1j}


@pytest.fixture(scope="module")
def matlab_7_3():
    """Return the function that writes a workspace as MATLAB's ``save -v7.3`` does."""
    spec = importlib.util.spec_from_file_location("seeds", SEEDS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.matlab_7_3


def assert_same(found, expected):
    """Assert that the same names hold equal arrays of the same type."""
    assert sorted(found) == sorted(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].dtype.isnative
        assert found[name].shape == array.shape, name
        dense = [a.toarray() if issparse(a) else a for a in (found[name], array)]
        np.testing.assert_array_equal(*dense)


@pytest.mark.parametrize("compressed", [False, True])
def test_matlab_5_gives_what_scipy_wrote_and_reads(tmp_path, compressed):
    path = tmp_path / "w.mat"
    savemat(path, WORKSPACE | OTHERS, do_compression=compressed)
    found = read_arrays(path)
    assert_same(found, WORKSPACE)
    for name, array in loadmat(path).items():
        if name in found and not issparse(array):
            np.testing.assert_array_equal(found[name], array)


def test_matlab_5_and_7_3_of_one_workspace_are_equal(tmp_path, matlab_7_3):
    savemat(tmp_path / "v5.mat", WORKSPACE | OTHERS)
    matlab_7_3(tmp_path / "v73.mat", WORKSPACE | OTHERS)
    old, new = read_arrays(tmp_path / "v5.mat"), read_arrays(tmp_path / "v73.mat")
    assert_same(new, old)
    listed = list_arrays(tmp_path / "v73.mat")
    assert listed["S"] == ((7, 9), "sparse float64")
    assert listed["cube"] == ((2, 3, 4), "float64")
    assert listed["seen"] == ((7, 3), "bool")
    assert listed["classes"][1] == "a MATLAB cell"


def test_matlab_5_numbers_in_a_smaller_type_get_their_own_type_back(tmp_path):
    # As MATLAB does, but not SciPy: a double that holds small integers is stored as bytes.
    file = io.BytesIO()
    savemat(file, {"D": np.zeros((2, 3))})
    head, numbers = file.getvalue()[:-56], bytes([1, 2, 3, 4, 5, 255, 0, 0])
    stored = bytearray(head + (2).to_bytes(4, "little") + (6).to_bytes(4, "little") + numbers)
    stored[132:136] = (len(stored) - 136).to_bytes(4, "little")
    (tmp_path / "d.mat").write_bytes(stored)
    np.testing.assert_array_equal(read_arrays(tmp_path / "d.mat")["D"], [[1.0, 3, 5], [2, 4, 255]], strict=True)
    np.testing.assert_array_equal(loadmat(tmp_path / "d.mat")["D"], [[1, 3, 5], [2, 4, 255]])


MATLABS_OWN = Path(scipy.io.matlab.__file__).parent / "tests" / "data"
# Version 4, and damaged on purpose.
REFUSED = re.compile(r"_4(\.2c)?_|mat4|debigged_m4|corrupted_zlib|malformed|bad_miuint32")


@pytest.mark.skipif(not MATLABS_OWN.is_dir(), reason="this SciPy came without its tests, which hold files of MATLAB")
def test_files_that_matlab_itself_wrote_are_read_as_scipy_reads_them():
    compared = 0
    for path in MATLABS_OWN.glob("*.mat"):
        if REFUSED.search(path.name):
            with pytest.raises(ValueError, match="refused"):
                read_arrays(path)
        elif path.name not in ("testhdf5_7.4_GLNX86.mat", "bad_miutf8_array_name.mat"):
            expected = _numeric(path)
            if expected:
                assert_same(read_arrays(path), expected)
                compared += len(expected)
    assert compared >= 30


def _numeric(path):
    """Return the real numbers in a file as SciPy reads them; of complex ones it would give the real part."""
    with warnings.catch_warnings(action="ignore"):
        found = loadmat(path, mat_dtype=True)
    what = {name: words for name, (_, words) in list_arrays(path).items()}
    real = {name: array for name, array in found.items() if what.get(name, "complex numbers") != "complex numbers"}
    return {name: _in_matlabs_type(array, what[name]) for name, array in real.items() if array.dtype.kind in "biuf"}


def _in_matlabs_type(array, what):
    """Return SciPy's array in the type it has in MATLAB; SciPy keeps the stored one if sparse or logical."""
    if issparse(array) or what == "bool":
        return array.astype(what.removeprefix("sparse "))
    return array.astype(array.dtype.newbyteorder("="))


@pytest.mark.skipif(not MATLABS_OWN.is_dir(), reason="this SciPy came without its tests, which hold files of MATLAB")
def test_a_file_that_matlab_7_4_wrote_as_hdf5_is_in_matlabs_orientation():
    found = read_arrays(MATLABS_OWN / "testhdf5_7.4_GLNX86.mat")["testdouble"]
    np.testing.assert_array_equal(found, loadmat(MATLABS_OWN / "testdouble_7.4_GLNX86.mat")["testdouble"])
    assert found.shape == (1, 9)


def test_sparse_matrices_with_spare_room_or_unsorted_rows_are_read(tmp_path):
    S = csc_matrix((np.arange(1.0, 6), [2, 0, 1, 3, 0], [0, 2, 5]), shape=(4, 2))
    savemat(tmp_path / "s.mat", {"S": S})
    found = read_arrays(tmp_path / "s.mat")["S"]
    assert isinstance(found, csr_matrix)
    assert found.has_canonical_format
    np.testing.assert_array_equal(found.toarray(), S.toarray())


def test_an_archive_gives_native_arrays_of_any_order(tmp_path):
    X = WORKSPACE["X"]
    arrays = {"big": X.astype(">f8"), "columns": np.asfortranarray(X), "every other": X[::2], "one": np.float32(3)}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    assert_same(
        read_arrays(tmp_path / "a.npz"), {k: np.asarray(v, v.dtype.newbyteorder("=")) for k, v in arrays.items()}
    )


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_words_are_read_in_any_order_and_alphabet(tmp_path, save):
    words = np.array([["cat", "", "\U0001f431 猫"], ["dog", "\ud7ff\ue000", "é"]])
    arrays = {
        "plain": words,
        "foreign": words.astype(words.dtype.newbyteorder(">")),
        "turned": np.asfortranarray(words),
    }
    save(tmp_path / "a.npz", **arrays)
    for name in arrays:
        read = read_words(tmp_path / "a.npz", name)
        assert read.dtype == words.dtype
        assert read.dtype.isnative
        np.testing.assert_array_equal(read, words)
    np.save(tmp_path / "b.npy", words)
    np.testing.assert_array_equal(read_words(tmp_path / "b.npy", "b"), words)


@pytest.mark.parametrize("layout", ["csr", "csc"])
def test_a_sparse_matrix_saved_by_scipy_has_the_name_of_its_file(tmp_path, layout):
    save_npz(tmp_path / "tags.npz", WORKSPACE["S"].asformat(layout))
    assert list_arrays(tmp_path / "tags.npz") == {"tags": ((7, 9), "sparse float64")}
    assert_same(read_arrays(tmp_path / "tags.npz"), {"tags": WORKSPACE["S"]})


def test_a_single_array_has_the_name_of_its_file(tmp_path):
    np.save(tmp_path / "I_tr.npy", WORKSPACE["X"])
    np.savetxt(tmp_path / "mfeat-fou", WORKSPACE["X"], fmt="%24.17g")
    assert_same(read_arrays(tmp_path / "I_tr.npy"), {"I_tr": WORKSPACE["X"]})
    assert_same(read_arrays(tmp_path / "mfeat-fou"), {"mfeat-fou": WORKSPACE["X"]})


@pytest.mark.parametrize(
    "array", [WORKSPACE["X"], WORKSPACE["cube"].T, WORKSPACE["nothing"], np.arange(5, dtype=">i2")]
)
def test_a_mapped_array_is_the_file_itself_and_cannot_be_written_to(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    found = map_array(tmp_path / "a.npy")
    assert isinstance(found, np.memmap)
    np.testing.assert_array_equal(found, array, strict=True)
    with pytest.raises(ValueError, match="read-only"):
        found[...] = 0


def test_hdf5_groups_are_in_the_name(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for how in ({}, {"chunks": (2, 3), "compression": "gzip", "shuffle": True}, {"compression": "lzf"}):
            file.create_dataset(f"image/{len(how)}", data=WORKSPACE["X"], **how)
        file["labels"] = WORKSPACE["labels"].astype(">i2")
        file["title"], file["image"].attrs["of"] = "seven", "X"
        file["scalar"] = 3.5
        file["again"] = file["labels"]
    found = read_arrays(tmp_path / "a.h5", ["image/0", "image/1", "image/3", "again", "scalar"])
    assert all((found[name] == WORKSPACE["X"]).all() for name in list(found)[:3])
    assert_same({"labels": found["again"]}, {"labels": WORKSPACE["labels"]})
    assert found["scalar"].shape == ()
    assert list_arrays(tmp_path / "a.h5")["title"] == ((), "text")


def test_parquet_lists_are_matrices(tmp_path):
    X, labels = WORKSPACE["X"], WORKSPACE["labels"].ravel()
    columns = {
        "lists": pa.array(list(X)),
        "fixed": pa.array(list(X), pa.list_(pa.float64(), 3)),
        "image.0": X[:, 0],
        "labels": labels,
        "words": list("abcdefg"),
    }
    write_table(pa.table(columns), tmp_path / "a.parquet", row_group_size=3)
    expected = {"lists": X, "fixed": X, "image.0": X[:, 0], "labels": labels}
    assert_same(read_arrays(tmp_path / "a.parquet"), expected)
    assert list_arrays(tmp_path / "a.parquet")["words"] == ((7,), "text")
    assert list_arrays(tmp_path / "a.parquet")["lists"] == ((7, 3), "float64")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "   "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_without_a_header_is_one_matrix_to_the_last_digit(tmp_path, delimiter, end):
    np.savetxt(tmp_path / "t.txt", WORKSPACE["X"], fmt="%.17g", delimiter=delimiter, newline=end)
    assert_same(read_arrays(tmp_path / "t.txt"), {"t": WORKSPACE["X"]})
    assert list_arrays(tmp_path / "t.txt") == {"t": ((7, 3), "float64")}


def test_a_table_with_a_header_is_a_vector_a_column_without_the_words(tmp_path):
    text = 'id,x,"y, in m",label,seen\na1,1,-1e-3,0,nan\n"b,2",2.5,+.5,1,inf\nc3,3,4.,2,-Infinity\n'
    (tmp_path / "t.csv").write_text("\ufeff" + text, encoding="utf-8")
    expected = {
        "x": np.array([1, 2.5, 3]),
        "y, in m": np.array([-1e-3, 0.5, 4]),
        "label": np.array([0, 1, 2]),
        "seen": np.array([np.nan, np.inf, -np.inf]),
    }
    assert_same(read_arrays(tmp_path / "t.csv"), expected)
    assert list_arrays(tmp_path / "t.csv")["id"] == ((3,), "text")


def test_integers_in_a_table_stay_integers_unless_one_cannot(tmp_path):
    for cells, dtype in [
        ("3 -1 7", int),
        ("3 0.5 7", float),
        (f"1 {2**60}", float),
        ("1 nan", float),
        ("1.0 2", float),
    ]:
        (tmp_path / "labels.txt").write_text(cells.replace(" ", "\n") + "\n")
        found = read_arrays(tmp_path / "labels.txt")["labels"]
        assert found.dtype == dtype, cells
        np.testing.assert_array_equal(found.ravel(), [float(cell) for cell in cells.split()])


def test_the_content_decides_not_the_suffix(tmp_path):
    with open(tmp_path / "a.mat", "wb") as archive:
        np.savez(archive, X=WORKSPACE["X"])
    savemat(tmp_path / "b", {"X": WORKSPACE["X"]}, appendmat=False)
    assert_same(read_arrays(tmp_path / "a.mat"), read_arrays(tmp_path / "b"))


def test_only_what_is_named_is_read_in_the_order_of_the_names(tmp_path):
    savemat(tmp_path / "w.mat", WORKSPACE)
    assert list(read_arrays(tmp_path / "w.mat", ("seen", "X", "seen"))) == ["seen", "X"]


def test_wikipedia_is_the_same_from_every_format(tmp_path, wikipedia_folder, matlab_7_3):
    published = read_arrays(wikipedia_folder / "raw_features.mat")
    assert {name: array.shape for name, array in published.items()} == {
        "I_tr": (2173, 128),
        "T_tr": (2173, 10),
        "I_te": (693, 128),
        "T_te": (693, 10),
    }
    np.savez_compressed(tmp_path / "w.npz", **published)
    savemat(tmp_path / "w5.mat", published, do_compression=True)
    matlab_7_3(tmp_path / "w73.mat", published)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.update(published)
    for name in ("w.npz", "w5.mat", "w73.mat", "w.h5"):
        assert_same(read_arrays(tmp_path / name), published)
    write_table(pa.table({name: list(published[name]) for name in ("I_te", "T_te")}), tmp_path / "w.parquet")
    assert_same(read_arrays(tmp_path / "w.parquet"), {name: published[name] for name in ("I_te", "T_te")})
    for name in ("I_te", "T_tr"):
        np.savetxt(tmp_path / f"{name}.csv", published[name], fmt="%.17g", delimiter=",")
        assert_same(read_arrays(tmp_path / f"{name}.csv"), {name: published[name]})
