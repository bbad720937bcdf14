"""Opening a file from outside: a regular one, with the right digest, that is what its first bytes say."""

import hashlib
import os
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shallow_cmr.datasets.reading.fault import DOWNLOAD_AGAIN, refusal
from shallow_cmr.datasets.reading.limits import DEFAULT_MAX_BYTES, check_max_bytes

__all__ = ["Source", "opened"]

HEAD = 1024
PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--")
OTHERS = [
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first: gunzip."),
    (b"BZh", "compressed with bzip2", "Unpack it first: bunzip2."),
    (b"\xfd7zXZ\x00", "compressed with xz", "Unpack it first: unxz."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first: unzstd."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first: 7z x."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it first: unrar x."),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
    *((bytes([0x80, n]), "a Python pickle, which can run code", "Ask for it as .npz.") for n in range(2, 6)),
]
HEX_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Source:
    """An open file.

    Attributes
    ----------
    path : Path
        Its name.
    file : binary file
        Opened for reading.
    size : int
        Its bytes.
    head : bytes
        The first of them, at most 1,024.
    max_bytes : int
        Most memory that reading it may take.
    closing : ExitStack
        What must be closed with it.
    """

    path: Path
    file: BinaryIO
    size: int
    head: bytes
    max_bytes: int
    closing: ExitStack


@contextmanager
def opened(path, sha256=None, max_bytes=DEFAULT_MAX_BYTES):
    """Open a regular, non-empty file for reading, after a comparison with its digest if one is given.

    Parameters
    ----------
    path : path-like
        The file; a symbolic link to a file will do.
    sha256 : str or None
        The digest that its content must have, 64 hexadecimal digits.
    max_bytes : int
        Most memory that reading it may take.

    Yields
    ------
    Source

    Raises
    ------
    FileNotFoundError
        There is no such file.
    PermissionError
        It may not be read.
    ValueError
        It is not a regular file, it is empty, a web page or a placeholder, or its digest is another one.
    """
    check_max_bytes(max_bytes)
    path = Path(path)
    with _regular_file(path) as file, ExitStack() as closing:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise refusal(path, "it is empty")
        if sha256 is not None:
            _check_digest(path, file, sha256)
        file.seek(0)
        head = file.read(HEAD)
        file.seek(0)
        _check_head(path, head)
        yield Source(path, file, size, head, max_bytes, closing)


def _regular_file(path):
    """Return the file opened for reading; nothing that could block or have side effects is opened at all."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a device, pipe or socket"
            raise refusal(path, f"it is {what}, not a file", "Give the path of a data file.")
        return path.open("rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist. Check the path, or download the file.") from None
    except PermissionError:
        raise PermissionError(f"{path} may not be read. Change its permissions, or copy it.") from None
    except OSError as error:
        raise refusal(path, f"it cannot be opened ({error.strerror})", "Give the path of a data file.") from None


def _check_digest(path, file, sha256):
    """Raise unless the content has the digest."""
    expected = str(sha256).lower()
    if len(expected) != 64 or not HEX_DIGITS.issuperset(expected):
        raise ValueError(f"sha256={sha256!r} is not a digest; give 64 hexadecimal digits.")
    got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != expected:
        raise refusal(path, f"expected the sha256 {expected}, got {got}", DOWNLOAD_AGAIN)


def _check_head(path, head):
    """Raise where the first bytes are those of something else that often lies in a data file's place."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(PAGES):
        raise refusal(path, "it is an HTML page: the download failed")
    if text.startswith(b"version https://git-lfs.github.com/"):
        raise refusal(path, "it is a Git LFS pointer, not the file itself", "Run `git lfs pull` where it came from.")
    for magic, what, remedy in OTHERS:
        if head.startswith(magic):
            raise refusal(path, f"it is {what}", remedy)
