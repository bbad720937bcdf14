"""MATLAB's version 7.3: HDF5 with MATLAB's arrays turned round, and its classes in attributes."""

import math
from dataclasses import replace

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.hdf5_objects import linked, stored_dataset
from shallow_cmr.datasets.reading.limits import MAX_DIMENSIONS, check_count, checked_shape
from shallow_cmr.datasets.reading.sparse import checked_csr, csr_nbytes
from shallow_cmr.datasets.reading.stored import Stored, in_own_type

__all__ = ["catalogue", "is_version_7_3"]

VERSION = (b"\x00\x02IM", b"\x02\x00MI")
INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
NUMERIC = {"double": "float64", "single": "float32", "logical": "bool", **dict(zip(INTEGERS, INTEGERS))}


def is_version_7_3(head):
    """Return whether an HDF5 file says in its first 512 bytes that MATLAB wrote it; early ones call themselves 7.0."""
    return head[124:128] in VERSION


def catalogue(file):
    """Return {name: Stored} of the variables of an open HDF5 file; those with # are MATLAB's own store."""
    names = [name for name in file if not name.startswith("#")]
    check_count(len(names))
    return {name: _variable(linked(file, name), name) for name in names}


def _variable(thing, name):
    """Return a variable as `Stored`, in MATLAB's orientation."""
    import h5py

    if isinstance(thing, Stored):
        return thing
    kind = _class(thing)
    if isinstance(thing, h5py.Group):
        return _sparse(thing, name) if "MATLAB_sparse" in thing.attrs else Stored((), f"a MATLAB {kind or 'struct'}")
    stored = stored_dataset(thing, name)
    if kind and kind not in NUMERIC:
        return Stored(stored.shape[::-1], "text" if kind == "char" else f"a MATLAB {kind}")
    if stored.load is None:
        return replace(stored, shape=stored.shape[::-1])
    dtype = np.dtype(NUMERIC.get(kind, stored.what))
    if thing.attrs.get("MATLAB_empty"):
        return _empty(stored, dtype, name)
    nbytes = math.prod(stored.shape) * dtype.itemsize
    return Stored(stored.shape[::-1], str(dtype), nbytes, lambda: in_own_type(stored.load(), dtype).T, stored.fault)


def _class(thing):
    """Return the MATLAB class of a variable, an empty text where none is stated."""
    kind = thing.attrs.get("MATLAB_class", b"")
    return kind.decode("ascii") if isinstance(kind, bytes) else str(kind)


def _empty(stored, dtype, name):
    """Return an empty variable as `Stored`: MATLAB stores the shape as its content."""
    content = stored.load() if stored.nbytes <= 8 * MAX_DIMENSIONS else [1]
    shape, size = checked_shape(content, 1)
    if size:
        raise Fault(f"{name!r} is marked as empty, but has the shape {shape}")
    return Stored(shape, str(dtype), 0, lambda: np.empty(shape, dtype))


def _sparse(group, name):
    """Return a sparse variable as `Stored`: compressed columns in the datasets data, ir and jc."""
    parts = {part: linked(group, part) for part in ("jc", "ir", "data") if part in group}
    parts = {part: p if isinstance(p, Stored) else stored_dataset(p, f"{name}/{part}") for part, p in parts.items()}
    if fault := next((part.fault for part in parts.values() if part.fault), None):
        return Stored((), "refused", fault=fault)
    if "jc" not in parts or any(len(part.shape) != 1 for part in parts.values()):
        raise Fault(f"{name!r} is marked as sparse, but lacks its parts")
    if any(part.load is None for part in parts.values()):
        return Stored((), f"sparse {next(part.what for part in parts.values() if part.load is None)}")
    shape, _ = checked_shape((np.asarray(group.attrs["MATLAB_sparse"]).item(), parts["jc"].shape[0] - 1), 1)
    dtype = np.dtype(NUMERIC.get(_class(group), "float64"))
    nbytes = csr_nbytes(shape, *_stored_bytes(parts, dtype))
    return Stored(shape, f"sparse {dtype}", nbytes, lambda: _compressed(parts, dtype, shape))


def _stored_bytes(parts, dtype):
    """Return how many entries a sparse variable has, and their bytes."""
    n = max((math.prod(parts[part].shape) for part in ("ir", "data") if part in parts), default=0)
    return n, n * dtype.itemsize


def _compressed(parts, dtype, shape):
    """Return the sparse matrix; MATLAB leaves out ir and data where there is no entry."""
    data = in_own_type(parts["data"].load(), dtype) if "data" in parts else np.empty(0, dtype)
    rows = parts["ir"].load() if "ir" in parts else np.empty(0, np.int64)
    return checked_csr("csc", data, rows, parts["jc"].load(), shape)
