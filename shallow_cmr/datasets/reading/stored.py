"""What a file says that it holds, before anything large is read."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault

__all__ = ["Stored", "checked_shape", "numeric_dtype", "words"]

# Longest array of any format here, and NumPy's own limit in dimensions is 64.
MAX_DIMENSIONS = 32
NUMERIC = {np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")}
WORDS = {
    "O": "pickled Python objects, which can run code",
    "U": "text",
    "S": "text",
    "V": "records",
    "c": "complex numbers",
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
    """

    shape: tuple
    what: str
    nbytes: int = 0
    load: Callable | None = None
    fault: Fault | None = None


def numeric_dtype(dtype):
    """Return the data type in this machine's byte order, or None where it is not one of plain real numbers."""
    native = dtype.newbyteorder("=")
    return native if native in NUMERIC else None


def words(dtype):
    """Return in plain words what is not a plain real number."""
    return WORDS.get(dtype.kind, str(dtype))


def checked_shape(shape, itemsize):
    """Return the shape as a tuple and the bytes it takes, after a look at its sanity."""
    shape = tuple(int(n) for n in shape)
    if len(shape) > MAX_DIMENSIONS or any(n < 0 for n in shape):
        raise Fault(f"an array claims the shape {shape}"[:200])
    return shape, math.prod(shape) * itemsize
