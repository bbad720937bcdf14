"""One cell: what its result holds, warnings kept apart, an end in time, and the digest of it all."""

import signal
import threading
import time
import warnings

import numpy as np
import pytest
from threadpoolctl import threadpool_info
from tiny_suite import load_tiny, small_suite

from shallow_cmr import CCA, datasets
from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.evaluation import evaluate_queries
from shallow_cmr.experiment import MethodEntry, Results, run_on, run_suite, running
from shallow_cmr.experiment.deadline import OutOfTime, time_limit
from shallow_cmr.experiment.quiet import quiet_worker

pytestmark = pytest.mark.usefixtures("tiny")
PLS = MethodEntry("PLS")


def with_texts(*, split=0):
    """The tiny data with something to look at."""
    data = load_tiny(split=split)
    texts = [f"text {i}" for i in range(len(data))]
    return CrossModalDataset(
        data.X, data.y, data.labels, data.train_index, data.test_index, name="tiny", class_names="abc", texts=texts
    )


def test_a_result_holds_what_the_report_draws(tmp_path):
    cell = run_suite(small_suite(MethodEntry("CCA"), splits=(0,), sizes=(2,)), tmp_path, n_jobs=1).cells[0]
    expected = evaluate_queries(CCA(2), load_tiny())
    assert cell["result"]["curves"] == expected.curves
    assert cell["result"]["classes"] == expected.classes
    assert set(expected.classes["image->text"]) == {"a", "b", "c"}


def test_ranked_lists_are_kept_of_the_first_split_alone_and_where_there_is_something_to_look_at(tmp_path, monkeypatch):
    def listed(folder, splits):
        results = run_suite(small_suite(PLS, splits=splits, sizes=(2,)), tmp_path / folder, n_jobs=1)
        return [len(cell["result"]["examples"]["image->text"]) for cell in results.cells]

    assert listed("numbers", (0, 1)) == [0, 0]
    monkeypatch.setitem(datasets.LOADERS, "tiny", with_texts)
    assert listed("texts", (0, 1)) == [30, 0]
    assert listed("texts", (1, 0)) == [30, 0]


def test_rows_tell_sizes_and_costs(tmp_path):
    for row in run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1).rows:
        assert (row["n_train"], row["n_test"]) == (50, 30)
        if row["label"] != "chance":
            assert row["bytes_per_item"] == (1 if row["label"] == "CVH" else 8 * row["n_dimensions"])
            assert row["fit_seconds"] > 0


def test_a_failure_names_the_file_that_tells_all(tmp_path, monkeypatch):
    suite = small_suite(MethodEntry("CVH", "a/b: ρ", sizes=(40,)), splits=(1,))
    (row,) = run_suite(suite, tmp_path, n_jobs=1).failures
    assert row["traceback"].startswith("errors/a-b-ρ-40-split1-")
    text = (tmp_path / row["traceback"]).read_text(encoding="utf-8")
    assert text.startswith("CVH(n_bits=40) on tiny, split 1\n")
    assert "Traceback (most recent call last)" in text
    assert text.rstrip().endswith(row["error"].removeprefix("ValueError: "))


def test_the_traceback_goes_once_the_cell_succeeds(tmp_path, monkeypatch):
    def broken(*arguments, **options):
        raise RuntimeError("not today")

    with monkeypatch.context() as patch:
        patch.setattr(running, "evaluate_queries", broken)
        (row,) = run_suite(small_suite(PLS, splits=(0,), sizes=(2,)), tmp_path, n_jobs=1).failures
    assert (tmp_path / row["traceback"]).exists()
    assert run_suite(small_suite(PLS, splits=(0,), sizes=(2,)), tmp_path, n_jobs=1).failures == []
    assert list((tmp_path / "errors").iterdir()) == []


