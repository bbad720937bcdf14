"""The protocol object: everything that a number depends on besides the embeddings, checked and printed as one line."""

from dataclasses import dataclass, replace

from shallow_cmr.metrics.ap import AveragePrecision
from shallow_cmr.metrics.convention import (
    GAINS,
    NO_RELEVANT,
    NONE_RETRIEVED,
    TIES,
    check_choice,
)
from shallow_cmr.metrics.names import get_measure
from shallow_cmr.metrics.wap import WeightedAveragePrecision
from shallow_cmr.ranking import METRICS

__all__ = ["Protocol"]

_DATABASES = {
    "test": "the test items of the other modality",
    "train": "the training items of the other modality",
    "rest": "all items of the other modality that are no queries",
}
_CODES = {
    "modality": "each coded from its own modality alone",
    "unified": "each coded from both of its modalities",
    "training": "each with the code it was given in training",
}
_RELEVANT = {"label": "items that share a label", "pair": "the item of the same pair alone"}
_METRICS = ("auto", *(metric for metric in METRICS if metric != "precomputed"))


@dataclass(frozen=True)
class Protocol:
    """What is ranked for whom, and how the ranking is scored. Checked when made.

    Parameters
    ----------
    name : str
        What tables call it.
    database : {"test", "train", "rest"}
        The items that are ranked for the test queries; "rest" are all that are no queries.
    codes : {"modality", "unified", "training"}
        What database items are coded from: their own modality alone, both modalities, or the codes that the method
        learned for them in training.
    metric : {"auto", "hamming", "cosine", "correlation", "euclidean", "dot"}
        "auto": Hamming distance for codes, cosine for embeddings.
    relevant : {"label", "pair"}
        What is relevant where labels are given: items that share one, or only the query's own other half.
    measures : tuple of str
        Names from `shallow_cmr.metrics.names.MEASURES`, with their cutoffs: "map", "map@50", "ndcg@10" ... The first is
        the headline. ``@k`` leaves a cutoff open, which must be filled before use: ``get_protocol("hashnet@1000")``.
    denominator : {None, "retrieved", "min", "relevant"}
        Of average precision at a cutoff.
    ties, no_relevant, none_retrieved : str
        As for `average_precision`.
    gain : {"exponential", "linear"}
        Of NDCG.
    note : str
        Where the protocol comes from, and what about it has been verified.

    Raises
    ------
    ValueError
        If a value is unknown, or two of them exclude each other.

    Examples
    --------
    >>> print(Protocol("top 50", database="train", measures=("map@50",), denominator="relevant", ties="stable"))
    mAP@50 divided by the relevant items in the database; queries: test items; database: the training items of the \
other modality, each coded from its own modality alone; cosine / Hamming; ties: broken by database index; queries \
without a relevant item skipped
    """

    name: str
    database: str = "test"
    codes: str = "modality"
    metric: str = "auto"
    relevant: str = "label"
    measures: tuple = ("map",)
    denominator: str | None = None
    ties: str = "expected"
    no_relevant: str = "skip"
    none_retrieved: str = "zero"
    gain: str = "exponential"
    note: str = ""

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name={self.name!r} must be a word or more: tables show it.")
        choices = {"database": _DATABASES, "codes": _CODES, "metric": _METRICS, "relevant": _RELEVANT, "gain": GAINS}
        choices |= {"no_relevant": NO_RELEVANT, "none_retrieved": NONE_RETRIEVED}
        for field, known in choices.items():
            check_choice(field, getattr(self, field), known)
        if self.codes == "training" and self.database == "test":
            raise ValueError("codes='training' needs training items: test items have no codes learned in training.")
        if self.relevant == "pair" and self.database != "test":
            raise ValueError(
                f"relevant='pair' needs database='test', not {self.database!r}: it holds the other halves."
            )
        self._check_measures()

    def _check_measures(self):
        """Raise if a measure is unknown, or not defined under the other fields."""
        if isinstance(self.measures, str) or not self.measures:
            raise ValueError(f"measures={self.measures!r} must be a list of names, at least one.")
        object.__setattr__(self, "measures", tuple(self.measures))
        for measure in self.filled(1).get_measures():
            measure.check(self.ties, self.no_relevant)
        if self.denominator is not None and not any(map(_takes_denominator, self.measures)):
            raise ValueError(f"denominator={self.denominator!r} needs a cutoff: name a measure such as 'map@50'.")
        if self.none_retrieved != "zero":
            AveragePrecision(1, self.denominator or "relevant", self.none_retrieved).check(self.ties)

    @property
    def measure(self):
        """How tables call the headline: ``mAP@all`` or ``mAP@50``."""
        return self._names()[0]

    @property
    def is_open(self):
        """Whether a cutoff is left open."""
        return any(name.endswith("@k") for name in self.measures)

    def filled(self, top_k):
        """Fill the cutoffs that are left open.

        Parameters
        ----------
        top_k : int
            The cutoff.

        Returns
        -------
        Protocol
            Named after the cutoff, ``"hashnet@1000"``; the same one where none is open.
        """
        if not self.is_open:
            return self
        measures = tuple(f"{name[:-1]}{top_k}" if name.endswith("@k") else name for name in self.measures)
        return replace(self, name=f"{self.name}@{top_k}", measures=measures)

    def with_measure(self, name):
        """Return the protocol with one measure alone.

        Parameters
        ----------
        name : str
            As in `measures`: "map", "ndcg@10".

        Returns
        -------
        Protocol
            Without rules that this measure has no use for.
        """
        unused = {} if _takes_denominator(name) else {"denominator": None, "none_retrieved": "zero"}
        return replace(self, measures=(name,), **unused)

    def get_measures(self):
        """Return the measures as objects.

        Returns
        -------
        list of Measure
            In the order of `measures`.

        Raises
        ------
        ValueError
            A cutoff is open.
        """
        if self.is_open:
            raise ValueError(
                f"protocol {self.name!r} leaves its cutoff open; choose one: get_protocol('{self.name}@1000')."
            )
        rules = {name: getattr(self, name) for name in ("denominator", "none_retrieved", "gain")}
        return [get_measure(name, **rules) for name in self.measures]

    def _names(self):
        """Return how tables call the measures, an open cutoff as k."""
        names = [measure.name for measure in self.filled(1).get_measures()]
        return [f"{name[:-1]}k" if key.endswith("@k") else name for name, key in zip(names, self.measures)]

    def __str__(self):
        rules = [measure.rule for measure in self.filled(1).get_measures()]
        parts = [
            ", ".join(f"{name} {rule}".strip() for name, rule in zip(self._names(), rules)),
            "queries: test items",
            f"database: {_DATABASES[self.database]}, {_CODES[self.codes]}",
            *([f"relevant: {_RELEVANT['pair']}"] if self.relevant == "pair" else []),
            {"auto": "cosine / Hamming", "hamming": "Hamming"}.get(self.metric, self.metric),
            f"ties: {TIES[self.ties]}",
            f"queries without a relevant item {NO_RELEVANT[self.no_relevant]}",
        ]
        if self.denominator == "retrieved":
            parts.append(f"queries that retrieve none {NONE_RETRIEVED[self.none_retrieved]}")
        return "; ".join(parts)


def _takes_denominator(name):
    """Return whether the measure of a name is an average precision at a cutoff."""
    key, at, _ = name.partition("@")
    return bool(at) and key in (AveragePrecision.key, WeightedAveragePrecision.key)
