"""Protocols: what a number depends on, checked, named and printed as one line."""

from dataclasses import FrozenInstanceError

import pytest

from shallow_cmr.protocol import PROTOCOLS, Protocol, get_protocol


def test_the_headline_prints_as_the_line_that_a_paper_quotes():
    assert str(PROTOCOLS["heldout"]) == (
        "mAP@all; queries: test items; database: the test items of the other modality, each coded from its own "
        "modality alone; cosine / Hamming; ties: expected value over their orders; queries without a relevant item "
        "skipped"
    )


def test_every_field_shows_in_the_line():
    base = Protocol("base", top_k=50, denominator="retrieved", ties="stable", database="train")
    changes = [
        {"database": "rest"},
        {"codes": "unified"},
        {"codes": "training"},
        {"metric": "hamming"},
        {"metric": "correlation"},
        {"top_k": 100},
        {"denominator": "min"},
        {"ties": "expected"},
        {"no_relevant": "zero"},
        {"none_retrieved": "skip"},
    ]
    fields = {"top_k": 50, "denominator": "retrieved", "ties": "stable", "database": "train"}
    lines = [str(base), *(str(Protocol("other", **(fields | change))) for change in changes)]
    assert len(set(lines)) == len(lines)
    assert all("\n" not in line for line in lines)


def test_presets_are_named_after_their_key_and_differ():
    assert all(protocol.name == name for name, protocol in PROTOCOLS.items())
    assert len({str(protocol) for protocol in PROTOCOLS.values()}) == len(PROTOCOLS)
    assert PROTOCOLS["training_database"].database == "train"


def test_a_protocol_is_found_by_name_or_passes_through_and_cannot_be_changed():
    own = Protocol("own")
    assert get_protocol(own) is own
    assert get_protocol("heldout") is PROTOCOLS["heldout"]
    with pytest.raises(ValueError, match="'held-out' is unknown; it must be a Protocol or one of heldout"):
        get_protocol("held-out")
    with pytest.raises(FrozenInstanceError):
        own.ties = "stable"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"database": "validation"}, "test, train, rest"),
        ({"codes": "fused"}, "modality, unified, training"),
        ({"codes": "training"}, "needs training items"),
        ({"metric": "precomputed"}, "auto, hamming, cosine"),
        ({"ties": "random"}, "expected, optimistic"),
        ({"no_relevant": "drop"}, "skip, zero"),
        ({"none_retrieved": "skip"}, "denominator='retrieved'"),
        ({"top_k": 50}, "needs a denominator"),
        ({"denominator": "min"}, "needs a cutoff"),
        ({"top_k": 0, "denominator": "min"}, "1 or more"),
        ({"name": ""}, "tables show it"),
    ],
)
def test_a_protocol_that_cannot_be_run_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Protocol(**({"name": "own"} | fields))
