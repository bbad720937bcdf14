"""Which methods differ: each against the best of its column, and all pairs, corrected for their number."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations

from shallow_cmr.reporting.notation import level_text
from shallow_cmr.reporting.paired_scores import paired_scores
from shallow_cmr.statistics import adjust_p_values

__all__ = ["LEVEL", "NOT_COMPARED", "Comparison", "Comparisons", "compare_methods", "comparison_rows"]

LEVEL = 0.05
_FEW_SPLITS = 3  # with t of two degrees of freedom, a difference counts from 4.3 standard errors on, before correction


@dataclass(frozen=True)
class Comparison:
    """Two methods in one column of a leaderboard.

    Parameters
    ----------
    n_dimensions : int or None
        None: the mean over all sizes.
    direction : str or None
        None: the mean over the directions.
    family : {"with the best", "all pairs"}
        The comparisons that `p_adjusted` is corrected for: of this column, with its best method or of all pairs.
    method, other : str
        Labels; `method` has the better mean.
    difference, standard_error : float or None
        Of `method` less `other`, over what they share.
    p_value, p_adjusted : float or None
        None where they share too little.
    n_splits, n_queries : int or None
        Behind the difference; queries of each split and direction.
    separable : bool
        Whether `p_adjusted` is at most the level.
    verdict : str
        The same in words.
    """

    n_dimensions: int | None
    direction: str | None
    family: str
    method: str
    other: str
    difference: float | None
    standard_error: float | None
    p_value: float | None
    p_adjusted: float | None
    n_splits: int | None
    n_queries: int | None
    separable: bool
    verdict: str


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of one dataset, and how they were made.

    Parameters
    ----------
    test : str
        What was tested over which units; why nothing was, where `lines` is empty.
    correction : {"Holm", "Benjamini-Hochberg"}
    level : float
    lines : tuple of Comparison
    """

    test: str
    correction: str
    level: float
    lines: tuple

    def with_best(self, column):
        """Return the comparisons of a column's methods with its best; column ``(size, direction)``, None in means."""
        return self._by_column.get(tuple(column), [])

    def level_with_best(self, column):
        """Return the labels that no test parts from the best of a column ``(size, direction)``."""
        return {line.other for line in self.with_best(column) if not line.separable}

    @cached_property
    def _by_column(self):
        """The comparisons with the best, by column."""
        found = defaultdict(list)
        for line in self.lines:
            if line.family == "with the best":
                found[line.n_dimensions, line.direction].append(line)
        return found

    @property
    def sentence(self):
        """The test, the correction and the level, as a caption says them."""
        if not self.lines:
            return f"Not tested: {self.test}"
        return f"{self.test}, {self.correction} correction within a column, level {level_text(self.level)}"


NOT_COMPARED = Comparisons("no methods were compared", "Holm", LEVEL, ())


def compare_methods(board, results, *, correction="Holm", level=LEVEL):
    """Compare the methods of a leaderboard in each column, each size and in the mean.

    Parameters
    ----------
    board : Leaderboard
    results : Results
        What it was made of.
    correction : {"Holm", "Benjamini-Hochberg"}
    level : float

    Returns
    -------
    Comparisons

    Notes
    -----
    Over two splits or more the corrected resampled t-test of their means (`resampled_t_test`); over one split the
    paired t-test of its queries (`paired_t_test`), which speaks of these fitted models alone. Queries of several splits
    are never pooled, as they share items.

    The best of a column is picked afterwards, yet correcting its k - 1 comparisons is enough for what the mark says: a
    truly best method is parted from the apparent one only where one of its own k - 1 comparisons errs, to one side,
    which happens in at most half of `level` of all experiments (Bonferroni's argument; Holm's method kept it in all
    simulations). To state that any other two methods differ takes the family of all pairs.
    """
    scores = paired_scores(board, results)
    columns = [] if scores.problem else _columns(board)
    lines = [line for column in columns for line in _compare_column(board, scores, column, correction, level)]
    return Comparisons(_test_words(scores), correction, level, tuple(lines))


def comparison_rows(boards):
    """Return the comparisons of leaderboards as dicts, one a line, for `to_csv`; a mean says "mean"."""
    return [
        {
            "dataset": board.dataset,
            "measure": board.measure,
            **asdict(line),
            "n_dimensions": line.n_dimensions or "mean",
            "direction": line.direction or "mean",
            **{name: getattr(board.comparisons, name) for name in ("test", "correction", "level")},
        }
        for board in boards
        for line in board.comparisons.lines
    ]


def _columns(board):
    """Return the columns to compare in: the mean, each size's mean over the directions, each size and direction."""
    sizes = [(size, None) for size in board.sizes] if len(board.sizes) > 1 and len(board.directions) > 1 else []
    return [(None, None), *sizes, *board.columns]


def _compare_column(board, scores, column, correction, level):
    """Return both families of comparisons in a column, the better method of each pair first."""
    means = {line.label: board.mean(line, column) for line in board.lines}
    sign = 1 if board.lower_is_better else -1
    labels = sorted((label for label in means if means[label] is not None), key=lambda label: sign * means[label])
    values = {label: scores.of(label, column) for label in labels}
    tests = {(one, two): scores.test(values[one] - values[two]) for one, two in combinations(labels, 2)}
    with_best = {pair: test for pair, test in tests.items() if pair[0] == labels[0]}
    families = {"with the best": with_best, "all pairs": tests}
    return [
        Comparison(*column, family, *pair, **judged, **_units(scores, tests[pair]))
        for family, members in families.items()
        for pair, judged in _judge(members, correction, level, board.lower_is_better)
    ]


def _judge(tests, correction, level, lower_is_better):
    """Yield each pair of a family with its numbers, the p-value corrected for all of the family, and the verdict."""
    made = {pair: test for pair, test in tests.items() if test is not None}
    adjusted = dict(zip(made, adjust_p_values([test.p_value for test in made.values()], correction).tolist()))
    for pair, test in tests.items():
        names = ("difference", "standard_error", "p_value")
        judged = {name: getattr(test, name, None) for name in names} | {"p_adjusted": adjusted.get(pair)}
        judged["separable"] = test is not None and adjusted[pair] <= level
        judged["verdict"] = "not separable"
        if test is None:
            judged["verdict"] = "not compared: they share fewer than two splits or queries"
        elif judged["separable"]:
            better, other = pair if (test.difference < 0) == lower_is_better else pair[::-1]
            judged["verdict"] = f"{better} is better than {other}"
        yield pair, judged


def _units(scores, test):
    """Return the number of splits and queries behind a test."""
    if test is None:
        return {"n_splits": None, "n_queries": None}
    if scores.n_splits > 1:
        return {"n_splits": test.n, "n_queries": round(scores.n_test)}
    return {"n_splits": 1, "n_queries": test.n}


def _test_words(scores):
    """Return what was tested over which units, or why nothing was."""
    if scores.problem:
        return scores.problem
    if scores.n_splits > 1:
        few = ", which show large and steady differences alone" if scores.n_splits <= _FEW_SPLITS else ""
        return f"Nadeau-Bengio corrected t-test over {scores.n_splits} splits{few}"
    return "paired t-test over the queries of the one split"
