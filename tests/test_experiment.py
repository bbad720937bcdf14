"""Experiments: a killed run resumes, a failure stays alone, a wrong suite is refused by name."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from shallow_cmr import datasets
from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.evaluation import evaluate
from shallow_cmr.experiment import (
    DatasetEntry,
    MethodEntry,
    ResultsFolder,
    Suite,
    load_results,
    packaged_suites,
    pending_cells,
    read_suite,
    run_suite,
    write_atomically,
    write_plan,
)
from shallow_cmr.experiment import store as store_module
from shallow_cmr.protocol import Protocol
from shallow_cmr.reporting import to_csv
from shallow_cmr.reporting.tables import SCORE_COLUMNS


def load_tiny(shift=0.0, *, split=0):
    """Two views of three classes with 4-dimensional truth; another split is another draw."""
    rng = np.random.default_rng(split)
    classes = rng.integers(0, 3, 80)
    Z = 3 * rng.normal(size=(3, 4))[classes] + rng.normal(size=(80, 4))
    X, y = Z @ rng.normal(size=(4, 6)) + 5 + shift, Z @ rng.normal(size=(4, 5)) - 3
    rows, noise = np.arange(80), rng.normal(size=(80, 5))
    return CrossModalDataset(
        X, y + 0.1 * noise, classes, rows[:50], rows[50:], name="tiny", class_names="abc", split=split, n_splits=2
    )


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Make the loader known to suites."""
    monkeypatch.setitem(datasets.LOADERS, "tiny", load_tiny)


def small_suite(*methods, splits=(0, 1), sizes=(1, 2)):
    """A suite on the tiny data."""
    methods = methods or (MethodEntry("CCA", parameters={"reg": 0.1}), MethodEntry("PLS"), MethodEntry("CVH"))
    return Suite((DatasetEntry("tiny", splits=splits),), methods, sizes)


def scores_of(results):
    """The text of results.csv."""
    return to_csv(results.rows, SCORE_COLUMNS)


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


def test_processes_do_not_change_the_scores(tmp_path):
    suite = Suite((DatasetEntry("openclipart", splits=(0,)),), (MethodEntry("PLS"), MethodEntry("CVH")), (2,))
    one = scores_of(run_suite(suite, tmp_path / "one", n_jobs=1))
    assert scores_of(run_suite(suite, tmp_path / "two", n_jobs=2)) == one


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

    monkeypatch.setattr("shallow_cmr.experiment.cell.evaluate_queries", no_fit)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match=r"cannot write to .*file/results: Not a directory"):
        run_suite(small_suite(), tmp_path / "file" / "results", n_jobs=1)


