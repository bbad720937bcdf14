"""Comparisons as cells: what the tables of terminal and markdown show, and the rows of the CSV file."""

from itertools import groupby

__all__ = ["CSV_COLUMNS", "HEADS", "cells_of", "csv_row", "grouped", "summary"]

#: Heads of `cells_of`.
HEADS = ("ours", "published", "diff", "other code", "diff", "band", "why")
_REFERENCE = ("value", "difference", "band", "verdict", "source", "verified")
CSV_COLUMNS = (
    *("part", "protocol", "measure", "label", "call", "size", "direction", "ours", "std", "n_seeds", "chance"),
    *(f"published_{name}" for name in _REFERENCE),
    *(f"measured_{name}" for name in _REFERENCE),
    *("verdict", "reasons", "error"),
)
_MARKS = {"in band": "", "explained": "*", "unexplained": "!"}


def grouped(comparisons):
    """Return ``(part, measure, comparisons)`` of each table, in order."""
    groups = groupby(comparisons, key=lambda comparison: (comparison.part.name, comparison.measure))
    listed = [list(members) for _, members in groups]
    return [(members[0].part, members[0].measure, members) for members in listed]


def cells_of(comparison, legend):
    """Return ``(text, verdict)`` of each of `HEADS`; what is out of band carries a mark besides."""
    ours = ("failed", "failed") if comparison.error else (_four(comparison.ours), "")
    pairs = [_pair(reference, legend) for reference in (comparison.published, comparison.measured)]
    bands = dict.fromkeys(f"{reference.band:g}".removeprefix("0") for reference in comparison.references)
    band = f"±{'/'.join(bands)}" if bands else ""
    return [ours, *pairs[0], *pairs[1], (band, ""), (",".join(legend.numbers(comparison)), "")]


def _pair(reference, legend):
    """Return the cells of a reference: its value with ? where unverified and its source's letter; the difference."""
    if reference is None:
        return [("–", ""), ("", "")]
    doubt = "?" if reference.row["verified"] == "unverified" else ""
    value = f"{_four(reference.row['value'])}{doubt} {legend.letter(reference.row)}"
    return [(value, ""), (f"{_four(reference.difference, '+')}{_MARKS[reference.verdict]}", reference.verdict)]


def _four(value, sign=""):
    """Return a score with four decimals, as papers print it: ``.2463``; a difference with its sign."""
    return f"{value:{sign}.4f}".replace("0.", ".", 1)


def summary(comparisons):
    """Return one sentence: how many numbers were compared and what came of it."""
    verdicts = [reference.verdict for comparison in comparisons for reference in comparison.references]
    counts = {verdict: verdicts.count(verdict) for verdict in _MARKS}
    failed = sum(comparison.verdict == "failed" for comparison in comparisons)
    return (
        f"{len(verdicts)} comparisons: {counts['in band']} within the band, {counts['explained']} beyond it for a "
        f"stated reason (*), {counts['unexplained']} without one (!)"
        + (f"; {failed} could not be made." if failed else ".")
    )


def csv_row(comparison):
    """Return a comparison as a dict of `CSV_COLUMNS`; scores have four decimals."""
    row = {
        "part": comparison.part.name,
        "protocol": comparison.part.protocol.name,
        "measure": comparison.measure,
        "label": comparison.run.label,
        "call": comparison.call,
        "size": comparison.size,
        "direction": comparison.direction,
        **{name: _rounded(getattr(comparison, name)) for name in ("ours", "std", "chance")},
        "n_seeds": len(comparison.values),
        "verdict": comparison.verdict,
        "reasons": " ".join(dict.fromkeys(name for reference in comparison.references for name in reference.reasons)),
        "error": comparison.error,
    }
    for kind, reference in (("published", comparison.published), ("measured", comparison.measured)):
        if reference:
            stated = {name: reference.row[name] for name in ("value", "source", "verified")}
            stated |= {name: getattr(reference, name) for name in ("difference", "band", "verdict")}
            row |= {f"{kind}_{name}": value for name, value in stated.items()}
    return row


def _rounded(value):
    """Return a number with four decimals, None where there is none."""
    return None if value is None else round(value, 4)
