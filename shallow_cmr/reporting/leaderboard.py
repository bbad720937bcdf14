"""The leaderboard: methods by sizes and directions, mean and standard deviation over splits and seeds."""

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from shallow_cmr.evaluation import DIRECTIONS
from shallow_cmr.metrics.names import MEASURES
from shallow_cmr.reporting.comparisons import NOT_COMPARED, Comparisons, compare_methods

__all__ = ["Leaderboard", "Line", "Summary", "leaderboards", "method_order", "require_leaderboard"]


@dataclass(frozen=True)
class Summary:
    """Mean and sample standard deviation of a score over `n` splits and seeds; `std` is None for one."""

    mean: float
    std: float | None
    n: int

    @classmethod
    def of(cls, values):
        """Summarise a list of numbers; None where it is empty."""
        return cls(fmean(values), stdev(values) if len(values) > 1 else None, len(values)) if values else None


@dataclass(frozen=True)
class Line:
    """One method: a `Summary` by (size, direction), their mean, and what went wrong."""

    label: str
    values: dict
    overall: Summary | None
    errors: tuple = ()
    complete: bool = True


@dataclass(frozen=True)
class Leaderboard:
    """One dataset's table, best mean first, chance last.

    Parameters
    ----------
    dataset, measure, protocol : str
        The data set's label, the protocol's headline as tables print it, and the protocol's line.
    sizes : list of int
        Dimensions or bits, rising.
    directions : list of str
        Of `shallow_cmr.evaluation.DIRECTIONS`, those with a score; both where nothing has one.
    lines : list of Line
        Methods, each with its ``label``, its ``values`` by (size, direction), its ``overall`` mean and ``errors``.
    chance : Line
        What rankings in random order score.
    lower_is_better : bool
        Of the measure.
    spread : str
        What standard deviations are over: ``"splits"``, ``"seeds"`` or ``"splits and seeds"``; empty: there are none.
    comparisons : Comparisons
        Which methods differ.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards
    >>> methods = MethodEntry("CCA", parameters={"reg": 1}), MethodEntry("PLS")
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), methods, sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [board] = leaderboards(results)
    >>> [line.label for line in board.lines], board.columns
    (['CCA', 'PLS'], [(4, 'image->text'), (4, 'text->image')])
    >>> best, other = board.lines
    >>> board.is_best(best), board.mean(best) > board.mean(other) > board.mean(board.chance)
    (True, True)
    """

    dataset: str
    measure: str
    protocol: str
    sizes: list
    directions: list
    lines: list
    chance: Line
    lower_is_better: bool = False
    spread: str = ""
    comparisons: Comparisons = NOT_COMPARED

    @property
    def columns(self):
        """Pairs (size, direction) in reading order."""
        return [(size, direction) for size in self.sizes for direction in self.directions]

    @property
    def scored(self):
        """Whether any method has a score."""
        return any(line.values for line in self.lines)

    def is_best(self, line, column=None):
        """Tell whether no method beats this one in a column.

        A method that was not run at every size has no part in the contest for the mean.

        Parameters
        ----------
        line : Line
            One of this leaderboard.
        column : tuple or None
            ``(size, direction)``, in which None stands for the mean over all of them; None: the mean over all columns.

        Returns
        -------
        bool
            True for all that share the best mean.
        """
        means = self.contest(column)
        return bool(means) and self.mean(line, column) == means[0]

    def is_level(self, line, column=None):
        """Tell whether a method is not the best of a column, but no test parts it from the best.

        Parameters
        ----------
        line : Line
            One of this leaderboard.
        column : tuple or None
            ``(size, direction)``, in which None stands for the mean over all of them; None: the mean over all columns.

        Returns
        -------
        bool
            False where nothing was tested.
        """
        return not self.is_best(line, column) and line.label in self.comparisons.level_with_best(column or (None, None))

    def contest(self, column=None):
        """Return the distinct means that take part in a column.

        Parameters
        ----------
        column : tuple or None
            ``(size, direction)``, in which None stands for the mean over all of them; None: the mean over all columns.

        Returns
        -------
        list of float
            Of the methods, the best first.
        """
        means = {self.mean(line, column) for line in self.lines} - {None}
        return sorted(means, reverse=not self.lower_is_better)

    def mean(self, line, column=None):
        """Return the mean of a line in a column.

        Parameters
        ----------
        line : Line
            One of this leaderboard.
        column : tuple or None
            ``(size, direction)``, in which None stands for the mean over all of them; None: the mean over all columns.

        Returns
        -------
        float or None
            None where it takes no part.
        """
        size, direction = column or (None, None)
        if size is None:
            return line.overall.mean if line.overall and line.complete else None
        wanted = [direction] if direction else self.directions
        found = [line.values[size, each].mean for each in wanted if (size, each) in line.values]
        return fmean(found) if len(found) == len(wanted) else None


