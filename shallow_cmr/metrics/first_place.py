r"""The place of the first relevant item under ties: the formulas that hit rate and reciprocal rank are made of.

All depend on the first group of ties that holds a relevant item alone. It is of `n` items, `r` of them relevant, after
`a` others; its first relevant item has the place :math:`a + i` with probability

.. math:: p_i = \binom{n - i}{r - 1} \Big/ \binom{n}{r}, \qquad p_1 = \frac{r}{n}, \quad
          p_{i+1} = p_i \, \frac{n - i - r + 1}{n - i},

which is :math:`a + (n + 1) / (r + 1)` on average. None of `m` of its places holds a relevant item with probability
:math:`\prod_{j < r} (1 - m / (n - j))`.
"""

import numpy as np

from shallow_cmr.metrics.tied import harmonic_numbers

__all__ = ["certain_place", "expected_reciprocal_rank", "fill_queries", "first_groups", "probability_of_none"]

_NEVER = 1e-20  # a probability that no sum of doubles notices


def first_groups(groups):
    """Return ``n``, ``r``, ``a`` of the first group of each query that has one."""
    return groups.size[groups.first], groups.relevant[groups.first], groups.before[groups.first]


def fill_queries(groups, values):
    """Return values (n_queries,), given those of the queries with a relevant item; 0 for the others."""
    filled = np.zeros(groups.n_queries)
    filled[groups.query[groups.first]] = values
    return filled


def certain_place(n, r, a, ties):
    """Return the first relevant place in the best or the worst order."""
    return a + 1 if ties == "optimistic" else a + n - r + 1


def probability_of_none(n, r, m):
    """Return the probability (n_groups,) that none of `m` items drawn from `n` is one of `r`.

    Examples
    --------
    >>> probability_of_none(np.array([4, 4]), np.array([1, 2]), np.array([2, 2])).round(4)
    array([0.5   , 0.1667])
    """
    few, many = np.minimum(r, m), np.maximum(r, m)  # r of which none is one of m are as probable as the reverse
    none = np.ones(len(n))
    for j in range(few.max(initial=0)):
        none *= np.where(j < few, 1 - many / np.maximum(n - j, 1), 1.0).clip(0.0)
        if (none < _NEVER).all():
            break
    return none


def expected_reciprocal_rank(n, r, a, k, n_database):
    """Return the mean of one over the first relevant place over all orders of one group, counting places up to k.

    Examples
    --------
    >>> expected_reciprocal_rank(n=2, r=1, a=0, k=2, n_database=2)
    0.75
    """
    m = min(n - r + 1, k - a)  # places that can be the first
    if m <= 0:
        return 0.0
    if r == 1:
        H = harmonic_numbers(n_database)
        return float(H[a + m] - H[a]) / n
    i = np.arange(1, m)
    p = r / n * np.cumprod(np.concatenate([[1.0], (n - i - r + 1) / (n - i)]))
    return float(p @ (1 / (a + np.arange(1, m + 1))))
