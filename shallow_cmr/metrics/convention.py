"""What a number such as "mAP@50" leaves unsaid, said: cutoff, denominator, ties, queries without a relevant item."""

from dataclasses import dataclass
from numbers import Integral

__all__ = ["DENOMINATORS", "NONE_RETRIEVED", "NO_RELEVANT", "TIES", "Convention"]

#: How items of equal score are ordered, and what the words say in a caption.
TIES = {
    "expected": "expected value over their orders",
    "optimistic": "the best of their orders",
    "pessimistic": "the worst of their orders",
    "stable": "broken by database index",
    "threshold": "ranked together, as one threshold on the score retrieves them",
}
#: What average precision at a cutoff is divided by.
DENOMINATORS = {
    "retrieved": "the relevant items among the top k",
    "min": "min(relevant items, k)",
    "relevant": "the relevant items in the database",
}
#: What a query without a relevant item in the database counts.
NO_RELEVANT = {"skip": "skipped", "zero": "scored 0", "nan": "scored NaN", "raise": "not allowed"}
#: What a query counts that retrieves no relevant item, where that makes the denominator zero.
NONE_RETRIEVED = {"zero": "scored 0", "skip": "skipped"}


@dataclass(frozen=True)
class Convention:
    """The rules of a measure that its usual name leaves open. Checked when made.

    Parameters
    ----------
    top_k : int or None
        Only the first `top_k` items count; None: all.
    denominator : {None, "retrieved", "min", "relevant"}
        What average precision at a cutoff is divided by.
    ties : {"expected", "optimistic", "pessimistic", "stable", "threshold"}
        How items of equal score are ordered.
    no_relevant : {"skip", "zero", "nan", "raise"}
        What a query without a relevant item in the database counts.
    none_retrieved : {"zero", "skip"}
        What a query counts that retrieves no relevant item; "skip" only with denominator "retrieved", ties "stable".

    Raises
    ------
    ValueError
        If a value is unknown, or two of them exclude each other.

    Examples
    --------
    >>> Convention(top_k=50, ties="threshold")
    Traceback (most recent call last):
        ...
    ValueError: ties='threshold' has no cutoff: it ranks no item before another; leave out top_k=50.
    """

    top_k: int | None = None
    denominator: str | None = None
    ties: str = "expected"
    no_relevant: str = "skip"
    none_retrieved: str = "zero"

    def __post_init__(self):
        k = self.top_k
        if k is not None and (isinstance(k, bool) or not isinstance(k, Integral) or k < 1):
            raise ValueError(f"top_k={k!r} must be a whole number, 1 or more, or None for no cutoff.")
        for name, known in (("ties", TIES), ("no_relevant", NO_RELEVANT), ("none_retrieved", NONE_RETRIEVED)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r} is unknown; it must be one of {', '.join(known)}.")
        if self.denominator is not None and self.denominator not in DENOMINATORS:
            raise ValueError(
                f"denominator={self.denominator!r} is unknown; it must be one of {', '.join(DENOMINATORS)}."
            )
        self._check_combinations()

    def _check_combinations(self):
        """Raise if two rules exclude each other."""
        if self.ties == "threshold" and self.top_k is not None:
            raise ValueError(
                f"ties='threshold' has no cutoff: it ranks no item before another; leave out top_k={self.top_k}."
            )
        if self.denominator is not None and self.top_k is None:
            raise ValueError(
                f"denominator={self.denominator!r} needs a cutoff: give top_k, or leave the denominator out."
            )
        if self.none_retrieved == "skip" and (self.denominator, self.ties) != ("retrieved", "stable"):
            raise ValueError(
                "none_retrieved='skip' needs denominator='retrieved' (others are never zero) and ties='stable' (over "
                "orders of ties, a query is skipped in some and counts in others)."
            )

    def require_denominator(self):
        """Raise if there is a cutoff but no denominator: average precision then has three meanings."""
        if self.top_k is not None and self.denominator is None:
            choices = "; ".join(f"{name!r}: divide by {meaning}" for name, meaning in DENOMINATORS.items())
            raise ValueError(f"average precision with top_k={self.top_k} needs a denominator, one of {choices}.")

    def check_database(self, n_database):
        """Raise if the cutoff lies beyond the `n_database` items that a query ranks."""
        if self.top_k is not None and self.top_k > n_database:
            raise ValueError(
                f"top_k={self.top_k} is more than the {n_database} items that a query ranks; reduce top_k."
            )