def test_a_full_disk_leaves_the_old_file_and_no_leftovers(tmp_path, monkeypatch):
    file = tmp_path / "cell.json"
    write_atomically(file, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["cell.json"]
    assert file.read_text() == "old"


def names_below(folder):
    """Names of everything below a folder, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize(("age", "stays"), [(2, True), (7200, False)], ids=["of a living writer", "of a killed writer"])
def test_unfinished_files_are_swept_once_no_writer_can_own_them(tmp_path, monkeypatch, age, stays):
    def killed(*arguments):
        raise KeyboardInterrupt

    folder = ResultsFolder(tmp_path).prepare()
    with monkeypatch.context() as patch:
        patch.setattr(store_module.os, "replace", killed)
        patch.setattr(store_module.Path, "unlink", lambda *arguments, **options: None)
        for path in (tmp_path / "results.csv", tmp_path / "cells" / "x.json"):
            with pytest.raises(KeyboardInterrupt):
                write_atomically(path, "half")
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) == 2
    for path in left:
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    folder.prepare()
    assert [path.exists() for path in left] == [stays, stays]


def test_nobody_elses_files_are_swept(tmp_path):
    run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1)
    (tmp_path / "mine").mkdir()
    own = [tmp_path / "cells" / "x.json.0f.tmp", tmp_path / "mine" / f".a.{'0' * 16}.shallow_cmr.tmp"]
    own += [tmp_path / "notes.tmp", tmp_path / ".probe", tmp_path / "cells" / ".probe"]
    for path in own:
        path.write_text("mine")
        os.utime(path, (0, 0))
    ResultsFolder(tmp_path).prepare()
    assert [path.read_text() for path in own] == ["mine"] * len(own)


@pytest.mark.parametrize(
    "files", [["report.html"], ["cells/notes.txt"], ["run.json"], ["notes.tmp", "cells/x"]], ids=lambda names: names[0]
)
def test_a_folder_of_other_files_is_refused_before_any_fit(tmp_path, monkeypatch, files):
    def no_fit(*arguments, **options):
        raise AssertionError("a fit ran")

    monkeypatch.setattr("shallow_cmr.experiment.cell.evaluate_queries", no_fit)
    (tmp_path / "cells").mkdir()
    for name in files:
        (tmp_path / name).write_text('{"cells": [], "methods": []}')
    before = names_below(tmp_path)
    with pytest.raises(ValueError, match=f"holds files .such as {files[0].split('/')[-1]}. but no results"):
        run_suite(small_suite(), tmp_path, n_jobs=1)
    assert names_below(tmp_path) == before


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
        monkeypatch.setattr("shallow_cmr.experiment.cell.environment", lambda: facts)
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
    monkeypatch.setattr("shallow_cmr.experiment.cell.environment", lambda: {"date": next(dates), "numpy": "2"})
    (made,) = run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1).environments
    assert made["date"] == "a to f"


@pytest.mark.parametrize(
    ("suite", "error", "message"),
    [
        (Suite((DatasetEntry("openclipart", splits=(10,)),), (MethodEntry("PLS"),), (1,)), ValueError, "split=10"),
        (
            Suite((DatasetEntry("openclipart", {"image": "zzz"}),), (MethodEntry("PLS"),), (1,)),
            ValueError,
            r"dataset openclipart \(image=zzz\): image='zzz' is unknown",
        ),
        (
            Suite((DatasetEntry("wikipedia", {"folder": "no/such"}),), (MethodEntry("PLS"),), (1,)),
            OSError,
            "dataset wikipedia: .*raw_features.mat does not exist",
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
        ({"folder": "/some/where"}, "wikipedia"),
        ({"folder": "near", "prepared": "centre"}, "wikipedia (prepared=centre)"),
        ({"folder": Path("/some/where")}, "wikipedia"),
        ({"prepared": r"C:\secret"}, "wikipedia"),
    ],
)
def test_the_name_of_a_dataset_tells_no_folder(options, label):
    assert DatasetEntry("wikipedia", options).label == label
    assert DatasetEntry("wikipedia", options, label="mine").label == "mine"


def test_datasets_that_tables_would_mix_up_need_labels():
    entries = [DatasetEntry("wikipedia", {"folder": folder}) for folder in ("a", "b")]
    with pytest.raises(ValueError, match="the label 'wikipedia' stands for two datasets of the suite"):
        Suite(tuple(entries), (MethodEntry("PLS"),), (1,))
    Suite((entries[0], DatasetEntry("wikipedia", {"folder": "b"}, label="other")), (MethodEntry("PLS"),), (1,))


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


def test_files_follow_the_umask(tmp_path):
    old = os.umask(0o022)
    try:
        write_atomically(tmp_path / "shared.csv", "a\n")
    finally:
        os.umask(old)
    assert (tmp_path / "shared.csv").stat().st_mode & 0o777 == 0o644


def test_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no results"):
        load_results(tmp_path)


def write_toml(path, text):
    """Write a suite file and return its path."""
    path.write_text(text, encoding="utf-8")
    return path


TINY = 'sizes = [1]\n[[datasets]]\nname = "tiny"\nsplits = [0]\n[[methods]]\nname = "CCA"\n'


def test_a_suite_is_read_from_toml(tmp_path):
    suite = read_suite(write_toml(tmp_path / "my.toml", TINY + "parameters = { reg = 0.5 }\n"))
    (cell,) = suite.cells()
    assert cell.build().get_params() == {"n_components": 1, "reg": 0.5, "power": 0}
    assert cell.options == {"split": 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size = [1]\n" + TINY, "unknown key in the suite: 'size'; known: .*sizes"),
        (TINY + "reg = 1\n", r"unknown key in \[\[methods\]\]: 'reg'; known: name, label, parameters"),
        (TINY.replace('"CCA"', '"CAC"'), "unknown method: 'CAC'; known: .*CCA"),
        (TINY.replace('"tiny"', '"mnist"'), "unknown dataset: 'mnist'; known: openclipart, .*tiny"),
        (
            TINY.replace("splits", "options = { shfit = 1 }\nsplits"),
            "unknown option of dataset 'tiny' .*: 'shfit'; known: shift",
        ),
        (TINY + "parameters = { ridge = 1 }\n", "unknown parameter of CCA.*: 'ridge'; known: .*reg"),
        (TINY + "parameters = { n_components = 1 }\n", "unknown parameter of CCA .*sizes are set apart"),
        ('protocol = "held-out"\n' + TINY, "held-out.*heldout"),
        ('protocol = { name = "mine", cutoff = 5 }\n' + TINY, r"unknown key in \[protocol\]: 'cutoff'; known: name"),
        (TINY + '[[methods]]\nname = "CCA"\n', "label 'CCA' stands for two methods"),
        (TINY.replace("sizes = [1]", "sizes = [0]"), "sizes are whole numbers from 1, got 0"),
        (TINY.replace("sizes = [1]", "sizes = 1"), "sizes in the suite is a list, got 1"),
        (
            TINY.replace('[[datasets]]\nname = "tiny"\nsplits = [0]', "datasets = 5"),
            "datasets .* list of tables.*got 5",
        ),
        (TINY.replace("[[methods]]", "[methods]"), r"each headed \[\[methods\]\], got {'name': 'CCA'}"),
        ('protocol = ["heldout"]\n' + TINY, r"protocol in the suite is a name or a table, got \['heldout'\]"),
        ('protocol = { name = ["x"] }\n' + TINY, r"name in \[protocol\] is a string, got \['x'\]"),
        ('seeds = ["a"]\n' + TINY, "seeds are whole numbers from 0, got 'a'"),
        ("seeds = [-1]\n" + TINY, "seeds are whole numbers from 0, got -1"),
        (TINY.replace("splits = [0]", "splits = [true]"), "splits are whole numbers from 0, got True"),
        (TINY.replace("splits = [0]", "splits = [0, 1, 0]"), "splits name 0 twice"),
        (TINY.replace("sizes = [1]", "sizes = [2, 2]"), "sizes name 2 twice"),
        (TINY + "parameters = { reg = -1 }\n", "'reg' parameter of CCA must be .* Got -1"),
        (TINY + "parameters = { reg = true }\n", "'reg' parameter of CCA must be .* Got True"),
        (TINY + "parameters = 3\n", r"parameters in \[\[methods\]\] is a table, got 3"),
        (TINY + "label = 3\n", r"label in \[\[methods\]\] is a string, got 3"),
        (TINY.replace("sizes = [1]\n", ""), "the suite needs the key 'sizes'"),
        (TINY.split("[[methods]]")[0], "at least one entry in 'methods'"),
        (TINY + "label = \n", "line 7"),
    ],
)
def test_a_wrong_suite_is_refused_with_the_known_names(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_suite(write_toml(tmp_path / "wrong.toml", text))
    assert "wrong.toml" in str(caught.value)


def test_a_missing_suite_names_the_packaged_ones():
    with pytest.raises(FileNotFoundError, match=r"no suite 'quik'.*quick"):
        read_suite("quik")


@pytest.mark.parametrize("name", packaged_suites())
def test_packaged_suites_are_sound(name):
    suite = read_suite(name)
    assert suite.title
    assert suite.description
    assert all(method.note for method in suite.methods)
    assert len({cell.key for cell in suite.cells()}) == len(suite.cells())


def test_a_suite_can_be_cut_down_to_some_methods():
    suite = small_suite(MethodEntry("CCA", label="first"), MethodEntry("CCA", label="second"), MethodEntry("PLS"))
    assert [method.label for method in suite.only(["CCA"]).methods] == ["first", "second"]
    assert [method.label for method in suite.only(["second", "PLS"]).methods] == ["second", "PLS"]
    with pytest.raises(ValueError, match="unknown method of the suite: 'KCCA'; known: first, CCA, second, PLS"):
        suite.only(["KCCA"])
