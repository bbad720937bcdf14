r"""Ranks of k methods on N data sets: do they differ (Friedman), and which of them (Nemenyi)?

.. math:: \mathrm{CD} = \frac{q_\alpha}{\sqrt2} \sqrt{\frac{k (k + 1)}{6 N}}, \qquad
          q_\alpha \text{ of the studentised range of k normal variables.}
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.stats import friedmanchisquare, rankdata, studentized_range

__all__ = ["FriedmanTest", "average_ranks", "cliques", "critical_difference", "friedman_test"]


@dataclass(frozen=True)
class FriedmanTest:
    """Friedman's χ², corrected for ties, and its p-value where no method is better than another."""

    statistic: float
    p_value: float


def average_ranks(scores):
    """Return the average rank of each method over the data sets, 1 for the best; ties share their mean rank.

    Parameters
    ----------
    scores : array-like (n_datasets, n_methods)
        Higher is better; without gaps: a method that lacks a score is to be left out.

    Returns
    -------
    array (n_methods,)
        They add up to k (k + 1) / 2.

    Raises
    ------
    ValueError
        A score is missing.

    Examples
    --------
    >>> average_ranks([[0.9, 0.8, 0.8], [0.7, 0.6, 0.5]]).tolist()
    [1.0, 2.25, 2.75]
    """
    return rankdata(-_complete(scores), axis=1).mean(axis=0)


def friedman_test(scores):
    """Test whether any of several methods ranks otherwise than by chance over the data sets.

    Parameters
    ----------
    scores : array-like (n_datasets, n_methods)
        Of 2 data sets and 3 methods or more, without gaps.

    Returns
    -------
    FriedmanTest

    Raises
    ------
    ValueError
        Fewer data sets or methods, or a missing score.

    Notes
    -----
    The p-value is that of χ² with k - 1 degrees of freedom, which needs more than 10 data sets and 5 methods; with
    few data sets the test has hardly any power [1]_. Splits of one data set are no data sets: they share items.

    References
    ----------
    .. [1] Demšar (2006). Statistical comparisons of classifiers over multiple data sets. Journal of Machine Learning
       Research 7, 1-30. https://jmlr.org/papers/v7/demsar06a.html

    Examples
    --------
    >>> friedman_test([[0.9, 0.8, 0.7], [0.8, 0.6, 0.5], [0.9, 0.7, 0.6]]).statistic
    6.0
    """
    scores = _complete(scores)
    if scores.shape[0] < 2 or scores.shape[1] < 3:
        raise ValueError(f"Friedman's test needs 2 data sets and 3 methods or more, got {scores.shape}.")
    if (scores == scores[:, :1]).all():
        return FriedmanTest(0.0, 1.0)  # all tied everywhere: χ² is 0 / 0
    statistic, p_value = friedmanchisquare(*scores.T)
    return FriedmanTest(float(statistic), float(p_value))


def critical_difference(n_methods, n_datasets, level=0.05):
    """Return the difference of two average ranks from which on two methods differ (Nemenyi).

    Parameters
    ----------
    n_methods : int
        At least 2.
    n_datasets : int
        At least 1.
    level : float
        Chance that any two methods are told apart where none differ, in (0, 1).

    Returns
    -------
    float

    Raises
    ------
    ValueError
        A number outside its range.

    Examples
    --------
    >>> round(critical_difference(n_methods=4, n_datasets=14), 2)  # the example of Demšar (2006)
    1.25
    """
    if n_methods < 2 or n_datasets < 1 or not 0 < level < 1:
        raise ValueError(
            f"a critical difference needs 2 methods, 1 data set and a level in (0, 1) at least; got "
            f"n_methods={n_methods}, n_datasets={n_datasets}, level={level}."
        )
    q = studentized_range.ppf(1 - level, n_methods, inf) / sqrt(2)
    return float(q * sqrt(n_methods * (n_methods + 1) / (6 * n_datasets)))


def cliques(ranks, difference):
    """Return the largest groups of methods whose ranks lie less than the critical difference apart.

    Parameters
    ----------
    ranks : array-like (n_methods,)
    difference : float

    Returns
    -------
    list of list of int
        Places in `ranks`, best first, in groups of 2 or more; none lies within another.

    Examples
    --------
    >>> cliques([3.0, 1.0, 1.5, 2.4], 1.0)
    [[1, 2], [2, 3], [3, 0]]
    """
    ranks = np.asarray(ranks, dtype=float)
    order = np.argsort(ranks, kind="stable")
    ends = np.searchsorted(ranks[order], ranks[order] + difference)  # of the group that each method leads
    groups, covered = [], 0
    for start, end in enumerate(ends):
        if end > max(covered, start + 1):
            groups.append(order[start:end].tolist())
            covered = end
    return groups


def _complete(scores):
    """Return scores (n_datasets, n_methods) as floats, or raise where one is missing."""
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or not scores.size:
        raise ValueError(f"scores are a table (n_datasets, n_methods), got shape {scores.shape}.")
    missing = np.argwhere(~np.isfinite(scores))
    if len(missing):
        row, column = missing[0]
        raise ValueError(f"method {column} has no score on data set {row}; leave the method out, or the data set.")
    return scores
