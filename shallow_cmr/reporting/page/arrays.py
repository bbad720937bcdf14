"""Arrays as text that a page can hold: base64 of little-endian numbers."""

from base64 import b64encode

import numpy as np

__all__ = ["packed", "packed_columns"]

_LARGEST = 2**19 - 1  # of signed whole numbers with 20 bits


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
    """Return a matrix with each column as 20-bit multiples of its own step: two and a half bytes an entry.

    Parameters
    ----------
    A : array (n, k)

    Returns
    -------
    dict
        ``rows``, ``columns``, ``steps`` (k numbers), and the whole numbers, base64: ``high``, two bytes each, and
        ``low``, their last four bits, two a byte. Times its column's step, 16 high + low is the value within 2**-20 of
        the largest of the column.

    Examples
    --------
    >>> packed_columns([[524287.0, 0.0], [-2.0, 0.0]])
    {'rows': 2, 'columns': 2, 'steps': [1.0, 0.0], 'high': '/38AAP//AAA=', 'low': '8OA='}
    """
    A = np.asarray(A, dtype=np.float64)
    steps = np.abs(A).max(axis=0, initial=0.0) / _LARGEST
    whole = np.rint(np.divide(A, steps, out=np.zeros_like(A), where=steps > 0)).astype(np.int32).ravel()
    low = np.append(whole & 15, 0)[: whole.size + whole.size % 2].reshape(-1, 2)
    return {
        "rows": A.shape[0],
        "columns": A.shape[1],
        "steps": steps.tolist(),
        "high": packed(whole >> 4, "i2"),
        "low": packed(low[:, 0] << 4 | low[:, 1], "u1"),
    }
