"""Files of an index: an uncompressed ``.npz`` of plain arrays, read only when it is whole and what it says it is."""

import hashlib
import io
import json
import os
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from shallow_cmr.atomic import open_atomically

__all__ = ["read_index", "write_index"]

_FORMAT = "shallow_cmr index 1"
_KINDS = {"codes": np.uint8, "embeddings": np.int32}


def write_index(path, about, arrays):
    """Write the dict `about`, of JSON values, and the arrays {"rows", "probe"}; an old file is replaced by a whole one.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    about = {"format": _FORMAT, **about, "sha256": {name: _digest(array) for name, array in arrays.items()}}
    text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    with open_atomically(path) as file:
        np.savez(file, about=text, **arrays)


def read_index(path):
    """Return what `write_index` wrote: the dict `about` and the arrays {"rows", "probe"}.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is cut, damaged, made to fill the memory, or no index.
    """
    with open(path, "rb") as file:
        try:
            arrays = _members(file)
            about = json.loads(arrays.pop("about").tobytes())
            _check(about, arrays)
        except (BadZipFile, EOFError, OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path} is no index of this package, or is cut or damaged ({error}); index the items anew and save."
            ) from error
    return about, arrays


def _members(file):
    """Return the arrays of an open archive by name."""
    size = file.seek(0, os.SEEK_END)
    with ZipFile(file) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        if sorted(infos) != ["about.npy", "probe.npy", "rows.npy"]:
            raise ValueError(f"it holds {', '.join(sorted(infos)[:5]) or 'nothing'}")
        for name, info in infos.items():
            # Stored as they are: what is read can never be larger than the file.
            if info.compress_type != ZIP_STORED or info.file_size > size:
                raise ValueError(f"refused: {name} is compressed, or larger than the file")
        return {name.removesuffix(".npy"): _array(archive.read(info)) for name, info in infos.items()}


def _array(content):
    """Return the array of the bytes of an ``.npy`` file; no pickle, and no memory before the sizes agree."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array of another format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    data = memoryview(content)[stream.tell() :]
    if dtype.hasobject or fortran or len(data) != dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise ValueError(f"refused: an array that says it is {dtype} {shape} in {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(shape)


def _check(about, arrays):
    """Raise unless the arrays are those that were written, and of the shape that `about` tells."""
    if about["format"] != _FORMAT:
        raise ValueError(f"format {about['format']!r}, expected {_FORMAT!r}")
    for name, array in arrays.items():
        if _digest(array) != about["sha256"][name]:
            raise ValueError(f"the digest of {name} is another one")
    kind, width, rows = about["kind"], about["width"], arrays["rows"]
    columns = -(-width // 8) if kind == "codes" else width
    if kind not in _KINDS or rows.dtype != _KINDS[kind] or rows.ndim != 2 or rows.shape[1] != columns:
        raise ValueError(f"{kind} of width {width} cannot be {rows.dtype} {rows.shape}")
    if about["indexed"] not in ("images", "texts", "pairs") or not isinstance(about["estimator"], str):
        raise ValueError("it does not say what is indexed")


def _digest(array):
    """Return the sha256 of an array's type, shape and content."""
    sha = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
