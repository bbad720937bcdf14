"""Files that hold their old content or all of the new one, never a part."""

import os
import re
import secrets
from contextlib import contextmanager
from pathlib import Path

__all__ = ["UNFINISHED", "open_atomically", "unfinished_name", "write_atomically"]

UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}\.shallow_cmr\.tmp")


def write_atomically(path, content):
    """Write text or bytes so that `path` holds either its old content or all of the new one.

    Parameters
    ----------
    path : str or path
    content : str or bytes

    Raises
    ------
    OSError
        The disk is full or the folder cannot be written; nothing is left behind.
    """
    with open_atomically(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def open_atomically(path):
    """Open a binary file that takes its place at `path` when the block ends; after an error the old one stays.

    Parameters
    ----------
    path : str or path

    Yields
    ------
    file
        Open for writing.

    Raises
    ------
    OSError
        As in `write_atomically`.
    """
    path = Path(path)
    unfinished = unfinished_name(path)
    try:
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def unfinished_name(path):
    """Return the name of a file until it is whole: hidden, new each time, and nobody else's; UNFINISHED knows it."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.shallow_cmr.tmp")
