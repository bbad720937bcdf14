"""What a stage costs: seconds and memory of the work itself, and nothing of what was there before."""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Thread

import numpy as np
import pytest

from shallow_cmr import CCA, CVH
from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.evaluation import bytes_per_item, evaluate, stages
from shallow_cmr.evaluation.stages import measured


def small_dataset(dtype=np.float64):
    """Two views of 60 + 30 items."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(90, 4))
    X, y = Z @ rng.normal(size=(4, 6)) + 5, Z @ rng.normal(size=(4, 5)) - 3
    labels = np.arange(90) % 3
    return CrossModalDataset(X.astype(dtype), y.astype(dtype), labels, np.arange(60), np.arange(60, 90), name="small")


@pytest.fixture
def tells_memory():
    """Skip where the system does not tell peak memory."""
    if measured("fit", lambda: None)[1]["fit_peak_bytes"] is None:
        pytest.skip(f"{sys.platform} does not tell the peak memory of a process")


def fill(megabytes):
    """Write that much memory once, and let it go."""
    return float(np.ones(megabytes * 2**17).sum())


def in_a_fresh_process(work, *arguments):
    """Return what a function returns there: a long history of allocations rounds what a process is given."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak_of_filling(megabytes):
    return measured("fit", lambda: fill(megabytes))


@pytest.mark.parametrize("megabytes", [4, 40])
def test_the_peak_is_that_of_the_work(tells_memory, megabytes):
    result, cost = in_a_fresh_process(peak_of_filling, megabytes)
    assert result == megabytes * 2**17
    assert abs(cost["fit_peak_bytes"] - megabytes * 2**20) < 2**20


def peaks_after_a_history():
    """Return the peaks of nothing, of 4 MB and of 32 MB in pieces, with memory held, and some freed before."""
    held = np.ones(40 * 2**17)
    fill(80)
    small = [np.ones(2**12) for _ in range(1000)]  # 32 MB in pieces, which the C library keeps for later
    del small
    works = (lambda: None, lambda: fill(4), lambda: [np.ones(2**12) for _ in range(1000)])
    peaks = [measured("fit", work)[1]["fit_peak_bytes"] for work in works]
    assert held.sum() == 40 * 2**17
    return peaks


def test_what_was_there_before_and_what_was_freed_before_do_not_count(tells_memory):
    nothing, whole, pieces = in_a_fresh_process(peaks_after_a_history)
    assert nothing < 2**20
    assert abs(whole - 4 * 2**20) < 2**20
    assert abs(pieces - 1000 * 2**15) < 2**21


def test_wall_time_runs_while_cpu_time_rests():
    _, cost = measured("fit", lambda: time.sleep(0.05))
    assert cost["fit_seconds"] > 0.045
    assert cost["fit_cpu_seconds"] < 0.04


def test_a_thread_tells_nothing_of_the_process():
    found = []
    thread = Thread(target=lambda: found.append(measured("fit", lambda: 1)))
    thread.start()
    thread.join()
    ((result, cost),) = found
    assert result == 1
    assert cost["fit_seconds"] >= 0
    assert (cost["fit_cpu_seconds"], cost["fit_peak_bytes"]) == (None, None)


@pytest.mark.parametrize("lack", ["_TRIM", "_CLEAR"])
def test_a_system_that_cannot_tell_memory_says_none(monkeypatch, tmp_path, lack):
    monkeypatch.setattr(stages, lack, None if lack == "_TRIM" else tmp_path / "no" / "such")
    _, cost = measured("fit", lambda: 1)
    assert cost["fit_peak_bytes"] is None
    assert cost["fit_cpu_seconds"] >= 0


def test_each_row_tells_the_cost_of_its_stages_and_the_sizes():
    rows = evaluate(CVH(n_bits=3), small_dataset())
    for row in rows:
        assert {f"{stage}_{what}" for stage in ("fit", "encode", "query") for what in ("seconds", "peak_bytes")} <= set(
            row
        )
        assert (row["n_train"], row["n_test"], row["bytes_per_item"]) == (60, 30, 1)
    assert rows[0]["fit_seconds"] == rows[1]["fit_seconds"]


@pytest.mark.parametrize(("dtype", "width"), [(np.float32, 4), (np.float64, 8)])
def test_an_embedding_takes_its_numbers_in_their_width(dtype, width):
    assert evaluate(CCA(n_components=3), small_dataset(dtype))[0]["bytes_per_item"] == 3 * width


@pytest.mark.parametrize(("n_bits", "n_bytes"), [(1, 1), (8, 1), (9, 2), (64, 8)])
def test_a_code_takes_an_eighth_of_a_byte_a_bit(n_bits, n_bytes):
    codes = np.zeros((5, n_bits), dtype=bool)
    assert bytes_per_item(codes) == n_bytes == np.packbits(codes, axis=1).shape[1]


class Diverging(CCA):
    """CCA whose texts go astray."""

    def transform_text(self, y):
        Z = super().transform_text(y)
        Z[1:3] = np.nan
        return Z


def test_embeddings_that_are_not_finite_are_refused_by_name():
    with pytest.raises(ValueError, match="Diverging gave 2 of 30 text items embeddings that are not finite"):
        evaluate(Diverging(n_components=2), small_dataset())
