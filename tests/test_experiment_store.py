"""The results folder: whole files or none, nothing left behind, nothing foreign touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_suite import small_suite

from shallow_cmr import atomic
from shallow_cmr.atomic import write_atomically
from shallow_cmr.experiment import MethodEntry, ResultsFolder, run_suite

pytestmark = pytest.mark.usefixtures("tiny")


def test_a_full_disk_leaves_the_old_file_and_no_leftovers(tmp_path, monkeypatch):
    file = tmp_path / "cell.json"
    write_atomically(file, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["cell.json"]
    assert file.read_text() == "old"


def names_below(folder):
    """Names of everything below a folder, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def leave_unfinished_files(folder, monkeypatch):
    """Let writes be cut off in the root of a results folder and among its cells; return what they leave."""

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", killed)
        patch.setattr(Path, "unlink", lambda *arguments, **options: None)
        for path in (folder / "results.csv", folder / "cells" / "x.json"):
            with pytest.raises(KeyboardInterrupt):
                write_atomically(path, "half")
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert len(left) == 2
    return left


@pytest.mark.parametrize(("age", "stays"), [(2, True), (7200, False)])
def test_unfinished_files_of_living_writers_are_swept_once_they_are_old(tmp_path, monkeypatch, age, stays):
    folder = ResultsFolder(tmp_path).prepare()
    left = leave_unfinished_files(tmp_path, monkeypatch)
    for path in left:
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    folder.prepare()
    assert [path.exists() for path in left] == [stays, stays]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX tells whether a process lives without killing it")
@pytest.mark.parametrize(("machine", "stays"), [("this", False), ("another", True)])
def test_unfinished_files_of_dead_writers_of_this_machine_are_swept_at_once(tmp_path, monkeypatch, machine, stays):
    folder = ResultsFolder(tmp_path).prepare()
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "getpid", lambda: int(done.stdout))
        if machine == "another":
            patch.setattr(atomic.platform, "node", lambda: "elsewhere")
        left = leave_unfinished_files(tmp_path, patch)
    folder.prepare()
    assert [path.exists() for path in left] == [stays, stays]


def test_nobody_elses_files_are_swept(tmp_path):
    run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1)
    (tmp_path / "mine").mkdir()
    own = [tmp_path / "cells" / "x.json.0f.tmp", tmp_path / "mine" / ".a.00000000.1.00000000.shallow_cmr.tmp"]
    own += [tmp_path / "notes.tmp", tmp_path / ".probe", tmp_path / "cells" / ".probe"]
    for path in own:
        path.write_text("mine")
        os.utime(path, (0, 0))
    ResultsFolder(tmp_path).prepare()
    assert [path.read_text() for path in own] == ["mine"] * len(own)


@pytest.mark.parametrize(
    "files", [["report.html"], ["cells/notes.txt"], ["run.json"], ["notes.tmp", "cells/x"]], ids=lambda names: names[0]
)
def test_a_folder_of_other_files_is_refused_before_any_fit(tmp_path, monkeypatch, files):
    def no_fit(*arguments, **options):
        raise AssertionError("a fit ran")

    monkeypatch.setattr("shallow_cmr.experiment.running.evaluate_queries", no_fit)
    (tmp_path / "cells").mkdir()
    for name in files:
        (tmp_path / name).write_text('{"cells": [], "methods": []}')
    before = names_below(tmp_path)
    with pytest.raises(ValueError, match=f"holds files .such as {files[0].split('/')[-1]}. but no results"):
        run_suite(small_suite(), tmp_path, n_jobs=1)
    assert names_below(tmp_path) == before


def test_files_follow_the_umask(tmp_path):
    old = os.umask(0o022)
    try:
        write_atomically(tmp_path / "shared.csv", "a\n")
    finally:
        os.umask(old)
    assert (tmp_path / "shared.csv").stat().st_mode & 0o777 == 0o644


def test_a_traceback_is_kept_under_its_name_until_there_is_none(tmp_path):
    folder = ResultsFolder(tmp_path).prepare()
    folder.write_traceback("CCA-1.txt", None)
    assert not (tmp_path / "errors").exists()
    folder.write_traceback("CCA-1.txt", "Traceback ...")
    assert (tmp_path / "errors" / "CCA-1.txt").read_text() == "Traceback ..."
    folder.write_traceback("CCA-1.txt", None)
    assert names_below(tmp_path / "errors") == []


def test_tracebacks_alone_make_no_foreign_folder(tmp_path):
    suite = small_suite(MethodEntry("CCA", sizes=(40,)), splits=(0,))
    run_suite(suite, tmp_path, n_jobs=1)
    (tmp_path / "run.json").unlink()
    run_suite(suite, tmp_path, n_jobs=1)
