"""Evaluation protocols: which items are the database, what their codes are made from, and the measure's convention.

A number means nothing without them, so a protocol is an object that prints as the line a paper would quote.
"""

from dataclasses import dataclass

from shallow_cmr.metrics.convention import DENOMINATORS, NO_RELEVANT, NONE_RETRIEVED, TIES, Convention
from shallow_cmr.ranking import METRICS

__all__ = ["PROTOCOLS", "Protocol", "get_protocol"]

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
    top_k, denominator, ties, no_relevant, none_retrieved
        The convention of mean average precision, as in `mean_average_precision`.

    Raises
    ------
    ValueError
        If a value is unknown, or two of them exclude each other.

    Examples
    --------
    >>> print(Protocol("top 50", database="train", top_k=50, denominator="relevant", ties="stable"))
    mAP@50 divided by the relevant items in the database; queries: test items; database: the training items of the \
other modality, each coded from its own modality alone; cosine / Hamming; ties: broken by database index; queries \
without a relevant item skipped
    """

    name: str
    database: str = "test"
    codes: str = "modality"
    metric: str = "auto"
    top_k: int | None = None
    denominator: str | None = None
    ties: str = "expected"
    no_relevant: str = "skip"
    none_retrieved: str = "zero"

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name={self.name!r} must be a word or more: tables show it.")
        metrics = ("auto", *(metric for metric in METRICS if metric != "precomputed"))
        for name, known in (("database", _DATABASES), ("codes", _CODES), ("metric", metrics)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r} is unknown; it must be one of {', '.join(known)}.")
        if self.codes == "training" and self.database == "test":
            raise ValueError("codes='training' needs training items: test items have no codes learned in training.")
        self.convention.require_denominator()

    @property
    def convention(self):
        """The rules of the measure alone, a `Convention`."""
        return Convention(self.top_k, self.denominator, self.ties, self.no_relevant, self.none_retrieved)

    @property
    def measure(self):
        """The usual name of the measure: ``mAP@all`` or ``mAP@50``."""
        return f"mAP@{self.top_k or 'all'}"

    def __str__(self):
        parts = [
            self.measure + (f" divided by {DENOMINATORS[self.denominator]}" if self.denominator else ""),
            "queries: test items",
            f"database: {_DATABASES[self.database]}, {_CODES[self.codes]}",
            {"auto": "cosine / Hamming", "hamming": "Hamming"}.get(self.metric, self.metric),
            f"ties: {TIES[self.ties]}",
            f"queries without a relevant item {NO_RELEVANT[self.no_relevant]}",
        ]
        if self.denominator == "retrieved":
            parts.append(f"queries that retrieve none {NONE_RETRIEVED[self.none_retrieved]}")
        return "; ".join(parts)


#: The named protocols. `heldout` is the headline: items seen in training leak their labels into supervised scores.
PROTOCOLS = {
    protocol.name: protocol for protocol in (Protocol("heldout"), Protocol("training_database", database="train"))
}


def get_protocol(protocol):
    """Return the protocol of that name; a `Protocol` passes through.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists those there are.

    Examples
    --------
    >>> print(get_protocol("heldout"))
    mAP@all; queries: test items; database: the test items of the other modality, each coded from its own modality \
alone; cosine / Hamming; ties: expected value over their orders; queries without a relevant item skipped
    """
    if isinstance(protocol, Protocol):
        return protocol
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol {protocol!r} is unknown; it must be a Protocol or one of {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[protocol]
