"""Relevance: every form of it gives the matrix that its definition gives."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from shallow_cmr.relevance import as_relevance


def whole(relevance, **sizes):
    """Return relevance and grades as whole matrices, asked for in uneven blocks."""
    relevance = as_relevance(relevance, **sizes)
    rows = [slice(0, 1), slice(1, relevance.n_queries)]
    columns = [slice(0, 2), slice(2, relevance.n_database)]
    relevant = np.block([[relevance.relevant(r, c) for c in columns] for r in rows])
    grades = np.block([[relevance.grades(r, c) for c in columns] for r in rows])
    assert relevant.dtype == bool
    assert (relevance.n_relevant() == relevant.sum(axis=1)).all()
    assert relevance.max_grade >= grades.max()
    return relevant, grades


@pytest.mark.parametrize(
    "make",
    [
        lambda classes: classes,
        lambda classes: [f"class {c}" for c in classes],
        lambda classes: np.array([f"class {c}" for c in classes], dtype=object),
        lambda classes: pd.Categorical(classes),
        lambda classes: pd.Series(classes),
        lambda classes: classes.astype(float),
        lambda classes: np.array([("tuple", int(c)) for c in classes] + [None], dtype=object)[:-1],
    ],
)
def test_items_of_one_class_are_relevant_to_each_other(make):
    rng = np.random.default_rng(0)
    query_classes, database_classes = rng.integers(3, 7, 5), rng.integers(3, 7, 9)
    relevant, grades = whole((make(query_classes), make(database_classes)))
    assert (relevant == (query_classes[:, None] == database_classes)).all()
    assert (grades == relevant).all()


@pytest.mark.parametrize("n_labels", [1, 7, 8, 9, 16, 17, 33, 64, 65, 150])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.coo_matrix, lambda L: L.astype(bool)])
def test_grade_is_the_number_of_shared_labels(n_labels, form):
    rng = np.random.default_rng(0)
    L_query, L_database = ((rng.random((n, n_labels)) < 0.4).astype(int) for n in (5, 8))
    relevant, grades = whole((form(L_query), form(L_database)))
    assert (grades == L_query @ L_database.T).all()
    assert (relevant == (L_query @ L_database.T > 0)).all()


def test_single_labels_as_indicators_or_classes_are_the_same():
    rng = np.random.default_rng(0)
    query_classes, database_classes = rng.integers(0, 4, 5), rng.integers(0, 4, 9)
    indicators = np.eye(4, dtype=int)[query_classes], np.eye(4, dtype=int)[database_classes]
    assert (whole(indicators)[0] == whole((query_classes, database_classes))[0]).all()


def test_paired_items_and_equal_ids_are_relevant():
    assert (whole("paired", n_queries=4, n_database=4)[0] == np.eye(4, dtype=bool)).all()
    relevant, _ = whole(("ids", ["a", "b"], ["b", "a", "a", "c"]))
    assert (relevant == [[False, True, True, False], [True, False, False, False]]).all()


def test_matrices_and_callables_are_taken_as_they_are():
    matrix = np.random.default_rng(0).integers(0, 300, (4, 6))
    forms = matrix, matrix.tolist(), matrix.astype(float), sparse.csr_array(matrix), lambda r, c: matrix[r, c]
    for form in forms:
        relevant, grades = whole(form, n_queries=4, n_database=6)
        assert (grades == matrix).all()
        assert (relevant == (matrix > 0)).all()
        assert as_relevance(form, 4, 6).max_grade == matrix.max()


def test_leaving_out_the_item_itself_takes_it_off_the_count():
    relevance = as_relevance((["a", "b", "a"], ["a", "b", "b"]))
    assert relevance.n_relevant().tolist() == [1, 2, 1]
    assert relevance.n_relevant(exclude_self=True).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("relevance", "error", "message"),
    [
        (([1.0, np.nan, 2.0], [1.0, 2.0]), ValueError, "missing"),
        ((np.array(["a", None, "b"], dtype=object), ["a", "b"]), ValueError, "missing"),
        ((pd.array([1, pd.NA, 2]), [1, 2]), ValueError, "missing"),
        (([1, 2, 3], ["a", "b"]), TypeError, "query classes are numbers and database classes strings"),
        (([1, 2], [1, 2]), ValueError, "given for 2 queries, but there are 3"),
        (([1, 2, 3], [1]), ValueError, "given for 1 database items, but there are 2"),
        (([1, 2, 3], np.eye(2)), ValueError, "two vectors of classes, or two indicator matrices"),
        ((np.ones((3, 2)), np.ones((2, 3))), ValueError, "2 columns and database labels 3"),
        ((np.full((3, 2), 2), np.ones((2, 2))), ValueError, "only 0 and 1"),
        ((np.full((3, 2), np.nan), np.ones((2, 2))), ValueError, "only 0 and 1"),
        (np.full((3, 2), 0.5), ValueError, "bools or grades"),
        (np.full((3, 2), -1), ValueError, "bools or grades"),
        (np.full((3, 2), np.nan), ValueError, "bools or grades"),
        (np.ones(3), ValueError, "two dimensions"),
        ("paired", ValueError, "3 queries and 2 database items"),
        ("class", TypeError, "no known form"),
        (None, TypeError, "no known form"),
        (("id", [1, 2, 3], [1, 2]), ValueError, "'ids', query_ids, database_ids"),
    ],
)
def test_relevance_that_cannot_be_meant_is_refused(relevance, error, message):
    with pytest.raises(error, match=message):
        as_relevance(relevance, 3, 2)


def test_a_callable_must_return_the_block_it_was_asked_for():
    relevance = as_relevance(lambda rows, columns: np.ones((2, 2)), 3, 5)
    with pytest.raises(ValueError, match=r"returned shape \(2, 2\)"):
        relevance.grades(slice(0, 3), slice(0, 5))
    with pytest.raises(ValueError, match="n_queries and n_database"):
        as_relevance(lambda rows, columns: None)
