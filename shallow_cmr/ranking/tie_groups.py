"""Rankings with ties, kept as what every measure is made of: the groups of equal score that hold a relevant item."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["TieGroups"]


@dataclass(frozen=True, eq=False)
class TieGroups:
    """The rankings of some queries, as their groups of equal score that hold a relevant item.

    Groups without a relevant item are left out: they show in what is ranked `before` the others, and no measure
    needs more of them. Groups are sorted by query and, within a query, best first.

    Parameters
    ----------
    query : int array (n_groups,)
        The query that a group belongs to, 0 <= query < n_queries.
    before : int array (n_groups,)
        Items ranked strictly before the group: ``a``.
    size : int array (n_groups,)
        Items of the group: ``n``.
    grades : int array (n_groups, n_grades)
        How many items of the group have grade 1, 2, ...; one column where relevance is not graded.
    n_queries, n_database : int
        The number of queries, and of the items that each of them ranks.
    tied : TieGroups, optional
        Where ties have been broken: the groups as they were.

    Examples
    --------
    One query that ranks a tie of two items, one of them relevant, before two more, both relevant:

    >>> import numpy as np
    >>> groups = TieGroups(
    ...     query=np.array([0, 0]),
    ...     before=np.array([0, 2]),
    ...     size=np.array([2, 2]),
    ...     grades=np.array([[1], [2]]),
    ...     n_queries=1,
    ...     n_database=4,
    ... )
    >>> groups.relevant_before, groups.n_relevant
    (array([0, 1]), array([3]))
    """

    query: np.ndarray
    before: np.ndarray
    size: np.ndarray
    grades: np.ndarray
    n_queries: int
    n_database: int
    tied: "TieGroups | None" = None

    @cached_property
    def relevant(self):
        """Relevant items of each group (n_groups,): ``r``."""
        return self.grades[:, 0] if self.grades.shape[1] == 1 else self.grades.sum(axis=1)

    @cached_property
    def n_relevant(self):
        """Relevant items of each query in the whole database (n_queries,): ``R``."""
        return self.sum_per_query(self.relevant).astype(np.int64)

    @cached_property
    def relevant_before(self):
        """Relevant items ranked strictly before each group (n_groups,): ``b``."""
        return self.sum_before(self.relevant)

    @cached_property
    def grade_sum(self):
        """Sum of the grades of each group's items (n_groups,): ``t``."""
        return self.grades @ np.arange(1, self.grades.shape[1] + 1)

    @cached_property
    def grade_sum_before(self):
        """Sum of the grades ranked strictly before each group (n_groups,): ``G``."""
        return self.sum_before(self.grade_sum)

    @cached_property
    def grade_totals(self):
        """Items of each grade in the whole database (n_queries, n_grades)."""
        return np.stack([self.sum_per_query(column) for column in self.grades.T], axis=1).astype(np.int64)

    @cached_property
    def first(self):
        """The first group of each query that has one (n_queries with a relevant item,): indices of groups."""
        return np.flatnonzero(np.diff(self.query, prepend=-1))

    def sum_per_query(self, values):
        """Sum `values` (n_groups,) over the groups of each query (n_queries,)."""
        return np.bincount(self.query, weights=values, minlength=self.n_queries)

    def sum_before(self, values):
        """Sum whole numbers `values` (n_groups,) over the groups ranked before each group (n_groups,)."""
        of_all_before = np.cumsum(values) - values
        return of_all_before - np.repeat(of_all_before[self.first], np.diff(self.first, append=len(values)))
