"""HDF5 files. Nothing that leads out of one is followed: links, external storage, virtual datasets.

This module, `hdf5_objects` and `matlab73` read in the process of `worker` only.
"""

from shallow_cmr.datasets.reading import matlab73
from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.hdf5_objects import linked, stored_dataset
from shallow_cmr.datasets.reading.limits import MAX_ARRAYS, check_count
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["catalogue", "is_hdf5", "prepare"]

# Each name is looked up from the root: listing a chain of 5,000 groups takes more than two minutes.
MAX_DEPTH = 100
SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_hdf5(head):
    """Return whether the first bytes are those of an HDF5 file, with MATLAB's 512 bytes in front or without."""
    return head.startswith(SIGNATURE) or head[512:520] == SIGNATURE


def prepare():
    """Import what reads such files."""
    import h5py  # noqa: F401


def catalogue(source):
    """Return {name: Stored} of an HDF5 file; datasets in groups are named ``group/dataset``."""
    import h5py

    file = source.closing.enter_context(h5py.File(source.file, "r"))
    if matlab73.is_version_7_3(source.head):
        return matlab73.catalogue(file)
    found = {name: linked(file, name) for name in _all_links(file)}
    return {
        name: thing if isinstance(thing, Stored) else stored_dataset(thing, name)
        for name, thing in found.items()
        if not isinstance(thing, h5py.Group)
    }


def _all_links(file):
    """Return the names of the links in all groups; HDF5 itself enters a group once, however it is reached."""
    names = []

    def add(name, _):
        names.append(name)
        return True if len(names) > MAX_ARRAYS or name.count("/") > MAX_DEPTH else None

    file.visititems_links(add)
    check_count(len(names))
    if names and names[-1].count("/") > MAX_DEPTH:
        raise Fault(f"its groups lie in one another more than {MAX_DEPTH} deep", "Save the arrays in one group.")
    return names
