"""The leaderboard: methods by sizes and directions, mean and standard deviation over splits and seeds."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean, stdev

from shallow_cmr.evaluation import DIRECTIONS

__all__ = ["Leaderboard", "Line", "Summary", "leaderboards", "require_leaderboard"]


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
    sizes : list of int
    directions : list of str
    lines : list of Line
        Methods.
    chance : Line
    """

    dataset: str
    measure: str
    protocol: str
    sizes: list
    directions: list
    lines: list
    chance: Line

    @property
    def columns(self):
        """Pairs (size, direction) in reading order."""
        return [(size, direction) for size in self.sizes for direction in self.directions]

    @property
    def scored(self):
        """Whether any method has a score."""
        return any(line.values for line in self.lines)

    @property
    def spread(self):
        """Whether any score has a standard deviation."""
        return any(summary.std is not None for line in self.lines for summary in line.values.values())

    def is_best(self, line, column=None):
        """Tell whether no method beats `line` in a column; None: in the mean over all columns.

        A method that was not run at every size has no part in the contest for the mean.
        """
        rivals = [self._mean(rival, column) for rival in self.lines]
        mine = self._mean(line, column)
        return mine is not None and mine == max(value for value in rivals if value is not None)

    def _mean(self, line, column):
        """Return the mean to compare, None where there is none."""
        summary = line.values.get(column) if column else (line.overall if line.complete else None)
        return summary.mean if summary else None


_REMEDY = (
    "Results come from run_suite or load_results of shallow_cmr.experiment; "
    "the rows of evaluate make a table as pandas.DataFrame(rows)"
)


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

    Returns
    -------
    list of Leaderboard

    Raises
    ------
    TypeError
        `results` are something else, rows of `evaluate` for example.
    """
    if not hasattr(results, "plan"):
        raise TypeError(f"leaderboards are made from Results, got {type(results).__name__}; {_REMEDY}")
    by_dataset = defaultdict(list)
    for row in results.rows:
        by_dataset[row["dataset"]].append(row)
    return [_leaderboard(name, rows, results.plan["protocol"]) for name, rows in by_dataset.items()]


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
    lines.sort(key=lambda line: -line.overall.mean if line.overall else 1)
    return Leaderboard(dataset, measure, protocol, sizes, directions, lines, _line("chance", chance_rows, columns))


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
