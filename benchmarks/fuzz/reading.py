"""Damage valid files in every way and read them: ``python benchmarks/fuzz/reading.py --cases 20000``.

A case is a seed file, mutated by its number alone, so that each can be made again (``--first N --keep FILE``). Its
outcome must be sound arrays within ``max_bytes``, or one of the four clear errors that name the file. Cases run in
a process with a limit on its memory, in which no case may open another file or take longer than ten seconds; a process
that dies has found a fault, and the next one goes on behind it.

HDF5 and Parquet are read in a process of their own, whose start takes most of the time. ``--direct`` leaves it out and
confines this process instead: there a crash of the library is what isolation is for, and each one is read again in the
usual way, which must end in a clear error.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
from mutations import mutated
from scipy.sparse import issparse
from seeds import FORMATS, seeds

from shallow_cmr import CrossModalDataset
from shallow_cmr.datasets.reading import list_arrays, read_arrays, read_words
from shallow_cmr.datasets.reading.fault import refusing
from shallow_cmr.datasets.reading.source import opened

MAX_BYTES = 1 << 22
# What reading a file of a few thousand bytes under that limit may take in all.
MEMORY = 1 << 27
SECONDS = 10
# Two processes are started for a file that is read in isolation.
SECONDS_ISOLATED = 60
CLEAR = (ValueError, TypeError, KeyError, OSError)
# What a ValueError says of the file: one of these.
REFUSALS = ("refused: ", " is no data set of this package, or is damaged", " is damaged: its digest is ")
DIRECT = {"h5": ["hdf5"], "parquet": ["parquet", "parquet_words"]}


def case(kind, number, found):
    """Return the damaged file of a case."""
    rng = random.Random(f"{kind} {number}")
    content, wrap = rng.choice(found)
    if rng.random() < 0.5:
        return wrap(mutated(rng, content, [other for other, _ in found]))
    return mutated(rng, wrap(content), [wrap(other) for other, wrap in found])


def outcome(path, read):
    """Return in a word what became of a file.

    Raises
    ------
    AssertionError
        The arrays are not sound, or the error is none that a reader can use.
    """
    try:
        arrays = read(path)
    except CLEAR as error:
        said = str(error)
        assert str(path) in said, f"the error does not name the file: {error!r}"
        assert "more memory than there is" not in said or path.suffix[1:] in DIRECT, said
        assert not isinstance(error, ValueError) or any(r in said for r in REFUSALS), f"not a refusal: {error!r}"
        return type(error).__name__
    for array in arrays.values():
        check(array)
    assert sum(nbytes(array) for array in arrays.values()) <= MAX_BYTES, "more than max_bytes"
    return "arrays"


def nbytes(array):
    """Return the memory of an array or a CSR matrix."""
    return sum(part.nbytes for part in (array.data, array.indices, array.indptr)) if issparse(array) else array.nbytes


def check(array):
    """Raise unless all numbers of the array can be reached."""
    if issparse(array):
        array.check_format(full_check=True)
        array = array.data
    assert array.dtype.kind in "biuf", array.dtype
    assert array.dtype.isnative, array.dtype
    assert len(array.tobytes()) == array.nbytes


def read_whole(path):
    """Return the arrays in the usual way; what the file is said to hold must agree."""
    arrays = read_arrays(path, max_bytes=MAX_BYTES)
    listed = list_arrays(path, max_bytes=MAX_BYTES)
    for name, array in arrays.items():
        assert listed[name][0] == array.shape, (name, listed[name], array.shape)
    if path.suffix in (".csv", ".npz", ".parquet"):
        for name, shape in ((name, shape) for name, (shape, what) in listed.items() if what == "text"):
            assert np.shape(read_words(path, name, max_bytes=MAX_BYTES)) == shape, name
    return arrays


def read_saved(path):
    """Return the features and labels of a saved data set."""
    dataset = CrossModalDataset.load(path)
    assert repr(dataset)
    return {"X": dataset.X, "y": dataset.y, "labels": dataset.labels}


def read_directly(modules):
    """Return the function that reads with modules of the room in this very process."""
    modules = [import_module(f"shallow_cmr.datasets.reading.{module}") for module in modules]
    for module in modules:
        module.prepare()

    def read(path):
        arrays = {}
        for module in modules:
            with opened(path, max_bytes=MAX_BYTES // 8) as source, refusing(path, "file"):
                found = module.catalogue(source)
                wanted = {name: s for name, s in found.items() if s.load and not s.fault and s.nbytes <= MAX_BYTES // 8}
                arrays |= {(module, name): stored.load() for name, stored in list(wanted.items())[:4]}
        return arrays

    return read


def confine(path):
    """Limit this process, and make it end when a file other than the case's is opened."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def watch(event, arguments):
        if event == "open" and str(arguments[0]) != str(path):
            sys.stderr.write(f"opened {arguments[0]!r}\n")
            os._exit(3)

    sys.addaudithook(watch)


