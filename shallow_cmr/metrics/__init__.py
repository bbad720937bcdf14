"""Retrieval measures, exact under ties, that say their convention.

The function named after a measure returns one value a query; ``mean_...`` averages them. All take the same arguments:
queries, database, relevance, and the rules that a bare name such as "mAP" leaves open.
"""

from shallow_cmr.metrics.ap import average_precision, mean_average_precision
from shallow_cmr.metrics.chance import chance_level
from shallow_cmr.metrics.precision_recall import (
    mean_precision_at_k,
    mean_recall_at_k,
    precision_at_k,
    recall_at_k,
)

__all__ = [
    "average_precision",
    "chance_level",
    "mean_average_precision",
    "mean_precision_at_k",
    "mean_recall_at_k",
    "precision_at_k",
    "recall_at_k",
]
