"""Where a benchmark's files are, and what to do when they are not there."""

import os
from pathlib import Path

__all__ = ["data_files", "folder", "remedy"]

SUFFIXES = {".mat", ".npz", ".npy", ".h5", ".hdf5"}


def remedy(benchmark):
    """Return where to get the files and where to put them, in whole sentences."""
    return (
        f"{benchmark.obtain} See {benchmark.source}. Give the path of the file or of its folder, or put it into the "
        f"folder {benchmark.key} below the one that the environment variable SHALLOW_CMR_DATA names."
    )


def folder(benchmark, path=None):
    """Return the given path, or else the benchmark's folder below the one that the environment names.

    Raises
    ------
    FileNotFoundError
        Nothing is given, and the environment names no folder.
    """
    if path is not None:
        return Path(path)
    root = os.environ.get("SHALLOW_CMR_DATA")
    if not root:
        raise FileNotFoundError(f"no path is given, and SHALLOW_CMR_DATA is not set. {remedy(benchmark)}")
    return Path(root) / benchmark.key


def data_files(benchmark, path=None):
    """Return the data files at a path, in the order of their names: itself, or those of the folder.

    Raises
    ------
    FileNotFoundError
        There are none.
    """
    place = folder(benchmark, path)
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise FileNotFoundError(f"{place} does not exist. {remedy(benchmark)}")
    files = sorted(entry for entry in place.iterdir() if entry.suffix.lower() in SUFFIXES)
    if not files:
        raise FileNotFoundError(f"{place} holds no file of {', '.join(sorted(SUFFIXES))}. {remedy(benchmark)}")
    return files
