"""Reading in a process of its own, for the formats whose parsers are large libraries in C.

On damaged files these libraries crash: of the mutated files of ``benchmarks/fuzz``, 4 of 30,000 ended HDF5 2.0 in a
segmentation fault, and 16 of 30,000 ended pyarrow 26 in an uncaught C++ exception. Here that ends a process that holds
nothing, and whose memory and time are limited. It hands over a list of the arrays, then each array that is asked for,
as plain bytes.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Timer

import numpy as np
from scipy.sparse import csr_matrix

from shallow_cmr.datasets.reading.fault import Fault
from shallow_cmr.datasets.reading.stored import Stored, fill, numeric_dtype

__all__ = ["Reader"]

# Seconds until the first byte of an answer, and bytes a second that any disk gives.
PATIENCE = 120
SLOWEST = 5_000_000
LONGEST_LINE = 1 << 26
WORKER = ["-P", "-m", "shallow_cmr.datasets.reading.worker"]
ENVIRONMENT = {
    # HDF5 would look for filters in plug-in folders: code from elsewhere.
    "HDF5_PLUGIN_PRELOAD": "::",
    # The limit counts memory that is only reserved.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}


def _handed_over(source):
    """Return a name under which another process finds the file, and the descriptors it needs: the very file that was
    checked, whatever has its name by now, where the system can do so.
    """
    descriptor = source.file.fileno()
    name = f"/proc/self/fd/{descriptor}"
    return (name, [descriptor]) if os.path.exists(name) else (os.path.abspath(source.path), [])


class Reader:
    """The other process, to be entered before it is asked.

    Parameters
    ----------
    source : Source
        The file; the process must not outlive it.
    module : {"hdf5", "parquet", "parquet_words"}
        Module of this room with a function ``catalogue``.
    """

    def __init__(self, source, module):
        self.late = False
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        path, inherited = _handed_over(source)
        self.process = subprocess.Popen(
            [sys.executable, *WORKER, module, path, str(source.max_bytes)],
            pass_fds=inherited,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )

    def __enter__(self):
        if not self._in_time(self.process.stdout.readline):
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace").strip().splitlines()[-1:]
            self.__exit__()
            raise OSError(f"{sys.executable} could not start the process that reads such files: {said}")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def catalogue(self, _):
        """Return {name: Stored} of the file."""
        return {name: self._stored(name, **said) for name, said in self._answer()["arrays"].items()}

    def _stored(self, name, shape, what, nbytes, loads, fault):
        """Return what the process says of an array as `Stored`."""
        load = (lambda: self._load(name, nbytes)) if loads else None
        return Stored(tuple(shape), what, nbytes, load, Fault(*fault) if fault else None)

    def _answer(self, nbytes=0):
        """Return the next answer, after which so many bytes follow."""
        line = self._in_time(lambda: self.process.stdout.readline(LONGEST_LINE), nbytes)
        if len(line) == LONGEST_LINE:
            raise Fault("its list of arrays does not come to an end")
        if not line.endswith(b"\n"):
            raise self._gone()
        said = json.loads(line)
        if "fault" in said:
            raise Fault(*said["fault"])
        return said

    def _load(self, name, nbytes):
        """Return the array of a name, which takes so many bytes."""
        try:
            self.process.stdin.write(json.dumps(name).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None
        said = self._answer(nbytes)
        parts = [self._part(nbytes, **part) for part in said["parts"]]
        return csr_matrix(tuple(parts), shape=tuple(said["sparse"])) if said["sparse"] else parts[0]

    def _part(self, most, dtype, shape, order):
        """Return the next array, which may take so many bytes at most."""
        dtype = numeric_dtype(np.dtype(dtype))
        nbytes = math.prod(shape) * dtype.itemsize
        if nbytes > most:
            raise Fault("it takes more memory than it says")
        flat = np.empty(math.prod(shape), dtype)
        if not self._in_time(lambda: fill(self.process.stdout, flat), nbytes):
            raise self._gone()
        return flat.reshape(shape, order=order)

    def _in_time(self, read, nbytes=0):
        """Return what is read; the process is ended if that takes too long."""
        timer = Timer(PATIENCE + nbytes / SLOWEST, self._end)
        timer.start()
        try:
            return read()
        finally:
            timer.cancel()

    def _end(self):
        """End a process that is late."""
        self.late = True
        self.process.kill()

    def _gone(self):
        """Return the Fault of a file whose process ended before it answered."""
        if self.late:
            return Fault("reading it does not come to an end")
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        return Fault(f"the library that reads such files crashed on it ({self.process.returncode})")
