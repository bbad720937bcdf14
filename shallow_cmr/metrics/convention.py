"""What a number such as "mAP@50" leaves unsaid, and the words that say it: ties, denominators, queries left out."""

from numbers import Integral

__all__ = [
    "BROKEN_TIES",
    "DENOMINATORS",
    "GAINS",
    "NONE_RETRIEVED",
    "NO_RELEVANT",
    "TIES",
    "check_choice",
    "check_cutoff",
    "check_within",
]

#: How items of equal score are ordered, and what the words say in a caption.
TIES = {
    "expected": "expected value over their orders",
    "optimistic": "the best of their orders",
    "pessimistic": "the worst of their orders",
    "stable": "broken by database index",
    "reversed": "broken by database index, the last first",
    "threshold": "ranked together, as one threshold on the score retrieves them",
}
#: Those that need the place of each item in the database.
BROKEN_TIES = ("stable", "reversed")
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
#: What an item of grade g adds to NDCG before the discount.
GAINS = {"exponential": "2^grade - 1", "linear": "grade"}


def check_choice(name, value, known):
    """Raise if `value` is not one of the `known` words.

    Examples
    --------
    >>> check_choice("ties", "random", TIES)
    Traceback (most recent call last):
        ...
    ValueError: ties='random' is unknown; it must be one of expected, optimistic, pessimistic, stable, reversed, \
threshold.
    """
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name}={value!r} is unknown; it must be one of {', '.join(known)}.")


def check_cutoff(top_k, name="top_k"):
    """Raise if `top_k` is no whole number, 1 or more."""
    if isinstance(top_k, bool) or not isinstance(top_k, Integral) or top_k < 1:
        raise ValueError(f"{name}={top_k!r} must be a whole number, 1 or more, or None for no cutoff.")


def check_within(top_k, n_database, name="top_k"):
    """Raise if the cutoff lies beyond the `n_database` items that a query ranks."""
    if top_k is not None and top_k > n_database:
        raise ValueError(f"{name}={top_k} is more than the {n_database} items that a query ranks; reduce {name}.")
