"""Small valid files of every format, each as its inner bytes and the function that wraps them.

What is compressed or guarded by a checksum is mutated inside as well: otherwise no mutation gets past the wrapping.
"""

import io
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from scipy.io import savemat
from scipy.sparse import random as random_sparse

__all__ = ["FORMATS", "matlab_7_3", "seeds"]

RNG = np.random.default_rng(0)
X = RNG.standard_normal((9, 4)) + 3
LABELS = np.arange(9, dtype=np.int32) % 3
S = random_sparse(9, 6, 0.4, format="csr", random_state=0)
ARRAYS = {
    "X": X,
    "labels": LABELS[:, None],
    "S": S,
    "seen": X > 3,
    "small": np.uint8([[1, 2, 3]]),
    "half": X.astype("f4"),
}
OTHERS = {"classes": np.array(["cat", "dog"], object), "title": "nine", "z": 1j * X, "about": {"year": 2010}}


def seeds(kind):
    """Return the valid files of a format as pairs (bytes, wrap); ``wrap(bytes)`` is the file."""
    return FORMATS[kind]()


def _whole(content):
    return content, lambda inner: inner


def _npy(array, **how):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **how)
    return file.getvalue()


def npy():
    """Arrays of several types, orders and header versions."""
    big = X.astype(">f4")
    return [_whole(_npy(a)) for a in (X, np.asfortranarray(X), big, LABELS, X > 3)] + [_whole(_npy(X, version=(2, 0)))]


def npz():
    """Archives, whole, and with a mutated member under a right checksum."""
    arrays = {"X": X, "labels": LABELS, "classes": np.array(["cat", "dog"])}
    sparse = {"data": S.data, "indices": S.indices, "indptr": S.indptr}
    sparse |= {"shape": np.array(S.shape), "format": np.array(b"csr")}
    plain, packed, scipys = ({name: _npy(a) for name, a in part.items()} for part in (arrays, {"X": X}, sparse))
    whole = [_archive(plain), _archive(packed, zipfile.ZIP_DEFLATED), _archive(scipys)]
    inner = [(plain, "X"), (plain, "classes"), *((scipys, name) for name in ("data", "indices", "indptr"))]
    return [*map(_whole, whole), *((members[name], _archive_with(members, name)) for members, name in inner)]


def _archive(members, how=zipfile.ZIP_STORED):
    """Return members as an archive that is the same at any time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content, how)
    return file.getvalue()


def _archive_with(members, name):
    """Return the function that makes the archive with one member in another form."""
    return lambda inner: _archive(members | {name: inner})


def matlab():
    """Version 5 files of both byte orders, plain, compressed, and compressed after the mutation."""
    plain, packed = _saved(ARRAYS | OTHERS), _saved(ARRAYS | OTHERS, do_compression=True)
    found = [_whole(plain), _whole(packed), _whole(_swapped({"X": X, "labels": LABELS}))]
    for array in ({"X": X}, {"S": S}, {"labels": LABELS}):
        content = _saved(array)
        found.append((content[128:], lambda inner: plain[:128] + _element(15, zlib.compress(inner))))
    return found


def _saved(arrays, **how):
    """Return what SciPy saves, without the time of day in its header."""
    file = io.BytesIO()
    savemat(file, arrays, **how)
    return b"MATLAB 5.0 MAT-file".ljust(116) + file.getvalue()[116:]


def _element(kind, content, order="<"):
    return struct.pack(f"{order}II", kind, len(content)) + content


def _swapped(arrays):
    """Return a big-endian version 5 file of float64 and int32 arrays."""
    variables = b""
    for name, array in arrays.items():
        padded = name.encode().ljust(-(-len(name) // 8) * 8, b"\0")
        numbers = array.astype(array.dtype.newbyteorder(">")).tobytes(order="F")
        kind, mx = (9, 6) if array.dtype == float else (5, 12)
        shape = np.array(np.atleast_2d(array).shape, ">i4").tobytes()
        head = _element(6, struct.pack(">II", mx, 0), ">") + _element(5, shape, ">")
        head += struct.pack(">II", 1, len(name)) + padded
        numbers = _element(kind, numbers, ">")
        variables += _element(14, head + numbers + b"\0" * (-len(numbers) % 8), ">")
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI" + variables


def _written(write, suffix):
    """Return the bytes of what a function writes to a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"seed{suffix}"
        write(path)
        return path.read_bytes()


