"""Files that are written whole or not at all, and what killed writers leave behind."""

import hashlib
import os
import platform
import re
import secrets
import time
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_writable", "open_atomically", "sweep", "write_atomically"]

_UNFINISHED = re.compile(r"\..+\.([0-9a-f]{8})\.([0-9]{1,7})\.[0-9a-f]{8}\.shallow_cmr\.tmp")
_ABANDONED_AFTER = 3600  # seconds without a write, for writers on other machines; a living one needs a few


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
    unfinished = _unfinished(path)
    try:
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def check_writable(folder):
    """Raise an OSError unless files can be made in this folder."""
    probe = _unfinished(folder / "probe")
    probe.touch(exist_ok=False)
    probe.unlink()


def _unfinished(path):
    """Return the name of a file until it is whole: hidden, new each time, and its writer's."""
    return path.with_name(f".{path.name}.{_machine()}.{os.getpid()}.{secrets.token_hex(4)}.shallow_cmr.tmp")


def _machine():
    """Return eight digits that stand for this machine."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def sweep(folder):
    """Delete unfinished files that no living writer can own, in this folder alone: those of killed processes."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # its writer was quicker
            if _is_abandoned(path):
                path.unlink()


def _is_abandoned(path):
    """Whether a file is unfinished and will stay so: its writer on this machine is dead, or it is old."""
    found = _UNFINISHED.fullmatch(path.name)
    if not found:
        return False
    machine, process = found.groups()
    is_dead = machine == _machine() and not _is_alive(int(process))
    return is_dead or time.time() - path.stat().st_mtime > _ABANDONED_AFTER


def _is_alive(process):
    """Whether a process of this number may run; where signals kill, nothing is asked."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True
