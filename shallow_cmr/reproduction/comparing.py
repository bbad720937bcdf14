"""Our numbers beside those that were printed and those that other code gave."""

from dataclasses import dataclass, replace
from itertools import product, zip_longest
from statistics import fmean, stdev

from shallow_cmr.evaluation import DIRECTIONS
from shallow_cmr.reproduction.catalogue import Part, Run
from shallow_cmr.reproduction.references import Reference, references_of

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """One number of ours and what it is held against.

    Parameters
    ----------
    part : Part
    run : Run
    measure : str
        As tables call it: ``mAP@all``.
    size : int
    direction : str
    values : tuple of float
        One a seed; `ours` is their mean.
    published, measured : Reference or None
        What was printed, what other code gave.
    chance : float or None
        What rankings in random order score.
    error : str or None
        Why there are no values.
    """

    part: Part
    run: Run
    measure: str
    size: int
    direction: str
    values: tuple
    published: Reference | None = None
    measured: Reference | None = None
    chance: float | None = None
    error: str | None = None

    @property
    def call(self):
        """The constructor call."""
        return self.run.call(self.size)

    @property
    def ours(self):
        """Mean over the seeds, None where a fit failed."""
        return fmean(self.values) if self.values else None

    @property
    def std(self):
        """Sample standard deviation over the seeds, None for one."""
        return stdev(self.values) if len(self.values) > 1 else None

    @property
    def references(self):
        """What there is of `published` and `measured`."""
        return [reference for reference in (self.published, self.measured) if reference]

    @property
    def verdict(self):
        """``"in band"``; ``"explained"`` or ``"unexplained"`` for the worst of its references; ``"failed"``."""
        if self.error:
            return "failed"
        verdicts = [reference.verdict for reference in self.references]
        return next((worst for worst in ("unexplained", "explained") if worst in verdicts), "in band")


def compare(reproduction, results):
    """Hold the results of every part against published numbers and those of other code.

    Parameters
    ----------
    reproduction : Reproduction
    results : dict of str to Results
        By the name of the part.

    Returns
    -------
    list of Comparison
        In the catalogue's order. What is held against several numbers of a kind has a row for each; what nothing is
        known about has none.
    """
    return [
        comparison
        for part in reproduction.parts
        for measure in part.protocol.get_measures()
        for run in part.runs
        for size, direction in product(run.sizes, DIRECTIONS)
        for comparison in _compare(reproduction, part, run, size, direction, measure.name, results[part.name].rows)
    ]


def _compare(reproduction, part, run, size, direction, measure, rows):
    """Return the comparisons of one number."""
    mine = [row for row in rows if row["label"] == run.label and row["n_dimensions"] == size]
    error = next((row["error"] for row in mine if row["error"]), None)
    number = Comparison(part, run, measure, size, direction, (), error=error)
    if error:
        return [number]
    scores = [row for row in mine if (row["direction"], row["measure"]) == (direction, measure)]
    number = replace(number, values=tuple(row["value"] for row in scores), chance=scores[0]["chance"])
    published, measured = references_of(reproduction, part, run, size, direction, measure, number.ours)
    pairs = zip_longest(published, measured)
    return [replace(number, published=printed, measured=other) for printed, other in pairs]
