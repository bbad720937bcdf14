r"""Sums of gains down a ranking under ties: what NDCG and ACG are made of.

Items of grade `g` add :math:`\operatorname{gain}(g)\, d_j` at place `j`. Let `D` be the cumulative discounts, and let
`m` of the `n` places of a group after `a` items lie within the cutoff. Over all orders of its items they add

.. math:: \frac{\text{sum of its gains}}{n} \, (D_{a + m} - D_a)

on average. The best order puts higher grades first, the worst last: then each grade fills places of its own.
"""

from functools import lru_cache

import numpy as np

__all__ = ["best_sum", "discounted_sum", "gains_of", "log_discounts", "places_by_grade"]


def discounted_sum(groups, gains, D, k, ties):
    """Return the sum of gains times discounts over the first k places (n_queries,): mean, most or least.

    `gains` (n_grades,) are those of grades 1, 2, ...; `D` (n_database + 1,) is the sum of the discounts up to a place.
    """
    if ties == "expected":
        n, a = groups.size, groups.before
        m = np.clip(k - a, 0, n)
        return groups.sum_per_query(groups.grades @ gains / n * (D[a + m] - D[a]))
    start = places_by_grade(groups, ties)
    within = D[np.minimum(start + groups.grades, k)] - D[np.minimum(start, k)]
    return groups.sum_per_query(within @ gains)


def best_sum(grade_totals, gains, D, k):
    """Return the largest such sum (n_queries,) of any ranking of items of these grades (n_queries, n_grades)."""
    start = _sum_of_higher(grade_totals)
    return (D[np.minimum(start + grade_totals, k)] - D[np.minimum(start, k)]) @ gains


def places_by_grade(groups, ties):
    """Return how many items precede those of each grade (n_groups, n_grades) in the best or worst order of ties."""
    counts = groups.grades
    if ties == "optimistic":
        return groups.before[:, None] + _sum_of_higher(counts)
    lower = np.cumsum(counts, axis=1) - counts
    return (groups.before + groups.size - groups.relevant)[:, None] + lower


def gains_of(kind, n_grades):
    """Return the gains (n_grades,) of grades 1, 2, ...: "linear" g, "exponential" 2^g - 1."""
    grades = np.arange(1.0, n_grades + 1)
    if kind == "linear":
        return grades
    if n_grades > 1000:
        raise ValueError(f"the gain 2^grade - 1 overflows at grade {n_grades}; choose gain='linear'.")
    return np.exp2(grades) - 1


@lru_cache(maxsize=4)
def log_discounts(n):
    """Return the sums of the discounts ``1 / log2(j + 1)`` of the first 0, 1, ..., n places, read-only (n + 1,)."""
    D = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, n + 2)))])
    D.flags.writeable = False
    return D


def _sum_of_higher(counts):
    """Return the number of items of higher grades (..., n_grades)."""
    return counts.sum(axis=1, keepdims=True) - np.cumsum(counts, axis=1)
