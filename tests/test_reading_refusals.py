"""Files that are not what they should be: each is refused by name, with what is wrong and what to do."""

import hashlib
import io
import os
import pickle
import socket
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import coo_matrix, eye, save_npz

from shallow_cmr.datasets.reading import (
    limits,
    list_arrays,
    map_array,
    read_arrays,
    read_verified,
    read_words,
    verified,
)

X = np.arange(12.0).reshape(4, 3)


class Trap:
    """An object whose unpickling would leave a trace."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


def npy(array=X, **how):
    """Return an array as the bytes of an ``.npy`` file."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **how)
    return file.getvalue()


def npy_saying(header, numbers=b"", version=1, length=None):
    """Return an ``.npy`` file with a header of one's own making."""
    header = header if isinstance(header, bytes) else header.encode("latin1")
    length = len(header) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", length) + header + numbers


def npy_of(descr="<f8", shape="(4, 3)", fortran="False", numbers=bytes(96)):
    """Return an ``.npy`` file with chosen words in its header."""
    return npy_saying(f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n", numbers)


def npz(members=None, how=zipfile.ZIP_STORED):
    """Return members as the bytes of an archive; nothing is checked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in (members or {"X.npy": npy()}).items():
            archive.writestr(name, content)
    return file.getvalue()


def npz_lying(field, value, how=zipfile.ZIP_DEFLATED):
    """Return an archive whose directory claims something else; fields by their offset in the central directory."""
    content = bytearray(npz(how=how))
    at = content.index(b"PK\x01\x02") + field
    content[at : at + len(value)] = value
    return bytes(content)


def flipped(content, at):
    """Return the bytes with one bit turned round."""
    content = bytearray(content)
    content[at] ^= 4
    return bytes(content)


def twice():
    """Return an archive that holds one name two times."""
    content = npz({"X.npy": npy(), "Y.npy": npy(X + 1)})
    return content.replace(b"Y.npy", b"X.npy")


def sparse(**parts):
    """Return SciPy's archive of a 3 x 3 identity, with some parts in another form."""
    file = io.BytesIO()
    save_npz(file, eye(3, format="csr"))
    file.seek(0)
    found = dict(np.load(file)) | parts
    file = io.BytesIO()
    np.savez(file, **found)
    return file.getvalue()


def coordinates():
    """Return SciPy's archive of a matrix in coordinates."""
    file = io.BytesIO()
    save_npz(file, coo_matrix(np.eye(3)))
    return file.getvalue()


FAULTS = {
    # not data at all
    "an empty file": ("a.npz", b"", "it is empty"),
    "an HTML page as .mat": ("a.mat", b"\n<!DOCTYPE html><html>Sign in</html>", "HTML page: the download failed"),
    "an HTML page as .csv": ("a.csv", b"<html>\n<p>1,2</p>\n", "HTML page: the download failed"),
    "an XML error as .npz": ("a.npz", b'<?xml version="1.0"?><Error>AccessDenied</Error>', "HTML page"),
    "a JSON error as .h5": ("a.h5", b'{"error": "quota exceeded"}\n', "called .h5 but is a text: no HDF5 file"),
    "a Git LFS pointer": ("a.npz", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    "a gzip file": ("a.npy", b"\x1f\x8b\x08\0" + bytes(30), "compressed with gzip. Unpack it first"),
    "a bzip2 file": ("a.csv", b"BZh91AY&SY" + bytes(30), "compressed with bzip2. Unpack it first"),
    "an xz file": ("a.mat", b"\xfd7zXZ\0" + bytes(30), "compressed with xz. Unpack it first"),
    "a zstd file": ("a.h5", b"\x28\xb5\x2f\xfd" + bytes(30), "compressed with zstd. Unpack it first"),
    "a pickle": ("a.pkl", pickle.dumps(Trap()), "a Python pickle, which can run code"),
    "a pickle as .npy": ("a.npy", pickle.dumps(Trap()), "a Python pickle, which can run code"),
    "noise": ("a.dat", bytes(range(256)) * 9, "of no known format"),
    "noise as .parquet": ("a.parquet", bytes(range(256)) * 9, "called .parquet but begins otherwise"),
    "zeros as .npz": ("a.npz", bytes(4096), "called .npz but begins otherwise: no NumPy archive"),
    "text as .npy": ("a.npy", b"1 2 3\n", "called .npy but is a text: no NumPy array"),
    # one array
    "a pickled array": ("a.npy", npy(np.array([Trap()], object), allow_pickle=True), "pickled Python objects"),
    "an array cut in its numbers": ("a.npy", npy()[:-1], "claims 96 bytes of numbers, but 95 follow"),
    "an array cut in its header": ("a.npy", npy()[:40], "cut short"),
    "an array cut in its first bytes": ("a.npy", npy()[:9], "cut short"),
    "an array with more behind it": ("a.npy", npy() + b"x", "claims 96 bytes of numbers, but 97 follow"),
    "a header of 800 TB": ("a.npy", npy_of(shape="(100000000, 1000000)"), "claims 800,000,000,000,000 bytes"),
    "a shape beyond 64 bits": ("a.npy", npy_of(shape="(4294967296, 4294967296, 4)"), "claims 590,295,810,358"),
    "a shape that overflows to the right size": ("a.npy", npy_of(shape=f"({2**61 + 3}, 4)"), "claims 73,786,976"),
    "a negative shape": ("a.npy", npy_of(shape="(-4, -3)"), r"claims the shape \(-4, -3\)"),
    "a shape of True": ("a.npy", npy_of(shape="(True, 12)"), "holds no shape"),
    "a shape of floats": ("a.npy", npy_of(shape="(4.0, 3.0)"), "holds no shape"),
    "an empty shape beyond 64 bits": ("a.npy", npy_of(shape=f"(0, {10**30})", numbers=b""), "claims the shape"),
    "a shape of 70 dimensions": ("a.npy", npy_of(shape=f"({'1,' * 70})"), "claims the shape"),
    "an order that is no truth value": ("a.npy", npy_of(fortran="[]"), "does not say the order"),
    "a header that calls": ("a.npy", npy_saying("__import__('os').mkdir('unpickled')"), "header cannot be read"),
    "a header in a thousand brackets": ("a.npy", npy_saying("(" * 5000), "header cannot be read"),
    "a header with a number of 9,000 digits": ("a.npy", npy_of(shape=f"({'9' * 9000},)"), "header cannot be read"),
    "a header with bad escapes": ("a.npy", npy_of().replace(b"<f8", rb"\d8"), "header cannot be read"),
    "a header of NUL": ("a.npy", npy_saying(bytes(64)), "header cannot be read"),
    "a header that is no dictionary": ("a.npy", npy_saying("[1, 2]"), "not that of a NumPy array"),
    "a header without a shape": (
        "a.npy",
        npy_saying("{'descr': '<f8', 'fortran_order': False}"),
        "not that of a NumPy",
    ),
    "a header with a data type of numbers": ("a.npy", npy_of(descr=8), "not that of a NumPy array"),
    "a header of 4 GB": ("a.npy", npy_saying("{}", version=2, length=2**32 - 1), "header claims 4,294,967,295 bytes"),
    "a header version to come": ("a.npy", npy_saying("{}", version=9), "does not begin as a NumPy array"),
    "a header of a minor version": ("a.npy", flipped(npy(), 7), "does not begin as a NumPy array"),
    "an unknown data type": ("a.npy", npy_of(descr="<q8"), "unknown data type '<q8'"),
    "an outdated name of a data type": ("a.npy", npy_of(descr="|a3"), r"unknown data type '\|a3'"),
    "a data type of too many bytes": ("a.npy", npy_of(descr="<f64"), "unknown data type '<f64'"),
    "records": ("a.npy", npy(np.zeros(2, "i4,f8")), r"no array of real numbers, but 'a' \(records\)"),
    "dates": ("a.npy", npy(np.array(["2010-01-01"], "M8[D]")), r"\(dates\)"),
    "complex numbers": ("a.npy", npy(X + 1j), r"\(complex numbers\)"),
    "words": ("a.npy", npy(np.array(["a"])), r"\(text\)"),
    "bytes without a type": ("a.npy", npy(np.array([b"\0\1"], "V2")), r"\(records\)"),
    "extended precision": ("a.npy", npy_of(descr="<f16"), r"\(floats of more than 64 bits\)|unknown data type"),
    # archives
    "an archive cut at its end": ("a.npz", npz()[:-1], "cut or damaged NumPy archive"),
    "an archive cut in the middle": ("a.npz", npz()[:200], "cut or damaged NumPy archive"),
    "an archive without members": ("a.npz", b"PK\x05\x06" + bytes(18), "no array of real numbers, but nothing"),
    "a flipped bit": ("a.npz", flipped(npz(), 200), "Bad CRC-32"),
    "a flipped bit in what is compressed": (
        "a.npz",
        flipped(npz(how=zipfile.ZIP_DEFLATED), 60),
        "damaged NumPy archive",
    ),
    "a member with the wrong checksum": ("a.npz", npz_lying(16, b"\1\2\3\4"), "Bad CRC-32"),
    "a member twice": ("a.npz", twice(), "holds 'X' more than once"),
    "a member in the folder above": ("a.npz", npz({"../X.npy": npy()}), r"'../X.npy', which leads out"),
    "a member at the root": ("a.npz", npz({"/etc/X.npy": npy()}), "'/etc/X.npy', which leads out"),
    "a member on another drive": ("a.npz", npz({"C:X.npy": npy()}), "'C:X.npy', which leads out"),
    "a member above, in Windows' way": ("a.npz", npz({"..\\X.npy": npy()}), "which leads out"),
    "a name with a NUL in it": ("a.npz", npz({"X.npyA.npy": npy()}).replace(b"npyA", b"npy\0"), "leads out"),
    "a name that lost its suffix": ("a.npz", npz_lying(46, b"X.npx"), "File name in directory 'X.npx' and header"),
    "an encrypted member": ("a.npz", npz_lying(8, b"\1"), "'X.npy' is encrypted"),
    "a member in an unknown compression": ("a.npz", npz(how=zipfile.ZIP_LZMA), "compressed by method 14"),
    "a member that claims 4 GB": ("a.npz", npz_lying(24, b"\xfe\xff\xff\xff"), "claims 4,294,967,294 bytes from"),
    "a member that claims more than it has": (
        "a.npz",
        npz_lying(24, b"\xe1\0\0\0"),
        "claims 96 bytes of numbers, but 97",
    ),
    "a member that claims less than it has": (
        "a.npz",
        npz_lying(24, b"\xdf\0\0\0"),
        "Bad CRC-32",
    ),
    "a member longer than the archive": (
        "a.npz",
        npz_lying(20, b"\xff\xff\xff\x7f"),
        "claims 224 bytes from 2,147,483,647",
    ),
    "a member behind the end": ("a.npz", npz_lying(42, b"\xff\xff\xff\x7f"), "cut or damaged NumPy archive"),
    "a member whose header claims 800 TB": (
        "a.npz",
        npz({"X.npy": npy_of(shape="(10**14,)".replace("10**14", "1" * 15))}),
        "claims",
    ),
    "an archive of an archive": ("a.npz", npz({"inner.npz": npz()}), r"but 'inner.npz' \(a file that is no array\)"),
    "a pickled member alone": (
        "a.npz",
        npz({"X.npy": npy(np.array([Trap()], object), allow_pickle=True)}),
        "pickled Python",
    ),
    "an office document": ("a.xlsx", npz({"xl/workbook.xml": b"<a/>"}), "a file that is no array"),
    "a sparse matrix with a column too far": ("a.npz", sparse(indices=np.array([0, 1, 3])), "entry outside its shape"),
    "a sparse matrix with a column before the first": (
        "a.npz",
        sparse(indices=np.array([0, -1, 2])),
        "outside its shape",
    ),
    "a sparse matrix with rows that go back": (
        "a.npz",
        sparse(indptr=np.array([0, 2, 1, 3])),
        "entries that are not there",
    ),
    "a sparse matrix with rows too long": (
        "a.npz",
        sparse(indptr=np.array([0, 1, 2, 9])),
        "entries that are not there",
    ),
    "a sparse matrix with a row too few": ("a.npz", sparse(indptr=np.array([0, 1, 3])), "do not fit together"),
    "a sparse matrix with too few entries": ("a.npz", sparse(data=np.ones(2)), "do not fit together"),
    "a sparse matrix of words": ("a.npz", sparse(data=np.array(["a", "b", "c"])), "no sparse matrix as SciPy saves it"),
    "a sparse matrix of negative shape": ("a.npz", sparse(shape=np.array([-3, 3])), "claims the shape"),
    "a sparse matrix in coordinates": ("a.npz", coordinates(), "SciPy's format 'coo'"),
    "a sparse matrix in an unknown layout": ("a.npz", sparse(format=np.array(b"dia")), "SciPy's format 'dia'"),
    # tables
    "a table cut between two rows": ("a.csv", b"1,2\n3,4", "last line is not ended: it looks cut"),
    "a table cut in its last cell": ("a.csv", b"1,0.25\n3,0.2", "last line is not ended: it looks cut"),
    "a row too short": ("a.csv", b"1,2\n3\n5,6\n", "line 2 has 1 cells, the first row has 2"),
    "a row too long": ("a.txt", b"1 2\n3 4\n5 6 7\n", "line 3 has 3 cells, the first row has 2"),
    "a word between numbers": ("a.csv", b"x,y\n1,2\n3,four\n", r"line 3, column 2 \(y\): 'four' is not a number"),
    "a word in the first row": ("a.csv", b"1,two\n3,four\n", "line 1, column 2: 'two' is not a number"),
    "an empty cell": ("a.csv", b"1,2\n3,\n", "line 2, column 2: the cell is empty"),
    "decimal commas": ("a.csv", b"1,5;2,5\n3,5;4,5\n", "line 1, column 2: '5;2' is not a number"),
    "a decimal comma in the first row": ("a.csv", b"1,5;2\n3;4\n", "names of its columns: '1,5'"),
    "a header of numbers and words": ("a.csv", b",0,1\n5,6,7\n", "names of its columns: '0'"),
    "a hexadecimal number": ("a.txt", b"1\n0x1F\n", "'0x1F' is not a number"),
    "a number with underscores": ("a.txt", b"1\n1_000\n", "'1_000' is not a number"),
    "two columns of one name": ("a.csv", b"x,x\n1,2\n", "two of its columns are named 'x'"),
    "a header alone": ("a.csv", b"x,y\n", "first line is of words, and no row"),
    "a header of another width": ("a.csv", b"x,y,z\n1,2\n", "first line is of words, and no row of as many cells"),
    "a header that counts": ("a.csv", b"0,1,2,3\n5,6,7,8\n", "counts 0, 1, 2 ...: column names or numbers?"),
    "a cell over two lines": ("a.csv", b'1,2\n"3\n",4\n', "line 2|over several lines"),
    "an open quotation mark": ("a.csv", b'1,2\n"3,4\n5,6\n', "line 2"),
    "NUL in a table": ("a.csv", b"1,2\n3,4\0\n", "no known format"),
    "text of another alphabet": (
        "a.csv",
        "1,2\n3,4\n5,né\n".encode("latin1"),
        "line 3 is not UTF-8 text. Save it as UTF-8",
    ),
    "a header of another alphabet": ("a.csv", "né,2\n3,4\n".encode("latin1"), "not UTF-8 text. Save it as UTF-8"),
    "text in UTF-16": ("a.csv", "1,2\n".encode("utf-16"), "text in UTF-16. Save it as UTF-8"),
    "blank lines": ("a.csv", b"\n  \n\n", "nothing but empty lines"),
    "a byte order mark alone": ("a.csv", b"\xef\xbb\xbf", "nothing but empty lines"),
    "line ends of an old Macintosh": ("a.csv", b"1,2\r3,4\r", "last line is not ended|not a number"),
}


@pytest.mark.parametrize(("name", "content", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_by_name_and_reason(tmp_path, monkeypatch, name, content, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        read_arrays(tmp_path / name)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / name} refused: ")
    assert said.endswith(".")
    assert len(said) < 1000
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("read", [read_arrays, list_arrays, map_array])
def test_only_regular_files_are_opened(tmp_path, read):
    os.mkfifo(tmp_path / "pipe.npy")
    (tmp_path / "loop.npy").symlink_to(tmp_path / "loop.npy")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "s.npy"))
        for name, reason in [
            ("", "a folder, not a file"),
            ("pipe.npy", "a device, pipe or socket"),
            ("s.npy", "a device, pipe or socket"),
            ("loop.npy", "cannot be opened"),
            ("x" * 300, "cannot be opened"),
        ]:
            with pytest.raises(ValueError, match=f"refused: .*{reason}"):
                read(tmp_path / name)
    with pytest.raises(ValueError, match="/dev/zero refused: it is a device"):
        read("/dev/zero")


def test_an_empty_shape_beyond_64_bits_is_not_mapped(tmp_path):
    (tmp_path / "a.npy").write_bytes(npy_of(shape=f"(0, {10**30})", numbers=b""))
    with pytest.raises(ValueError, match=r"a.npy refused: an array claims the shape"):
        map_array(tmp_path / "a.npy")


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"1,2\n" * 400 + b"1,")
    os.truncate(tmp_path / "a.csv", 1 << 28)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"a.csv refused: a line of it is longer than 16,777,216 bytes"):
            list_arrays(tmp_path / "a.csv")
        assert tracemalloc.get_traced_memory()[1] < 1 << 26
    finally:
        tracemalloc.stop()


