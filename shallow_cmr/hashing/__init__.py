"""Hashing methods: images and texts become short binary codes, compared by Hamming distance."""

from shallow_cmr.hashing.cca_itq import CCAITQ as CCAITQ
from shallow_cmr.hashing.cmfh import CMFH as CMFH
from shallow_cmr.hashing.cvh import CVH as CVH
from shallow_cmr.hashing.seph import SePH as SePH

__all__ = [name for name in dir() if name[0].isupper()]
