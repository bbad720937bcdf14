"""The scores that a test may pair: of the same splits, or of the same queries where there is one split."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from shallow_cmr.metrics.first_rank import MedianRank
from shallow_cmr.statistics import paired_t_test, resampled_t_test

__all__ = ["PairedScores", "paired_scores"]


@dataclass(frozen=True)
class PairedScores:
    """Scores of one dataset's methods on units that they share; seeds are averaged within a unit.

    Parameters
    ----------
    values : dict
        ``{label: {(size, direction): array (n_units,)}}``, NaN where a method has no score.
    columns : list of (int, str)
        Every size and direction of the dataset: a mean stands for all of them or there is none.
    n_units, n_splits : int
        Units are the splits; where there is one, they are its queries.
    n_train, n_test : float or None
        Items of a split, on average; None where the results do not say.
    problem : str
        Why no test can be made, or empty.
    """

    values: dict
    columns: list
    n_units: int
    n_splits: int
    n_train: float | None
    n_test: float | None
    problem: str

    def of(self, label, column):
        """Return the units' values (n_units,) in a column, where None stands for a mean over all."""
        size, direction = column
        cells = [cell for cell in self.columns if size in (None, cell[0]) and direction in (None, cell[1])]
        missing = np.full(self.n_units, np.nan)
        return np.mean([self.values.get(label, {}).get(cell, missing) for cell in cells], axis=0)

    def test(self, differences):
        """Return the `PairedTest` of differences (n_units,) of two methods, None where fewer than two are known."""
        known = differences[np.isfinite(differences)]
        if len(known) < 2:
            return None
        return resampled_t_test(known, self.n_train, self.n_test) if self.n_splits > 1 else paired_t_test(known)


def paired_scores(board, results):
    """Return the `PairedScores` of a leaderboard's dataset from the results that it was made of.

    Over several splits, the mean of each split is one unit: the queries of splits that share items are no independent
    units, and pooled they would make any difference significant. The queries of a single split are.
    """
    rows = [
        row
        for row in results.rows
        if (row["dataset"], row["measure"]) == (board.dataset, board.measure)
        and row["label"] != "chance"
        and row["value"] is not None
    ]
    splits = list(dict.fromkeys(row["split"] for row in rows))
    values = _by_split(rows, splits) if len(splits) > 1 else _by_query(board, results)
    n_units = max((len(each) for found in values.values() for each in found.values()), default=0)
    n_train, n_test = _mean_of(rows, "n_train"), _mean_of(rows, "n_queries")  # every test item is a query
    problem = _problem(board, splits, values, n_train and n_test)
    return PairedScores(values, board.columns, n_units, len(splits), n_train, n_test, problem)


def _by_split(rows, splits):
    """Return the values over the splits, seeds averaged."""
    found = defaultdict(list)
    for row in rows:
        found[row["label"], (row["n_dimensions"], row["direction"]), row["split"]].append(row["value"])
    values = defaultdict(dict)
    for label, column, _ in found:
        values[label][column] = np.array([fmean(found.get((label, column, split), [np.nan])) for split in splits])
    return values


def _by_query(board, results):
    """Return the values over the queries, seeds averaged; None, where the protocol lets a query out, is NaN."""
    found = defaultdict(list)
    for cell in results.cells:
        if cell["dataset"] == board.dataset:
            for direction, scores in (cell["result"] or {}).get("per_query", {}).items():
                found[cell["label"], (cell["n_dimensions"], direction)].append(np.array(scores, dtype=float))
    n_queries = max((len(scores[0]) for scores in found.values()), default=0)
    values = defaultdict(dict)
    for (label, column), scores in found.items():
        if all(len(each) == n_queries for each in scores):
            values[label][column] = np.mean(scores, axis=0)
    return values


def _mean_of(rows, name):
    """Return the mean of a column, None where a row lacks it."""
    numbers = [row.get(name) for row in rows]
    return fmean(numbers) if numbers and None not in numbers else None


def _problem(board, splits, values, sizes_known):
    """Return why no test can be made, or nothing."""
    if len(splits) > 1:
        return "" if sizes_known else "the results do not say how many items a split trained on"
    if board.measure == MedianRank.symbol:
        return "a median over the queries of one split is no mean"
    return "" if values else "the results hold no score of each query"
