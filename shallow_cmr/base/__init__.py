"""Bases of methods: each asks its author for one thing and keeps the rest of the contract."""

from shallow_cmr.base.contract import CrossModalEstimator
from shallow_cmr.base.hashing import HashingMixin
from shallow_cmr.base.moment import MomentProjection

__all__ = ["CrossModalEstimator", "HashingMixin", "MomentProjection"]
