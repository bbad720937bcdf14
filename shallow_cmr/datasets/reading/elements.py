"""The elements of a MATLAB version 5 file: a tag (type, bytes), content, padding; one may hold further ones.

Every length is held against what contains the element before anything is read. What a compressed element claims
is inflated no further than asked for.
"""

import struct
import zlib

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import LARGEST_RATIO
from shallow_cmr.datasets.reading.stored import in_own_type

__all__ = ["COMPRESSED", "INT32", "MATRIX", "NAMES", "UINT32", "Elements"]

INT8, INT32, UINT32, MATRIX, COMPRESSED, UTF8 = 1, 5, 6, 14, 15, 16
NAMES = {INT8, UTF8}
STORAGE = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
BLOCK = 1 << 20


class Elements:
    """The elements inside a container, one after the other.

    Parameters
    ----------
    stream : object with a method ``read(n)``
        Stands at the first element.
    left : int
        Bytes that the container holds.
    order : {"<", ">"}
        Byte order of the file.
    """

    def __init__(self, stream, left, order):
        self.stream, self.left, self.order = stream, left, order

    def take(self, n):
        """Return exactly n bytes."""
        if n > self.left:
            raise Fault("an element is longer than what holds it")
        self.left -= n
        content = self.stream.read(n)
        if len(content) != n:
            raise Fault("it is cut short")
        return content

    def integers(self, content):
        """Return the bytes as unsigned 32-bit integers."""
        return struct.unpack(f"{self.order}{len(content) // 4}I", content[: len(content) // 4 * 4])

    def tag(self):
        """Return type, length and, where it lies in the tag itself, the content of the next element."""
        tag = self.take(8)
        kind, length = self.integers(tag)
        if kind >> 16 == 0:
            return kind, length, None
        kind, length = kind & 0xFFFF, kind >> 16
        if length > 4:
            raise Fault("an element inside its tag claims more than four bytes")
        return kind, length, tag[4 : 4 + length]

    def small(self, kinds, limit):
        """Return the content of the next element, which must be of a known type and short."""
        kind, length, content = self.tag()
        if kind not in kinds or length > limit:
            raise Fault(f"an element of type {kind} and {length:,} bytes stands in the head of a variable")
        return self._content(length) if content is None else content

    def numbers(self, dtype, count=None, at_most=None):
        """Return the next element as a vector of the data type: exactly ``count`` numbers, or at most so many."""
        kind, length, content = self.tag()
        if kind not in STORAGE:
            raise Fault(f"an element of type {kind} stands where numbers should")
        # MATLAB calls the bytes of a logical sparse matrix doubles.
        as_bytes = dtype.kind == "b" and length == at_most
        stored = np.dtype("u1" if as_bytes else self.order + STORAGE[kind])
        n, rest = divmod(length, stored.itemsize)
        if rest or (n != count if at_most is None else n > at_most):
            raise Fault(f"a variable claims {count if at_most is None else at_most:,} numbers, but {n:,} are stored")
        content = self._content(length) if content is None else content
        return in_own_type(np.frombuffer(content, stored), dtype)

    def _content(self, length):
        """Return the content of an element and pass over its padding, which the last one may lack."""
        content = self.take(length)
        self.take(min(-length % 8, self.left))
        return content

    def inside(self, length):
        """Return the elements of the next container, which holds so many bytes."""
        if length > self.left:
            raise Fault("it is cut short")
        return Elements(self.stream, length, self.order)

    def inflated(self, length):
        """Return the elements inside the next, compressed container of so many bytes."""
        return Elements(Inflated(self.stream, length), LARGEST_RATIO * length, self.order)

    def finish(self):
        """Pass to the end; of a compressed container its checksum is compared."""
        while self.left:
            self.take(min(self.left, BLOCK))
        if isinstance(self.stream, Inflated):
            self.stream.finish()


class Inflated:
    """A compressed stretch of a file.

    Parameters
    ----------
    file : binary file
        Stands at the beginning.
    length : int
        Its bytes.
    """

    def __init__(self, file, length):
        self.file, self.left = file, length
        self.inflater = zlib.decompressobj()

    def read(self, n):
        """Return n inflated bytes, or those up to the end."""
        parts = []
        while n and not self.inflater.eof:
            compressed = self.inflater.unconsumed_tail or self._compressed()
            part = self.inflater.decompress(compressed, n)
            if not part and not compressed:
                break
            n -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _compressed(self):
        """Return the next compressed bytes."""
        content = self.file.read(min(BLOCK, self.left))
        self.left -= len(content)
        return content

    def finish(self):
        """Raise unless the end is reached; zlib compares the checksum there."""
        if self.read(1) or not self.inflater.eof or self.inflater.unused_data or self.left:
            raise Fault("a compressed variable is cut short, or longer than it claims")
