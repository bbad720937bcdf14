"""HDF5, MATLAB 7.3 and Parquet: nothing outside the file is read, and a library that crashes crashes alone."""

import hashlib
import signal
import time
from importlib import import_module
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow.parquet import write_table

from shallow_cmr.datasets.reading import formats, isolation, list_arrays, read_arrays, read_words

X = np.arange(12.0).reshape(4, 3)
SECRET = "root:x:0:0 the content of another file".encode("utf-16")[:64].ljust(64)


class Here:
    """Stands in for the other process where the file's faults are tried and not the process."""

    def __init__(self, source, module):
        self.catalogue = import_module(f"shallow_cmr.datasets.reading.{module}").catalogue

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.fixture
def here(monkeypatch):
    """Read in this process, which is faster."""
    monkeypatch.setattr(formats, "Reader", Here)


def external(file, folder):
    file.create_dataset("X", (8,), "f8", external=[(str(folder / "secret"), 0, 64)])


def external_link(file, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["X"] = X
    file["X"] = h5py.ExternalLink(str(folder / "other.h5"), "X")


def virtual(file, folder):
    external_link(file, folder)
    del file["X"]
    layout = h5py.VirtualLayout((4, 3), "f8")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "X", (4, 3))
    file.create_virtual_dataset("X", layout)


def soft_link(file, _):
    file["hidden/Y"], file["X"] = X, h5py.SoftLink("/hidden/Y")


def dangling_link(file, _):
    file["X"] = h5py.SoftLink("/nowhere")


def link_to_itself(file, _):
    file["X"] = h5py.SoftLink("/X")


def foreign_filter(file, _):
    created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    created.set_chunk((4, 3))
    # 32015 is Zstandard's registered number; optional, so that it can be written without the plug-in.
    created.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())
    h5py.h5d.create(file.id, b"X", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((4, 3)), created)
    file["X"][...] = X


def never_written(file, _):
    file.create_dataset("X", (4, 3), "f8", chunks=(2, 3))


def half_written(file, _):
    file.create_dataset("X", (4, 3), "f8", chunks=(2, 3))[:2] = 1


def of_8_tb(file, _):
    never = file.create_dataset("X", (10**6, 10**6), "f8", chunks=(1000, 1000), compression="gzip")
    never[0, 0] = 1


def bomb(file, _):
    file.create_dataset("X", (2**29 + 1, 1), "f8", chunks=(2**20, 1), compression="gzip", maxshape=(None, 1))


OUTSIDE = {
    "external storage": (external, "'X' keeps its numbers in another file. Do not trust where it came from"),
    "an external link": (external_link, "'X' is a link to another file. Do not trust where it came from"),
    "a virtual dataset": (virtual, "'X' is put together from other files. Do not trust where it came from"),
    "a soft link": (soft_link, "'X' is a soft link. Put what it names in its place"),
    "a soft link to nothing": (dangling_link, "'X' is a soft link"),
    "a soft link to itself": (link_to_itself, "'X' is a soft link"),
    "a foreign filter": (foreign_filter, "'X' is encoded by the filter 32015. Save it with gzip"),
    "a dataset that was never written": (never_written, "'X' was never written to"),
    "a dataset of which half was written": (half_written, "of 'X' only 1 of 2 chunks were written"),
    "a dataset of 8 TB": (of_8_tb, "of 'X' only 1 of 1,000,000 chunks were written"),
    "a dataset of 4 GB and no number": (bomb, "'X' was never written to"),
}


@pytest.mark.parametrize(("write", "reason"), OUTSIDE.values(), ids=OUTSIDE)
def test_what_leads_out_of_an_hdf5_file_is_refused(tmp_path, here, write, reason):
    (tmp_path / "secret").write_bytes(SECRET)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["good"] = X
        write(file, tmp_path)
    for names in (None, ["X"]):
        with pytest.raises(ValueError, match=rf"a.h5 refused: {reason}"):
            read_arrays(tmp_path / "a.h5", names)
    np.testing.assert_array_equal(read_arrays(tmp_path / "a.h5", ["good"])["good"], X)


