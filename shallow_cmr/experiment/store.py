"""The results folder: one JSON file a cell, written whole or not at all, and known to be unharmed when read."""

import hashlib
import json
import re
from pathlib import Path

from shallow_cmr.atomic import check_writable, sweep, write_atomically

__all__ = ["ResultsFolder"]

PLAN = "run.json"
FORMAT = "shallow_cmr results"
VERSION = 3
_CELL_FILE = re.compile(r"[0-9a-f]{24}\.json")


class ResultsFolder:
    """Finished cells below a folder, and tracebacks of those that failed; a run that was killed finds them again.

    Parameters
    ----------
    path : str or path
        The folder; `prepare` makes it.

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
        self.tracebacks = self.path / "errors"

    def prepare(self):
        """Create the folder, prove that it can be written, clear leftovers of killed writers; return self.

        Returns
        -------
        ResultsFolder
            Itself.

        Raises
        ------
        ValueError
            The folder holds files, but no results: reports would overwrite what is not ours.
        OSError
            Nothing can be written there. Like the other called before anything is computed, so no work is lost.
        """
        foreign = self._foreign()
        if foreign:
            raise ValueError(
                f"{self.path} holds files (such as {foreign[0]}) but no results of shallow-cmr bench; "
                "choose a new or an empty folder"
            )
        try:
            self.cells.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, self.cells, self.tracebacks):
                if folder.is_dir():
                    check_writable(folder)
                    sweep(folder)
        except OSError as error:
            reason = error.strerror or error
            raise OSError(f"cannot write to {self.path}: {reason}; choose another folder") from error
        return self

    def _foreign(self):
        """Return names that we did not write, hidden ones apart, where no plan says that the folder is ours."""
        if self._is_planned():
            return []
        entries = [path for folder in (self.path, self.cells) for path in sorted(folder.glob("*"))]
        own = (self.cells, self.tracebacks)
        ours = (path in own or _CELL_FILE.fullmatch(path.name) or path.name.startswith(".") for path in entries)
        return [path.name for path, known in zip(entries, ours) if not known]

    def _is_planned(self):
        """Whether the folder holds a plan of any version."""
        plan = _read_json(self.path / PLAN)
        return isinstance(plan, dict) and plan.get("format") == FORMAT

    def read_plan(self):
        """Return what `write_plan` recorded.

        Returns
        -------
        dict
            The plan.

        Raises
        ------
        FileNotFoundError
            The folder holds no run.
        ValueError
            Another version wrote it, or it is not as it was written.
        """
        stored = _read_json(self.path / PLAN)
        if not self._is_planned():
            raise FileNotFoundError(f"{self.path} holds no results (no {PLAN} of ours); run `shallow-cmr bench` first")
        if stored.get("version") != VERSION:
            raise ValueError(f"another version of shallow_cmr wrote {self.path}; run the same bench on it again")
        if stored.get("digest") != _digest(stored.get("plan")):
            raise ValueError(
                f"{self.path / PLAN} was changed or damaged; run the same bench again: finished cells are kept"
            )
        return stored["plan"]

    def write_plan(self, plan):
        """Record what is to be run.

        Parameters
        ----------
        plan : dict
            Goes into a JSON file.
        """
        stored = {"format": FORMAT, "version": VERSION, "digest": _digest(plan), "plan": plan}
        write_atomically(self.path / PLAN, json.dumps(stored, indent=1))

    def read(self, key):
        """Return a stored result.

        Parameters
        ----------
        key : str
            The `Cell.key` that it was stored under.

        Returns
        -------
        dict or None
            None where it is missing, cut short or altered.
        """
        try:
            stored = _read_json(self.cells / f"{key}.json")
            return stored["result"] if stored["digest"] == _digest(stored["result"]) else None
        except (KeyError, TypeError):
            return None

    def write(self, key, result):
        """Store a result, whole or not at all.

        Parameters
        ----------
        key : str
            The `Cell.key` of its cell.
        result : dict
            Goes into a JSON file; an older one of this key is replaced.
        """
        text = json.dumps({"digest": _digest(result), "result": result}, separators=(",", ":"))
        write_atomically(self.cells / f"{key}.json", text)

    def write_traceback(self, name, text):
        """Keep a failure for people.

        Parameters
        ----------
        name : str
            Of the file, as `Cell.traceback_file` gives it.
        text : str or None
            What it says; None removes the file of an earlier failure.
        """
        if text is not None:
            self.tracebacks.mkdir(exist_ok=True)
            write_atomically(self.tracebacks / name, text)
        elif self.tracebacks.is_dir():
            (self.tracebacks / name).unlink(missing_ok=True)


def _read_json(path):
    """Return the content of a JSON file, None where there is no such file or it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None


def _digest(content):
    """Return the sha256 of the canonical JSON of a plan or a result."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
