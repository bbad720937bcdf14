"""Whoever computes the cells, and however many at once: the scores are the same, and so is what is told of failures."""

import signal
import sys
import time
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from threading import Thread
from types import SimpleNamespace

import pytest
import sklearn
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import _ExecutorManagerThread
from joblib.externals.loky.reusable_executor import _ReusablePoolExecutor
from tiny_suite import small_suite

from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_on, run_suite
from shallow_cmr.experiment.backends import as_they_finish

pytestmark = pytest.mark.usefixtures("tiny")
METHODS = (MethodEntry("PLS"), MethodEntry("CVH", sizes=(2, 500)), MethodEntry("CCA", tune={"reg": [0.1, 1]}))
TOPICS = Suite((DatasetEntry("topics", {"n_train": 200}, splits=(0,)),), METHODS, (2,))  # known to other processes


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Scores of the suite computed one after the other in this process."""
    return run_suite(TOPICS, tmp_path_factory.mktemp("reference"), n_jobs=1)


def hears_interrupts():
    """Whether this process does."""
    return signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_workers_do_not_hear_the_interrupt_that_ends_them():
    get_reusable_executor().shutdown(wait=True)  # others may have started its processes
    before = signal.getsignal(signal.SIGINT)
    assert list(as_they_finish(hears_interrupts, [()] * 2, 2)) == [False, False]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_scores_do_not_depend_on_who_computes_them(reference, tmp_path, backend):
    with run_on(backend):
        results = run_suite(TOPICS, tmp_path, n_jobs=2)
    assert results.digest == reference.digest
    assert len(results.failures) == 1
    peaks = {row["fit_peak_bytes"] for row in results.rows if "fit_peak_bytes" in row}
    assert (peaks == {None}) == (backend == "threading" or not sys.platform.startswith("linux"))


def test_a_dask_cluster_gives_the_same_scores(reference, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra dask")
    options = {"processes": False, "dashboard_address": None, "protocol": "tcp", "host": "127.0.0.1"}
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, **options) as cluster,
        run_on("dask", cluster.scheduler_address),
    ):
        results = run_suite(TOPICS, tmp_path)
    assert results.digest == reference.digest
    assert len(results.failures) == 1


def test_the_extra_is_named_where_dask_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = r"needs the extra of this name: pip install 'shallow_cmr\[dask\]'"
    with pytest.raises(ModuleNotFoundError, match=message), run_on("dask", "tcp://127.0.0.1:1"):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs the extra dask")

    def refuse(*arguments, **options):
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuse)
    message = r"no Dask scheduler answers at tcp://127.0.0.1:1: timed out"
    with pytest.raises(OSError, match=message), run_on("dask", "tcp://127.0.0.1:1"):
        pass


class DeadCluster:
    """A Dask client all of whose workers die."""

    cancelled = ()

    def submit(self, function, *arguments, pure):
        return arguments

    def cancel(self, futures):
        self.cancelled = futures


def test_dead_workers_of_a_cluster_end_the_run_with_their_story(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs the extra dask")

    def all_die(futures, with_results):
        yield futures[0], "first result"
        raise distributed.KilledWorker("some task", SimpleNamespace(address="tcp://worker"), 3)

    monkeypatch.setattr(distributed, "as_completed", all_die)
    cluster = DeadCluster()
    monkeypatch.setattr("shallow_cmr.experiment.backends.get_active_backend", lambda: [SimpleNamespace(client=cluster)])
    finished = as_they_finish(print, [(1,), (2,)], -1)
    assert next(finished) == "first result"
    with pytest.raises(BrokenProcessPool, match="some task"):
        next(finished)
    assert cluster.cancelled == [(1,), (2,)]


@pytest.mark.parametrize("arguments", [("dask",), ("loky", "tcp://127.0.0.1:1")])
def test_a_scheduler_goes_with_dask_and_with_nothing_else(arguments):
    with pytest.raises(ValueError, match="--backend dask --scheduler"), run_on(*arguments):
        pass


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"Invalid backend: nope, expected one of .*loky"), run_on("nope"):
        pass


def test_workers_with_other_code_compute_nothing(tmp_path, monkeypatch):
    codes = iter(["of the process that asks", *["of a worker"] * 6])
    monkeypatch.setattr("shallow_cmr.experiment.runner.code_digest", lambda: next(codes))
    results = run_suite(small_suite(splits=(0,)), tmp_path, n_jobs=1)
    assert len(results.failures) == 6
    assert all("has other code than the process that asked" in row["error"] for row in results.failures)
    assert "has other code" in (tmp_path / results.failures[0]["traceback"]).read_text()


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_run_that_is_given_up_leaves_without_a_word(backend):
    with run_on(backend), closing(as_they_finish(time.sleep, [(0,), *[(0.2,)] * 6], 2)) as finished:
        assert next(finished) is None


def test_a_run_that_is_given_up_while_a_call_is_on_its_way_leaves_without_a_word(monkeypatch):
    handle = _ExecutorManagerThread.process_result_item

    def linger(self, item):
        handle(self, item)  # hands out the next call
        time.sleep(0.1)  # enough to be given up in

    monkeypatch.setattr(_ExecutorManagerThread, "process_result_item", linger)
    with run_on("loky"), closing(as_they_finish(time.sleep, [(0,), *[(0.2,)] * 6], 2)) as finished:
        assert next(finished) is None
    assert sorted(as_they_finish(abs, [(-1,), (2,)], 2)) == [1, 2]


def test_calls_that_are_done_before_anybody_asks_are_followed_by_the_next(monkeypatch):
    submit = _ReusablePoolExecutor.submit

    def patient(self, *arguments):
        future = submit(self, *arguments)
        wait([future])
        return future

    monkeypatch.setattr(_ReusablePoolExecutor, "submit", patient)
    found = []
    asking = Thread(target=lambda: found.extend(as_they_finish(abs, [(-n,) for n in range(9)], 2)), daemon=True)
    asking.start()
    asking.join(60)
    assert sorted(found) == list(range(9))


def test_cells_see_the_configuration_of_scikit_learn_of_who_asks(tmp_path, monkeypatch):
    seen = []

    def look(*arguments, **options):
        seen.append(sklearn.get_config()["enable_metadata_routing"])
        raise RuntimeError("seen enough")

    monkeypatch.setattr("shallow_cmr.experiment.running.evaluate_queries", look)
    with sklearn.config_context(enable_metadata_routing=True), run_on("threading"):
        run_suite(small_suite(MethodEntry("PLS"), splits=(0,)), tmp_path, n_jobs=2)
    assert seen == [True, True]
