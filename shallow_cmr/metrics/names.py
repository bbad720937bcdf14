"""The measures by name, as protocols and tables write them: ``map``, ``precision@10``, ``ndcg@100``."""

from shallow_cmr.metrics.acg import ACGAtK
from shallow_cmr.metrics.ap import AveragePrecision
from shallow_cmr.metrics.first_rank import FirstRank, MedianRank
from shallow_cmr.metrics.hit_rate import HitRateAtK, HitRateSum
from shallow_cmr.metrics.ndcg import NDCG
from shallow_cmr.metrics.precision_recall import F1AtK, PrecisionAtK, RecallAtK
from shallow_cmr.metrics.reciprocal_rank import ReciprocalRank
from shallow_cmr.metrics.wap import WeightedAveragePrecision

__all__ = ["MEASURES", "get_measure", "parse_name"]

#: All measures of whole rankings, by the name that a protocol uses.
MEASURES = {
    measure.key: measure
    for measure in (
        *(AveragePrecision, PrecisionAtK, RecallAtK, F1AtK, HitRateAtK, HitRateSum, NDCG, ACGAtK),
        *(WeightedAveragePrecision, ReciprocalRank, FirstRank, MedianRank),
    )
}


def get_measure(name, *, denominator=None, none_retrieved="zero", gain="exponential"):
    """Return the measure of a name, with what the name leaves open.

    Parameters
    ----------
    name : str
        A key of `MEASURES`, with ``@`` and the cutoff where it has one.
    denominator, none_retrieved, gain : str
        Used by the measures that need them: average precision at a cutoff, NDCG.

    Raises
    ------
    ValueError
        Unknown name, no or an impossible cutoff, rules that are missing or exclude each other.

    Examples
    --------
    >>> get_measure("map@50", denominator="relevant").name, get_measure("ndcg@10").name
    ('mAP@50', 'NDCG@10')
    """
    key, top_k = parse_name(name)
    kind = MEASURES[key]
    if kind is AveragePrecision:
        denominator = denominator if top_k else None
        return kind(top_k, denominator, none_retrieved if denominator == "retrieved" else "zero")
    if kind is WeightedAveragePrecision:
        return kind(top_k, denominator if top_k else None)
    return kind(top_k, gain) if kind is NDCG else kind(top_k)


def parse_name(name):
    """Return the key and the cutoff, or None, of a measure's name."""
    key, at, cutoff = name.partition("@") if isinstance(name, str) else ("", "", "")
    if key not in MEASURES:
        raise ValueError(
            f"measure {name!r} is unknown; it must be one of {', '.join(MEASURES)}, and '@k' for a cutoff."
        )
    if at and not (cutoff.isdecimal() and int(cutoff)):
        raise ValueError(f"the cutoff of measure {name!r} must be a whole number, 1 or more.")
    return key, int(cutoff) if at else None
