"""NumPy's ``.npy``: one array, with a header in Python's words that is read as a literal and never run."""

import ast
import math
import struct
import warnings
from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import checked_shape
from shallow_cmr.datasets.reading.stored import Stored, fill, numeric_dtype, words

__all__ = ["MAGIC", "Header", "catalogue", "read_array", "read_header", "stored_array"]

MAGIC = b"\x93NUMPY"
# NumPy's own limit; a header of one array takes 118 bytes.
MAX_HEADER = 10_000
KEYS = {"descr", "fortran_order", "shape"}
# Unicode's code points, without the surrogates, which are no characters.
LAST_CHARACTER, SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


@dataclass(frozen=True)
class Header:
    """What an ``.npy`` header says: data type, shape, order, and where the numbers begin."""

    dtype: np.dtype
    shape: tuple
    fortran_order: bool
    offset: int


def catalogue(source):
    """Return {stem: Stored} of an ``.npy`` file."""
    header = read_header(source.file, source.size)

    def load():
        source.file.seek(header.offset)
        return read_array(source.file, header)

    return {source.path.stem: stored_array(header, load)}


def stored_array(header, load):
    """Return what the header says as `Stored`."""
    nbytes = math.prod(header.shape) * header.dtype.itemsize
    if _is_text(header.dtype):
        return Stored(header.shape, words(header.dtype), nbytes, load_words=load)
    dtype = numeric_dtype(header.dtype)
    if dtype is None:
        return Stored(header.shape, words(header.dtype))
    return Stored(header.shape, str(dtype), nbytes, load)


def _is_text(dtype):
    """Whether a data type is text of at least one character."""
    return dtype.kind == "U" and dtype.itemsize > 0


def read_header(stream, length):
    """Return the header of an ``.npy`` stream.

    Parameters
    ----------
    stream : binary file
        Stands at the beginning.
    length : int
        Bytes of the whole: header and numbers.

    Raises
    ------
    Fault
        It is no header, or its shape does not take exactly the bytes that follow.
    """
    start = stream.read(8)
    if len(start) < 8 or not start.startswith(MAGIC) or start[6] not in (1, 2, 3) or start[7]:
        raise Fault("it does not begin as a NumPy array does")
    size = struct.Struct("<H" if start[6] == 1 else "<I")
    (n,) = size.unpack(_exactly(stream, size.size))
    if n > MAX_HEADER:
        raise Fault(f"its header claims {n:,} bytes")
    said = _literal(_exactly(stream, n))
    dtype = _dtype(said["descr"])
    shape, nbytes = checked_shape(said["shape"], dtype.itemsize)
    header = Header(dtype, shape, said["fortran_order"], 8 + size.size + n)
    if (_is_text(dtype) or numeric_dtype(dtype) is not None) and header.offset + nbytes != length:
        what = "text" if _is_text(dtype) else "numbers"
        raise Fault(f"its header claims {nbytes:,} bytes of {what}, but {length - header.offset:,} follow")
    return header


def _dtype(descr):
    """Return the data type of a header; all records are alike here, since none is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # names that NumPy itself has not written for long
            return np.dtype("V1" if isinstance(descr, list) else descr)
    except (TypeError, ValueError, Warning):
        raise Fault(f"its header names the unknown data type {descr[:40]!r}") from None


def _exactly(stream, n):
    """Return the next n bytes."""
    content = stream.read(n)
    if len(content) != n:
        raise Fault("it is cut short")
    return content


def _literal(text):
    """Return the header's dictionary, with keys and types that can be relied upon."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            said = ast.literal_eval(text.decode("utf-8"))
    except Exception:
        raise Fault("its header cannot be read") from None
    if not isinstance(said, dict) or said.keys() != KEYS or not isinstance(said["descr"], str | list):
        raise Fault("its header is not that of a NumPy array")
    if not isinstance(said["shape"], tuple) or any(type(n) is not int for n in said["shape"]):
        raise Fault("its header holds no shape")
    if not isinstance(said["fortran_order"], bool):
        raise Fault("its header does not say the order of the numbers")
    return said


def read_array(stream, header):
    """Return the array (native byte order) whose numbers or words the stream stands at."""
    flat = np.empty(math.prod(header.shape), header.dtype)
    if not fill(stream, flat):
        raise Fault("it is cut short")
    if not flat.dtype.isnative:
        flat = flat.byteswap(inplace=True).view(flat.dtype.newbyteorder("="))
    if _is_text(flat.dtype):
        _check_characters(flat.view(np.uint32))
    return flat.reshape(header.shape, order="F" if header.fortran_order else "C")


def _check_characters(codes):
    """Raise unless all numbers (n,) are characters of Unicode."""
    first, last = SURROGATES
    if ((codes > LAST_CHARACTER) | ((codes >= first) & (codes <= last))).any():
        raise Fault("its text holds numbers that are no characters")
