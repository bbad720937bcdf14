"""How much a file may ask for."""

import math
from numbers import Integral

from shallow_cmr.datasets.reading.fault import Fault

__all__ = [
    "DEFAULT_MAX_BYTES",
    "LARGEST_RATIO",
    "MAX_DIMENSIONS",
    "check_count",
    "check_max_bytes",
    "check_words",
    "checked_shape",
]

DEFAULT_MAX_BYTES = 4 * 2**30
MAX_ARRAYS = 100_000
MAX_DIMENSIONS = 32
BYTES_OF_A_WORD = 64
# NumPy counts in 64 bits.
LARGEST_DIMENSION = 2**63 - 1
# Deflate cannot do better: 258 bytes from two bits.
LARGEST_RATIO = 1032


def check_max_bytes(max_bytes):
    """Raise unless it is a number of bytes."""
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, Integral) or max_bytes < 1:
        raise ValueError(f"max_bytes={max_bytes!r} is not a positive integer; give the most memory in bytes.")


def check_count(n):
    """Raise where a file holds more arrays than any data set has."""
    if n > MAX_ARRAYS:
        raise Fault(f"it holds more than {MAX_ARRAYS:,} arrays", "Save matrices, not each row by itself.")


def check_words(n, max_bytes):
    """Raise where so many words take more memory than allowed, at 64 bytes a word."""
    if n * BYTES_OF_A_WORD > max_bytes:
        raise Fault(
            f"it has {n:,} rows, too many words for max_bytes={max_bytes:,}", f"Give max_bytes={n * BYTES_OF_A_WORD}."
        )


def checked_shape(shape, itemsize):
    """Return the shape as a tuple of int and the bytes it takes; Python's integers do not overflow."""
    shape = tuple(int(n) for n in shape)
    if len(shape) > MAX_DIMENSIONS or not all(0 <= n <= LARGEST_DIMENSION for n in shape):
        raise Fault(f"an array claims the shape {shape}"[:200])
    return shape, math.prod(shape) * itemsize
