"""Files that cannot hurt: the one place where bytes from outside become arrays.

>>> from shallow_cmr.datasets.reading import read_arrays
>>> read_arrays("features.mat", ["I_tr", "T_tr"])  # doctest: +SKIP
"""

from shallow_cmr.datasets.reading.arrays import DEFAULT_MAX_BYTES, list_arrays, map_array, read_arrays
from shallow_cmr.datasets.reading.verified import read_verified
from shallow_cmr.datasets.reading.words import read_words

__all__ = ["DEFAULT_MAX_BYTES", "list_arrays", "map_array", "read_arrays", "read_verified", "read_words"]