def test_the_other_process_can_open_no_second_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_bytes(SECRET)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        external(file, tmp_path)
        file["label"] = 1
    assert read_arrays(tmp_path / "a.h5", ["label"])["label"] == 1
    module = tmp_path / "careless.py"
    module.write_text(
        "import sys\n"
        "from shallow_cmr.datasets.reading import hdf5_objects, worker\n"
        "hdf5_objects._leads_out = lambda *_: None\n"
        "worker.main(*sys.argv[1:3], int(sys.argv[3]))\n"
    )
    monkeypatch.setattr(isolation, "WORKER", ["-P", str(module)])
    with pytest.raises(ValueError, match=r"open external raw data file"):
        read_arrays(tmp_path / "a.h5", ["X"])


def test_groups_that_hold_each_other_come_to_an_end(tmp_path, here):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a/X"] = X
        file["a/b/root"] = file["/"]
        file["a/b/again"] = file["a"]
    assert "a/X" in list_arrays(tmp_path / "a.h5")


def test_a_long_chain_of_groups_is_refused_at_once(tmp_path, here):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file
        for _ in range(300):
            group = group.create_group("g")
        group["X"] = X
    with pytest.raises(ValueError, match=r"a.h5 refused: its groups lie in one another more than 100 deep. Save"):
        list_arrays(tmp_path / "a.h5")


OTHERS = {
    "text": ("text", "seven"),
    "words of any length": ("text", np.array(["a", "bb"], h5py.string_dtype())),
    "records": ("records", np.zeros(2, "i4,f8")),
    "complex numbers": ("complex numbers", X * 1j),
    "raw bytes": ("records", np.array([b"ab"], "V2")),
    "nothing": ("nothing", h5py.Empty("f8")),
}


@pytest.mark.parametrize(("what", "content"), OTHERS.values(), ids=OTHERS)
def test_what_is_not_numeric_in_hdf5_is_named_in_the_error(tmp_path, here, what, content):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"], file["other"] = X, content
    assert list(read_arrays(tmp_path / "a.h5")) == ["X"]
    with pytest.raises(TypeError, match=rf"'other' in .*a.h5 holds {what}; only real numbers are read"):
        read_arrays(tmp_path / "a.h5", ["other"])


def test_references_and_ragged_rows_are_left_alone(tmp_path, here):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"], file["type"] = X, np.dtype("f8")
        file["to X"] = file["X"].ref
        file.create_dataset("ragged", (2,), h5py.vlen_dtype(np.int32))[0] = [1, 2, 3]
        file["to a part of X"] = np.array([file["X"].regionref[:2]], h5py.regionref_dtype)
    assert list(read_arrays(tmp_path / "a.h5")) == ["X"]
    what = {name: text for name, (_, text) in list_arrays(tmp_path / "a.h5").items()}
    assert what["type"] == "a data type"
    assert what["ragged"] == "rows of different lengths"
    assert what["to X"] == what["to a part of X"] == "references to other objects"


