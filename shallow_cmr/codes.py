"""Binary codes: bool arrays (n, n_bits), their packed forms and the Hamming distances between them.

Packed rows are ``uint8`` in the order of `numpy.packbits`, the layout that faiss's binary indexes take. For
arithmetic the same bytes are read as ``uint64`` words, padded with zero bits, which leave distances as they are.
"""

import numpy as np

__all__ = ["as_words", "check_codes", "hamming_distances", "pack", "unpack"]

_BLOCK_PAIRS = 2**20  # pairs of codes compared at once: 8 MB of xor-ed words


def check_codes(B, name="codes"):
    """Return codes as an array if they are codes.

    Parameters
    ----------
    B : array-like (n, n_bits)
        Bool, n_bits >= 1.
    name : str
        What the message of an error calls them.

    Returns
    -------
    bool array (n, n_bits)
        `B`, not copied.

    Raises
    ------
    ValueError
        If `B` is not two-dimensional or has no bits.
    TypeError
        If `B` is not boolean; the message says how to turn 0/1 and -1/+1 codes into booleans.

    Examples
    --------
    >>> check_codes([[1, 0]])
    Traceback (most recent call last):
        ...
    TypeError: codes has dtype int64, but codes are boolean arrays (n, n_bits); use codes.astype(bool) for 0/1 codes \
and codes > 0 for -1/+1 codes.
    """
    B = np.asarray(B)
    if B.dtype != bool:
        raise TypeError(
            f"{name} has dtype {B.dtype}, but codes are boolean arrays (n, n_bits); "
            f"use {name}.astype(bool) for 0/1 codes and {name} > 0 for -1/+1 codes."
        )
    if B.ndim != 2 or B.shape[1] == 0:
        raise ValueError(f"{name} has shape {B.shape}, but codes are boolean arrays (n, n_bits), n_bits >= 1.")
    return B


def pack(B):
    """Pack bool codes, eight bits a byte.

    Parameters
    ----------
    B : bool array (n, n_bits)
        Codes.

    Returns
    -------
    uint8 array (n, ceil(n_bits / 8))
        Rows with the first bit highest.

    Examples
    --------
    >>> import numpy as np
    >>> pack(np.array([[True, False, False, False, False, False, False, True, True]]))
    array([[129, 128]], dtype=uint8)
    """
    return np.packbits(check_codes(B), axis=1)


def unpack(packed, n_bits):
    """Return the codes that `pack` packed.

    Parameters
    ----------
    packed : uint8 array (n, ceil(n_bits / 8))
        Packed rows.
    n_bits : int
        The length of the codes.

    Returns
    -------
    bool array (n, n_bits)
        The codes.

    Raises
    ------
    ValueError
        If `packed` is not made of ``uint8`` rows as long as `n_bits` needs.

    Examples
    --------
    >>> import numpy as np
    >>> B = np.random.default_rng(0).random((3, 20)) > 0.5
    >>> bool((unpack(pack(B), 20) == B).all())
    True
    """
    packed = _check_packed(packed)
    if packed.shape[1] != -(-n_bits // 8):
        raise ValueError(
            f"packed codes have {packed.shape[1]} bytes a row, but n_bits={n_bits} needs {-(-n_bits // 8)}; "
            "give the n_bits that the codes had before packing."
        )
    return np.unpackbits(packed, axis=1, count=n_bits).view(bool)


def as_words(codes, dtype=np.uint64):
    """Return codes as unsigned words, padded with zero bits.

    Parameters
    ----------
    codes : bool array (n, n_bits) or uint8 array (n, n_bytes)
        Codes, or their packed rows.
    dtype : dtype
        Of the words: an unsigned integer type.

    Returns
    -------
    array (n, n_words)
        Of that type.

    Examples
    --------
    >>> import numpy as np
    >>> as_words(np.ones((2, 65), dtype=bool)).shape
    (2, 2)
    """
    packed = _check_packed(codes) if np.asarray(codes).dtype == np.uint8 else pack(codes)
    n_bytes = np.dtype(dtype).itemsize
    padded = np.zeros((len(packed), -(-packed.shape[1] // n_bytes) * n_bytes), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(dtype)


def hamming_distances(A, B):
    """Return the number of differing bits of each pair of codes.

    Parameters
    ----------
    A, B : array (n_a, n_bits), (n_b, n_bits)
        Bool codes, or both packed ``uint8`` rows.

    Returns
    -------
    array (n_a, n_b)
        In the smallest unsigned integers that hold the number of bits.

    Raises
    ------
    ValueError, TypeError
        If the codes are of different widths, or not codes.

    Notes
    -----
    Cost n_a * n_b * ceil(n_bits / 64) word operations; beyond the result only a block of 8 MB.

    Examples
    --------
    >>> import numpy as np
    >>> hamming_distances(np.eye(2, dtype=bool), np.array([[True, True], [True, False]]))
    array([[1, 0],
           [1, 2]], dtype=uint8)
    """
    A, B = np.asarray(A), np.asarray(B)
    A_words, B_words = as_words(A), as_words(B)
    check_same_width(A, B)
    n_bits = A.shape[1] * (8 if A.dtype == np.uint8 else 1)
    distances = np.empty((len(A), len(B)), dtype=np.min_scalar_type(n_bits))
    step = max(1, _BLOCK_PAIRS // max(len(B), 1))
    for start in range(0, len(A), step):
        rows = slice(start, start + step)
        distances[rows] = word_distances(A_words[rows, None, :], B_words[None, :, :], distances.dtype)
    return distances


def word_distances(A, B, dtype):
    """Return the differing bits of words A and B (..., n_words), broadcast, as `dtype`."""
    distances = np.bitwise_count(A[..., 0] ^ B[..., 0]).astype(dtype, copy=False)
    for word in range(1, A.shape[-1]):
        distances += np.bitwise_count(A[..., word] ^ B[..., word])
    return distances


def check_same_width(A, B, names=("A", "B")):
    """Raise if the codes A (n_a, n_bits) and B (n_b, n_bits) differ in width or in form."""
    if A.dtype != B.dtype:
        raise TypeError(f"{names[0]} is {A.dtype} and {names[1]} {B.dtype}; give both as bool codes or both packed.")
    if A.shape[1] != B.shape[1]:
        unit = "bytes" if A.dtype == np.uint8 else "bits"
        raise ValueError(
            f"{names[0]} has {A.shape[1]} {unit} and {names[1]} {B.shape[1]}; only codes of one width have a distance."
        )


def _check_packed(packed):
    """Return `packed` as an array if it holds packed rows (n, n_bytes)."""
    packed = np.asarray(packed)
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] == 0:
        raise ValueError(
            f"packed codes have dtype {packed.dtype} and shape {packed.shape}, but must be uint8 rows "
            "(n, n_bytes); make them with pack."
        )
    return packed
