"""Hashing methods: images and texts become short binary codes, compared by Hamming distance."""

from shallow_cmr.hashing.cvh import CVH as CVH

__all__ = [name for name in dir() if name[0].isupper()]
