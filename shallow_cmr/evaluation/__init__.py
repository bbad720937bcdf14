"""Evaluation: fit an estimator on the training items of a dataset, score it on its test items, both directions."""

from shallow_cmr.evaluation.direction import DIRECTIONS
from shallow_cmr.evaluation.evaluating import Evaluation, evaluate, evaluate_queries
from shallow_cmr.evaluation.sizes import bytes_per_item, size_parameter

__all__ = ["DIRECTIONS", "Evaluation", "bytes_per_item", "evaluate", "evaluate_queries", "size_parameter"]