def matlab(path, write):
    """Write a MATLAB 7.3 file with a function."""
    with h5py.File(path, "w", userblock_size=512) as file:
        write(file)
    with open(path, "r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def marked(name, content, **attributes):
    """Return the function that writes one marked dataset."""

    def write(file):
        file[name] = content
        for key, value in attributes.items():
            file[name].attrs[key] = value

    return write


def sparse(**parts):
    """Return the function that writes a sparse matrix whose parts may be of one's own making."""
    parts = {"data": np.ones(3), "ir": np.array([0, 1, 3], "u8"), "jc": np.array([0, 1, 2, 3], "u8")} | parts

    def write(file):
        group = file.create_group("S")
        group.attrs["MATLAB_sparse"], group.attrs["MATLAB_class"] = np.uint64(parts.pop("rows", 4)), np.bytes_("double")
        for part, content in parts.items():
            if content is not None:
                group[part] = content

    return write


EMPTY = {"MATLAB_class": np.bytes_("double"), "MATLAB_empty": np.uint8(1)}
MATLAB_FAULTS = {
    "an empty variable with a shape": (
        marked("X", np.array([4, 3], "u8"), **EMPTY),
        "empty, but has the shape",
    ),
    "an empty variable of many numbers": (
        marked("X", np.ones((99, 99)), **EMPTY),
        "empty, but has the shape",
    ),
    "halves marked as integers": (marked("X", X + 0.5, MATLAB_class=np.bytes_("int32")), "do not fit into int32"),
    "a class that is no text": (marked("X", X, MATLAB_class=np.bytes_(b"\xff")), "UnicodeDecodeError"),
    "a sparse matrix without columns": (sparse(jc=None), "marked as sparse, but lacks its parts"),
    "a sparse matrix of matrices": (sparse(ir=np.zeros((3, 3), "u8")), "marked as sparse, but lacks its parts"),
    "a row outside of a sparse matrix": (sparse(ir=np.array([0, 1, 4], "u8")), "an entry outside its shape"),
    "a row of a sparse matrix in 64 bits": (
        sparse(ir=np.array([0, 1, 2**64 - 1], "u8")),
        "an entry outside its shape",
    ),
    "columns of a sparse matrix that go back": (sparse(jc=np.array([0, 2, 1, 3], "u8")), "entries that are not there"),
    "entries of a sparse matrix left out": (sparse(ir=None), "do not fit together"),
    "a sparse matrix of 8 EB of rows": (sparse(rows=2**60), "take 9,2.* bytes"),
    "a sparse part in another file": (sparse(ir=h5py.ExternalLink("other.h5", "ir")), "'ir' is a link to another file"),
}


@pytest.mark.parametrize(("write", "reason"), MATLAB_FAULTS.values(), ids=MATLAB_FAULTS)
def test_a_faulty_matlab_7_3_file_is_refused(tmp_path, here, write, reason):
    matlab(tmp_path / "a.mat", write)
    with pytest.raises(ValueError, match=rf"a.mat refused: .*{reason}"):
        read_arrays(tmp_path / "a.mat")


def test_an_all_zero_sparse_matrix_of_matlab_7_3_has_no_entries(tmp_path, here):
    matlab(tmp_path / "a.mat", sparse(data=None, ir=None, jc=np.zeros(6, "u8")))
    found = read_arrays(tmp_path / "a.mat")["S"]
    assert (found.shape, found.nnz) == ((4, 5), 0)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("name", ["a.h5", "a.parquet"])
def test_a_cut_file_is_refused(tmp_path, name):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = X
    write_table(pa.table({"x": X[:, 0]}), tmp_path / "a.parquet")
    cut(tmp_path / name)
    with pytest.raises(ValueError, match=rf"{name} refused: it is a cut or damaged (HDF5 file|Parquet table)"):
        read_arrays(tmp_path / name)


PARQUET_FAULTS = {
    "a missing value": ({"x": [1.0, None]}, "column 'x' lacks 1 values. Fill or drop these rows first"),
    "a missing list": ({"x": [[1.0], None]}, "column 'x' lacks 1 values"),
    "a missing value in a list": ({"x": [[1.0], [None]]}, "column 'x' lacks 1 values"),
    "lists of different lengths": ({"x": [[1.0, 2.0], [3.0]]}, "column 'x' holds lists of 1 to 2 numbers"),
    "words alone": ({"x": ["a", "b"]}, r"no array of real numbers, but 'x' \(text\)"),
    "no column": ({}, "no array of real numbers, but nothing"),
}


@pytest.mark.parametrize(("columns", "reason"), PARQUET_FAULTS.values(), ids=PARQUET_FAULTS)
def test_a_faulty_parquet_table_is_refused(tmp_path, here, columns, reason):
    write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=rf"a.parquet refused: .*{reason}"):
        read_arrays(tmp_path / "a.parquet")


def test_words_of_a_parquet_table_are_one_a_row(tmp_path):
    columns = {"x": ["a", "b", "a"], "several": [["a"], ["a", "b"], []], "parts": [{"a": "b"}] * 3}
    write_table(pa.table(columns), tmp_path / "a.parquet")
    assert read_words(tmp_path / "a.parquet", "x") == ["a", "b", "a"]
    for name in ("several", "parts"):
        with pytest.raises(
            ValueError, match=rf"column '{name}' holds .*string.*, not words. Name a column with a word a"
        ):
            read_words(tmp_path / "a.parquet", name)
        assert list_arrays(tmp_path / "a.parquet")[name][1] != "text"


def test_two_parquet_columns_of_one_name_are_refused(tmp_path, here):
    write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["x", "x"]), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="two of its columns are named 'x'"):
        read_arrays(tmp_path / "a.parquet")


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the function that reads a good file with another program as the other process."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = X

    def read(program):
        (tmp_path / "program.py").write_text(f"import os, signal, sys, time\n{program}")
        monkeypatch.setattr(isolation, "WORKER", [str(tmp_path / "program.py")])
        return read_arrays(tmp_path / "a.h5")

    return read


