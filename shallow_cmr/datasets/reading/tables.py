"""Tables of numbers as text, with comma, semicolon, tab or spaces between the cells.

A table without a header is one matrix, named as the file. One with a header is a vector a column, and columns of
words are left out. Each line must have as many cells as the first, and the last line must be ended: a writer that
was stopped half-way is found out.
"""

import csv
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.limits import check_words
from shallow_cmr.datasets.reading.source import Source
from shallow_cmr.datasets.reading.stored import Stored

__all__ = ["catalogue", "looks_like_text", "words"]

DELIMITERS = ";\t,"
BOM = b"\xef\xbb\xbf"
INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
NUMBER = re.compile(r"\s*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf|infinity)\s*", re.ASCII | re.IGNORECASE)
LONGEST_LINE = 1 << 24
# Beyond it a float64 does not hold every integer.
LARGEST_INTEGER = 2**53
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def looks_like_text(head):
    """Return whether the first bytes are those of a text."""
    return CONTROLS.isdisjoint(head)


def catalogue(source):
    """Return {stem: Stored} of a table without a header, {column: Stored} of one with a header."""
    table = _table(source)
    names, n = table.header, table.n_rows
    if names is None:
        shape, kind = (n, len(table.first)), _kind(table.first)
        return {source.path.stem: Stored(shape, kind, 8 * n * shape[1], lambda: _integers_as_such(table.rows, kind))}
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Fault(f"two of its columns are named {twice!r}", "Give each column its own name.")
    return {name: _column(table, j, name) for j, name in enumerate(names)}


def words(source, name):
    """Return a column of a table with a header as a list of words."""
    table = _table(source)
    check_words(table.n_rows, source.max_bytes)
    place, known, found = table.header.index(name), {}, []
    for number, raw in table.lines():
        if fault := table.line_fault(raw, number, numbers=False):
            raise fault
        word = _cells(raw, table.delimiter)[place].strip()
        found.append(known.setdefault(word, word))
    return found


def _column(table, j, name):
    """Return column ``j`` as `Stored`."""
    if not NUMBER.fullmatch(table.first[j]):
        return Stored((table.n_rows,), "text")
    kind = _kind(table.first[j : j + 1])
    return Stored(
        (table.n_rows,), kind, 8 * table.n_rows, lambda: _integers_as_such(np.array(table.rows[str(j)]), kind)
    )


def _kind(cells):
    """Return the data type that cells are written in."""
    return "int64" if all(INTEGER.fullmatch(cell) for cell in cells) else "float64"


def _integers_as_such(values, kind):
    """Return the float64 values as int64 where the first was written so and all can be."""
    if kind == "int64" and (abs(values) <= LARGEST_INTEGER).all() and (values == np.rint(values)).all():
        return values.astype(np.int64)
    return values


@dataclass(frozen=True)
class Table:
    """A text file whose lines were counted and whose first two were split."""

    source: Source
    delimiter: str | None
    header: list | None
    first: list
    begin: int
    n_rows: int

    @cached_property
    def rows(self):
        """All numbers: (n, d), or under a header a record a row, with one byte for what is text."""
        dtype = np.dtype(float)
        if self.header is not None:
            dtype = np.dtype([(str(j), "f8" if NUMBER.fullmatch(c) else "S1") for j, c in enumerate(self.first)])
        self._check_size(dtype.itemsize)
        self.source.file.seek(self.begin)
        try:
            rows = np.loadtxt(self.source.file, dtype, None, self.delimiter, encoding="utf-8", quotechar='"', ndmin=2)
        except ValueError as error:
            raise self._first_fault() or Fault(f"it is no table of numbers: {error}") from None
        if len(rows) != self.n_rows:
            raise Fault(f"{self.n_rows} lines hold {len(rows)} rows: a cell runs over several lines")
        return rows if self.header is None else rows[:, 0]

    def _check_size(self, itemsize):
        """Raise where all columns together are too large; none can be read alone."""
        most, needed = self.source.max_bytes, self.n_rows * itemsize * (1 if self.header else len(self.first))
        if needed > most:
            remedy = f"Give max_bytes={needed}, or save it as Parquet."
            raise Fault(f"its columns, read together, take {needed:,} bytes, more than max_bytes={most:,}", remedy)

    def lines(self):
        """Yield the number and the bytes of each line with cells, the header left out."""
        self.source.file.seek(0)
        position = 0
        for number, raw in enumerate(self.source.file, 1):
            begins, position = position, position + len(raw)
            if begins >= self.begin and raw.strip(b"\r\n" if self.delimiter else None):
                yield number, raw

    def _first_fault(self):
        """Return the Fault of the first line that is not as the others, None where there is none."""
        return next((fault for number, raw in self.lines() if (fault := self.line_fault(raw, number))), None)

    def line_fault(self, raw, number, numbers=True):
        """Return what is wrong with a line, or None; whether its numbers are some is left open unless asked for."""
        try:
            cells = _cells(raw, self.delimiter)
        except UnicodeDecodeError:
            return Fault(f"line {number} is not UTF-8 text", "Save it as UTF-8.")
        if len(cells) != len(self.first):
            return Fault(f"line {number} has {len(cells)} cells, the first row has {len(self.first)}")
        for j, (cell, pattern) in enumerate(zip(cells, self.first) if numbers else ()):
            if NUMBER.fullmatch(pattern) and not NUMBER.fullmatch(cell):
                return _no_number(number, j, cell, self.header)
        return None


