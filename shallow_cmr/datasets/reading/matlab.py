"""MATLAB's version 5 files (those of ``save``, ``-v6`` and ``-v7``): a header, then a variable an element.

Their elements are walked here and not by SciPy's compiled reader: it follows lengths that a damaged file claims.

References
----------
MAT-File Format, The MathWorks, https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
"""

import math
import struct
from dataclasses import dataclass

import numpy as np

from shallow_cmr.datasets.reading.elements import COMPRESSED, INT32, MATRIX, NAMES, UINT32, Elements
from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import MAX_DIMENSIONS, check_count, checked_shape
from shallow_cmr.datasets.reading.sparse import checked_csr, csr_nbytes
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["catalogue", "is_version_4", "is_version_5"]

HEADER = 128
NUMERIC = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
SPARSE, OPAQUE = 5, 17
OTHERS = {
    1: "a MATLAB cell",
    2: "a MATLAB struct",
    3: "a MATLAB object",
    4: "text",
    16: "a MATLAB function",
    OPAQUE: "a MATLAB object",
}
COMPLEX, LOGICAL = 0x08, 0x02
# MATLAB's own names have at most 63 characters.
MAX_NAME = 4096


def is_version_5(head):
    """Return whether the first bytes are those of a version 5 file."""
    return head[124:128] in (b"\x00\x01IM", b"\x01\x00MI")


def is_version_4(head):
    """Return whether the first bytes may be those of a version 4 file: type, rows, columns, complex, name length."""
    for order, kinds in ("<", range(0, 53)), (">", range(1000, 1053)):
        kind, rows, columns, is_complex, name = struct.unpack(f"{order}5i", head[:20].ljust(20, b"\xff"))
        if kind in kinds and rows >= 0 and columns >= 0 and is_complex in (0, 1) and 0 < name < 256:
            return True
    return False


@dataclass(frozen=True)
class Variable:
    """What the head of a variable says, and where it ends in the file."""

    name: str
    kind: int
    flags: int
    shape: tuple
    n_stored: int
    end: int

    @property
    def dtype(self):
        """NumPy's data type of a numeric variable."""
        return np.dtype("?" if self.flags & LOGICAL else NUMERIC.get(self.kind, "f8"))


def catalogue(source):
    """Return {name: Stored} of a version 5 file."""
    found, at = {}, HEADER
    while at < source.size:
        _, variable = _opened(source, at)
        if variable.name in found:
            raise Fault(f"it holds {variable.name!r} more than once")
        # The nameless one is MATLAB's store of function handles and objects.
        if variable.name:
            found[variable.name] = _stored(source, at, variable)
        check_count(len(found))
        at = variable.end
    return found


def _opened(source, at):
    """Return the elements of the variable at a place of the file, up to its numbers, and its `Variable`."""
    source.file.seek(at)
    order = "<" if source.head[126:128] == b"IM" else ">"
    elements = Elements(source.file, source.size - at, order)
    kind, length, _ = elements.tag()
    end = at + 8 + length
    inside = elements.inside(length)
    if kind == COMPRESSED:
        elements = inside.inflated(length)
        kind, length, _ = elements.tag()
        inside = elements.inside(length)
    if kind != MATRIX:
        raise Fault(f"an element of type {kind} stands where a variable should")
    return inside, _head(inside, end)


def _head(elements, end):
    """Return what the first elements of a variable say."""
    if not elements.left:
        return Variable("", 0, 0, (), 0, end)
    flags, n_stored = elements.integers(elements.small({UINT32}, 8).ljust(8, b"\0"))
    kind, shape = flags & 0xFF, ()
    if kind != OPAQUE:
        shape = np.frombuffer(elements.small({INT32, UINT32}, 4 * MAX_DIMENSIONS), f"{elements.order}i4")
        shape, _ = checked_shape(shape, 1)
        if len(shape) < 2:
            raise Fault("a variable has fewer than two dimensions")
    name = elements.small(NAMES, MAX_NAME).decode("utf-8")
    return Variable(name, kind, flags >> 8, shape, n_stored, end)


def _stored(source, at, variable):
    """Return a variable as `Stored`."""
    shape, dtype = variable.shape, variable.dtype
    if variable.kind in OTHERS:
        return Stored(shape, OTHERS[variable.kind])
    if variable.kind not in NUMERIC and variable.kind != SPARSE:
        raise Fault(f"{variable.name!r} is of the unknown class {variable.kind}")
    if variable.flags & COMPLEX:
        return Stored(shape, "complex numbers")
    if variable.kind == SPARSE:
        if len(shape) != 2:
            raise Fault(f"{variable.name!r} is sparse, but has {len(shape)} dimensions")
        nbytes = csr_nbytes(shape, variable.n_stored, variable.n_stored * dtype.itemsize)
        return Stored(shape, f"sparse {dtype}", nbytes, lambda: _sparse(source, at))
    return Stored(shape, str(dtype), math.prod(shape) * dtype.itemsize, lambda: _dense(source, at))


def _dense(source, at):
    """Return the array at a place of the file."""
    elements, variable = _opened(source, at)
    values = elements.numbers(variable.dtype, math.prod(variable.shape))
    elements.finish()
    return values.reshape(variable.shape, order="F")


def _sparse(source, at):
    """Return the sparse matrix at a place of the file; it may have spare room beyond its entries."""
    elements, variable = _opened(source, at)
    room = max(variable.n_stored, 1)
    indices = elements.numbers(np.dtype("i4"), at_most=room)
    indptr = elements.numbers(np.dtype("i4"), variable.shape[1] + 1)
    data = elements.numbers(variable.dtype, at_most=len(indices))
    elements.finish()
    return checked_csr("csc", data, indices[: len(data)], indptr, variable.shape)
