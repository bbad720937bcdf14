"""Correction of p-values for many comparisons at once."""

import numpy as np
from scipy.stats import false_discovery_control

__all__ = ["CORRECTIONS", "adjust_p_values"]


def _holm(p):
    """Return adjusted p (m,): the smallest times m, the next times m - 1 ..., never less than one before it."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)).clip(max=1)
    return adjusted


#: What `adjust_p_values` knows, by name.
CORRECTIONS = {"Holm": _holm, "Benjamini-Hochberg": false_discovery_control}


def adjust_p_values(p_values, correction="Holm"):
    """Return p-values that may each be held against the level, although there are many.

    Parameters
    ----------
    p_values : array-like (m,)
        In [0, 1].
    correction : {"Holm", "Benjamini-Hochberg"}
        Holm: the chance of any false finding stays below the level, whatever depends on what. Benjamini-Hochberg: the
        expected share of false ones among the findings does, if the tests do not counteract each other.

    Returns
    -------
    array (m,)
        In the order given, in [0, 1].

    Raises
    ------
    ValueError
        Unknown correction, or a p-value outside [0, 1].

    References
    ----------
    .. [1] Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
       65-70.
    .. [2] Benjamini & Hochberg (1995). Controlling the false discovery rate. Journal of the Royal Statistical Society B
       57, 289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    >>> adjust_p_values([0.01, 0.04, 0.03], "Benjamini-Hochberg").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction={correction!r} is unknown; it must be one of {', '.join(CORRECTIONS)}.")
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p-values lie in [0, 1], in one row; got {p_values!r}.")
    return CORRECTIONS[correction](p) if len(p) else p
