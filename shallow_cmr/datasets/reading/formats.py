"""Which format a file is of: its first bytes say so, not its name."""

from importlib.util import find_spec

from shallow_cmr.datasets.reading import hdf5, matlab, npy, npz, parquet, tables
from shallow_cmr.datasets.reading.fault import refusal, refusing
from shallow_cmr.datasets.reading.isolation import Reader

__all__ = ["catalogue"]

# Suffixes of formats that have a signature: a file without it is not what it is called.
SIGNED = {
    ".npy": "NumPy array",
    ".npz": "NumPy archive",
    ".mat": "MATLAB file",
    ".h5": "HDF5 file",
    ".hdf5": "HDF5 file",
    ".parquet": "Parquet table",
}


def catalogue(source):
    """Return what a file of any format is, in words, and its {name: Stored}.

    Raises
    ------
    ValueError
        It is of no known format, or damaged.
    ImportError
        An extra is missing.
    """
    kind, read = _format(source)
    with refusing(source.path, kind):
        return kind, read(source)


def _isolated(source, module, package, extra):
    """Return the catalogue function of a module that works in another process, which is started here."""
    if find_spec(package) is None:
        raise ImportError(f"{source.path} needs {package}: pip install 'shallow_cmr[{extra}]'", name=package)
    return source.closing.enter_context(Reader(source, module)).catalogue


def _format(source):
    """Return what the file is, in words, and the function that reads its catalogue."""
    head = source.head
    if head.startswith(npy.MAGIC):
        return "NumPy array", npy.catalogue
    if head.startswith(npz.MAGICS):
        return "NumPy archive", npz.catalogue
    if hdf5.is_hdf5(head):
        return "HDF5 file", _isolated(source, "hdf5", "h5py", "fetch")
    if matlab.is_version_5(head):
        return "MATLAB file", matlab.catalogue
    if head.startswith(parquet.MAGIC):
        return "Parquet table", _isolated(source, "parquet", "pyarrow", "parquet")
    return _unsigned(source)


def _unsigned(source):
    """Return the same of a file without a signature: a text, or none of ours."""
    suffix, path = source.path.suffix.lower(), source.path
    text = tables.looks_like_text(source.head)
    if suffix in SIGNED:
        if suffix == ".mat" and matlab.is_version_4(source.head):
            raise refusal(path, "it is a MATLAB version 4 file", "Save it in MATLAB with -v7.")
        what = "is a text" if text else "begins otherwise"
        raise refusal(path, f"it is called {suffix} but {what}: no {SIGNED[suffix]}")
    if not text:
        known = ".npy, .npz, .mat, .h5, .parquet, .csv and .txt"
        raise refusal(path, "it is of no known format", f"Known are {known}, by their content.")
    return "table", tables.catalogue
