"""Arrays as text that a page can hold: base64 of little-endian numbers."""

from base64 import b64encode

import numpy as np

__all__ = ["packed", "packed_columns"]

_LARGEST = 2**23 - 1  # of signed whole numbers with 24 bits


def packed(array, kind):
    """Return an array as base64 of its entries, row by row.

    Parameters
    ----------
    array : array-like
    kind : str
        numpy's name of the entries: ``"u2"``, ``"f4"`` ... They are written little end first.

    Returns
    -------
    str

    Examples
    --------
    >>> packed([1, 256], "u2")
    'AQAAAQ=='
    """
    return b64encode(np.ascontiguousarray(array, dtype=f"<{kind}").tobytes()).decode("ascii")


def packed_columns(A):
    """Return a matrix with each column as 24-bit multiples of its own step: three bytes an entry.

    Parameters
    ----------
    A : array (n, k)

    Returns
    -------
    dict
        ``rows``, ``columns``, ``steps`` (k numbers) and ``entries`` (base64): entry times step is the value, within
        2**-24 of the largest in its column.

    Examples
    --------
    >>> packed_columns([[8388607.0, 0.0], [-2.0, 0.0]])
    {'rows': 2, 'columns': 2, 'steps': [1.0, 0.0], 'entries': '//9/AAAA/v//AAAA'}
    """
    A = np.asarray(A, dtype=np.float64)
    steps = np.abs(A).max(axis=0, initial=0.0) / _LARGEST
    entries = np.rint(np.divide(A, steps, out=np.zeros_like(A), where=steps > 0)).astype("<i4")
    three = np.ascontiguousarray(entries).view(np.uint8).reshape(-1, 4)[:, :3]
    return {
        "rows": A.shape[0],
        "columns": A.shape[1],
        "steps": steps.tolist(),
        "entries": b64encode(three.tobytes()).decode("ascii"),
    }
