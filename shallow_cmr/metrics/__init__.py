"""Retrieval measures, exact under ties, that say their convention.

The function named after a measure returns one value a query; ``mean_...`` averages them. All take the same arguments:
queries, database, relevance, and the rules that a bare name such as "mAP" leaves open. Two are made of exact means
rather than exact themselves: interpolated curves (of expected precision and recall), and the median of expected ranks.

================================================  =====================================================================
``average_precision``                             mAP@all, mAP@k with its three denominators
``precision_at_k``, ``recall_at_k``, ``f1_at_k``  from the number of hits among the first k
``hit_rate_at_k``                                 any hit among the first k ("R@K" of image-caption papers)
``reciprocal_rank``, ``first_rank``               the place of the first hit; ``median_first_rank``
``ndcg_at_k``, ``acg_at_k``                       graded relevance, discounted or not
``weighted_average_precision``                    average precision of grades (WAP)
``precision_within_radius``                       hash lookup; ``recall_within_radius``, ``precision_recall_by_radius``
``precision_curve``, ``recall_curve``             P@N, R@N; ``cmc_curve``, ``precision_recall_by_rank``
``interpolated_precision``                        the 11-point precision-recall curve
``mean_by_class``                                 class-wise means of any measure
``chance_level``                                  what a random order scores
================================================  =====================================================================
"""

from shallow_cmr.metrics.acg import acg_at_k, mean_acg_at_k
from shallow_cmr.metrics.ap import average_precision, mean_average_precision
from shallow_cmr.metrics.chance import chance_level
from shallow_cmr.metrics.classes import mean_by_class
from shallow_cmr.metrics.curves import (
    Curve,
    PrecisionRecallCurve,
    cmc_curve,
    precision_curve,
    precision_recall_by_rank,
    recall_curve,
)
from shallow_cmr.metrics.first_rank import first_rank, mean_first_rank, median_first_rank
from shallow_cmr.metrics.hit_rate import hit_rate_at_k, mean_hit_rate_at_k
from shallow_cmr.metrics.interpolated import interpolated_precision
from shallow_cmr.metrics.ndcg import mean_ndcg_at_k, ndcg_at_k
from shallow_cmr.metrics.precision_recall import (
    f1_at_k,
    mean_f1_at_k,
    mean_precision_at_k,
    mean_recall_at_k,
    precision_at_k,
    recall_at_k,
)
from shallow_cmr.metrics.radius import (
    mean_precision_within_radius,
    mean_recall_within_radius,
    precision_recall_by_radius,
    precision_within_radius,
    recall_within_radius,
)
from shallow_cmr.metrics.reciprocal_rank import mean_reciprocal_rank, reciprocal_rank
from shallow_cmr.metrics.wap import mean_weighted_average_precision, weighted_average_precision

__all__ = [
    "Curve",
    "PrecisionRecallCurve",
    "acg_at_k",
    "average_precision",
    "chance_level",
    "cmc_curve",
    "f1_at_k",
    "first_rank",
    "hit_rate_at_k",
    "interpolated_precision",
    "mean_acg_at_k",
    "mean_average_precision",
    "mean_by_class",
    "mean_f1_at_k",
    "mean_first_rank",
    "mean_hit_rate_at_k",
    "mean_ndcg_at_k",
    "mean_precision_at_k",
    "mean_precision_within_radius",
    "mean_recall_at_k",
    "mean_recall_within_radius",
    "mean_reciprocal_rank",
    "mean_weighted_average_precision",
    "median_first_rank",
    "ndcg_at_k",
    "precision_at_k",
    "precision_curve",
    "precision_recall_by_radius",
    "precision_recall_by_rank",
    "precision_within_radius",
    "recall_at_k",
    "recall_curve",
    "recall_within_radius",
    "reciprocal_rank",
    "weighted_average_precision",
]
