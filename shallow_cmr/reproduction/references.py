"""What a number is held against: a row of the published numbers, a band, and a reason where ours is beyond it."""

from dataclasses import dataclass
from functools import cache

from shallow_cmr.published import load_published

__all__ = ["Reference", "find_reference", "references_of"]

_published = cache(load_published)


@dataclass(frozen=True)
class Reference:
    """A row of `load_published` beside our number.

    Parameters
    ----------
    row : dict
    difference : float
        Ours minus its value.
    band : float
        Differences up to it count as agreement.
    reasons : tuple of str
        Names of the reasons that account for a difference as large as this one.
    """

    row: dict
    difference: float
    band: float
    reasons: tuple = ()

    @property
    def verdict(self):
        """``"in band"``, ``"explained"``, or ``"unexplained"``."""
        if abs(self.difference) <= self.band:
            return "in band"
        return "explained" if self.reasons else "unexplained"


def references_of(reproduction, part, run, size, direction, measure, ours):
    """Return two lists of `Reference`: what was printed, what other code gave."""
    found = []
    for published, selections in ((True, run.published), (False, run.measured)):
        where = {"dataset": reproduction.published_as, "direction": direction, "measure": measure}
        rows = [find_reference(selection, where, size, part.protocol) for selection in selections]
        band = run.band_at(size, published)
        found.append([_reference(row, ours, band, run.reasons) for row in rows if row is not None])
    return found


def find_reference(selection, where, size, protocol):
    """Return the one row of the published numbers, or None.

    Parameters
    ----------
    selection, where : dict
        Columns and their values.
    size : int
        Rows that do not state theirs match too.
    protocol : Protocol
        What rows say of database and codes agrees with it; many do not say.

    Raises
    ------
    ValueError
        Several rows match, so that more columns have to be named.
    """
    stated = {"database": (protocol.database, "not stated"), "codes": (protocol.codes, "not stated")}
    stated |= {"size": (size, None)} | {name: (value,) for name, value in {**where, **selection}.items()}
    rows = [row for row in _published() if all(row[name] in values for name, values in stated.items())]
    if len(rows) > 1:
        raise ValueError(f"{len(rows)} published numbers match {selection} at {size} {where}; name more columns")
    return rows[0] if rows else None


def _reference(row, ours, band, reasons):
    """Return the reference with the reasons that account for its difference."""
    difference = round(round(ours, 4) - row["value"], 4) + 0.0  # that of the printed numbers; never -0.0
    matching = tuple(name for name, (low, high) in reasons.items() if low <= difference <= high)
    return Reference(row, difference, band, () if abs(difference) <= band else matching)
