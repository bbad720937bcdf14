"""What a measure is: a name, a cutoff, and one value a query from the groups of tied items."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from shallow_cmr.metrics.convention import TIES, check_choice, check_cutoff, check_within

__all__ = ["Measure"]


@dataclass(frozen=True)
class Measure:
    """Base of the measures. An author writes `of`, and says what the class attributes say.

    Parameters
    ----------
    top_k : int, optional
        Only the first `top_k` items count; None: all.

    Class attributes
    ----------------
    key, symbol : str
        What a protocol calls it ("map"), and what a table does ("mAP").
    cutoff : {"optional", "required", "none"}
        Whether it has one.
    graded : bool
        Whether it tells grades of relevance apart.
    lower_is_better : bool

    Examples
    --------
    Whether the first item is surely relevant:

    >>> class SureHit(Measure):
    ...     key, symbol, cutoff = "sure_hit", "sure hit", "none"
    ...
    ...     def of(self, groups, ties):
    ...         surely = (groups.before == 0) & (groups.relevant == groups.size)
    ...         return groups.sum_per_query(surely)
    >>> from shallow_cmr.ranking import Ranking
    >>> [groups] = Ranking([[2.0, 1.0], [1.0, 1.0]], None, [[1, 0], [1, 0]], metric="precomputed").groups()
    >>> SureHit().of(groups, "expected")
    array([1., 0.])
    """

    top_k: int | None = None

    key: ClassVar[str]
    symbol: ClassVar[str]
    cutoff: ClassVar[str] = "optional"
    graded: ClassVar[bool] = False
    lower_is_better: ClassVar[bool] = False

    def __post_init__(self):
        if self.cutoff == "required" and self.top_k is None:
            raise ValueError(f"{self.symbol} needs a cutoff; give top_k, 1 or more.")
        if self.cutoff == "none" and self.top_k is not None:
            raise ValueError(f"{self.symbol} has no cutoff; leave out top_k={self.top_k!r}.")
        if self.top_k is not None:
            check_cutoff(self.top_k)

    @property
    def name(self):
        """How tables call it: ``mAP@all``, ``P@10``."""
        return self.symbol if self.cutoff == "none" else f"{self.symbol}@{self.top_k or 'all'}"

    @property
    def rule(self):
        """What a caption adds to the name; empty where nothing is left to say."""
        return ""

    def of(self, groups, ties):
        """Return one value a query (n_queries,); any finite value where no item is relevant.

        Parameters
        ----------
        groups : TieGroups
        ties : {"expected", "optimistic", "pessimistic", "threshold"}
            "optimistic" is the best of all orders of tied items. Ties that were broken are groups of one item:
            then it does not matter.
        """
        raise TypeError(f"{type(self).__name__} must define of(groups, ties).")

    def check(self, ties, no_relevant="skip"):
        """Raise if the measure is not defined under these rules."""
        check_choice("ties", ties, TIES)
        if ties == "threshold":
            raise ValueError(
                f"ties='threshold' ranks no item before another, so that {self.name} has no value; it exists for "
                "average precision without a cutoff. Choose 'expected', 'optimistic', 'pessimistic' or 'stable'."
            )
        if self.lower_is_better and no_relevant == "zero":
            raise ValueError(
                f"no_relevant='zero' would make a query without a relevant item the best of all in {self.name}, where "
                "lower is better; choose 'skip', 'nan' or 'raise'."
            )

    def check_database(self, n_database):
        """Raise if the cutoff lies beyond the items that a query ranks."""
        check_within(self.top_k, n_database)

    def average(self, values, weights):
        """Return the mean of the queries' values (n_queries,) with weights (n_queries,)."""
        return float(np.average(values, weights=weights))