_REMEDY = (
    "Results come from run_suite or load_results of shallow_cmr.experiment; "
    "the rows of evaluate make a table as pandas.DataFrame(rows)"
)


def method_order(results):
    """Return the labels of all methods as the suite lists them: by it each has its colour, on every data set."""
    return list(dict.fromkeys(row["label"] for row in results.rows))


def require_leaderboard(board):
    """Raise a TypeError that says where a `Leaderboard` comes from, if `board` is none."""
    if not isinstance(board, Leaderboard):
        wanted = "a Leaderboard, one of leaderboards(results), is needed"
        raise TypeError(f"{wanted}, got {type(board).__name__}. {_REMEDY}.")


def leaderboards(results):
    """Return a `Leaderboard` for each dataset of the results.

    Parameters
    ----------
    results : Results
        From `run_suite` or `load_results`.

    Returns
    -------
    list of Leaderboard
        In the order of the suite, by the headline of each data set's protocol.

    Raises
    ------
    TypeError
        `results` are something else, rows of `evaluate` for example.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> from shallow_cmr.reporting import leaderboards
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [(board.dataset, board.measure, board.sizes) for board in leaderboards(results)]
    [('topics (n_train=100)', 'mAP@all', [4])]
    """
    if not hasattr(results, "plan"):
        raise TypeError(f"leaderboards are made from Results, got {type(results).__name__}; {_REMEDY}")
    by_dataset = defaultdict(list)
    for row in results.rows:
        by_dataset[row["dataset"]].append(row)
    protocols = results.plan.get("protocols", {})  # of the datasets that have one of their own
    boards = [
        _leaderboard(name, rows, protocols.get(name, results.plan["protocol"])) for name, rows in by_dataset.items()
    ]
    return [replace(board, comparisons=compare_methods(board, results)) for board in boards]


def _leaderboard(dataset, rows, protocol):
    """Return the table of one dataset from its rows, by the protocol's headline, which stands first."""
    measure = rows[0]["measure"]
    rows = [row for row in rows if row["measure"] == measure]
    scored = [row for row in rows if row["value"] is not None]
    directions = list(dict.fromkeys(row["direction"] for row in scored)) or list(DIRECTIONS)
    sizes = sorted({row["n_dimensions"] for row in rows if row["label"] != "chance"})
    columns = [(size, direction) for size in sizes for direction in directions]
    labels = dict.fromkeys(row["label"] for row in rows if row["label"] != "chance")
    lines = [_line(label, [row for row in rows if row["label"] == label], columns) for label in labels]
    chance_rows = [{**row, "n_dimensions": size} for row in rows if row["label"] == "chance" for size in sizes]
    lower = _lower_is_better(measure)
    lines.sort(key=lambda line: (line.overall is None, line.overall and line.overall.mean * (1 if lower else -1)))
    chance = _line("chance", chance_rows, columns)
    return Leaderboard(dataset, measure, protocol, sizes, directions, lines, chance, lower, _spread(scored))


def _spread(rows):
    """Return over what a method's scores were repeated, in words."""
    found = defaultdict(set)
    for row in rows:
        for name in ("split", "seed"):
            found[name, row["label"]].add(row[name])
    varied = dict.fromkeys(name for (name, _), values in found.items() if len(values) > 1)
    return " and ".join(f"{name}s" for name in ("split", "seed") if name in varied)


def _lower_is_better(measure):
    """Return whether the measure of this name in tables, such as ``mAP@50``, is a rank."""
    symbol = measure.partition("@")[0]
    return any(known.lower_is_better for known in MEASURES.values() if known.symbol == symbol)


def _line(label, rows, columns):
    """Return the summaries of one method; its mean is taken within a split first, so that its spread is the splits'."""
    by_column, by_split = defaultdict(list), defaultdict(list)
    for row in rows:
        if row["value"] is not None:
            by_column[row["n_dimensions"], row["direction"]].append(row["value"])
            by_split[row["split"], row["seed"]].append(row["value"])
    values = {column: Summary.of(scores) for column, scores in by_column.items()}
    return Line(
        label,
        values,
        Summary.of([fmean(scores) for scores in by_split.values()]),
        tuple(dict.fromkeys(row["error"] for row in rows if row["error"])),
        complete=all(column in values for column in columns),
    )
