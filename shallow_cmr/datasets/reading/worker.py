"""The other side of `isolation`: reads one file, says what it holds, and hands over what is asked for.

Run as ``python -m shallow_cmr.datasets.reading.worker MODULE PATH MAX_BYTES``, with names as JSON strings on the
standard input, a line each. Answers are JSON, a line each; the bytes of arrays follow theirs.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
from scipy.sparse import issparse

from shallow_cmr.datasets.reading.fault import as_fault
from shallow_cmr.datasets.reading.source import opened

__all__ = ["confine", "main"]

KINDS = {"hdf5": "HDF5 file", "parquet": "Parquet table", "parquet_words": "Parquet table"}
# What libraries need for themselves, and how often an array may lie in memory on its way: inflated, converted, turned.
SPARE = 1 << 28
COPIES = 3


def main(module, path, max_bytes):
    """Answer until the standard input ends."""
    # Nothing that a library prints may mingle with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    reading = import_module(f"shallow_cmr.datasets.reading.{module}")
    # Before the process is confined: nothing can be imported afterwards.
    reading.prepare()
    _send(answers, {"ready": True})
    try:
        with opened(path, max_bytes=max_bytes) as source:
            confine(COPIES * max_bytes + SPARE)
            found = reading.catalogue(source)
            _send(answers, {"arrays": {name: _described(stored) for name, stored in found.items()}})
            for line in sys.stdin.buffer:
                _send_array(answers, found[json.loads(line)].load())
    except Exception as error:
        fault = as_fault(error, KINDS[module])
        _send(answers, {"fault": [fault.reason, fault.remedy]})


def confine(nbytes):
    """Let this process open no further file and take so many bytes more, where the system can be told so."""
    try:
        import resource
    except ImportError:
        return
    statm = Path("/proc/self/statm")
    if statm.exists():
        most = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + nbytes
        allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _described(stored):
    """Return a `Stored` in JSON's types."""
    fault = [stored.fault.reason, stored.fault.remedy] if stored.fault else None
    return {
        "shape": stored.shape,
        "what": stored.what,
        "nbytes": stored.nbytes,
        "loads": stored.load is not None,
        "fault": fault,
    }


def _send(answers, said):
    """Send an answer."""
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


def _send_array(answers, array):
    """Send an array or a CSR matrix."""
    sparse = array.shape if issparse(array) else None
    parts = [array.data, array.indices, array.indptr] if sparse else [array]
    orders = ["C" if part.flags.c_contiguous else "F" for part in parts]
    said = [{"dtype": p.dtype.str, "shape": p.shape, "order": order} for p, order in zip(parts, orders)]
    _send(answers, {"parts": said, "sparse": sparse})
    for part, order in zip(parts, orders):
        answers.write(part.ravel(order).view(np.uint8))
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
