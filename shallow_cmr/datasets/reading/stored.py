"""What a file says that it holds, before anything large is read."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault

__all__ = ["Stored", "fill", "in_own_type", "numeric_dtype", "words"]

BLOCK = 1 << 20
NUMERIC = {np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")}
WORDS = {
    "O": "pickled Python objects, which can run code",
    "U": "text",
    "S": "text",
    "V": "records",
    "c": "complex numbers",
    "f": "floats of more than 64 bits",
    "M": "dates",
    "m": "time spans",
}


@dataclass(frozen=True)
class Stored:
    """One array of a file, not read yet.

    Attributes
    ----------
    shape : tuple of int
        Its shape.
    what : str
        Its data type in NumPy's words, or in plain words what it is instead of numbers.
    nbytes : int
        Memory that the decoded array takes.
    load : callable or None
        Returns the array; None where it is not made of numbers.
    fault : Fault or None
        Why it must not be read.
    load_words : callable or None
        Returns the array of what is text in a known number of bytes, as NumPy keeps it; None of anything else.
    """

    shape: tuple
    what: str
    nbytes: int = 0
    load: Callable | None = None
    fault: Fault | None = None
    load_words: Callable | None = None


def numeric_dtype(dtype):
    """Return the data type in this machine's byte order, or None where it is not one of plain real numbers."""
    native = dtype.newbyteorder("=")
    return native if native in NUMERIC else None


def words(dtype):
    """Return in plain words what is not a plain real number."""
    return WORDS.get(dtype.kind, str(dtype))


def in_own_type(stored, dtype):
    """Return numbers in their variable's own data type; MATLAB may store them in a smaller one that holds them."""
    values = stored.astype(dtype, copy=False)
    if dtype.kind != "b" and stored.dtype.newbyteorder("=") != dtype and not (values == stored).all():
        raise Fault(f"numbers stored as {stored.dtype} do not fit into {dtype}")
    return values


def fill(stream, flat):
    """Fill a vector with the bytes of a stream; return whether there were enough of them."""
    view = memoryview(flat.view(np.uint8))
    done = 0
    while done < len(view):
        got = stream.readinto(view[done : done + BLOCK])
        if not got:
            return False
        done += got
    return True
