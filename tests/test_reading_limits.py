"""Files that would fill the memory: refused by a process that has little."""

import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow.parquet import write_table

TARGET = Path(__file__).parents[1] / "benchmarks" / "fuzz" / "reading.py"
MEGABYTE = 1 << 20
SIZE = 64 * MEGABYTE
SCRIPT = """
import json, resource, sys
import numpy, pandas, scipy.sparse
from shallow_cmr.datasets.reading import list_arrays, read_arrays
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
said = {{}}
for path in sys.argv[1:]:
    # The other process sets its own limit, and would inherit this one.
    isolated = path.endswith((".h5", ".parquet"))
    most = resource.RLIM_INFINITY if isolated else taken + {memory}
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers = []
    for read in (read_arrays, list_arrays):
        try:
            answers.append([str(array) for array in read(path, max_bytes={max_bytes})])
        except ValueError as error:
            answers.append(str(error))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    said[path] = [*answers, grown, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10]
print(json.dumps(said))
"""


def npz(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("X.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": (SIZE,)})
        for _ in range(SIZE // MEGABYTE):
            member.write(bytes(MEGABYTE))


def mat(path):
    flags, shape = [6, 8, 9, 0], [5, 8, SIZE, 1]
    # The name X lies in its tag; the numbers are bytes.
    head = words(14, SIZE + 48, *flags, *shape, 1 << 16 | 1, ord("X"), 2, SIZE)
    path.write_bytes(compressed_variable(head + bytes(SIZE)))


def mat_name(path):
    path.write_bytes(compressed_variable(words(14, SIZE, 6, SIZE - 16) + bytes(SIZE - 8)))


def words(*numbers):
    """Return 32-bit integers as bytes."""
    return np.array(numbers, "<u4").tobytes()


def compressed_variable(content):
    """Return a MATLAB version 5 file of one compressed element."""
    packed = zlib.compress(content, 1)
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + words(15, len(packed)) + packed


def h5(path):
    with h5py.File(path, "w") as file:
        X = file.create_dataset("X", (SIZE,), "u1", chunks=(SIZE // 4,), compression="gzip")
        for i in range(0, SIZE, SIZE // 4):
            X[i : i + SIZE // 4] = 0


def h5_chunk(path):
    with h5py.File(path, "w") as file:
        # One chunk of 320 MB for four numbers, more than the other process may take.
        file.create_dataset("X", (4,), "u1", chunks=(5 * SIZE,), maxshape=(None,), compression="gzip")
        file["X"].id.write_direct_chunk((0,), zlib.compress(bytes(5 * SIZE), 1))


def parquet(path):
    write_table(pa.table({"x": np.zeros(SIZE // 8)}), path)


def csv(path):
    path.write_bytes(b"0,0\n" * 2**20)


def npy(path):
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (2**33,)})
        # A file of holes takes no room on the disk.
        file.truncate(file.tell() + 2**33)


BOMBS = {
    "an archive of 64 MB": ("a.npz", npz, "take 67,108,864 bytes"),
    "a MATLAB variable of 64 MB": ("a.mat", mat, "take 67,108,864 bytes"),
    "a MATLAB head of 64 MB": ("b.mat", mat_name, "67,108,848 bytes stands in the head of a variable"),
    "a dataset of 64 MB": ("a.h5", h5, "take 67,108,864 bytes"),
    "a chunk of 320 MB": ("b.h5", h5_chunk, "cut or damaged|more memory"),
    "a column of 64 MB": ("a.parquet", parquet, "take 67,108,864 bytes"),
    "a table of 16 MB": ("a.csv", csv, "take 16,777,216 bytes"),
    "an array of 8 GB": ("a.npy", npy, "take 8,589,934,592 bytes"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What a process with 32 MB to spare says of each bomb."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("memory can be limited on Linux only")
    folder = tmp_path_factory.mktemp("bombs")
    for name, write, _ in BOMBS.values():
        write(folder / name)
    script = SCRIPT.format(memory=32 * MEGABYTE, max_bytes=4 * MEGABYTE)
    paths = [str(folder / name) for name, _, _ in BOMBS.values()]
    answer = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True)
    return {Path(path).name: said for path, said in json.loads(answer.stdout).items()}


@pytest.mark.parametrize(("name", "write", "reason"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory(answers, name, write, reason):
    read, listed, grown, others = answers[name]
    assert "refused: " in read
    assert any(text in read for text in reason.split("|")), read
    assert isinstance(listed, list) or "refused: " in listed
    assert grown < 24
    assert others < 512


@pytest.mark.parametrize("kind", ["npy", "npz", "mat", "csv", "saved"])
def test_no_mutation_of_a_file_does_more_than_raise_a_clear_error(kind):
    fuzz(kind, 250)


@pytest.mark.parametrize("kind", ["h5", "parquet"])
def test_no_mutation_of_a_file_does_more_than_raise_a_clear_error_in_isolation(kind):
    fuzz(kind, 200, "--direct")


@pytest.mark.parametrize(("kind", "number"), [("h5", 48375), ("parquet", 202455)])
def test_files_that_crashed_the_libraries_are_refused(kind, number):
    fuzz(kind, 1, "--first", str(number))


def fuzz(kind, cases, *how):
    """Run the fuzz target; it ends with an error where it finds a fault."""
    command = [sys.executable, str(TARGET), "--format", kind, "--cases", str(cases), *how]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"{cases} cases" in answer.stdout
