"""Experiments: what is there is not computed again, what fails stays alone, what changes a number changes the key."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_suite import load_tiny, scores_of, small_suite

from shallow_cmr import datasets
from shallow_cmr.evaluation import evaluate
from shallow_cmr.experiment import (
    DatasetEntry,
    MethodEntry,
    ResultsFolder,
    Suite,
    load_results,
    pending_cells,
    run_suite,
    write_plan,
)
from shallow_cmr.protocol import Protocol

pytestmark = pytest.mark.usefixtures("tiny")


def test_rows_are_those_of_evaluate(tmp_path):
    suite = small_suite()
    results = run_suite(suite, tmp_path, n_jobs=1)
    first = suite.cells()[0]
    expected = evaluate(first.build(), load_tiny(split=0))
    assert [row["value"] for row in results.rows[:2]] == [row["value"] for row in expected]
    assert len([row for row in results.rows if row["label"] != "chance"]) == 3 * 2 * 2 * 2


def test_a_second_run_computes_nothing(tmp_path):
    suite = small_suite()
    first = scores_of(run_suite(suite, tmp_path, n_jobs=1))
    assert pending_cells(suite, ResultsFolder(tmp_path)) == []
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "cells").iterdir()}
    assert scores_of(run_suite(suite, tmp_path, n_jobs=1)) == first
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "cells").iterdir()} == before


def test_resuming_recomputes_the_missing_cell_alone_and_ends_with_the_same_scores(tmp_path):
    suite = small_suite()
    whole = scores_of(run_suite(suite, tmp_path, n_jobs=1))
    lost = tmp_path / "cells" / f"{suite.cells()[3].key}.json"
    lost.unlink()
    others = {file: file.stat().st_mtime_ns for file in (tmp_path / "cells").iterdir()}
    assert [cell.key for cell in pending_cells(suite, ResultsFolder(tmp_path))] == [lost.stem]
    assert scores_of(run_suite(suite, tmp_path, n_jobs=1)) == whole
    assert lost.is_file()
    assert {file: file.stat().st_mtime_ns for file in others} == others


@pytest.mark.parametrize("harm", ["cut", "altered", "emptied"])
def test_a_harmed_cell_is_computed_again(tmp_path, harm):
    suite = small_suite(splits=(0,), sizes=(2,))
    whole = scores_of(run_suite(suite, tmp_path, n_jobs=1))
    file = tmp_path / "cells" / f"{suite.cells()[0].key}.json"
    text = file.read_text()
    value = json.loads(text)["result"]["rows"][0]["value"]
    file.write_text({"cut": text[:-20], "altered": text.replace(str(value), "0.99"), "emptied": ""}[harm])
    assert len(pending_cells(suite, ResultsFolder(tmp_path))) == 1
    assert scores_of(run_suite(suite, tmp_path, n_jobs=1)) == whole


def test_fresh_computes_all_again(tmp_path):
    suite = small_suite(splits=(0,))
    run_suite(suite, tmp_path, n_jobs=1)
    assert len(pending_cells(suite, ResultsFolder(tmp_path), fresh=True)) == len(suite.cells())


def test_a_failing_method_becomes_a_row_and_leaves_the_others_alone(tmp_path):
    healthy = run_suite(small_suite(splits=(0,)), tmp_path / "healthy", n_jobs=1)
    failing = MethodEntry("CCA", label="too many", sizes=(40,))
    mixed = run_suite(small_suite(failing, MethodEntry("PLS"), splits=(0,)), tmp_path / "mixed", n_jobs=1)
    (row,) = mixed.failures
    assert row["label"] == "too many"
    assert row["error"].startswith("ValueError: n_components=40")
    assert row["value"] is None

    def pls(results):
        return [row["value"] for row in results.rows if row["label"] == "PLS"]

    assert pls(mixed) == pls(healthy)
    assert "Traceback" in next(cell for cell in mixed.cells if cell["label"] == "too many")["result"]["traceback"]


def test_a_failed_cell_is_tried_again(tmp_path):
    suite = small_suite(MethodEntry("CCA", sizes=(40,)), splits=(0,))
    run_suite(suite, tmp_path, n_jobs=1)
    assert len(pending_cells(suite, ResultsFolder(tmp_path))) == 1


def test_chance_has_a_row_for_each_split_and_direction(tmp_path):
    results = run_suite(small_suite(MethodEntry("PLS")), tmp_path, n_jobs=1)
    rows = [row for row in results.rows if row["label"] == "chance"]
    assert [(row["split"], row["direction"]) for row in rows] == [
        (split, direction) for split in (0, 1) for direction in ("image->text", "text->image")
    ]
    for row in rows:
        labels = load_tiny(split=row["split"]).test.labels
        n, R = len(labels), np.bincount(labels)[labels]
        H, beta = np.sum(1 / np.arange(1, n + 1)), (R - 1) / (n - 1)
        assert row["value"] == pytest.approx(np.mean((n * beta + (1 - beta) * H) / n), abs=1e-12)


def test_per_query_scores_are_stored(tmp_path):
    results = run_suite(small_suite(MethodEntry("PLS"), splits=(0,), sizes=(2,)), tmp_path, n_jobs=1)
    (cell,) = results.cells
    for row in cell["result"]["rows"]:
        assert np.mean(cell["result"]["per_query"][row["direction"]]) == pytest.approx(row["value"], abs=1e-15)


def test_warnings_of_a_fit_are_kept_and_not_printed(tmp_path):
    filling = MethodEntry("CVH", parameters={"rank_policy": "fill"}, sizes=(20,))
    results = run_suite(small_suite(filling, splits=(0,)), tmp_path, n_jobs=1)
    assert "of 20 bits" in results.cells[0]["result"]["warnings"][0]


def test_keys_differ_by_whatever_changes_a_number(tmp_path):
    suites = [
        small_suite(MethodEntry("CCA")),
        small_suite(MethodEntry("CCA", parameters={"reg": 1})),
        small_suite(MethodEntry("CCA", parameters={"reg": 1, "power": 1})),
        Suite((DatasetEntry("tiny", {"shift": 1.0}, (0, 1)),), (MethodEntry("CCA"),), (1, 2)),
    ]
    keys = [cell.key for suite in suites for cell in suite.cells()]
    assert len(set(keys)) == len(keys) == 16
    relabelled = small_suite(MethodEntry("CCA", label="another name"))
    assert [cell.key for cell in relabelled.cells()] == keys[:4]


def test_an_unwritable_folder_is_refused_before_any_fit(tmp_path, monkeypatch):
    def no_fit(*arguments, **options):
        raise AssertionError("a fit ran")

    monkeypatch.setattr("shallow_cmr.experiment.running.evaluate_queries", no_fit)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match=r"cannot write to .*file/results: Not a directory"):
        run_suite(small_suite(), tmp_path / "file" / "results", n_jobs=1)


def test_a_run_killed_before_its_plan_was_written_goes_on(tmp_path):
    suite = small_suite(splits=(0,))
    run_suite(suite, tmp_path, n_jobs=1)
    (tmp_path / "run.json").unlink()
    (tmp_path / ".DS_Store").write_text("")
    assert pending_cells(suite, ResultsFolder(tmp_path).prepare()) == []
    run_suite(suite, tmp_path, n_jobs=1)


def test_results_of_another_version_ask_for_another_run(tmp_path):
    suite = small_suite(splits=(0,))
    run_suite(suite, tmp_path, n_jobs=1)
    plan = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(plan | {"version": 0}))
    with pytest.raises(ValueError, match=r"another version of shallow_cmr wrote .*; run the same bench"):
        load_results(tmp_path)
    assert run_suite(suite, tmp_path, n_jobs=1).failures == []


@pytest.mark.parametrize("change", [lambda stored: stored["plan"].pop("cells"), lambda stored: stored.pop("plan")])
def test_a_plan_that_was_changed_is_not_believed(tmp_path, change):
    suite = small_suite(splits=(0,))
    digest = run_suite(suite, tmp_path, n_jobs=1).digest
    stored = json.loads((tmp_path / "run.json").read_text())
    change(stored)
    (tmp_path / "run.json").write_text(json.dumps(stored))
    with pytest.raises(ValueError, match=r"run.json was changed or damaged; run the same bench again: finished cells"):
        load_results(tmp_path)
    assert run_suite(suite, tmp_path, n_jobs=1).digest == digest


def test_cells_of_other_data_are_computed_again(tmp_path, monkeypatch):
    suite = small_suite(splits=(0, 1))
    old = scores_of(run_suite(suite, tmp_path, n_jobs=1))

    def changed(shift=0.0, *, split=0):
        return load_tiny(shift, split=split) if split else load_tiny(shift, split=7)

    monkeypatch.setitem(datasets.LOADERS, "tiny", changed)
    assert {cell.split for cell in pending_cells(suite, ResultsFolder(tmp_path))} == {0}
    new = scores_of(run_suite(suite, tmp_path, n_jobs=1))
    assert new != old
    assert new == scores_of(run_suite(suite, tmp_path / "anew", n_jobs=1))


def test_a_cell_keeps_the_environment_that_made_it(tmp_path, monkeypatch):
    def on(version, date):
        facts = {"date": date, "numpy": version, "BLAS": "made up"}
        monkeypatch.setattr("shallow_cmr.experiment.running.environment", lambda: facts)
        return run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1)

    (alone,) = on("2.0", "2020-01-01").environments
    assert list(alone.items()) == [("cells", "6"), ("date", "2020-01-01"), ("numpy", "2.0"), ("BLAS", "made up")]
    assert on("2.1", "2021-01-01").environments == [alone]
    sorted((tmp_path / "cells").iterdir())[0].unlink()
    merged = on("2.2", "2022-01-01").environments
    assert sorted((made["numpy"], made["date"], made["cells"]) for made in merged) == [
        ("2.0", "2020-01-01", "5"),
        ("2.2", "2022-01-01", "1"),
    ]


def test_dates_of_one_environment_are_told_as_a_span(tmp_path, monkeypatch):
    dates = iter("cabdef")
    monkeypatch.setattr("shallow_cmr.experiment.running.environment", lambda: {"date": next(dates), "numpy": "2"})
    (made,) = run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1).environments
    assert made["date"] == "a to f"


@pytest.mark.parametrize(
    ("suite", "error", "message"),
    [
        (Suite((DatasetEntry("openclipart", splits=(99,)),), (MethodEntry("PLS"),), (1,)), ValueError, "split=99"),
        (
            Suite((DatasetEntry("openclipart", {"image": "zzz"}),), (MethodEntry("PLS"),), (1,)),
            ValueError,
            r"dataset openclipart \(image=zzz\): image='zzz' is unknown",
        ),
        (
            Suite((DatasetEntry("wikipedia", {"path": "no/such"}),), (MethodEntry("PLS"),), (1,)),
            OSError,
            "dataset wikipedia: .*no/such.* does not exist",
        ),
        (
            Suite(
                (DatasetEntry("openclipart", splits=(0,)),),
                (MethodEntry("PLS"),),
                (1,),
                Protocol("mine", measures=("map@5000",), denominator="relevant"),
            ),
            ValueError,
            "split 0: top_k=5000 is more than the 322 items",
        ),
    ],
    ids=["split", "option", "folder", "cutoff"],
)
def test_what_a_dataset_refuses_is_told_before_anything_is_written(tmp_path, suite, error, message):
    with pytest.raises(error, match=message):
        run_suite(suite, tmp_path / "results", n_jobs=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("database", "n"), [("test", 30), ("train", 50), ("rest", 50)])
def test_the_cutoff_may_be_as_large_as_the_ranked_items(tmp_path, database, n):
    def suite(top_k):
        protocol = Protocol("mine", database=database, measures=(f"map@{top_k}",), denominator="relevant")
        return Suite((DatasetEntry("tiny"),), (MethodEntry("PLS"),), (1,), protocol)

    assert run_suite(suite(n), tmp_path, n_jobs=1).failures == []
    with pytest.raises(ValueError, match=f"more than the {n} items"):
        run_suite(suite(n + 1), tmp_path, n_jobs=1)


@pytest.mark.parametrize(
    ("options", "label"),
    [
        ({}, "wikipedia"),
        ({"path": "/some/where"}, "wikipedia"),
        ({"path": "near", "prepared": "centre"}, "wikipedia (prepared=centre)"),
        ({"path": Path("/some/where")}, "wikipedia"),
        ({"prepared": r"C:\secret"}, "wikipedia"),
    ],
)
def test_the_name_of_a_dataset_tells_no_folder(options, label):
    assert DatasetEntry("wikipedia", options).label == label
    assert DatasetEntry("wikipedia", options, label="mine").label == "mine"


def test_datasets_that_tables_would_mix_up_need_labels():
    entries = [DatasetEntry("wikipedia", {"path": folder}) for folder in ("a", "b")]
    with pytest.raises(ValueError, match="the label 'wikipedia' stands for two datasets of the suite"):
        Suite(tuple(entries), (MethodEntry("PLS"),), (1,))
    Suite((entries[0], DatasetEntry("wikipedia", {"path": "b"}, label="other")), (MethodEntry("PLS"),), (1,))


def test_no_folder_of_the_data_reaches_the_rows(tmp_path, monkeypatch):
    monkeypatch.setitem(datasets.LOADERS, "tiny", lambda folder: load_tiny())
    suite = Suite((DatasetEntry("tiny", {"folder": Path("/some/where")}),), (MethodEntry("PLS"),), (1, 40))
    results = run_suite(suite, tmp_path, n_jobs=1)
    assert "/some/where" not in scores_of(results)
    assert {row["dataset"] for row in results.rows} == {"tiny"}


def test_supervision_is_that_of_the_method_with_its_parameters(tmp_path):
    suite = small_suite(MethodEntry("CVH"), MethodEntry("CVH", "labels", {"similarity": "labels"}), MethodEntry("SePH"))
    write_plan(suite, ResultsFolder(tmp_path).prepare())
    plan = ResultsFolder(tmp_path).read_plan()
    assert [method["supervision"] for method in plan["methods"]] == ["unsupervised", "supervised", "supervised"]


def test_the_same_failure_on_several_splits_is_told_once(tmp_path):
    methods = [MethodEntry("CVH", label, sizes=(40,)) for label in ("one", "two")]
    results = run_suite(small_suite(*methods, splits=(0, 1)), tmp_path, n_jobs=1)
    assert len(results.failures) == 4
    ((call, where, error),) = results.failure_groups
    assert (call, where) == ("CVH(n_bits=40)", "tiny, splits 0, 1")
    assert error.startswith("ValueError: n_bits=40")


def test_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no results"):
        load_results(tmp_path)
