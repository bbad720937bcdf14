"""HDF5 files and MATLAB's version 7.3, which is HDF5 with MATLAB's arrays turned round.

Nothing that leads out of the file is followed: external links and storage, virtual datasets, soft links.
"""

import math

import numpy as np

from shallow_cmr.datasets.reading.fault import DO_NOT_TRUST, Fault
from shallow_cmr.datasets.reading.sparse import checked_csr, csr_nbytes
from shallow_cmr.datasets.reading.stored import Stored, checked_shape, numeric_dtype, words

__all__ = ["catalogue", "is_hdf5"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MATLAB_TEXT = b"MATLAB 7.3 MAT-file"
# Those that come with h5py: gzip, shuffle, fletcher32, szip, nbit, scale-offset, LZF. Others are plug-ins.
FILTERS = {1, 2, 3, 4, 5, 6, 32000}
INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
NUMERIC_CLASSES = {"double", "single", "logical", *INTEGERS}
MAX_OBJECTS = 100_000


def is_hdf5(head):
    """Return whether the first bytes are those of an HDF5 file, with MATLAB's 512 bytes in front or without."""
    return head.startswith(SIGNATURE) or head[512:520] == SIGNATURE


def catalogue(source):
    """Return {name: Stored} of an HDF5 file; datasets in groups are named ``group/dataset``."""
    import h5py

    file = source.closing.enter_context(h5py.File(source.path, "r"))
    if source.head.startswith(MATLAB_TEXT):
        return {name: _matlab(file, name) for name in _links(file) if not name.startswith("#")}
    return {name: stored for name in _links(file, deep=True) if (stored := _plain(file, name)) is not None}


def _links(file, deep=False):
    """Return the names of the links in the root group, or in all groups."""
    if not deep:
        return list(file)
    names = []

    def add(name, link):
        names.append(name)
        return len(names) > MAX_OBJECTS or None

    file.visititems_links(add)
    if len(names) > MAX_OBJECTS:
        raise Fault(f"it holds more than {MAX_OBJECTS:,} objects")
    return names


def _linked(file, name):
    """Return the object of a link inside the file, or the `Stored` that says why it is not followed."""
    import h5py

    link = file.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        return Stored((), "a link to another file", fault=Fault(f"{name!r} is a link to another file", DO_NOT_TRUST))
    if isinstance(link, h5py.SoftLink):
        return Stored((), "a soft link", fault=Fault(f"{name!r} is a soft link", "Copy what it names in its place."))
    return file[name]


def _plain(file, name):
    """Return the dataset of a name as `Stored`, None for a group."""
    import h5py

    linked = _linked(file, name)
    if isinstance(linked, Stored):
        return linked
    if isinstance(linked, h5py.Group):
        return None
    return _dataset(linked, name) if isinstance(linked, h5py.Dataset) else Stored((), "a data type")


def _dataset(dataset, name):
    """Return a dataset as `Stored`, with rows and columns as they lie in the file."""
    what, fault = _obstacle(dataset, name)
    if fault is not None:
        return Stored((), what, fault=fault)
    if dataset.shape is None:
        return Stored((), "nothing")
    dtype = numeric_dtype(dataset.dtype)
    if dtype is None:
        return Stored(dataset.shape, _words(dataset))
    shape, nbytes = checked_shape(dataset.shape, dtype.itemsize)
    return Stored(shape, str(dtype), nbytes, lambda: _values(dataset, dtype), _chunk_fault(dataset, name, nbytes))


def _obstacle(dataset, name):
    """Return why the dataset must not be read, in a word and as a Fault, or (None, None)."""
    if dataset.external:
        return "external storage", Fault(f"{name!r} keeps its numbers in another file", DO_NOT_TRUST)
    if dataset.is_virtual:
        return "a virtual dataset", Fault(f"{name!r} is put together from other files", DO_NOT_TRUST)
    created = dataset.id.get_create_plist()
    filters = [created.get_filter(i)[0] for i in range(created.get_nfilters())]
    foreign = [number for number in filters if number not in FILTERS]
    if foreign:
        remedy = "Save it again with gzip or without compression."
        return "foreign compression", Fault(f"{name!r} is compressed by the foreign filter {foreign[0]}", remedy)
    return None, None


def _chunk_fault(dataset, name, nbytes):
    """Return the Fault of a dataset that was never written to, or whose chunks are larger than it could need."""
    if nbytes and not dataset.id.get_storage_size():
        return Fault(f"{name!r} was never written to")
    return None


def _words(dataset):
    """Return in plain words what a dataset holds that is not a plain real number."""
    import h5py

    if h5py.check_string_dtype(dataset.dtype) is not None:
        return "text"
    if h5py.check_ref_dtype(dataset.dtype) is not None:
        return "references to other objects"
    if h5py.check_vlen_dtype(dataset.dtype) is not None:
        return "rows of different lengths"
    return words(dataset.dtype)


def _values(dataset, dtype):
    """Return all values in native byte order."""
    values = np.empty(dataset.shape, dtype)
    if values.size:
        dataset.read_direct(values)
    return values


def _matlab(file, name):
    """Return a variable of a MATLAB 7.3 file as `Stored`, in MATLAB's orientation."""
    import h5py

    linked = _linked(file, name)
    if isinstance(linked, Stored):
        return linked
    if isinstance(linked, h5py.Group):
        if "MATLAB_sparse" in linked.attrs:
            return _sparse(linked, name)
        return Stored((), f"a MATLAB {_matlab_class(linked) or 'struct'}")
    kind = _matlab_class(linked)
    if kind and kind not in NUMERIC_CLASSES:
        return Stored(linked.shape or (), "text" if kind == "char" else f"a MATLAB {kind}")
    stored = _dataset(linked, name)
    if stored.load is None:
        return stored
    dtype = np.dtype("?") if kind == "logical" else np.dtype(stored.what)
    if "MATLAB_empty" in linked.attrs:
        shape = tuple(int(n) for n in linked[()].ravel()[:32])
        if math.prod(shape):
            raise Fault(f"{name!r} is marked as empty, but has the shape {shape}")
        return Stored(shape, str(dtype), 0, lambda: np.empty(shape, dtype))
    return Stored(stored.shape[::-1], str(dtype), stored.nbytes, lambda: _turned(stored, dtype), stored.fault)


def _matlab_class(linked):
    """Return the MATLAB class of a variable, "" where none is stated."""
    kind = linked.attrs.get("MATLAB_class", b"")
    return kind.decode("ascii") if isinstance(kind, bytes) else str(kind)


def _turned(stored, dtype):
    """Return the array with MATLAB's first dimension first."""
    return stored.load().astype(dtype, copy=False).T


def _sparse(group, name):
    """Return a MATLAB sparse matrix as `Stored`: compressed columns in the datasets data, ir and jc."""
    parts = {part: _dataset(group[part], f"{name}/{part}") for part in ("data", "ir", "jc") if part in group}
    if "jc" not in parts or any(len(stored.shape) != 1 for stored in parts.values()):
        raise Fault(f"{name!r} is marked as sparse, but lacks its parts")
    fault = next((stored.fault for stored in parts.values() if stored.fault), None)
    shape = checked_shape((int(group.attrs["MATLAB_sparse"]), parts["jc"].shape[0] - 1), 1)[0]
    dtype = np.dtype("?") if _matlab_class(group) == "logical" else np.dtype("f8")
    n_stored = parts["data"].shape[0] if "data" in parts else 0

    def load():
        empty = {"data": np.empty(0, dtype), "ir": np.empty(0, np.int64)}
        found = {part: stored.load() for part, stored in parts.items()}
        found = empty | found
        return checked_csr("csc", found["data"].astype(dtype, copy=False), found["ir"], found["jc"], shape)

    return Stored(shape, f"sparse {dtype}", csr_nbytes(shape, n_stored, dtype), load, fault)