READY = "print('{}', flush=True)\n"
LISTS = READY + (
    """print('{"arrays": {"X": {"shape": [4, 3], "what": "float64", "nbytes": 96, "loads": true, "fault": null}}}',"""
    "flush=True)\n"
)
ASKED = LISTS + "sys.stdin.readline()\n"
SENDS = """print('{"sparse": null, "parts": [{"dtype": "<f8", "shape": %s, "order": "C"}]}', flush=True)\n"""
DEATHS = {
    "before it lists": READY + "os.kill(os.getpid(), signal.SIGSEGV)",
    "before it is asked": LISTS,
    "before it hands over": ASKED + "os.kill(os.getpid(), signal.SIGABRT)",
    "in the middle of an array": ASKED + SENDS % "[4, 3]" + "print('12345', flush=True)\nos._exit(1)",
    "in the middle of an answer": READY + "print('{', end='', flush=True)",
}


@pytest.mark.parametrize("program", DEATHS.values(), ids=DEATHS)
def test_a_crash_of_the_library_is_an_error_of_the_file(started, program):
    with pytest.raises(ValueError, match=r"a.h5 refused: the library that reads such files crashed on it \(.*\)"):
        started(program)


@pytest.mark.parametrize("before", [READY, ASKED + SENDS % "[4, 3]"], ids=["listing", "handing over"])
def test_a_library_that_hangs_is_ended(started, monkeypatch, before):
    monkeypatch.setattr(isolation, "PATIENCE", 6)
    begun = time.monotonic()
    with pytest.raises(ValueError, match=r"a.h5 refused: reading it does not come to an end"):
        started(before + "time.sleep(60)")
    assert time.monotonic() - begun < 30


def test_a_list_of_arrays_without_an_end_is_refused(started, monkeypatch):
    monkeypatch.setattr(isolation, "LONGEST_LINE", 1000)
    with pytest.raises(ValueError, match=r"a.h5 refused: its list of arrays does not come to an end"):
        started(READY + "while True: print('x' * 999, end='', flush=True)")


@pytest.mark.parametrize(
    ("shape", "reason"),
    [("[4, 4]", "more memory than it says"), ("[3, 4]", "claims the shape .4, 3., but the numbers")],
)
def test_another_shape_than_was_listed_is_refused(started, shape, reason):
    with pytest.raises(ValueError, match=reason):
        started(ASKED + SENDS % shape + "sys.stdout.buffer.write(bytes(256))")


def test_a_process_that_cannot_start_is_no_fault_of_the_file(started):
    with pytest.raises(OSError, match=r"could not start the process .*ImportError: no library"):
        started("raise ImportError('no library')")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux can hand over a file that is open")
def test_the_file_that_was_checked_is_read_even_if_another_takes_its_name(tmp_path, monkeypatch):
    for name, content in (("a.h5", X), ("b.h5", -X)):
        with h5py.File(tmp_path / name, "w") as file:
            file["X"] = content
    digest = hashlib.sha256((tmp_path / "a.h5").read_bytes()).hexdigest()

    class Late(isolation.Reader):
        def __init__(self, source, module):
            (tmp_path / "b.h5").replace(source.path)
            super().__init__(source, module)

    monkeypatch.setattr(formats, "Reader", Late)
    np.testing.assert_array_equal(read_arrays(tmp_path / "a.h5", sha256=digest)["X"], X)


def test_the_other_process_is_gone_afterwards(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = X
    started, begin = [], isolation.subprocess.Popen

    class Watched(begin):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolation.subprocess, "Popen", Watched)
        read_arrays(tmp_path / "a.h5")
    assert [process.returncode for process in started] == [-signal.SIGKILL]
    assert started[0].stdout.closed
    assert started[0].stdin.closed


@pytest.mark.parametrize(("suffix", "package", "extra"), [("h5", "h5py", "fetch"), ("parquet", "pyarrow", "parquet")])
def test_without_its_extra_a_format_names_it(tmp_path, monkeypatch, suffix, package, extra):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = X
    write_table(pa.table({"x": X[:, 0]}), tmp_path / "a.parquet")
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=rf"a.{suffix} needs {package}: pip install 'shallow_cmr\[{extra}\]'"):
        read_arrays(tmp_path / f"a.{suffix}")
