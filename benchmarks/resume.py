"""Kill a benchmark with -9, go on, and see that it ends as if nothing had been: ``python benchmarks/resume.py``.

A suite of 60 cells is run once undisturbed. Then it is started in another folder and killed nine times at random
moments, by turns the process alone (its workers must end by themselves then) and all of its processes. What lies in the
folder is checked after each kill, and the same command goes on. The exit status is 0 if every kill met a running
benchmark, every cell is there at the end, no file was cut short, none was left behind, and the digest of the scores is
that of the undisturbed run. ``--kills`` and ``--seed`` change the game; it takes some two minutes on two free cores.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from shallow_cmr.experiment import ResultsFolder, load_results

SUITE = """
sizes = [8, 16, 24]
[[datasets]]
name = "openclipart"
splits = [0, 1, 2, 3, 4]
[[methods]]
name = "SePH"
[[methods]]
name = "KCCA"
[[methods]]
name = "CMFH"
[[methods]]
name = "CCA"
"""
N_CELLS = 60


def start(suite, folder):
    """Return the running benchmark, in a process group of its own."""
    command = [sys.executable, "-m", "shallow_cmr", "bench", str(suite), "--out", str(folder)]
    # Of what killed runs left to it, joblib's tracker tells at length while it clears it.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, start_new_session=True, **silent)


def finished_cells(folder):
    """Return the files of cells."""
    return list(folder.glob("cells/*.json"))


def state(folder):
    """Return the numbers of whole cells, of harmed ones, and of files that were never finished."""
    whole = [ResultsFolder(folder).read(file.stem) is not None for file in finished_cells(folder)]
    return sum(whole), len(whole) - sum(whole), len(list(folder.rglob("*.tmp")))


def run_undisturbed(suite, folder):
    """Run to the end; return the seconds until the first cell was there, and those of all cells after it."""
    begin, run = time.monotonic(), start(suite, folder)
    moments = []
    while run.poll() is None:
        if len(finished_cells(folder)) > len(moments):
            moments.append(time.monotonic() - begin)
        time.sleep(0.01)
    if run.returncode:
        sys.exit(f"the undisturbed run ended with status {run.returncode}")
    return moments[0], moments[-1] - moments[0]


def kill_after(n_cells, seconds, suite, folder, *, alone):
    """Start the benchmark, kill it so many seconds after its n-th new cell; return when that was, None if it had ended.

    With ``n_cells=0`` seconds count from the start.
    """
    before, begin, run = len(finished_cells(folder)), time.monotonic(), start(suite, folder)
    while run.poll() is None and len(finished_cells(folder)) < before + n_cells:
        time.sleep(0.005)
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        (os.kill if alone else os.killpg)(run.pid, signal.SIGKILL)
        run.wait()
        return time.monotonic() - begin
    return None


def main(arguments=None):
    """Play the game, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=9, help="how often (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the moments (default: another)")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as place:
        suite = Path(place) / "suite.toml"
        suite.write_text(SUITE)
        return play(suite, Path(place) / "undisturbed", Path(place) / "killed", options)


def play(suite, undisturbed, killed, options):
    """Compare a run that was killed with one that was not; return the exit status."""
    first, rest = run_undisturbed(suite, undisturbed)
    expected = load_results(undisturbed).digest
    print(f"undisturbed: first cell after {first:.1f} s, all {N_CELLS} after {first + rest:.1f} s; seed {options.seed}")
    print("kill   after  whose    cells  harmed  unfinished")
    chance, harmed_ever, late = random.Random(options.seed), 0, 0
    share = N_CELLS / (options.kills + 1)  # for each kill, so that the last finds something to do
    for number in range(1, options.kills + 1):
        # Cells come in bursts. After one that went beyond this kill's share it comes before any new cell.
        n_cells = max(0, int(chance.uniform(number - 1, number) * share) - len(finished_cells(killed)))
        seconds, alone = chance.uniform(0, rest / N_CELLS if n_cells else first), number % 2 == 1
        moment = kill_after(n_cells, seconds, suite, killed, alone=alone)
        late += moment is None
        whole, harmed, unfinished = state(killed)
        harmed_ever += harmed
        when, whose = "ended" if moment is None else f"{moment:.2f} s", "process" if alone else "group"
        print(f"{number:4}  {when:>7}  {whose:7}  {whole:5}  {harmed:6}  {unfinished:10}", flush=True)
    status = start(suite, killed).wait()
    whole, harmed, unfinished = state(killed)
    same = load_results(killed).digest == expected
    print(f"the end: {whole}/{N_CELLS} cells, {harmed} harmed, {unfinished} unfinished, status {status}")
    print(f"digest {expected[:16]}..., {'the same' if same else 'ANOTHER'} as undisturbed")
    if late:
        print(f"{late} of {options.kills} kills came too late: nothing was left to do")
    return 0 if (late, whole, harmed_ever + harmed, unfinished, status, same) == (0, N_CELLS, 0, 0, 0, True) else 1


if __name__ == "__main__":
    sys.exit(main())