def test_a_missing_file_is_named(tmp_path):
    (tmp_path / "dangling.npz").symlink_to(tmp_path / "nothing")
    for name in ("a.npz", "dangling.npz"):
        with pytest.raises(FileNotFoundError, match=rf"{name} does not exist. Check the path"):
            read_arrays(tmp_path / name)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.npz").write_bytes(npz())

    def forbidden(path, mode):
        raise PermissionError(13, "Permission denied", str(path))

    # The superuser, as whom tests often run, may read everything.
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(PermissionError, match=r"a.npz may not be read"):
        read_arrays(tmp_path / "a.npz")


def test_a_link_to_a_file_is_the_file(tmp_path):
    (tmp_path / "a.npz").write_bytes(npz())
    (tmp_path / "b.npz").symlink_to(tmp_path / "a.npz")
    np.testing.assert_array_equal(read_arrays(tmp_path / "b.npz")["X"], X)


def test_what_is_not_numeric_is_left_out_unless_it_is_asked_for(tmp_path):
    members = {"X.npy": npy(), "words.npy": npy(np.array(["a"])), "readme.txt": b"hello"}
    members["trap.npy"] = npy(np.array([Trap()], object), allow_pickle=True)
    (tmp_path / "a.npz").write_bytes(npz(members))
    assert list(read_arrays(tmp_path / "a.npz")) == ["X"]
    for name, what in [
        ("words", "text"),
        ("readme.txt", "a file that is no array"),
        ("trap", "pickled Python objects"),
    ]:
        with pytest.raises(TypeError, match=rf"'{name}' in .*a.npz holds {what}"):
            read_arrays(tmp_path / "a.npz", ["X", name])
    (tmp_path / "a.npy").write_bytes(members["trap.npy"])
    with pytest.raises(TypeError, match=r"a.npy holds pickled Python objects"):
        map_array(tmp_path / "a.npy")
    with pytest.raises(ValueError, match=r"no NumPy array. Only .npy files can be mapped"):
        map_array(tmp_path / "a.npz")


