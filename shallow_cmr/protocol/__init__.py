"""Evaluation protocols: which items are the database, what their codes are made from, and the measures' convention.

A number means nothing without them, so a protocol is an object that prints as the line a paper would quote.
"""

from shallow_cmr.protocol.evaluating import evaluate_embeddings
from shallow_cmr.protocol.presets import PROTOCOLS, get_protocol
from shallow_cmr.protocol.protocol import Protocol
from shallow_cmr.protocol.scores import RetrievalScores

__all__ = ["PROTOCOLS", "Protocol", "RetrievalScores", "evaluate_embeddings", "get_protocol"]