def hdf5():
    """HDF5 files of old and new layout, contiguous, chunked and compressed; and a MATLAB 7.3 file."""
    import h5py

    def write(path, version, **how):
        with h5py.File(path, "w", libver=version) as file:
            file.create_dataset("views/X", data=X, **how)
            file["labels"], file["title"], file["seen"] = LABELS, "nine", X > 3
            file["labels"].attrs["of"] = "X"
            file["same"] = file["labels"]

    packed = {"chunks": (4, 3), "compression": "gzip", "shuffle": True, "fletcher32": True}
    hows = [{}, packed, {"compression": "lzf"}, {"maxshape": (None, 4)}]
    return [
        *(_whole(_written(lambda p, v=v, h=h: write(p, v, **h), ".h5")) for v in ("earliest", "latest") for h in hows),
        _whole(_written(lambda path: matlab_7_3(path, ARRAYS | OTHERS), ".mat")),
    ]


def matlab_7_3(path, arrays):
    """Write arrays as MATLAB's ``save -v7.3`` lays them out: turned round, with its classes as attributes.

    Parameters
    ----------
    path : path-like
        The file to write.
    arrays : dict of {str: array, CSR matrix, str or other}
        The workspace; what is no number is written as an empty cell.
    """
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            _variable(file, name, array)
    with open(path, "r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM")


CLASSES = {"float64": "double", "float32": "single", "bool": "logical"}


def _variable(file, name, array):
    """Write one variable."""
    if hasattr(array, "tocsc"):
        S = array.tocsc()
        group = file.create_group(name)
        group["data"], group["ir"], group["jc"] = S.data, S.indices.astype("u8"), S.indptr.astype("u8")
        group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = np.bytes_("double"), np.uint64(S.shape[0])
        return
    if isinstance(array, str):
        file[name] = np.array([[ord(letter)] for letter in array], "u2")
        file[name].attrs["MATLAB_class"] = np.bytes_("char")
        return
    array = np.atleast_2d(np.asarray(array))
    if array.dtype.kind not in "biufc":
        file[name] = np.zeros(2, "u8")
        file[name].attrs["MATLAB_class"], file[name].attrs["MATLAB_empty"] = np.bytes_("cell"), np.uint8(1)
        return
    _numbers(file, name, array)


def _numbers(file, name, array):
    """Write a numeric variable."""
    kind = "double" if array.dtype.kind == "c" else CLASSES.get(array.dtype.name, array.dtype.name)
    if array.dtype.kind == "c":
        array = array.astype(complex).view([("real", "f8"), ("imag", "f8")])
    stored = array.astype("u1") if kind == "logical" else array
    file[name] = stored.T if array.size else np.array(array.shape, "u8")
    file[name].attrs["MATLAB_class"] = np.bytes_(kind)
    if not array.size:
        file[name].attrs["MATLAB_empty"] = np.uint8(1)


def tables():
    """Text tables with and without a header, of all delimiters."""
    rows = [[f"{v!r}" for v in row] for row in X.tolist()]
    plain = ["\n".join(by.join(row) for row in rows) + "\n" for by in (",", ";", "\t", "  ")]
    named = 'a,b,c,d,label,"title, in words"\n' + "".join(
        ",".join(row) + f',{label},"cat {label}, or dog"\r\n' for row, label in zip(rows, LABELS)
    )
    ids = "".join(f"{label}\n" for label in LABELS)
    return [_whole(text.encode()) for text in [*plain, named, ids, "\ufeff" + plain[0]]]


def parquet():
    """Parquet tables with vectors, lists and words, in several compressions."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    table = pa.table(
        {
            "labels": LABELS,
            "X": list(X),
            "fixed": pa.array(list(X), pa.list_(pa.float64(), 4)),
            "seen": X[:, 0] > 3,
            "words": ["cat"] * 9,
        }
    )
    hows = [{"compression": how} for how in ("none", "snappy", "gzip", "zstd")] + [{"row_group_size": 4}]
    return [_whole(_written(lambda path, how=how: write_table(table, path, **how), ".parquet")) for how in hows]


def saved():
    """Data sets as `CrossModalDataset.save` writes them, whole, and with a mutated member under a right checksum."""
    from shallow_cmr import CrossModalDataset

    split = {"train_index": np.arange(6), "test_index": np.arange(6, 9)}
    told = {"texts": [f"cat {i}" for i in range(9)], "class_names": ["cat", "dog", "eel"]}
    plain = CrossModalDataset(X, X, LABELS, **split, thumbnails=[b"RIFF"] * 9, name="plain", **told)
    graded = np.eye(3, dtype=np.uint8)[LABELS]
    found = []
    for dataset in (plain, CrossModalDataset(X, S, graded, **split, groups=np.arange(9), name="sparse")):
        content = _written(dataset.save, ".npz")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
        found += [_whole(content), *((members[name], _archive_with(members, name)) for name in members)]
    return found


FORMATS = {"npy": npy, "npz": npz, "mat": matlab, "h5": hdf5, "csv": tables, "parquet": parquet, "saved": saved}