def run(kind, first, cases, direct):
    """Run cases in this process: a line before each, and one with its outcome after it."""
    read = read_directly(DIRECT[kind]) if direct else read_saved if kind == "saved" else read_whole
    found = seeds(kind)
    path = Path(tempfile.mkdtemp()) / f"case.{kind}"
    for content, wrap in found[: None if direct or kind not in DIRECT else 1]:
        path.write_bytes(wrap(content))
        assert outcome(path, read) == "arrays"
    if direct or kind not in DIRECT:
        confine(path)
    seconds = SECONDS if direct or kind not in DIRECT else SECONDS_ISOLATED
    for number in range(first, first + cases):
        path.write_bytes(case(kind, number, found))
        print("case", number, flush=True)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        started = time.perf_counter()
        with warnings.catch_warnings(record=True, action="always") as warned:
            said = outcome(path, read)
        assert not warned, warned[0].message
        signal.setitimer(signal.ITIMER_REAL, 0)
        print("done", f"{time.perf_counter() - started:.2f}", said, flush=True)


def supervise(kind, first, cases, direct):
    """Run cases in other processes; return the outcomes, the slowest case in seconds, and the faults {number: what}."""
    outcomes, slowest, faults, end = Counter(), 0.0, {}, first + cases
    while first < end:
        arguments = ["--format", kind, "--first", str(first), "--cases", str(end - first), "--inside"]
        command = [sys.executable, __file__, *arguments, *["--direct"] * direct]
        with tempfile.TemporaryDirectory() as folder:
            answer = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"TMPDIR": folder})
        lines = [line.split() for line in answer.stdout.splitlines()]
        for _, seconds, said in (line for line in lines if line[0] == "done"):
            outcomes[said] += 1
            slowest = max(slowest, float(seconds))
        if answer.returncode == 0:
            break
        numbers = [int(line[1]) for line in lines if line[0] == "case"]
        if not numbers:
            sys.exit(f"{kind}: the seeds themselves cannot be read\n{answer.stderr}")
        faults[numbers[-1]] = (answer.stderr.strip().splitlines() or [f"ended with {answer.returncode}"])[-1]
        first = numbers[-1] + 1
    return outcomes, slowest, faults


def report(kind, first, cases, direct):
    """Run the cases of a format, say what came of them, and return how many faults there are."""
    outcomes, slowest, faults = supervise(kind, first, cases, direct)
    contained = {}
    if direct:
        contained, faults = faults, {}
        for number in contained:
            faults |= supervise(kind, number, 1, False)[2]
    counts = ", ".join(f"{n} {said}" for said, n in outcomes.most_common())
    crashes = f"; {len(contained)} crashes of the library" if direct else ""
    print(f"{kind:8} {cases} cases: {counts}{crashes}; slowest {slowest} s; {len(faults)} faults")
    for number, what in contained.items():
        print(f"    case {number} crashed the library ({what}), which was contained")
    for number, what in faults.items():
        print(f"    case {number}: {what}")
    return len(faults)


def main():
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", choices=FORMATS, help="one format instead of all")
    parser.add_argument("--cases", type=int, default=1000, help="cases a format (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (%(default)s)")
    parser.add_argument("--direct", action="store_true", help="read HDF5 and Parquet without isolation first")
    parser.add_argument("--keep", metavar="FILE", help="write the file of the first case and stop")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    kinds = [said.format] if said.format else list(FORMATS)
    if said.keep:
        Path(said.keep).write_bytes(case(kinds[0], said.first, seeds(kinds[0])))
    elif said.inside:
        run(kinds[0], said.first, said.cases, said.direct)
    else:
        sys.exit(min(1, sum(report(kind, said.first, said.cases, said.direct and kind in DIRECT) for kind in kinds)))


if __name__ == "__main__":
    main()
