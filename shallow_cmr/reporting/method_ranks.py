"""Average ranks of the methods over the data sets of a run: blocks are data sets, as splits share items (Demšar)."""

from dataclasses import dataclass

from shallow_cmr.reporting.comparisons import LEVEL
from shallow_cmr.reporting.notation import level_text, p_text
from shallow_cmr.reporting.tables import markdown_table, markdown_text
from shallow_cmr.statistics import FriedmanTest, average_ranks, cliques, critical_difference, friedman_test

__all__ = ["MethodRanks", "rank_methods", "ranks_to_markdown"]

_FEW_DATASETS = 10  # up to which Friedman's test has little power and its χ² is rough


@dataclass(frozen=True)
class MethodRanks:
    """Average ranks over data sets, best first, and which of them differ.

    Parameters
    ----------
    labels : list of str
    ranks : list of float
    datasets : list of str
    left_out : list of str
        Methods that lack a score at some size of some data set.
    friedman : FriedmanTest
    critical_difference : float
        Nemenyi's, at `level`.
    cliques : list of list of str
        Methods that it does not part.
    level : float
    measure : str
        What the data sets were scored by.
    """

    labels: list
    ranks: list
    datasets: list
    left_out: list
    friedman: FriedmanTest
    critical_difference: float
    cliques: list
    level: float
    measure: str

    @property
    def caption(self):
        """The tests, and how far they can be trusted."""
        n, k = len(self.datasets), len(self.labels)
        sentences = [
            f"Average ranks over {n} data sets by {self.measure} (mean over sizes and directions), 1 is best",
            f"Joined methods are not separable (Nemenyi, level {level_text(self.level)}: ranks differ by less than "
            f"{self.critical_difference:.2f})",
            f"Friedman's test: χ² = {self.friedman.statistic:.2f}, p {_equals(self.friedman.p_value)}",
        ]
        if self.friedman.p_value > self.level:
            sentences.append("By that no method differs from another, whatever the bars say")
        if self.critical_difference > k - 1:
            sentences.append(f"With {n} data sets no two of {k} methods can be told apart, however they rank")
        elif n <= _FEW_DATASETS:
            sentences.append(f"{n} data sets give these tests little power: that methods are joined says little")
        if self.left_out:
            sentences.append(f"Left out, for want of a score at every size of every data set: {_listed(self.left_out)}")
        return ". ".join(sentences) + "."


def rank_methods(boards, level=LEVEL):
    """Rank methods by their mean over sizes and directions on each data set.

    Parameters
    ----------
    boards : list of Leaderboard
        One a data set.
    level : float

    Returns
    -------
    MethodRanks

    Raises
    ------
    ValueError
        Fewer than two data sets, or than three methods with a score at every size of each.
    """
    scored = [board for board in boards if board.scored]
    means = [{line.label: board.mean(line) for line in board.lines} for board in scored]
    known = list(dict.fromkeys(line.label for board in boards for line in board.lines))
    labels = [label for label in known if means and all(found.get(label) is not None for found in means)]
    if len(scored) < 2 or len(labels) < 3:
        raise ValueError(
            "Average ranks need two data sets or more, and three methods or more with a score at every size of each; "
            f"here are {len(scored)} and {len(labels)}."
        )
    signs = [-1 if board.lower_is_better else 1 for board in scored]
    scores = [[sign * found[label] for label in labels] for sign, found in zip(signs, means)]
    ranks = average_ranks(scores).tolist()
    order = sorted(range(len(labels)), key=lambda place: ranks[place])
    difference = critical_difference(len(labels), len(scored), level)
    return MethodRanks(
        labels=[labels[place] for place in order],
        ranks=[ranks[place] for place in order],
        datasets=[board.dataset for board in scored],
        left_out=[label for label in known if label not in labels],
        friedman=friedman_test(scores),
        critical_difference=difference,
        cliques=[[labels[place] for place in group] for group in cliques(ranks, difference)],
        level=level,
        measure=" or ".join(dict.fromkeys(board.measure for board in scored)),
    )


def ranks_to_markdown(boards):
    """Return the average ranks as markdown, or the sentence that says what they need."""
    try:
        ranking = rank_methods(boards)
    except ValueError as error:
        return f"{error}\n"
    rows = [[markdown_text(label), f"{rank:.2f}"] for label, rank in zip(ranking.labels, ranking.ranks)]
    table = markdown_table(["method", "average rank"], rows)
    return f"**Average ranks**\n\n{table}\n\n{markdown_text(ranking.caption)}\n"


def _equals(p_value):
    """Return ``= .012`` or ``< .001``."""
    text = p_text(p_value)
    return f"< {text[1:]}" if text.startswith("<") else f"= {text}"


def _listed(labels):
    """Return names apart, although they may hold commas."""
    return "; ".join(labels)
