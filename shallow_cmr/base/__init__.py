"""Bases of methods: each asks its author for one thing and keeps the rest of the contract."""

from shallow_cmr.base.contract import CrossModalEstimator
from shallow_cmr.base.hashing import HashingMixin
from shallow_cmr.base.kernel import KernelProjection
from shallow_cmr.base.moment import MomentProjection
from shallow_cmr.base.second_pass import SecondPassMixin
from shallow_cmr.base.two_step import TwoStepHasher

__all__ = [
    "CrossModalEstimator",
    "HashingMixin",
    "KernelProjection",
    "MomentProjection",
    "SecondPassMixin",
    "TwoStepHasher",
]
