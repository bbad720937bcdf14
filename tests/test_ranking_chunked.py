"""A database in chunks: whatever the chunks, bit for bit what the whole gives, and nothing of codes is kept."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from shallow_cmr import evaluate_embeddings, mean_average_precision
from shallow_cmr.metrics import (
    average_precision,
    hit_rate_at_k,
    interpolated_precision,
    ndcg_at_k,
    precision_recall_by_radius,
    precision_within_radius,
)


def codes_and_labels(rng, n_queries=9, n_database=200, n_bits=12, n_labels=5):
    queries, database = rng.random((n_queries, n_bits)) > 0.4, rng.random((n_database, n_bits)) > 0.6
    return queries, database, rng.random((n_queries, n_labels)) < 0.4, rng.random((n_database, n_labels)) < 0.3


def blocks_of(database, labels, size):
    """Yield (embeddings, labels), one block of them empty."""
    for start in range(0, len(database), size):
        yield database[start : start + size], labels[start : start + size]
        yield database[:0], labels[:0]


@pytest.mark.parametrize("size", [1, 7, 64, 200, 1000])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, lambda L: L.argmax(axis=1)])
def test_every_measure_of_chunks_is_bitwise_that_of_the_whole(size, form):
    rng = np.random.default_rng(0)
    queries, database, query_labels, labels = codes_and_labels(rng)
    query_labels, labels = form(query_labels), form(labels)
    for measure, options in (
        (average_precision, {}),
        (average_precision, {"top_k": 20, "denominator": "retrieved"}),
        (average_precision, {"ties": "stable"}),
        (average_precision, {"ties": "threshold", "n_jobs": 2}),
        (ndcg_at_k, {"top_k": 50}),
        (hit_rate_at_k, {"top_k": 3}),
        (precision_within_radius, {"radius": 3}),
    ):
        whole = measure(queries, database, (query_labels, labels), no_relevant="zero", **options)
        chunks = blocks_of(database, labels, size)
        parts = measure(queries, chunks, (query_labels, None), no_relevant="zero", **options)
        assert (parts == whole).all()
        assert whole.any()


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot", "correlation"])
def test_real_embeddings_in_chunks_score_as_the_whole_does(metric):
    rng = np.random.default_rng(0)
    queries, database = rng.normal(1.0, 1.0, (6, 5)), rng.normal(2.0, 1.0, (80, 5))
    labels = rng.integers(0, 3, 80)
    whole = average_precision(queries, database, (labels[:6], labels), metric=metric)
    parts = average_precision(queries, blocks_of(database, labels, 13), (labels[:6], None), metric=metric)
    assert (parts == whole).all()


def test_curves_by_radius_and_recall_come_from_chunks_too():
    queries, database, query_labels, labels = codes_and_labels(np.random.default_rng(0))
    for average in ("micro", "macro"):
        options = {"average": average, "no_relevant": "zero"}
        whole = precision_recall_by_radius(queries, database, (query_labels, labels), **options)
        parts = precision_recall_by_radius(queries, blocks_of(database, labels, 30), (query_labels, None), **options)
        assert (parts.precision == whole.precision).all()
        assert (parts.recall == whole.recall).all()
    whole = interpolated_precision(queries, database, (query_labels, labels), no_relevant="zero")
    parts = interpolated_precision(queries, blocks_of(database, labels, 30), (query_labels, None), no_relevant="zero")
    assert (parts.values == whole.values).all()


@pytest.mark.parametrize("ties", ["expected", "stable"])
def test_a_set_in_chunks_leaves_out_each_item_itself(ties):
    _, database, _, labels = codes_and_labels(np.random.default_rng(0))
    options = {"exclude_self": True, "no_relevant": "zero", "ties": ties}
    whole = average_precision(database, database, (labels, labels), **options)
    parts = average_precision(database, blocks_of(database, labels, 33), (labels, None), **options)
    assert (parts == whole).all()


def test_memory_maps_score_as_arrays_do(tmp_path):
    queries, database, query_labels, labels = codes_and_labels(np.random.default_rng(0))
    np.save(tmp_path / "codes.npy", database)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    whole = average_precision(queries, database, (query_labels, labels), no_relevant="zero")
    assert (average_precision(queries, mapped, (query_labels, labels), no_relevant="zero") == whole).all()
    parts = average_precision(queries, blocks_of(mapped, labels, 30), (query_labels, None), no_relevant="zero")
    assert (parts == whole).all()


def test_a_protocol_is_scored_in_one_reading():
    queries, database, query_labels, labels = codes_and_labels(np.random.default_rng(0))
    whole = evaluate_embeddings(queries, database, (query_labels, labels), "dcmh")
    parts = evaluate_embeddings(queries, blocks_of(database, labels, 41), (query_labels, None), "dcmh")
    assert parts.rows() == whole.rows()
    assert (parts.per_query["mAP@all"] == whole.per_query["mAP@all"]).all()


def test_of_codes_in_chunks_only_counts_are_kept():
    rng = np.random.default_rng(0)
    queries, classes = rng.random((50, 64)) > 0.5, rng.integers(0, 4, 50)

    def chunks():
        for _ in range(40):
            yield rng.random((20_000, 64)) > 0.5, rng.integers(0, 4, 20_000)

    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    mean_average_precision(queries, chunks(), (classes, None))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 20e6  # one chunk is made of 10 MB of random numbers; all codes as bools would take 51 MB


@pytest.mark.parametrize(
    ("database", "options", "error", "message"),
    [
        ([], {}, ValueError, "the database is empty: its iterable gave no item"),
        ([(np.ones((0, 4), dtype=bool), [])], {"ties": "stable"}, ValueError, "the database is empty"),
        (np.ones((3, 4), dtype=bool), {}, TypeError, "iterable of blocks"),
        (None, {}, TypeError, "iterable of blocks"),
        (
            [np.ones((3, 4), dtype=bool)],
            {},
            TypeError,
            r"block 0 .* is ndarray; give \(embeddings, labels\)",
        ),
        ([(np.ones((3, 5), dtype=bool), [0, 1, 0])], {}, ValueError, "4 bits and database 5"),
        ([(np.ones((3, 4)), [0, 1, 0])], {}, TypeError, "database has dtype float64"),
        ([(np.ones((3, 4), dtype=bool), [0, 1])], {}, ValueError, "given for 2 database items, but there are 3"),
        ([(np.ones((3, 4), dtype=bool), np.eye(3))], {}, ValueError, "two vectors of classes, or two indicator"),
        ([(np.ones((3, 4), dtype=bool), [0, 1, 0])], {"exclude_self": True}, ValueError, "2 queries and 3 database"),
        ([(np.ones((3, 4), dtype=bool), [0, 1, 0])], {"metric": "manhattan"}, ValueError, "hamming, cosine"),
        ([(np.ones((3, 4), dtype=bool), [0, 1, 0])], {"metric": "precomputed"}, TypeError, "iterable of blocks"),
        (
            [(np.ones((3, 4), dtype=bool), [0, 1, 0])],
            {"top_k": 4, "denominator": "min"},
            ValueError,
            "top_k=4 is more than the 3 items",
        ),
    ],
)
def test_chunks_that_cannot_be_ranked_are_refused(database, options, error, message):
    with pytest.raises(error, match=message):
        average_precision(np.zeros((2, 4), dtype=bool), database, ([0, 1], None), **options)


def test_a_generator_that_was_read_is_refused_the_second_time():
    queries, database, query_labels, labels = codes_and_labels(np.random.default_rng(0))
    chunks = blocks_of(database, labels, 50)
    average_precision(queries, chunks, (query_labels, None), no_relevant="zero")
    with pytest.raises(ValueError, match="a generator can be read only once"):
        average_precision(queries, chunks, (query_labels, None))
