"""From ordinals to groups of ties: sort the row of each query and read them off.

An ordinal says where an item ranks: smaller is better, equal means tied. It takes the item's grade into its lowest
bits, so that one in-place sort of integers ranks items and carries their relevance along; in a tie the highest grade
comes first.
"""

import numpy as np

from shallow_cmr.ranking.tie_groups import TieGroups

__all__ = ["dense_ranks", "groups_from_keys", "groups_in_order", "key_dtype", "pack_keys", "sort_keys"]


def dense_ranks(Z):
    """Number the distinct values of each row of Z (n_rows, n_columns) in ascending order; NaN differs from all.

    Floats leave no bit free for a grade, their ranks do.
    """
    order = np.argsort(Z, axis=1)
    new = _starts(np.take_along_axis(Z, order, axis=1))
    new[:, 0] = False
    ranks = np.empty(Z.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.cumsum(new, axis=1, dtype=np.int32), axis=1)
    return ranks


def key_dtype(worst, n_grades):
    """Return the integers that hold ordinals up to `worst` and below them a grade."""
    return np.int32 if (worst + 1) << n_grades.bit_length() <= np.iinfo(np.int32).max else np.int64


def pack_keys(ordinals, grades, n_grades, out):
    """Join ordinals and grades (n_rows, n_columns) into keys `out`."""
    np.left_shift(ordinals, n_grades.bit_length(), out=out, dtype=out.dtype)  # in the wider type, or it overflows
    out |= np.subtract(_irrelevant(n_grades), grades, dtype=out.dtype)


def sort_keys(keys, compiled=False):
    """Sort each row of keys (n_rows, n_columns) in place, by numpy or by what numba compiled."""
    if compiled:
        from shallow_cmr.ranking.compiled import sort_rows  # imports numba

        unsigned = np.dtype(f"u{keys.itemsize}")
        sort_rows(keys.view(unsigned), unsigned.type(1 << (8 * keys.itemsize - 1)))
    else:
        keys.sort(axis=1)


def groups_from_keys(keys, n_grades, n_database):
    """Return the `TieGroups` of keys (n_queries, n_columns) with sorted rows."""
    low = keys & _irrelevant(n_grades)
    hits = np.flatnonzero(low != _irrelevant(n_grades))
    tied = np.zeros(keys.shape, dtype=bool)  # with the item before it
    ordinals = keys >> n_grades.bit_length()
    np.equal(ordinals[:, 1:], ordinals[:, :-1], out=tied[:, 1:])
    start = hits[~tied.ravel()[hits]]  # relevant items lead their groups
    size, r = _sizes(start, hits, np.flatnonzero(tied))
    row_starts = np.arange(len(keys) + 1) * keys.shape[1]
    query = np.repeat(np.arange(len(keys)), np.diff(np.searchsorted(start, row_starts)))
    if n_grades == 1:
        grades = r[:, None]
    else:
        grades = _count_grades(np.repeat(np.arange(len(r)), r), _irrelevant(n_grades) - low.ravel()[hits], n_grades)
    return TieGroups(query, start - row_starts[query], size, grades, len(keys), n_database)


def groups_in_order(ordinals, grades, n_grades, n_database, *, last_first=False, with_ties=False):
    """Return groups of one item each: ties in ordinals (n_queries, n_columns) are broken by column.

    `last_first` puts the higher column first; `with_ties` attaches the groups before ties were broken.
    """
    if last_first:
        ordinals, grades = ordinals[:, ::-1], grades[:, ::-1]
    grades, ranked = grades.copy(), ordinals.copy() if with_ties else None
    for i, row in enumerate(ordinals):  # row by row: the order stays in cache
        order = np.argsort(row, kind="stable")
        grades[i] = grades[i][order]
        if with_ties:
            ranked[i] = row[order]
    hits = np.flatnonzero(grades)
    query, before = np.divmod(hits, grades.shape[1])
    counts = _count_grades(np.arange(len(hits)), grades.ravel()[hits], n_grades)
    tied = _groups_of_ranked(_starts(ranked), query, before, counts, n_database) if with_ties else None
    return TieGroups(query, before, np.ones_like(query), counts, len(ordinals), n_database, tied)


def _groups_of_ranked(starts, query, before, counts, n_database):
    """Return the `TieGroups` of ranked rows, given where groups start (n_queries, n_columns) and where hits are."""
    first = np.flatnonzero(starts)
    group = np.searchsorted(first, query * starts.shape[1] + before, side="right") - 1
    new = np.flatnonzero(np.diff(group, prepend=-1))
    size = np.diff(first, append=starts.size)[group[new]]
    before = first[group[new]] - query[new] * starts.shape[1]
    grades = np.add.reduceat(counts, new, axis=0) if len(new) else counts
    return TieGroups(query[new], before, size, grades, len(starts), n_database)


def _starts(ranked):
    """Return whether each entry of sorted rows (n_rows, n_columns) differs from the one before it."""
    starts = np.ones(ranked.shape, dtype=bool)
    np.not_equal(ranked[:, 1:], ranked[:, :-1], out=starts[:, 1:])
    return starts


def _irrelevant(n_grades):
    """Return the low bits of the key of an irrelevant item: all ones."""
    return (1 << n_grades.bit_length()) - 1


def _sizes(start, hits, tied):
    """Return how many items and how many relevant ones the groups at `start` have, from where items tie."""
    size, relevant = np.ones_like(start), np.ones_like(start)
    if len(tied):
        first = np.flatnonzero(np.diff(tied, prepend=-1) != 1)  # runs of neighbours that tie
        run_start, run_size = tied[first] - 1, np.diff(first, append=len(tied)) + 1
        in_run = np.searchsorted(hits, run_start + run_size) - np.searchsorted(hits, run_start)
        groups = np.searchsorted(start, run_start[in_run > 0])
        size[groups], relevant[groups] = run_size[in_run > 0], in_run[in_run > 0]
    return size, relevant


def _count_grades(group, grade, n_grades):
    """Count the hits (n_hits,) of each group and grade: (n_groups, n_grades)."""
    n_groups = group[-1] + 1 if len(group) else 0
    cells = np.bincount(group * n_grades + grade.astype(np.int64) - 1, minlength=n_groups * n_grades)
    return cells.reshape(n_groups, n_grades)
