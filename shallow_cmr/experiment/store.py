"""The results folder: one JSON file a cell, written whole or not at all, and known to be unharmed when read."""

import hashlib
import json
import os
import secrets
from pathlib import Path

__all__ = ["ResultsFolder", "write_atomically"]


class ResultsFolder:
    """Finished cells below a folder; a run that was killed finds them again.

    Parameters
    ----------
    path : str or path

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from shallow_cmr.experiment import ResultsFolder
    >>> folder = ResultsFolder(mkdtemp()).prepare()
    >>> folder.write("abc", {"rows": []})
    >>> folder.read("abc"), folder.read("never written")
    ({'rows': []}, None)
    """

    def __init__(self, path):
        self.path = Path(path)
        self.cells = self.path / "cells"

    def prepare(self):
        """Create the folder, prove that it can be written, clear leftovers of killed writers; return self.

        Raises
        ------
        OSError
            Nothing can be written there. Called before anything is computed, so no work is lost.
        """
        try:
            self.cells.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, self.cells):
                write_atomically(folder / ".probe", "")
                (folder / ".probe").unlink()
        except OSError as error:
            reason = error.strerror or error
            raise OSError(f"cannot write to {self.path}: {reason}; choose another folder") from error
        for leftover in self.path.rglob("*.tmp"):
            leftover.unlink(missing_ok=True)
        return self

    def read(self, key):
        """Return the result stored under `key`, or None where it is missing, cut short or altered."""
        try:
            stored = json.loads((self.cells / f"{key}.json").read_text(encoding="utf-8"))
            return stored["result"] if stored["digest"] == _digest(stored["result"]) else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write(self, key, result):
        """Store the dict `result` under `key`."""
        text = json.dumps({"digest": _digest(result), "result": result}, sort_keys=True)
        write_atomically(self.cells / f"{key}.json", text)


def write_atomically(path, content):
    """Write text or bytes so that `path` holds either its old content or all of the new one.

    Parameters
    ----------
    path : path
    content : str or bytes

    Raises
    ------
    OSError
        The disk is full or the folder cannot be written; nothing is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(unfinished, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _digest(result):
    """Return the sha256 of a result's canonical JSON."""
    return hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()
