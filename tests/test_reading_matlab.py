"""MATLAB version 5 files that lie about their elements: refused before a length is believed."""

import io
import struct
import zlib

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_matrix

from shallow_cmr.datasets.reading import list_arrays, read_arrays

HEADER = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
X = np.arange(12.0).reshape(4, 3)
DOUBLE, INT32, SPARSE, INT8_NUMBERS, INT32_NUMBERS, DOUBLE_NUMBERS = 6, 12, 5, 1, 5, 9


def element(kind, content=b"", length=None):
    """Return an element, padded to eight bytes, which may claim another length."""
    return struct.pack("<II", kind, len(content) if length is None else length) + content + bytes(-len(content) % 8)


def variable(name="X", shape=(4, 3), kind=DOUBLE, flags=0, n_stored=0, parts=None, numbers=None):
    """Return a variable whose parts may be of one's own making."""
    parts = {
        "flags": element(6, struct.pack("<II", kind | flags << 8, n_stored)),
        "shape": element(5, np.array(shape, "<i4").tobytes()),
        "name": element(1, name.encode()),
        "numbers": element(DOUBLE_NUMBERS, X.tobytes(order="F")) if numbers is None else numbers,
    } | (parts or {})
    return element(14, b"".join(parts.values()))


def compressed(content, damage=lambda packed: packed):
    """Return an element of compressed content; it is not padded."""
    packed = damage(zlib.compress(content))
    return struct.pack("<II", 15, len(packed)) + packed


def sparse(indices=(0, 1, 3), indptr=(0, 1, 2, 3), data=(1.0, 2.0, 3.0), shape=(4, 3), n_stored=3):
    """Return a sparse variable of any parts."""
    parts = [element(5, np.array(p, "<i4").tobytes()) for p in (indices, indptr)]
    return variable(
        "S", shape, SPARSE, n_stored=n_stored, numbers=b"".join(parts) + element(9, np.array(data, "<f8").tobytes())
    )


def version_4():
    """Return a version 4 file as SciPy writes it."""
    file = io.BytesIO()
    savemat(file, {"X": X}, format="4")
    return file.getvalue()


FAULTS = {
    "version 4": (version_4(), "MATLAB version 4 file. Save it in MATLAB with -v7"),
    "a header alone": (HEADER, "no array of real numbers, but nothing"),
    "a header cut": (HEADER[:100], "called .mat but is a text"),
    "a tag cut": (HEADER + b"\x0e\0\0\0", "longer than what holds it"),
    "a variable cut": (HEADER + variable()[:-8], "cut short"),
    "a variable longer than the file": (HEADER + element(14, b"", 2**32 - 1), "cut short"),
    "a variable of nothing": (HEADER + element(14, bytes(4)), "longer than what holds it"),
    "an unknown element": (HEADER + element(99, bytes(64)), "type 99 stands where a variable should"),
    "numbers where a variable should be": (HEADER + element(9, X.tobytes()), "type 9 stands where a variable should"),
    "a variable with noise behind it": (HEADER + variable() + b"\1\2\3", "longer than what holds it"),
    "a name twice": (HEADER + variable() + variable(), "holds 'X' more than once"),
    "a class to come": (HEADER + variable(kind=42), "'X' is of the unknown class 42"),
    "a negative shape": (HEADER + variable(shape=(-4, -3)), r"claims the shape \(-4, -3\)"),
    "a shape of one dimension": (HEADER + variable(shape=(12,)), "fewer than two dimensions"),
    "a shape of forty dimensions": (HEADER + variable(shape=(1,) * 40), "160 bytes stands in the head"),
    "a shape of 144 EB": (HEADER + variable(shape=(2**31 - 1, 2**31 - 1, 4)), "take 147,573,952,452,2"),
    "a shape of 2 GB and few numbers": (HEADER + variable(shape=(2**28, 1)), "claims 268,435,456 numbers, but 12"),
    "a shape too small": (HEADER + variable(shape=(4, 2)), "claims 8 numbers, but 12 are stored"),
    "numbers cut in half": (HEADER + variable(numbers=element(9, bytes(92))), "claims 12 numbers, but 11"),
    "numbers longer than their variable": (
        HEADER + variable(numbers=element(9, X.tobytes(), 97)),
        "but 12|longer than",
    ),
    "numbers of 4 GB in a variable of 96 bytes": (
        HEADER + variable(shape=(2**29 - 1, 1), numbers=element(9, X.tobytes(), 2**32 - 8)),
        "longer than what holds it|take 4,294,967,288 bytes",
    ),
    "letters for numbers": (HEADER + variable(numbers=element(16, b"a" * 12)), "type 16 stands where numbers should"),
    "no numbers": (HEADER + variable(numbers=b""), "longer than what holds it"),
    "halves in integers": (
        HEADER + variable(kind=INT32, numbers=element(9, (X + 0.5).tobytes())),
        "do not fit into int32",
    ),
    "negative numbers in unsigned ones": (
        HEADER + variable(shape=(3, 1), kind=13, numbers=element(1, b"\xff\1\2")),
        "stored as int8 do not fit into uint32",
    ),
    "a name of 5,000 letters": (HEADER + variable(name="x" * 5000), "type 1 and 5,000 bytes stands in the head"),
    "a name that is no text": (HEADER + variable(parts={"name": element(1, b"\xff\xfe")}), "UnicodeDecodeError"),
    "a name of numbers": (
        HEADER + variable(parts={"name": element(9, bytes(8))}),
        "type 9 and 8 bytes stands in the head",
    ),
    "a small element of 40 bytes": (
        HEADER + variable(parts={"name": struct.pack("<HH", 1, 40) + b"X\0\0\0"}),
        "inside its tag claims more than four bytes",
    ),
    "flags of the wrong type": (HEADER + variable(parts={"flags": element(1, bytes(8))}), "type 1 and 8 bytes"),
    "a compressed bomb of a shape": (
        HEADER + compressed(variable(shape=(2**31 - 1, 2**10), numbers=b"")),
        "take 17,592,186,036,224 bytes",
    ),
    "a flipped bit in what is compressed": (
        HEADER + compressed(variable(), lambda p: p[:-9] + bytes([p[-9] ^ 1]) + p[-8:]),
        "cut or damaged MATLAB file",
    ),
    "a wrong checksum": (
        HEADER + compressed(variable(), lambda p: p[:-1] + bytes([p[-1] ^ 1])),
        "incorrect data check",
    ),
    "a checksum cut off": (HEADER + compressed(variable(), lambda p: p[:-4]), "cut short, or longer than it claims"),
    "compressed bytes cut": (HEADER + compressed(variable(), lambda p: p[:-20]), "cut short"),
    "more behind what is compressed": (HEADER + compressed(variable(), lambda p: p + b"more"), "longer than it claims"),
    "more inside what is compressed": (HEADER + compressed(variable() + bytes(64)), "longer than it claims"),
    "a variable longer than what is compressed": (
        HEADER + compressed(struct.pack("<II", 14, 10**6) + variable()[8:]),
        "cut short",
    ),
    "compressed twice": (HEADER + compressed(compressed(variable())), "type 15 stands where a variable should"),
    "noise where the compressed bytes should be": (HEADER + element(15, b"\1" * 64), "incorrect header check"),
    "a row outside of a sparse matrix": (HEADER + sparse(indices=(0, 1, 4)), "entry outside its shape"),
    "a negative row of a sparse matrix": (HEADER + sparse(indices=(0, -1, 3)), "entry outside its shape"),
    "columns of a sparse matrix that go back": (HEADER + sparse(indptr=(0, 2, 1, 3)), "entries that are not there"),
    "columns of a sparse matrix that begin late": (HEADER + sparse(indptr=(1, 1, 2, 3)), "entries that are not there"),
    "columns of a sparse matrix beyond its entries": (
        HEADER + sparse(indptr=(0, 1, 2, 9)),
        "entries that are not there",
    ),
    "a sparse matrix that lacks a column": (HEADER + sparse(indptr=(0, 1, 3)), "claims 4 numbers, but 3 are stored"),
    "a sparse matrix with more entries than it says": (HEADER + sparse(n_stored=2), "claims 2 numbers, but 3"),
    "a sparse matrix of 4 billion entries": (HEADER + sparse(n_stored=2**32 - 1), "take 68,7.* bytes"),
    "a sparse matrix of 2 billion columns": (HEADER + sparse(shape=(4, 2**31 - 1)), "take 8,5.* bytes"),
    "a sparse matrix of 2 billion rows": (HEADER + sparse(shape=(2**31 - 1, 3)), "take 8,5.* bytes"),
    "a sparse matrix of three dimensions": (HEADER + sparse(shape=(4, 3, 1)), "sparse, but has 3 dimensions"),
}


