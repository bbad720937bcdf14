"""What a dataset or a link of an HDF5 file is, and why it must not be read or followed."""

import math

import numpy as np

from shallow_cmr.datasets.reading.fault import DO_NOT_TRUST, Fault
from shallow_cmr.datasets.reading.limits import checked_shape
from shallow_cmr.datasets.reading.stored import Stored, numeric_dtype, words

__all__ = ["linked", "stored_dataset"]

# Those that come with h5py: gzip, shuffle, fletcher32, szip, nbit, scale-offset, LZF. Others are plug-ins.
FILTERS = {1, 2, 3, 4, 5, 6, 32000}


def linked(group, name):
    """Return what lies behind a link inside the file, or the `Stored` that says why it is not followed."""
    import h5py

    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        return Stored((), "a link to another file", fault=Fault(f"{name!r} is a link to another file", DO_NOT_TRUST))
    if isinstance(link, h5py.SoftLink):
        return Stored((), "a soft link", fault=Fault(f"{name!r} is a soft link", "Put what it names in its place."))
    return group[name]


def stored_dataset(dataset, name):
    """Return a dataset as `Stored`, with rows and columns as they lie in the file."""
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        return Stored((), "a data type")
    fault = _leads_out(dataset, name) or _foreign_filter(dataset, name)
    if fault:
        return Stored((), "refused", fault=fault)
    if dataset.shape is None:
        return Stored((), "nothing")
    dtype = numeric_dtype(dataset.dtype)
    if dtype is None:
        return Stored(dataset.shape, _words(dataset.dtype))
    shape, nbytes = checked_shape(dataset.shape, dtype.itemsize)
    return Stored(shape, str(dtype), nbytes, lambda: _values(dataset, dtype), _unwritten(dataset, name))


def _leads_out(dataset, name):
    """Return the Fault of a dataset whose numbers lie in other files, or None."""
    if dataset.external:
        return Fault(f"{name!r} keeps its numbers in another file", DO_NOT_TRUST)
    if dataset.is_virtual:
        return Fault(f"{name!r} is put together from other files", DO_NOT_TRUST)
    return None


def _foreign_filter(dataset, name):
    """Return the Fault of a dataset that only a plug-in could decode, or None."""
    created = dataset.id.get_create_plist()
    numbers = [created.get_filter(i)[0] for i in range(created.get_nfilters())]
    foreign = [number for number in numbers if number not in FILTERS]
    if foreign:
        return Fault(f"{name!r} is encoded by the filter {foreign[0]}", "Save it with gzip, or without compression.")
    return None


def _unwritten(dataset, name):
    """Return the Fault of a dataset that was written to in part or not at all: HDF5 gives zeros for the rest."""
    if not dataset.size:
        return None
    if not dataset.id.get_storage_size():
        return Fault(f"{name!r} was never written to")
    if dataset.chunks is not None:
        needed = math.prod(-(-n // chunk) for n, chunk in zip(dataset.shape, dataset.chunks))
        if (written := dataset.id.get_num_chunks()) < needed:
            return Fault(f"of {name!r} only {written:,} of {needed:,} chunks were written")
    return None


def _words(dtype):
    """Return in plain words what is not a plain real number."""
    import h5py

    if h5py.check_string_dtype(dtype) is not None:
        return "text"
    if h5py.check_ref_dtype(dtype) is not None:
        return "references to other objects"
    if h5py.check_vlen_dtype(dtype) is not None:
        return "rows of different lengths"
    if dtype.names == ("real", "imag"):
        return words(np.dtype(complex))
    return words(dtype)


def _values(dataset, dtype):
    """Return all values in native byte order."""
    values = np.empty(dataset.shape, dtype)
    if values.size:
        dataset.read_direct(values)
    return values