def _no_number(line, j, cell, header):
    """Return the Fault of a cell that should be a number."""
    column = f"column {j + 1}" + (f" ({header[j]})" if header else "")
    if not cell.strip():
        return Fault(f"line {line}, {column}: the cell is empty", "Fill or drop this row, or write NaN.")
    return Fault(f"line {line}, {column}: {cell[:40]!r} is not a number", "Mend or drop this row.")


def _table(source):
    """Return the file as a `Table`, after a look at its first lines and a count of all."""
    lines, begin, n = [], [], 0
    source.file.seek(len(BOM) if source.head.startswith(BOM) else 0)
    position = source.file.tell()
    # A line is never read further than allowed: it may be as long as the file, and that full of holes.
    for raw in iter(lambda: source.file.readline(LONGEST_LINE + 1), b""):
        if len(raw) > LONGEST_LINE:
            raise Fault(f"a line of it is longer than {LONGEST_LINE:,} bytes", "Write a row on a line.")
        if raw.strip():
            n += 1
            if len(lines) < 2:
                lines.append(raw)
                begin.append(position)
        position += len(raw)
    if not lines:
        raise Fault("it holds nothing but empty lines")
    if not raw.endswith(b"\n"):
        raise Fault("its last line is not ended: it looks cut", "Download it again; if it is whole, end its last line.")
    return _with_header(source, lines, begin, n)


def _with_header(source, lines, begin, n):
    """Return the `Table` of n lines, of which the first two are given with their places in the file."""
    try:
        delimiter = _delimiter(lines[0].decode("utf-8"))
        first, *second = (_cells(line, delimiter) for line in lines)
    except UnicodeDecodeError:
        raise Fault("it is not UTF-8 text", "Save it as UTF-8.") from None
    if first == [str(j) for j in range(len(first))] and len(first) > 2:
        raise Fault("its first line counts 0, 1, 2 ...: column names or numbers?", "Write it with names or without.")
    words = [not NUMBER.fullmatch(cell) for cell in first]
    if not any(words):
        return Table(source, delimiter, None, first, begin[0], n)
    if not second or len(second[0]) != len(first):
        raise Fault("its first line is of words, and no row of as many cells follows", "Write a row of numbers a line.")
    if not any(word and NUMBER.fullmatch(cell) for word, cell in zip(words, second[0])):
        raise _no_number(1, words.index(True), first[words.index(True)], None)
    return Table(source, delimiter, [_checked_name(cell) for cell in first], second[0], begin[1], n - 1)


def _checked_name(cell):
    """Return the name of a column; what may be a number is none, so that no row is taken for a header."""
    if NUMBER.fullmatch(cell) or (cell.strip() and not any(letter.isalpha() for letter in cell)):
        raise Fault(
            f"its first line gives the names of its columns: {cell[:40]!r} is none", "Name all columns, or none."
        )
    return cell.strip()


def _delimiter(line):
    """Return what stands between the cells, None for spaces."""
    most = max(DELIMITERS, key=line.count)
    return most if most in line else None


def _cells(raw, delimiter):
    """Return the cells of a line."""
    line = raw.decode("utf-8").rstrip("\r\n")
    return line.split() if delimiter is None else next(csv.reader([line], delimiter=delimiter))
