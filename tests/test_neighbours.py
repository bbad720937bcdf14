"""Nearest neighbours: a stable sort of all distances, found without one."""

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances

from shallow_cmr.codes import hamming_distances
from shallow_cmr.ranking import neighbours
from shallow_cmr.ranking.neighbours import CodeTable, EmbeddingTable
from shallow_cmr.ranking.scores import Cosines


def table_of(items):
    """The table for these codes or embeddings, filled."""
    table = (CodeTable if items.dtype == bool else EmbeddingTable)(items.shape[1])
    table.extend(table.encode(items))
    return table


def ordinals_of(queries, items):
    """What both are ranked by in the metrics (n_queries, n_items): smaller is nearer."""
    if items.dtype == bool:
        return hamming_distances(queries, items).astype(int)
    return Cosines(queries, items).ordinals(slice(0, len(queries)), slice(0, len(items)))


def assert_stable_sort(queries, items, k):
    """The table finds what a stable sort of all distances puts first, and those distances."""
    ordinals = ordinals_of(queries, items)
    order = np.argsort(ordinals, axis=1, kind="stable")[:, :k]
    distances, indices = table_of(items).search(queries, k)
    np.testing.assert_array_equal(indices, order)
    nearest = np.take_along_axis(ordinals, order, axis=1)
    np.testing.assert_array_equal(distances, nearest if items.dtype == bool else np.maximum(1 + nearest / 2**29, 0))


@pytest.mark.parametrize("n_bits", [1, 5, 8, 63, 64, 65, 130, 300])
@pytest.mark.parametrize("k", [1, 7, 100, 999, 1000])
def test_the_nearest_codes_are_the_first_of_a_stable_sort(n_bits, k):
    rng = np.random.default_rng(n_bits)
    assert_stable_sort(rng.random((5, n_bits)) > 0.3, rng.random((1000, n_bits)) > 0.3, k)


@pytest.mark.parametrize("d", [1, 3, 64])
@pytest.mark.parametrize("k", [1, 7, 100, 999, 1000])
@pytest.mark.parametrize("grid", [True, False])
def test_the_nearest_embeddings_are_the_first_of_a_stable_sort_of_the_cosines_that_metrics_rank_by(d, k, grid):
    rng = np.random.default_rng(d)
    queries, items = 0.5 + rng.normal(size=(5, d)), 0.5 + rng.normal(size=(1000, d))
    assert_stable_sort(*(np.rint(Z) if grid else Z for Z in (queries, items)), k)


@pytest.mark.parametrize("is_code", [True, False])
def test_neither_blocks_nor_the_order_of_arrival_matter(is_code, monkeypatch):
    rng = np.random.default_rng(0)
    items = rng.random((3000, 9)) > 0.5 if is_code else np.rint(2 * rng.normal(size=(3000, 9)))
    queries = items[:40]
    whole = table_of(items).search(queries, 50)
    monkeypatch.setattr(neighbours, "_BLOCK_ITEMS", 37)
    monkeypatch.setattr(neighbours, "_BLOCK_ENTRIES", 100)
    monkeypatch.setattr(neighbours, "_BLOCK_QUERIES", 7)
    parts = table_of(items[:1])
    for rows in np.split(items[1:], [5, 100, 2000]):
        parts.extend(parts.encode(rows))
    for one, other in zip(whole, parts.search(queries, 50)):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("order", [1, -1])
def test_sorted_databases_are_searched_right(order):
    codes = np.tri(200, 199, k=-1, dtype=bool)[::order].repeat(200, axis=0)  # 0 ... 199 bits set, each 200 times
    assert_stable_sort(np.zeros((2, 199), dtype=bool), codes, 300)
    angles = np.linspace(0, np.pi, 40_000)[::order]
    assert_stable_sort(np.array([[1.0, 0.0]]), np.column_stack([np.cos(angles), np.sin(angles)]), 300)


def test_of_equal_items_the_first_are_found_wherever_they_stand():
    rng = np.random.default_rng(0)
    one, others = rng.normal(size=(1, 33)), rng.normal(size=(20_000, 33))
    places = rng.choice(20_000, size=500, replace=False)
    others[places] = one * rng.uniform(0.5, 2, size=(500, 1)).round(3)
    indices = table_of(others).search(one, 500)[1]
    np.testing.assert_array_equal(np.sort(indices[0]), np.sort(places))
    exact = others.copy()
    exact[places] = one
    indices = table_of(exact).search(one, 400)[1]
    np.testing.assert_array_equal(indices[0], np.sort(places)[:400])


def test_cosine_distances_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    queries, items = 1 + rng.normal(size=(20, 50)), 1 + rng.normal(size=(500, 50))
    distances, indices = table_of(items).search(queries, 500)
    reference = np.take_along_axis(cosine_distances(queries, items), indices, axis=1)
    np.testing.assert_allclose(distances, reference, atol=1e-7)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_float32_queries_get_float32_distances_and_the_neighbours_of_float64():
    rng = np.random.default_rng(0)
    queries, items = rng.normal(size=(20, 16)).astype(np.float32), rng.normal(size=(500, 16)).astype(np.float32)
    single = table_of(items).search(queries, 9)
    double = table_of(items.astype(np.float64)).search(queries.astype(np.float64), 9)
    assert (single[0].dtype, double[0].dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(single[1], double[1])
    np.testing.assert_array_equal(single[0], double[0].astype(np.float32))


def test_a_row_of_zeros_is_at_distance_one_of_everything():
    items = np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, -1.0]])
    distances, indices = table_of(items).search(np.array([[1.0, 1.0], [0.0, 0.0]]), 3)
    np.testing.assert_allclose(distances, [[0, 1, 2], [1, 1, 1]], atol=1e-7)
    np.testing.assert_array_equal(indices, [[1, 0, 2], [0, 1, 2]])


def test_the_length_of_vectors_does_not_matter_up_to_the_range_of_floats():
    rng = np.random.default_rng(0)
    items = rng.normal(size=(300, 8))
    lengths = np.ldexp(1.0, rng.integers(-900, 900, size=(300, 1)))
    for one, other in zip(table_of(items).search(items[:9], 20), table_of(items * lengths).search(items[:9], 20)):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("is_code", [True, False])
def test_a_search_takes_little_memory_whatever_the_number_of_items_and_queries(is_code):
    rng = np.random.default_rng(0)
    n_items, n_queries = (200_000, 300) if is_code else (50_000, 300)
    items = rng.normal(size=(n_items, 64))
    table = table_of(items > 0 if is_code else items)
    queries = items[:n_queries] > 0 if is_code else items[:n_queries]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    table.search(queries, 20)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 32 * 2**20 < n_items * n_queries * (1 if is_code else 4)


def test_items_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="codes have 5 bits, but those of the table have 4"):
        CodeTable(4).encode(np.ones((2, 5), dtype=bool))
    with pytest.raises(ValueError, match="NaN"):
        EmbeddingTable(2).encode(np.array([[np.nan, 1.0]]))
    with pytest.raises(ValueError, match="dimensions"):
        EmbeddingTable(2).encode(np.ones((2, 3)))
