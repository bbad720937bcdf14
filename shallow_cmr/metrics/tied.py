r"""Precision at the hits of one group of tied items: the formulas that average precision is made of.

`n` items of which `r` are relevant tie; `a` items and `b` relevant items are ranked before them, and `m` of their
places lie within the cutoff. `H` are harmonic numbers. Averaged over all orders of the tied items, the precisions at
the hits of the group sum to

.. math:: \frac{r}{n} \Big[ m \beta + \big(b + 1 - \beta (a + 1)\big) (H_{a+m} - H_a) \Big],
          \qquad \beta = \frac{r - 1}{n - 1}:

place ``a + j`` holds a relevant item with probability :math:`r / n`, and given that, the first ``a + j`` places hold
:math:`b + 1 + \beta (j - 1)` of them on average. Tied scores are treated so by McSherry and Najork [1]_.

Where average precision is divided by the relevant items *retrieved*, numerator and denominator depend on the same
order of the group that the cutoff falls into, so neither the mean nor the bounds of their ratio come from those of its
parts. Then the number `x` of relevant items that this group retrieves is gone through: it is hypergeometric, and given
x the value is ``(S + precisions at x hits) / (b + x)``, where `S` is the sum over the groups before.

References
----------
.. [1] F. McSherry and M. Najork (2008). Computing information retrieval performance measures efficiently in the
   presence of tied scores. ECIR. https://doi.org/10.1007/978-3-540-78646-7_38
"""

from functools import lru_cache

import numpy as np

__all__ = [
    "best_share",
    "expected_precisions",
    "expected_share",
    "first_precisions",
    "harmonic_numbers",
    "hypergeometric",
    "worst_share",
]


def expected_precisions(n, r, a, b, m, H):
    """Return the mean, over all orders of the group, of the precisions at its hits within the cutoff, summed."""
    beta = (r - 1) / np.maximum(n - 1, 1)
    return r / n * (m * beta + (b + 1 - beta * (a + 1)) * (H[a + m] - H[a]))


def first_precisions(x, a, b, H):
    """Return the sum of the precisions at `x` hits at the places a + 1, ..., a + x, after b hits among a items."""
    return x + (b - a) * (H[a + x] - H[a])


def expected_share(S, n, r, a, b, m, H):
    """Return the mean over all orders of the group."""
    x, P = hypergeometric(n, r, m)
    return P @ _ratio(S + expected_precisions(m, x, a, b, m, H), b + x)


def best_share(S, n, r, a, b, m, H):
    """Return the maximum over all orders of the group: whatever x is, its hits come first."""
    x = _possible_hits(n, r, m)
    return _ratio(S + first_precisions(x, a, b, H), b + x).max()


def worst_share(S, n, r, a, b, m, H):
    """Return the minimum over all orders of the group: whatever x is, its hits come last within the cutoff."""
    x = _possible_hits(n, r, m)
    return _ratio(S + first_precisions(x, a + m - x, b, H), b + x).min()


def hypergeometric(n, r, m):
    """Return how many of `m` items drawn from `n`, `r` of them relevant, may be relevant, and the probabilities.

    By the ratios of neighbouring probabilities, outward from the mode: nothing overflows, and what is lost far out is
    too small to count.

    Examples
    --------
    >>> hypergeometric(4, 2, 2)
    (array([0, 1, 2]), array([0.16666667, 0.66666667, 0.16666667]))
    """
    x = _possible_hits(n, r, m)
    ratios = (r - x[:-1]) * (m - x[:-1]) / ((x[:-1] + 1) * (n - r - m + x[:-1] + 1))
    mode = (m + 1) * (r + 1) // (n + 2) - x[0]
    up = np.cumprod(ratios[mode:])
    down = np.cumprod(1 / ratios[:mode][::-1])[::-1]
    P = np.concatenate([down, [1.0], up])
    return x, P / P.sum()


@lru_cache(maxsize=4)
def harmonic_numbers(n):
    """Return H_0 = 0, H_1 = 1, H_2 = 1 + 1/2, ..., H_n as a read-only array (n + 1,).

    Examples
    --------
    >>> harmonic_numbers(3).round(4)
    array([0.    , 1.    , 1.5   , 1.8333])
    """
    H = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
    H.flags.writeable = False
    return H


def _possible_hits(n, r, m):
    """Return the numbers of relevant items that `m` of the group's places can hold."""
    return np.arange(max(0, m - (n - r)), min(m, r) + 1)


def _ratio(numerator, denominator):
    """Divide (n_x,) by (n_x,); 0 where there is no hit to divide by."""
    return np.where(denominator > 0, numerator / np.maximum(denominator, 1), 0.0)
