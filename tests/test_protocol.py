"""Protocols: what a number depends on, checked, named and printed as one line."""

import json
from dataclasses import FrozenInstanceError, asdict

import numpy as np
import pytest

from shallow_cmr.protocol import PROTOCOLS, Protocol, get_protocol


def test_the_headline_prints_as_the_line_that_a_paper_quotes():
    assert str(PROTOCOLS["heldout"]) == (
        "mAP@all; queries: test items; database: the test items of the other modality, each coded from its own "
        "modality alone; cosine / Hamming; ties: expected value over their orders; queries without a relevant item "
        "skipped"
    )


def test_every_field_shows_in_the_line():
    fields = {"measures": ["map@50", "ndcg"], "denominator": "retrieved", "ties": "stable", "database": "train"}
    base = Protocol("base", **fields)
    changes = [
        {"database": "rest"},
        {"codes": "unified"},
        {"codes": "training"},
        {"metric": "hamming"},
        {"metric": "correlation"},
        {"measures": ["map@100", "ndcg"]},
        {"measures": ["map@50", "ndcg", "hit_rate@1"]},
        {"measures": ["map@50", "ndcg"], "gain": "linear"},
        {"denominator": "min"},
        {"ties": "expected"},
        {"no_relevant": "zero"},
        {"measures": ["map@50"], "none_retrieved": "skip"},
        {"measures": ["hit_rate@1"], "denominator": None, "relevant": "pair", "database": "test"},
    ]
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
    with pytest.raises(TypeError, match="protocol is of type ndarray; it must be a Protocol or one of heldout"):
        get_protocol(np.eye(3))
    with pytest.raises(FrozenInstanceError):
        own.ties = "stable"


def test_an_open_cutoff_must_be_filled():
    assert PROTOCOLS["hashnet"].is_open
    assert str(PROTOCOLS["hashnet"]).startswith("mAP@k divided by the relevant items among the top k; queries")
    for protocol in ("hashnet", PROTOCOLS["hashnet"]):
        with pytest.raises(ValueError, match=r"leaves its cutoff open; choose one: get_protocol\('hashnet@1000'\)"):
            get_protocol(protocol)
    filled = get_protocol("hashnet@5000")
    assert (filled.name, filled.measures, filled.measure) == ("hashnet@5000", ("map@5000",), "mAP@5000")
    for name, message in (("hashnet@0", "1 or more"), ("hashnet@many", "1 or more"), ("heldout@5", "no cutoff open")):
        with pytest.raises(ValueError, match=message):
            get_protocol(name)


def test_a_protocol_survives_json():
    for protocol in PROTOCOLS.values():
        assert Protocol(**json.loads(json.dumps(asdict(protocol)))) == protocol


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "seph",
            "mAP@all; queries: test items; database: all items of the other modality that are no queries, each coded "
            "from both of its modalities; Hamming; ties: broken by database index; queries without a relevant item "
            "skipped",
        ),
        (
            "hashnet@5000",
            "mAP@5000 divided by the relevant items among the top k; queries: test items; database: all items of the "
            "other modality that are no queries, each coded from its own modality alone; Hamming; ties: broken by "
            "database index; queries without a relevant item skipped; queries that retrieve none skipped",
        ),
        (
            "image_caption",
            "hit rate@1, hit rate@5, hit rate@10, median rank, mean rank, hit rate sum@1,5,10; queries: test items; "
            "database: the test items of the other modality, each coded from its own modality alone; relevant: the "
            "item of the same pair alone; cosine; ties: broken by database index; queries without a relevant item not "
            "allowed",
        ),
    ],
)
def test_presets_print_their_rules(name, line):
    assert str(get_protocol(name)) == line


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"database": "validation"}, "test, train, rest"),
        ({"codes": "fused"}, "modality, unified, training"),
        ({"codes": "training"}, "needs training items"),
        ({"metric": "precomputed"}, "auto, hamming, cosine"),
        ({"ties": "random"}, "expected, optimistic"),
        ({"relevant": "image"}, "label, pair"),
        ({"relevant": "pair", "database": "train"}, "needs database='test'"),
        ({"gain": "square"}, "exponential, linear"),
        ({"no_relevant": "drop"}, "skip, zero"),
        ({"none_retrieved": "skip"}, "denominator='retrieved'"),
        ({"none_retrieved": "skip", "measures": ["map@5"], "denominator": "min", "ties": "stable"}, "'retrieved'"),
        ({"measures": ["map@50"]}, "mAP@50 needs a denominator"),
        ({"measures": ["map@k"]}, "mAP@1 needs a denominator"),
        ({"denominator": "min"}, "needs a cutoff"),
        ({"denominator": "min", "measures": ["precision@5"]}, "needs a cutoff"),
        ({"measures": ["wap@5"], "denominator": "retrieved"}, "min, relevant"),
        ({"measures": ["map@0"], "denominator": "min"}, "1 or more"),
        ({"measures": ["map@-1"], "denominator": "min"}, "1 or more"),
        ({"measures": ["precision"]}, "P needs a cutoff"),
        ({"measures": ["first_rank@5"]}, "mean rank has no cutoff"),
        ({"measures": ["mAP"]}, "must be one of map, precision, recall"),
        ({"measures": "map"}, "must be a list of names"),
        ({"measures": []}, "must be a list of names"),
        ({"measures": ["ndcg"], "ties": "threshold"}, "NDCG@all has no value"),
        ({"measures": ["median_rank"], "no_relevant": "zero"}, "best of all in median rank"),
        ({"name": ""}, "tables show it"),
    ],
)
def test_a_protocol_that_cannot_be_run_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Protocol(**({"name": "own"} | fields))
