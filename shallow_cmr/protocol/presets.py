"""The named protocols: ours, and those that published numbers follow."""

from shallow_cmr.protocol.protocol import Protocol

__all__ = ["PROTOCOLS", "get_protocol"]

_PRESETS = (
    Protocol("heldout", note="The headline: items seen in training leak their labels into supervised scores."),
    Protocol("training_database", database="train", note="What many hashing papers rank; a second, labelled table."),
    Protocol(
        "seph",
        database="rest",
        codes="unified",
        metric="hamming",
        ties="stable",
        note=(
            "Lin et al. (2015), Semantics-preserving hashing: the paper's rule of one code an item from both of its "
            "modalities; on Wikipedia its database is the training set. Demos in circulation code each modality apart."
        ),
    ),
    Protocol(
        "dcmh",
        database="rest",
        metric="hamming",
        ties="stable",
        no_relevant="zero",
        note=(
            "Jiang and Li (2017), Deep cross-modal hashing, as its code computes it: the database holds the training "
            "items. Where the published sort is not stable, agreement is up to the order of ties."
        ),
    ),
    Protocol(
        "hashnet",
        database="rest",
        metric="hamming",
        measures=("map@k",),
        denominator="retrieved",
        ties="stable",
        none_retrieved="skip",
        note="Cao et al. (2017), HashNet: k is 1000 on ImageNet, 5000 on NUS-WIDE and COCO; databases are listed.",
    ),
    Protocol(
        "trec",
        ties="reversed",
        no_relevant="zero",
        gain="linear",
        note=(
            "trec_eval: ties by document id, highest first. Its map_cut is measures=('map@k',) with "
            "denominator='relevant', its ndcg_cut 'ndcg@k'."
        ),
    ),
    Protocol(
        "rasiwasia",
        metric="cosine",
        ties="stable",
        no_relevant="raise",
        note=(
            "Wikipedia as later papers say that Rasiwasia et al. (2010) ranked it, not verified against their code; "
            "metric='correlation' is the variant."
        ),
    ),
    Protocol(
        "image_caption",
        metric="cosine",
        relevant="pair",
        measures=("hit_rate@1", "hit_rate@5", "hit_rate@10", "median_rank", "first_rank", "rsum"),
        ties="stable",
        no_relevant="raise",
        note=(
            "Retrieval between images and captions. With several captions an image give ('ids', query_ids, "
            "database_ids) as relevance; COCO 1K is the mean of five folds. Hit rates are shares, not per cent."
        ),
    ),
)

#: The named protocols.
PROTOCOLS = {protocol.name: protocol for protocol in _PRESETS}


def get_protocol(protocol):
    """Return the protocol of that name; a `Protocol` passes through.

    Parameters
    ----------
    protocol : str or Protocol
        ``"hashnet@1000"`` fills the cutoff that "hashnet" leaves open.

    Returns
    -------
    Protocol
        Ready for use: no cutoff is open.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If there is none of that name; the message lists those there are. If a cutoff is left open.

    Examples
    --------
    >>> print(get_protocol("heldout"))
    mAP@all; queries: test items; database: the test items of the other modality, each coded from its own modality \
alone; cosine / Hamming; ties: expected value over their orders; queries without a relevant item skipped
    >>> get_protocol("hashnet@1000").measure
    'mAP@1000'
    """
    if isinstance(protocol, Protocol):
        protocol.get_measures()  # an open cutoff is an error
        return protocol
    if not isinstance(protocol, str):
        raise TypeError(
            f"protocol is of type {type(protocol).__name__}; it must be a Protocol or one of {', '.join(PROTOCOLS)}."
        )
    name, at, cutoff = protocol.partition("@")
    if name not in PROTOCOLS:
        raise ValueError(f"protocol {protocol!r} is unknown; it must be a Protocol or one of {', '.join(PROTOCOLS)}.")
    if at and not PROTOCOLS[name].is_open:
        raise ValueError(f"protocol {name!r} leaves no cutoff open; give {name!r}, or a Protocol of your own.")
    return get_protocol(PROTOCOLS[name].filled(cutoff) if at else PROTOCOLS[name])