def test_a_diverging_method_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(CCA, "transform_text", lambda self, y: np.full((len(y), 2), np.nan))
    results = run_suite(small_suite(MethodEntry("CCA"), PLS, splits=(0,), sizes=(2,)), tmp_path, n_jobs=1)
    (row,) = results.failures
    assert row["label"] == "CCA"
    assert "30 of 30 text items embeddings that are not finite: the fit has diverged" in row["error"]


def test_cells_that_run_side_by_side_keep_their_warnings_apart():
    barrier = threading.Barrier(3, timeout=10)
    caught = {}

    def warn(name):
        with quiet_worker() as texts:
            barrier.wait()
            warnings.warn(f"of {name}", stacklevel=1)
            barrier.wait()
            caught[name] = list(texts)

    before = warnings.showwarning, list(warnings.filters)
    threads = [threading.Thread(target=warn, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert caught == {name: [f"of {name}"] for name in "abc"}
    assert (warnings.showwarning, list(warnings.filters)) == before


def test_blas_keeps_one_thread_until_the_last_cell_ends():
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    inside, leave = threading.Event(), threading.Event()

    def stay():
        with quiet_worker():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=stay)
    other.start()
    inside.wait(10)
    with quiet_worker():
        assert threads() == {1}
    assert threads() == {1}
    leave.set()
    other.join()


def test_nested_cells_give_their_warnings_to_the_inner_one():
    with quiet_worker() as outer:
        warnings.warn("before", stacklevel=1)
        with quiet_worker() as inner:
            warnings.warn("within", stacklevel=1)
        warnings.warn("after", stacklevel=1)
    assert (outer, inner) == (["before", "after"], ["within"])


def test_a_warning_outside_any_cell_is_shown_as_ever():
    with warnings.catch_warnings(record=True) as shown, quiet_worker() as kept:
        thread = threading.Thread(target=lambda: warnings.warn("from elsewhere", stacklevel=1))
        thread.start()
        thread.join()
    assert [str(warning.message) for warning in shown] == ["from elsewhere"]
    assert kept == []


needs_alarms = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")


@needs_alarms
def test_an_endless_cell_is_stopped_and_the_others_run_on(tmp_path, monkeypatch):
    real = running.evaluate_queries

    def endless(estimator, *arguments, **options):
        while type(estimator).__name__ == "PLS":
            time.sleep(0.001)
        return real(estimator, *arguments, **options)

    monkeypatch.setattr(running, "evaluate_queries", endless)
    suite = small_suite(splits=(0,), sizes=(2,))
    results = run_suite(suite, tmp_path, n_jobs=1, timeout=0.2)
    (row,) = results.failures
    assert (row["label"], row["error"]) == ("PLS", "TimeoutError: stopped after 0.2 s")
    assert "endless" in (tmp_path / row["traceback"]).read_text()


@needs_alarms
def test_what_swallows_the_alarm_hears_it_again():
    heard = []

    def swallow_the_first():
        with time_limit(0.05):
            try:
                time.sleep(5)
            except OutOfTime:
                heard.append(True)
            time.sleep(5)

    with pytest.raises(OutOfTime):
        swallow_the_first()
    assert heard == [True]


@needs_alarms
def test_no_alarm_rings_after_the_work():
    with time_limit(0.05):
        pass
    time.sleep(0.1)


def test_a_thread_cannot_limit_time(tmp_path):
    suite = small_suite(MethodEntry("PLS"), splits=(0,))
    with run_on("threading"):
        results = run_suite(suite, tmp_path, n_jobs=2, timeout=10)
    assert all("limited in processes alone" in row["error"] for row in results.failures)
    assert len(results.failures) == 2


def test_the_digest_is_of_scores_and_of_nothing_else():
    rows = [{"label": "CCA", "value": 0.1 + 0.2, "fit_seconds": 1.0, "error": None}]

    def digest(**changes):
        return Results({}, [rows[0] | changes], []).digest

    assert len(digest()) == 64
    assert digest(fit_seconds=2.0, engine="numba") == digest()
    assert len({digest(), digest(value=0.3), digest(error="x"), digest(label="PLS"), digest(value=np.nan)}) == 5