WORDS = np.array(["cat", "dog"])
FAULTY_WORDS = {
    "a number beyond Unicode": (npy_of("<U1", "(1,)", numbers=struct.pack("<I", 0x110000)), "no characters"),
    "half a character": (npy_of(">U1", "(1,)", numbers=struct.pack(">I", 0xD800)), "no characters"),
    "words cut short": (npy(WORDS)[:-1], "claims 24 bytes of text, but 23 follow"),
    "a word of 4 TB": (npy_of(f"<U{2**29 - 1}", "(2048,)"), "claims 4,398,046,502,912 bytes"),
    "more than max_bytes": (npy(np.repeat(WORDS, 600)), r"take 14,400 bytes .* max_bytes=10,000"),
}


@pytest.mark.parametrize(("content", "reason"), FAULTY_WORDS.values(), ids=FAULTY_WORDS)
def test_faulty_words_are_refused(tmp_path, content, reason):
    (tmp_path / "a.npz").write_bytes(npz({"w.npy": content}))
    with pytest.raises(ValueError, match=rf"a.npz refused: .*{reason}"):
        read_words(tmp_path / "a.npz", "w", max_bytes=10_000)


def test_only_words_are_read_as_words(tmp_path):
    np.savez(tmp_path / "a.npz", X=X, bytes=np.array([b"a"]))
    for name, what in (("X", "float64"), ("bytes", "text")):
        with pytest.raises(TypeError, match=rf"'{name}' in .*a.npz holds {what}; words are read as NumPy keeps them"):
            read_words(tmp_path / "a.npz", name)
    with pytest.raises(KeyError, match="has no 'w'; it has 'X'"):
        read_words(tmp_path / "a.npz", "w")


