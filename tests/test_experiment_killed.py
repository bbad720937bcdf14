"""Runs that are killed or interrupted: what they leave is whole, and the same command goes on to the same end."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from shallow_cmr.experiment import ResultsFolder, load_results, read_suite, run_suite

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
SUITE = """
sizes = [2, 4, 6]
[[datasets]]
name = "openclipart"
splits = [0, 1]
[[methods]]
name = "KCCA"
[[methods]]
name = "CMFH"
[[methods]]
name = "CCA"
"""


@pytest.fixture
def suite(tmp_path):
    """Path of a suite of 18 cells."""
    path = tmp_path / "suite.toml"
    path.write_text(SUITE)
    return path


def cells(folder):
    """Files of finished cells."""
    return list((folder / "cells").glob("*.json"))


def wait_for_cells(run, folder, n):
    """Wait until so many cells are finished."""
    end = time.monotonic() + 60
    while len(cells(folder)) < n:
        assert run.poll() is None, "the run ended too early"
        assert time.monotonic() < end, f"{len(cells(folder))} of {n} cells after a minute"
        time.sleep(0.005)


def test_a_run_that_is_killed_again_and_again_ends_as_if_nothing_had_been(suite, tmp_path):
    expected = run_suite(read_suite(suite), tmp_path / "undisturbed", n_jobs=1)
    folder, chance = tmp_path / "killed", random.Random(time.time_ns())
    code = "import sys; from shallow_cmr.experiment import *; run_suite(read_suite(sys.argv[1]), sys.argv[2], n_jobs=1)"
    for kill in range(1, 4):
        run = subprocess.Popen([sys.executable, "-c", code, suite, folder])
        wait_for_cells(run, folder, 4 * kill)
        time.sleep(chance.uniform(0, 0.05))
        run.kill()
        run.wait()
        assert all(ResultsFolder(folder).read(file.stem) is not None for file in cells(folder))
    kept = {file: file.stat().st_mtime_ns for file in cells(folder)}
    results = run_suite(read_suite(suite), folder, n_jobs=1)
    assert results.digest == expected.digest
    assert len(cells(folder)) == 18
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert list(folder.rglob("*.tmp")) == []


def test_an_interrupted_benchmark_says_how_to_go_on_and_leaves_whole_cells(suite, tmp_path):
    folder = tmp_path / "out"
    # A shell that puts the tests into the background has them ignore interrupts, and their children after them.
    heeding = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from shallow_cmr.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", heeding, "bench", suite, "--out", folder, "--n-jobs", "2"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen(command, start_new_session=True, **pipes)
    wait_for_cells(run, folder, 2)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert told == f"\nInterrupted. Finished cells are kept in {folder}: the same command goes on.\n"
    found = cells(folder)
    assert 2 <= len(found) < 18
    assert all(ResultsFolder(folder).read(file.stem) is not None for file in found)
    assert list(folder.rglob("*.tmp")) == []
    assert len([row for row in load_results(folder).failures if "not computed yet" in row["error"]]) == 18 - len(found)


def test_workers_end_soon_after_a_killed_process():
    code = (
        "import os, sys, time\n"
        "from shallow_cmr.experiment.orphans import end_with_parent\n"
        "parent = os.getpid()\n"
        "if os.fork() == 0:\n"
        "    end_with_parent(parent)\n"
        "    print(os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    run.stdout.readline()
    run.kill()
    run.wait()
    assert run.stdout.read() == b""  # which ends when the last process that could write has gone
    run.stdout.close()
