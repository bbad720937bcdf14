"""One name for the numbers of a data set."""

import hashlib

import numpy as np
from scipy.sparse import issparse

__all__ = ["digest_of"]


def digest_of(dataset):
    """Return the SHA-256 over features, labels and split; see `CrossModalDataset.digest`."""
    sha = hashlib.sha256()
    for name in ("X", "y", "labels", "train_index", "test_index"):
        part = getattr(dataset, name)
        arrays = [part.data, part.indices, part.indptr] if issparse(part) else [part]
        for array in arrays:
            # Width and byte order of integers differ between systems; their values do not.
            array = array.astype("<i8") if array.dtype.kind in "iub" else array.astype(array.dtype.newbyteorder("<"))
            sha.update(f"{name} {part.shape} {array.dtype.str} ".encode())
            sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
