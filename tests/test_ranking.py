"""Rankings: whatever the road, the groups are those that a loop over the scores finds."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import rankdata

from shallow_cmr.metrics import average_precision
from shallow_cmr.ranking import Ranking, hamming_counts
from shallow_cmr.ranking.hamming import HammingDistances, is_compiled
from shallow_cmr.ranking.scores import Cosines
from shallow_cmr.ranking.sorting import sort_keys
from shallow_cmr.relevance import as_relevance


def found(ranking, **options):
    """Return the groups of a ranking as tuples: query, before, size, items of each grade."""
    return as_tuples(ranking.groups(**options), ranking)


def as_tuples(blocks, ranking):
    """Return the groups of consecutive blocks of queries as tuples."""
    listed, first = [], 0
    for groups in blocks:
        assert groups.n_database == ranking.n_database
        rows = zip(groups.query + first, groups.before, groups.size, groups.grades.tolist())
        listed += [(int(q), int(a), int(n), tuple(grades)) for q, a, n, grades in rows]
        first += groups.n_queries
    assert first == ranking.n_queries
    return listed


def defined(scores, grades, n_grades=1, exclude_self=False):
    """Return the groups that a loop over scores (n_queries, n_database), larger is better, finds."""
    listed = []
    for query, (row, row_grades) in enumerate(zip(scores, grades)):
        keep = np.arange(len(row)) != query if exclude_self else np.ones(len(row), dtype=bool)
        row, row_grades = row[keep], row_grades[keep]
        for score in sorted(set(row.tolist()), reverse=True):
            tied = row_grades[row == score]
            counts = tuple(int((tied == g).sum()) for g in range(1, n_grades + 1))
            if n_grades == 1:
                counts = (int((tied > 0).sum()),)
            if sum(counts):
                listed.append((query, int((row > score).sum()), len(tied), counts))
    return listed


def places(scores, order):
    """Return the places 1, 2, ... (n_queries, n_database) when ties are broken by index, the first or last first."""
    step = 1 if order == "stable" else -1
    return np.array([rankdata(-row[::step], method="ordinal")[::step] for row in scores])


def codes_with_ties(rng, n_queries, n_database, n_bits):
    """Return random codes, some of them equal, and minus their distances."""
    A, B = rng.random((n_queries, n_bits)) > 0.4, rng.random((n_database, n_bits)) > 0.6
    B[::3] = B[0]
    return A, B, -(A[:, None] != B[None]).sum(axis=2)


@pytest.mark.parametrize("n_bits", [1, 2, 8, 63, 64, 65, 125, 126, 127, 128, 200, 255, 300])
@pytest.mark.parametrize("max_grade", [1, 3])
def test_hamming_groups_from_counts_are_those_of_the_distances(n_bits, max_grade):
    rng = np.random.default_rng(0)
    A, B, scores = codes_with_ties(rng, 4, 40, n_bits)
    B[1] = ~A[0]  # the largest distance: where narrow keys would overflow
    scores[:, 1] = -(B[1] != A).sum(axis=1)
    grades = rng.integers(0, max_grade + 1, scores.shape)
    grades[:, 1] = max_grade
    assert found(Ranking(A, B, grades), graded=True) == defined(scores, grades, max_grade)
    assert found(Ranking(A, B, grades)) == defined(scores, grades > 0)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_groups_of_given_scores_are_those_of_a_loop(data):
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 12)))
    values = st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 1e-300, np.nextafter(0.3, 1), 0.3, 2.0, 1e300])
    scores = np.array(data.draw(st.lists(values, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))).reshape(
        shape
    )
    grades = np.array(data.draw(st.lists(st.integers(0, 4), min_size=scores.size, max_size=scores.size)))
    grades = grades.reshape(shape)
    n_grades = max(1, int(grades.max()))
    ranking = Ranking(scores, None, grades, metric="precomputed")
    assert found(ranking) == defined(scores, grades)
    assert found(ranking, graded=True) == defined(scores, grades, n_grades)


@pytest.mark.parametrize("metric", ["cosine", "correlation", "euclidean", "dot"])
def test_groups_of_embeddings_are_those_of_the_metric(metric):
    rng = np.random.default_rng(0)
    Q, D = rng.normal(2.0, 1.0, (6, 5)), rng.normal(2.0, 1.0, (50, 5))
    D[10:20] = D[30]  # ties, and a group that mixes relevant and irrelevant items

    def unit(Z):
        return Z / np.linalg.norm(Z, axis=1, keepdims=True)

    scores = {
        "cosine": lambda: unit(Q) @ unit(D).T,
        "correlation": lambda: np.corrcoef(Q, D)[:6, 6:],
        "euclidean": lambda: -np.linalg.norm(Q[:, None] - D[None], axis=2),
        "dot": lambda: Q @ D.T,
    }[metric]()
    for max_grade in (1, 2, 9):
        grades = rng.integers(0, max_grade + 1, scores.shape)
        grades[0, 0] = max_grade
        ranking = Ranking(Q, D, grades, metric=metric)
        assert found(ranking) == defined(scores.round(12), grades)
        assert found(ranking, graded=True) == defined(scores.round(12), grades, max_grade)


def test_given_scores_and_a_callable_of_blocks_rank_alike():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (7, 30))
    classes = rng.integers(0, 3, 7), rng.integers(0, 3, 30)
    whole = found(Ranking(scores, None, classes, metric="precomputed"))
    assert whole == found(Ranking(lambda rows, columns: scores[rows, columns], None, classes, metric="precomputed"))
    assert whole == defined(scores, classes[0][:, None] == classes[1])


@pytest.mark.parametrize("metric", ["hamming", "cosine", "euclidean"])
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("order", [None, "stable", "reversed"])
def test_blocks_do_not_matter(monkeypatch, metric, graded, order):
    rng = np.random.default_rng(0)
    Q, D = rng.normal(1.0, 1.0, (23, 70)), rng.normal(1.0, 1.0, (101, 70))
    D[50:60] = D[3]
    if metric == "hamming":
        Q, D = Q > 1, D > 1
    grades = rng.integers(0, 3, (23, 101))

    def groups():
        ranking = Ranking(Q, D, grades, metric=metric)
        return found(ranking, order=order, graded=graded)

    whole = groups()
    monkeypatch.setattr("shallow_cmr.ranking.whole._PART_PAIRS", 150)
    monkeypatch.setattr("shallow_cmr.ranking.hamming._BLOCK_ITEMS", 17)
    monkeypatch.setattr("shallow_cmr.ranking.hamming._MAX_QUERIES", 5)
    monkeypatch.setattr("shallow_cmr.ranking.scores._BLOCK_ENTRIES", 500)
    monkeypatch.setattr(Cosines, "block_pairs", 320)
    assert groups() == whole
    ranking = Ranking(Q, D, grades, metric=metric)
    parts = [slice(0, 4), slice(4, 23)]
    in_parts = [
        a for rows in parts for block in ranking.groups(order=order, graded=graded, rows=rows) for a in block.before
    ]
    assert in_parts == [before for _, before, _, _ in whole]


def test_equal_vectors_tie_and_cosines_do_not_depend_on_the_block():
    rng = np.random.default_rng(0)
    D = np.tile(rng.normal(3.0, 1.0, (1, 37)), (1000, 1))
    D[::7] *= 3  # the direction decides, not the length
    Q = rng.normal(3.0, 1.0, (9, 37))
    cosines = Cosines(Q, D)
    whole = cosines.products(slice(0, 9), slice(0, 1000), 1.0)
    assert (whole == whole[:, :1]).all()
    for start in range(0, 1000, 137):
        columns = slice(start, min(start + 137, 1000))
        assert (cosines.products(slice(4, 5), columns, 1.0) == whole[4:5, columns]).all()


def test_cosines_are_right_to_the_stated_precision():
    rng = np.random.default_rng(0)
    for scale in (1e-200, 1.0, 1e200):
        Q, D = scale * rng.normal(1.0, 1.0, (5, 300)), rng.normal(-1.0, 1.0, (8, 300))
        cosines = Cosines(Q, D).products(slice(0, 5), slice(0, 8), 1.0)
        units = [Z / np.abs(Z).max() for Z in (Q, D)]
        units = [Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in units]
        assert np.abs(cosines - units[0] @ units[1].T).max() < 2**-26 * np.sqrt(300)


def test_signs_as_floats_tie_as_their_codes_do():
    rng = np.random.default_rng(0)
    for n_bits in (3, 10, 24):  # 1 / sqrt(n_bits) is not a binary fraction
        A, B, _ = codes_with_ties(rng, 5, 60, n_bits)
        grades = rng.integers(0, 2, (5, 60))
        floats = Ranking(2.0 * A - 1.0, 2.0 * B - 1.0, grades)
        assert found(floats) == found(Ranking(A, B, grades))


def test_a_zero_row_has_cosine_zero_and_a_constant_one_correlation_zero():
    Q, D = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 0.0, 0.0], [-1.0, 0.0, -2.0], [1.0, 0.0, 2.0]])
    assert found(Ranking(Q, D, [[1, 0, 0]])) == [(0, 1, 1, (1,))]
    constant = np.repeat(np.random.default_rng(0).random((50, 1)), 7, axis=1)
    constant[:, 0] = np.nextafter(constant[:, 0], 2)  # constant but for rounding
    assert found(Ranking(np.arange(7.0)[None], constant, np.ones((1, 50)), metric="correlation")) == [(0, 0, 50, (50,))]
    assert found(Ranking(constant[:1], constant, np.ones((1, 50)), metric="correlation")) == [(0, 0, 50, (50,))]


@pytest.mark.parametrize("metric", ["cosine", "correlation", "euclidean", "dot"])
@pytest.mark.parametrize("exponent", [-900, 900])
def test_a_common_scale_however_extreme_changes_no_ranking(metric, exponent):
    rng = np.random.default_rng(0)
    Q, D, grades = rng.normal(2.0, 1.0, (4, 5)), rng.normal(2.0, 1.0, (60, 5)), rng.integers(0, 2, (4, 60))
    scaled = np.ldexp(Q, exponent), np.ldexp(D, exponent)
    assert found(Ranking(*scaled, grades, metric=metric)) == found(Ranking(Q, D, grades, metric=metric))


def test_euclidean_distances_do_not_cancel_far_from_the_origin():
    D = np.array([[1e6 + step * 1e-4, 1e6] for step in range(10)])
    Q = np.array([[1e6 + 3.2e-4, 1e6]])
    nearest_first = np.argsort(np.abs(np.arange(10) - 3.2))
    for item in range(10):
        groups = found(Ranking(Q, D, np.arange(10)[None] == item, metric="euclidean"))
        assert groups == [(0, int(np.flatnonzero(nearest_first == item)[0]), 1, (1,))]


@pytest.mark.parametrize("metric", ["hamming", "cosine", "euclidean", "precomputed"])
@pytest.mark.parametrize("order", [None, "stable", "reversed"])
def test_a_set_that_queries_itself_leaves_out_each_item_itself(metric, order):
    rng = np.random.default_rng(0)
    Z = rng.normal(1.0, 1.0, (30, 12))
    Z[4:9] = Z[20]
    Z = Z > 1 if metric == "hamming" else Z / np.linalg.norm(Z, axis=1, keepdims=True)
    scores = -((1.0 * Z[:, None] - Z[None]) ** 2).sum(axis=2).round(9)
    database = Z
    if metric == "precomputed":
        scores[3, 5:8] = -np.inf  # as bad as can be, but still ranked before what is left out
        Z, database = scores, None
    classes = rng.integers(0, 3, 30)
    classes[3:8] = 1
    if order:
        scores = -places(scores, order)
    ranking = Ranking(Z, database, (classes, classes), metric=metric, exclude_self=True)
    assert found(ranking, order=order) == defined(scores, classes[:, None] == classes, exclude_self=True)


@pytest.mark.parametrize("order", ["stable", "reversed"])
def test_in_order_every_group_is_one_item_and_ties_go_by_index(order):
    rng = np.random.default_rng(0)
    A, B, scores = codes_with_ties(rng, 4, 50, 9)
    grades = rng.integers(0, 3, scores.shape)
    ranking = Ranking(A, B, grades)
    assert found(ranking, order=order, graded=True) == defined(-places(scores, order), grades, 2)


@pytest.mark.parametrize("metric", ["hamming", "cosine", "precomputed"])
@pytest.mark.parametrize("order", ["stable", "reversed"])
@pytest.mark.parametrize("exclude_self", [False, True])
def test_broken_ties_remember_the_groups_they_were(metric, order, exclude_self):
    rng = np.random.default_rng(0)
    A, B, scores = codes_with_ties(rng, 60, 60, 7)
    if metric == "cosine":
        A, B = 2.0 * A - 1.0, 2.0 * B - 1.0
    if metric == "precomputed":
        A, B = scores, None
    grades = rng.integers(1, 3, scores.shape) * (rng.random(scores.shape) < 0.2)
    grades[3] = 0
    ranking = Ranking(A, B, grades, metric=metric, exclude_self=exclude_self)
    broken = list(ranking.groups(order=order, graded=True, with_ties=True))
    assert as_tuples([groups.tied for groups in broken], ranking) == found(ranking, graded=True)
    assert as_tuples(broken, ranking) == found(ranking, order=order, graded=True)


@pytest.mark.parametrize("n_bits", [1, 8, 64, 65, 126, 127, 128, 200, 255, 256, 300])
@pytest.mark.parametrize("n_grades", [1, 3])
@pytest.mark.parametrize("exclude_self", [False, True])
def test_compiled_counts_are_those_of_numpy(n_bits, n_grades, exclude_self):
    pytest.importorskip("numba", reason="numba is not installed: pip install 'shallow_cmr[fast]'")
    rng = np.random.default_rng(0)
    A, B, _ = codes_with_ties(rng, 43, 43, n_bits)
    B[1] = ~A[0]  # the largest distance: where narrow keys would overflow
    distances, relevance = HammingDistances(A, B), as_relevance(rng.integers(0, n_grades + 1, (43, 43)))
    options = {"n_grades": n_grades, "exclude_self": exclude_self}
    counts = hamming_counts(distances, relevance, slice(0, 43), compiled=True, **options)
    assert (counts == hamming_counts(distances, relevance, slice(0, 43), **options)).all()
    assert (counts.sum(axis=(1, 2)) == 43 - exclude_self).all()


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_compiled_sorting_is_that_of_numpy(dtype):
    pytest.importorskip("numba", reason="numba is not installed: pip install 'shallow_cmr[fast]'")
    rng = np.random.default_rng(0)
    limits = np.iinfo(dtype)
    for low, high in ((limits.min, limits.max), (-9, 9), (0, 2**11), (-5, -4), (2**30 - 7, 2**30 + 7)):
        keys = rng.integers(low, high, (7, 501), dtype=dtype)
        keys[0, :2] = low, high
        needed = np.sort(keys, axis=1)
        sort_keys(keys, compiled=True)
        assert (keys == needed).all()


def test_few_pairs_do_not_load_numba():
    assert not is_compiled(10**6)


def test_memory_stays_within_a_block():
    rng = np.random.default_rng(0)
    queries, database = rng.random((300, 64)) > 0.5, rng.random((100_000, 64)) > 0.5
    classes = rng.integers(0, 10, 300), rng.integers(0, 10, 100_000)
    tracemalloc.start()
    for metric, Q, D in (("hamming", queries, database), ("cosine", queries[:40].astype("f4"), database.astype("f4"))):
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        for _ in Ranking(Q, D, (classes[0][: len(Q)], classes[1]), metric=metric).groups():
            pass
        copy = 0.8e6 if metric == "hamming" else 25.6e6
        assert tracemalloc.get_traced_memory()[1] - held - copy < 32e6  # the whole would take 240 and 32 MB
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"metric": "manhattan"}, ValueError, "hamming, cosine, correlation, euclidean, dot, precomputed"),
        ({"queries": np.ones((3, 2), dtype=bool)}, TypeError, "database has dtype float64"),
        ({"queries": np.ones((3, 2), dtype=bool), "database": np.ones((4, 3), dtype=bool)}, ValueError, "2 bits"),
        ({"metric": "hamming"}, TypeError, "codes are boolean"),
        ({"queries": np.ones((3, 5))}, ValueError, "queries have 5 dimensions and database 2"),
        ({"database": np.full((4, 2), np.nan)}, ValueError, "database contains NaN"),
        ({"database": np.ones((0, 2))}, ValueError, "database are empty"),
        ({"queries": np.ones((0, 2))}, ValueError, "queries are empty"),
        ({"queries": np.array([["a", "b"]] * 3)}, ValueError, "real embeddings"),
        ({"queries": np.ones(3)}, ValueError, "real embeddings"),
        ({"exclude_self": True}, ValueError, "3 queries and 4 database items"),
        ({"metric": "precomputed"}, ValueError, "database=None"),
        ({"queries": np.ones((3, 0)), "database": None, "metric": "precomputed"}, ValueError, "at least one row"),
    ],
)
def test_what_cannot_be_ranked_is_refused(arguments, error, message):
    given = {"queries": np.ones((3, 2)), "database": np.ones((4, 2)), "relevance": np.ones((3, 4), dtype=bool)}
    given |= arguments
    with pytest.raises(error, match=message):
        Ranking(given.pop("queries"), given.pop("database"), given.pop("relevance"), **given)


def test_nan_scores_and_wrong_blocks_are_refused():
    scores = np.array([[0.1, np.nan]])
    with pytest.raises(ValueError, match="scores contain NaN"):
        list(Ranking(scores, None, [[1, 0]], metric="precomputed").groups())
    with pytest.raises(ValueError, match="have shape"):
        list(Ranking(lambda rows, columns: scores[:, :1], None, [[1, 0]], metric="precomputed").groups())


def test_sparse_embeddings_are_refused_with_the_cure():
    with pytest.raises(TypeError, match=r"use queries.toarray\(\)"):
        Ranking(sparse.csr_array(np.ones((3, 2))), np.ones((4, 2)), np.ones((3, 4)))


def test_equal_inner_products_of_integers_tie():
    rng = np.random.default_rng(0)
    queries, database = rng.integers(-3, 4, size=(20, 5)), rng.integers(-3, 4, size=(60, 5))
    classes = rng.integers(0, 2, 20), rng.integers(0, 2, 60)
    for ties in ("optimistic", "pessimistic", "expected"):
        found = average_precision(queries.astype(float), database.astype(float), classes, metric="dot", ties=ties)
        expected = average_precision(queries @ database.T, None, classes, metric="precomputed", ties=ties)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