@pytest.mark.parametrize(("content", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_by_name_and_reason(tmp_path, content, reason):
    path = tmp_path / "a.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        read_arrays(path)
    assert str(caught.value).startswith(f"{path} refused: ")


@pytest.mark.parametrize("wrap", [lambda content: content, compressed], ids=["plain", "compressed"])
def test_the_builders_of_the_faults_make_sound_files_when_nothing_is_wrong(tmp_path, wrap):
    path = tmp_path / "a.mat"
    path.write_bytes(HEADER + wrap(variable()) + wrap(sparse()) + wrap(element(14)))
    found = read_arrays(path)
    np.testing.assert_array_equal(found["X"], X)
    expected = csc_matrix(([1.0, 2, 3], [0, 1, 3], [0, 1, 2, 3]), shape=(4, 3))
    np.testing.assert_array_equal(found["S"].toarray(), expected.toarray())


def test_spare_room_of_a_sparse_matrix_is_left_out(tmp_path):
    path = tmp_path / "a.mat"
    path.write_bytes(HEADER + sparse(indices=(0, 1, 3, 99), data=(1.0, 2.0, 3.0, np.nan), n_stored=4))
    assert read_arrays(path)["S"].nnz == 3


def test_what_is_not_numeric_is_named_in_the_error(tmp_path):
    path = tmp_path / "a.mat"
    with open(path, "wb") as file:
        savemat(file, {"X": X, "c": np.array(["a"], object), "t": "text", "s": {"a": 1}, "z": X * 1j})
    assert list(read_arrays(path)) == ["X"]
    for name, what in [("c", "a MATLAB cell"), ("t", "text"), ("s", "a MATLAB struct"), ("z", "complex numbers")]:
        with pytest.raises(TypeError, match=rf"'{name}' in .*a.mat holds {what}; only real numbers are read"):
            read_arrays(path, [name])


def test_a_faulty_variable_that_is_not_asked_for_does_no_harm(tmp_path):
    path = tmp_path / "a.mat"
    path.write_bytes(HEADER + variable() + variable("huge", shape=(2**31 - 1, 9)) + sparse(indices=(0, 1, 99)))
    np.testing.assert_array_equal(read_arrays(path, ["X"])["X"], X)
    assert list_arrays(path)["huge"] == ((2**31 - 1, 9), "float64")
