"""The inner loops, compiled by numba, which the extra ``fast`` installs; plain Python, and useless, without."""

import numpy as np

try:
    import numba
except ImportError:
    numba = None

__all__ = ["count_pairs", "sort_rows"]

_DIGIT_BITS = 11  # of the radix sort: counts of 2048 digits stay in the fastest cache
_N_HISTOGRAMS = 4  # interleaved: neighbours that fall into one cell do not wait for each other


def compiled(function):
    """Compile a function that lets other threads run, and keep the result on disk if there is a place for it."""
    if numba is None:
        return function
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's cache can be written to
        return numba.njit(nogil=True)(function)


@compiled
def popcount(word):
    """Return the bits set in a word of 64; compilers know this form and replace it by one instruction."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def count_pairs(query_words, database_words, keys, counts):
    """Add the distances to `keys` (n_rows, n), and to `counts` (n_rows, n_cells) the number of items at each key.

    Codes are words (n_rows, n_words) and (n_words, n); two phases, as only the first can use vector instructions.
    """
    histograms = np.zeros((_N_HISTOGRAMS, counts.shape[1]), dtype=np.int64)
    n, n_whole = keys.shape[1], keys.shape[1] - keys.shape[1] % _N_HISTOGRAMS
    for row in range(len(keys)):
        key = keys[row]
        for word in range(len(database_words)):
            for i in range(n):
                key[i] += key.dtype.type(popcount(database_words[word, i] ^ query_words[row, word]))
        histograms[:] = 0
        for i in range(0, n_whole, _N_HISTOGRAMS):
            for j in range(_N_HISTOGRAMS):
                histograms[j, key[i + j]] += 1
        for i in range(n_whole, n):
            histograms[0, key[i]] += 1
        counts[row] += histograms.sum(axis=0)


@compiled
def sort_rows(keys, sign):
    """Sort each row of signed integers in place, given as unsigned `keys` (n_rows, n) and their sign bit.

    A radix sort, lowest digit first: as many passes as the range of the row has digits.
    """
    n, n_digits = keys.shape[1], 1 << _DIGIT_BITS
    mask = keys.dtype.type(n_digits - 1)
    source, target, place = np.empty(n, keys.dtype), np.empty(n, keys.dtype), np.empty(n_digits, np.int32)
    for row in keys:
        lowest = (row ^ sign).min()
        for i in range(n):
            source[i] = (row[i] ^ sign) - lowest
        n_passes = -(-_n_bits(source.max()) // _DIGIT_BITS)
        for digit in range(n_passes):
            shift = keys.dtype.type(digit * _DIGIT_BITS)
            place[:] = 0
            for i in range(n):
                place[(source[i] >> shift) & mask] += 1
            place[:] = np.cumsum(place) - place
            for i in range(n):
                at = (source[i] >> shift) & mask
                target[place[at]] = source[i]
                place[at] += 1
            source, target = target, source
        for i in range(n):
            row[i] = (source[i] + lowest) ^ sign


@compiled
def _n_bits(number):
    """Return the number of bits that an unsigned number takes."""
    n = 0
    while number > 0:
        number //= 2
        n += 1
    return n
