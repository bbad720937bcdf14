"""The legend of the tables: letters for sources, numbers for reasons, and what they stand for."""

from dataclasses import dataclass
from string import ascii_lowercase

__all__ = ["KEY", "Legend"]

KEY = (
    "i→t: pictures ask for texts. k: bits or dimensions. published: as printed, ? where unverified. other code: the "
    "original, or code written from the formulas. diff: ours minus the number before it, * or ! where it is beyond the "
    "band. Letters name sources, numbers reasons; both below."
)


@dataclass(frozen=True)
class Legend:
    """What the marks in tables of some comparisons stand for.

    Parameters
    ----------
    sources : dict of str to dict
        A row of `load_published` by the name of its source, in the order of the letters.
    reasons : dict of str to str
        Texts by name, in the order of the numbers: those alone that some difference needs.
    """

    sources: dict
    reasons: dict

    @classmethod
    def of(cls, comparisons, reasons):
        """Collect what `comparisons` refer to; `reasons` are all the texts there are."""
        references = [reference for comparison in comparisons for reference in comparison.references]
        needed = {name for reference in references for name in reference.reasons}
        sources = {}
        for reference in references:
            sources.setdefault(reference.row["source"], reference.row)
        return cls(sources, {name: text for name, text in reasons.items() if name in needed})

    def letter(self, row):
        """Return the letter of a row's source."""
        return ascii_lowercase[list(self.sources).index(row["source"])]

    def numbers(self, comparison):
        """Return the numbers, as texts, of the reasons that a comparison needs."""
        needed = {name for reference in comparison.references for name in reference.reasons}
        return [str(number) for number, name in enumerate(self.reasons, start=1) if name in needed]

    def source_lines(self):
        """Return ``(letter, citation)`` of each source."""
        return [(self.letter(row), _cited(row)) for row in self.sources.values()]

    def reason_lines(self):
        """Return ``(number, text)`` of each reason."""
        return [(str(number), text) for number, text in enumerate(self.reasons.values(), start=1)]


def _cited(row):
    """Return a source as one line: citation, DOI, how it is known."""
    doi = "" if row["doi"].startswith("none:") else f" doi:{row['doi']}."
    warning = " Unverified: not to be cited." if row["verified"] == "unverified" else ""
    return f"{row['citation']}.{doi} {row['remark']}{warning}"
