"""Do two methods differ? Paired tests, correction for many comparisons, ranks over data sets.

Bars of one standard deviation overlap where methods do differ, because splits and queries are easy or hard for all
methods alike; tests of paired differences take that away.

=======================  ===============================================================================
``resampled_t_test``     differences over several splits of the same data (Nadeau & Bengio)
``paired_t_test``        differences over independent units, such as the queries of one split
``adjust_p_values``      for many comparisons at once: Holm, Benjamini-Hochberg
``average_ranks``        of methods over data sets; ``friedman_test`` asks whether they differ at all,
``critical_difference``  of two average ranks (Nemenyi), and ``cliques`` of methods it does not part
=======================  ===============================================================================
"""

from shallow_cmr.statistics.corrections import CORRECTIONS, adjust_p_values
from shallow_cmr.statistics.paired import PairedTest, paired_t_test, resampled_t_test
from shallow_cmr.statistics.ranks import FriedmanTest, average_ranks, cliques, critical_difference, friedman_test

__all__ = [
    "CORRECTIONS",
    "FriedmanTest",
    "PairedTest",
    "adjust_p_values",
    "average_ranks",
    "cliques",
    "critical_difference",
    "friedman_test",
    "paired_t_test",
    "resampled_t_test",
]