def test_a_missing_name_is_answered_with_those_that_are_there(tmp_path):
    (tmp_path / "a.npz").write_bytes(npz({f"{i:02}.npy": npy() for i in range(60)}))
    with pytest.raises(KeyError, match=r"a.npz has no 'X'; it has '00', '01', .*'39', \.\.\.\."):
        read_arrays(tmp_path / "a.npz", ["00", "X"])
    with pytest.raises(TypeError, match=r"give a list of names: \['00'\]"):
        read_arrays(tmp_path / "a.npz", "00")


def test_the_digest_is_compared_before_anything_is_parsed(tmp_path):
    content = npz()
    (tmp_path / "a.npz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert list(read_arrays(tmp_path / "a.npz", sha256=digest.upper())) == ["X"]
    (tmp_path / "a.npz").write_bytes(content[:-1])
    with pytest.raises(ValueError, match=rf"expected the sha256 {digest}, got [0-9a-f]{{64}}. Delete it and download"):
        read_arrays(tmp_path / "a.npz", sha256=digest)
    (tmp_path / "a.npy").write_bytes(flipped(npy(), 200))
    assert read_arrays(tmp_path / "a.npy")["a"].shape == X.shape
    for read in (read_arrays, map_array):
        with pytest.raises(ValueError, match="expected the sha256"):
            read(tmp_path / "a.npy", sha256=digest)
        with pytest.raises(ValueError, match="sha256='123' is not a digest; give 64 hexadecimal digits"):
            read(tmp_path / "a.npy", sha256="123")


def test_arrays_beyond_max_bytes_are_refused_with_what_would_suffice(tmp_path):
    (tmp_path / "a.npz").write_bytes(npz({"X.npy": npy(), "Y.npy": npy(X[:2])}))
    needed = 96 + 48
    with pytest.raises(ValueError, match=rf"take 144 bytes \('X' has the shape \(4, 3\)\).*give max_bytes={needed}"):
        read_arrays(tmp_path / "a.npz", max_bytes=needed - 1)
    assert len(read_arrays(tmp_path / "a.npz", max_bytes=needed)) == 2
    assert len(read_arrays(tmp_path / "a.npz", ["Y"], max_bytes=48)) == 1
    assert len(list_arrays(tmp_path / "a.npz", max_bytes=1)) == 2
    (tmp_path / "a.csv").write_text("x,y\n" + "1,2\n" * 10)
    with pytest.raises(ValueError, match="columns, read together, take 160 bytes, more than max_bytes=100"):
        read_arrays(tmp_path / "a.csv", ["x"], max_bytes=100)
    for max_bytes in (0, -1, 1.5, True, "4GB"):
        with pytest.raises(ValueError, match=r"max_bytes=.* is not a positive integer"):
            read_arrays(tmp_path / "a.npz", max_bytes=max_bytes)


def test_verified_bytes_are_those_of_the_digest_or_none(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abc")
    digest = hashlib.sha256(b"abc").hexdigest()
    assert read_verified(tmp_path / "a.txt", digest, "Download it.") == b"abc"
    (tmp_path / "a.txt").write_bytes(b"ab")
    with pytest.raises(ValueError, match=rf"a.txt \(2 bytes\) is cut, damaged .*expected {digest}. Download it."):
        read_verified(tmp_path / "a.txt", digest, "Download it.")
    os.mkfifo(tmp_path / "pipe")
    for name in ("b.txt", "pipe", ""):
        with pytest.raises(FileNotFoundError, match=r"does not exist. Download it."):
            read_verified(tmp_path / name, digest, "Download it.")


def test_a_file_to_be_verified_is_read_no_further_than_any_such_file_is_long(tmp_path, monkeypatch):
    monkeypatch.setattr(verified, "LARGEST", 1000)
    (tmp_path / "a").write_bytes(bytes(1000))
    assert read_verified(tmp_path / "a", hashlib.sha256(bytes(1000)).hexdigest(), "") == bytes(1000)
    os.truncate(tmp_path / "a", 1 << 30)
    with pytest.raises(ValueError, match=r"a has more than 1,000 bytes: it is another file. Get it anew."):
        read_verified(tmp_path / "a", "0" * 64, "Get it anew.")


def test_a_file_of_too_many_arrays_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.npz").write_bytes(npz({f"{i}.npy": npy() for i in range(5)}))
    with open(tmp_path / "a.mat", "wb") as file:
        savemat(file, {f"x{i}": X for i in range(5)})
    monkeypatch.setattr(limits, "MAX_ARRAYS", 4)
    for name in ("a.npz", "a.mat"):
        with pytest.raises(ValueError, match=f"{name} refused: it holds more than 4 arrays. Save matrices"):
            list_arrays(tmp_path / name)
