"""The published numbers: each says what it was measured on, under which convention, and how we know it."""

import re
from collections import Counter, defaultdict

import pytest

from shallow_cmr.published import load_published

ROWS = load_published()
METHODS = {
    *("random", "constant", "ridge to labels", "CCA", "KCCA", "PLS", "PLS-SVD", "BLM", "CDFE", "SM", "SCM (2010)"),
    *("GMLDA", "GMMFA", "CCA-3V", "cluster-CCA", "LCFS", "JFSSL", "JRL", "JGRHML", "CCA-ITQ", "CVH", "CMSSH", "IMH"),
    *("LSSH", "STMH", "CMFH", "SMFH", "LCMFH", "RFDH", "FSH", "SCM", "SePH", "GSePH", "DLFH", "DCH", "SRLCH", "BATCH"),
    "SCRATCH",
}
KNOWN = {
    "kind": {"published", "original code", "re-implementation"},
    "verified": {"read", "author log", "unverified", "measured"},
    "method": METHODS,
    "dataset": {"Wikipedia", "MIRFlickr-25K", "NUS-WIDE", "IAPR TC-12", "MS COCO"},
    "direction": {"image->text", "text->image", "mean"},
    "measure": {"mAP@all", "mAP@50", "mAP@100"},
    "database": {"test", "train", "rest", "not stated"},
    "codes": {"modality", "unified", "training", "not stated"},
    "ties": {"stable", "expected", "not stated"},
    "size": {None, 5, 7, 8, 9, 10, 16, 32, 64, 128},
}
NUMBER = ("kind", "method", "variant", "dataset", "features", "size", "direction", "measure", "database", "codes")


def test_no_field_is_blank():
    assert [
        row for row in ROWS for name, value in row.items() if value == "" or (value is None and name != "size")
    ] == []


@pytest.mark.parametrize("column", KNOWN)
def test_a_column_says_what_is_known_and_nothing_else(column):
    assert {row[column] for row in ROWS} == KNOWN[column]


def test_every_number_is_a_share():
    assert all(0 < row["value"] < 1 for row in ROWS)


def test_a_number_is_stated_once_by_a_source():
    stated = Counter(tuple(row[name] for name in (*NUMBER, "source")) for row in ROWS)
    assert [number for number, times in stated.items() if times > 1] == []


def test_every_source_has_a_doi_or_a_reason_why_not():
    for doi in {row["doi"] for row in ROWS}:
        assert re.fullmatch(r"10\.\d{4,}/\S+|none: .{10,}", doi)


def test_what_is_read_says_where_and_what_is_not_says_so():
    openings = {"read": "Read ", "author log": "Read in logs", "unverified": "Recalled, not read", "measured": "Run "}
    assert all(row["remark"].startswith(openings[row["verified"]]) for row in ROWS)


def test_what_is_printed_was_not_measured_here_and_the_reverse():
    assert all((row["kind"] == "published") == (row["verified"] != "measured") for row in ROWS)


def test_a_mean_is_that_of_both_directions():
    numbers = defaultdict(dict)
    for row in ROWS:
        numbers[row["source"], row["method"], row["variant"], row["size"], row["measure"]][row["direction"]] = row[
            "value"
        ]
    means = [found for found in numbers.values() if "mean" in found]
    assert len(means) == 4
    for found in means:
        assert found["mean"] == pytest.approx((found["image->text"] + found["text->image"]) / 2, abs=1.01e-4)


def test_recalled_numbers_are_those_that_could_be_read_elsewhere():
    read, recalled = (
        {(row["method"], row["direction"]): row["value"] for row in ROWS if row["source"] == source}
        for source in ("Zhu et al. (2020)", "Wang et al. (2013)")
    )
    shared = read.keys() & recalled.keys()
    assert len(shared) == 4
    assert all(read[number] == recalled[number] for number in shared)


def test_no_cell_is_a_formula():
    assert not any(str(value).startswith(("=", "+", "-", "@")) for row in ROWS for value in row.values())


def test_the_numbers_are_a_table_at_once():
    import pandas

    frame = pandas.DataFrame(ROWS)
    assert frame["value"].dtype == float
    assert set(frame.query("method == 'SePH' and dataset == 'Wikipedia'")["size"]) == {16, 32, 64, 128}


def test_a_caller_cannot_change_what_the_next_one_gets():
    load_published()[0]["value"] = 2.0
    assert load_published() == ROWS
