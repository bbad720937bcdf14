r"""Paired t-tests: of independent differences, and of differences over splits of the same data.

The mean of J differences has, for each of them with variance s² and correlation ρ,

.. math:: \operatorname{se}^2 = s^2 \left(\frac1J + \frac{\rho}{1 - \rho}\right), \qquad
          \rho = \frac{n_\text{test}}{n_\text{train} + n_\text{test}} \text{ over random splits, } 0 \text{ otherwise.}
"""

from dataclasses import dataclass
from math import copysign, inf, sqrt

import numpy as np
from scipy.special import stdtr

__all__ = ["PairedTest", "paired_t_test", "resampled_t_test"]


@dataclass(frozen=True)
class PairedTest:
    """A mean difference, its standard error, and how likely one as large is where there is none.

    Parameters
    ----------
    difference, standard_error, statistic : float
        `statistic` is their quotient, t with `n` - 1 degrees of freedom where the methods do not differ.
    p_value : float
        Two-sided, in [0, 1].
    n : int
        Differences.
    """

    difference: float
    standard_error: float
    statistic: float
    p_value: float
    n: int


def paired_t_test(differences):
    """Test whether the mean of independent differences is zero.

    Parameters
    ----------
    differences : array-like (n,)
        Score of one method less that of another, on each of 2 units or more.

    Returns
    -------
    PairedTest

    Raises
    ------
    ValueError
        Fewer than two differences, or one that is not finite.

    Notes
    -----
    For the queries of one split. Of the tests in use on queries, the randomisation test, the bootstrap and this one
    agree in practice; the Wilcoxon and sign tests ask another question than whether means differ [1]_. This one needs
    no seed, has a standard error to print, and p-values that can be as small as a correction for many comparisons asks.
    Not for queries pooled over splits: an item that is a query in two splits would count twice.

    References
    ----------
    .. [1] Smucker, Allan & Carterette (2007). A comparison of statistical significance tests for information retrieval
       evaluation. CIKM. doi:10.1145/1321440.1321528

    Examples
    --------
    >>> test = paired_t_test([0.1, 0.2, 0.3])
    >>> f"{test.difference:.1f} ± {test.standard_error:.3f}, p = {test.p_value:.3f}"
    '0.2 ± 0.058, p = 0.074'
    """
    return _t_test(differences, 0.0)


def resampled_t_test(differences, n_train, n_test):
    """Test whether the mean of differences over splits of the same data is zero.

    Parameters
    ----------
    differences : array-like (n_splits,)
        Mean score of one method less that of another, on each of 2 splits or more.
    n_train, n_test : float
        Items of a split, on average.

    Returns
    -------
    PairedTest

    Raises
    ------
    ValueError
        Fewer than two differences, one that is not finite, or sizes that are not positive.

    Notes
    -----
    The corrected resampled t-test [1]_. Splits share items, so their differences are correlated and the usual standard
    error is too small; more splits cannot make it as small as one likes. Exact where the correlation is
    n_test / (n_train + n_test), which is that of the means of a quantity that belongs to the item alone.

    References
    ----------
    .. [1] Nadeau & Bengio (2003). Inference for the generalization error. Machine Learning 52, 239-281.
       doi:10.1023/A:1024068626366

    Examples
    --------
    >>> test = resampled_t_test([0.1, 0.2, 0.3], n_train=300, n_test=100)
    >>> f"{test.difference:.1f} ± {test.standard_error:.3f}, p = {test.p_value:.3f}"
    '0.2 ± 0.082, p = 0.134'
    """
    if not (n_train > 0 and n_test > 0):
        raise ValueError(f"n_train={n_train} and n_test={n_test} must be numbers of items, greater than 0.")
    return _t_test(differences, n_test / n_train)


def _t_test(differences, overlap):
    """Return the test of differences (n,) whose correlation ρ makes ``overlap = ρ / (1 - ρ)``."""
    d = np.asarray(differences, dtype=float)
    if d.ndim != 1 or len(d) < 2 or not np.isfinite(d).all():
        raise ValueError(f"a paired test needs two finite differences or more in one row, got {differences!r}.")
    mean, error = float(d.mean()), float(d.std(ddof=1)) * sqrt(1 / len(d) + overlap)
    if error:
        t = mean / error
    else:  # the same difference each time: the limit of a vanishing spread
        t = copysign(inf, mean) if mean else 0.0
    # stdtr is the distribution function of t; scipy.stats.t computes the same ten times slower.
    return PairedTest(mean, error, t, float(2 * stdtr(len(d) - 1, -abs(t))), len(d))
