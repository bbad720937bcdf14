"""Measures: they agree with scikit-learn and with loops, say what they leave out, and refuse what cannot be meant."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import average_precision_score

from shallow_cmr import metrics
from shallow_cmr.metrics import (
    average_precision,
    chance_level,
    mean_average_precision,
    mean_first_rank,
    mean_hit_rate_at_k,
    mean_ndcg_at_k,
    mean_precision_at_k,
    mean_recall_at_k,
    mean_reciprocal_rank,
    mean_weighted_average_precision,
    median_first_rank,
    precision_at_k,
    recall_at_k,
)

TIES = ("expected", "optimistic", "pessimistic", "stable", "threshold")


def codes_and_classes(rng, n_queries=12, n_database=150, n_bits=6, n_classes=4):
    queries, database = rng.random((n_queries, n_bits)) > 0.4, rng.random((n_database, n_bits)) > 0.6
    return queries, database, (rng.integers(0, n_classes, n_queries), rng.integers(0, n_classes, n_database))


@pytest.mark.parametrize("ties", TIES)
def test_without_ties_average_precision_is_scikit_learns(ties):
    rng = np.random.default_rng(0)
    scores, relevant = rng.normal(2.0, 1.0, (20, 80)), rng.random((20, 80)) < 0.3
    found = average_precision(scores, None, relevant, metric="precomputed", ties=ties)
    needed = [average_precision_score(y, s) for y, s in zip(relevant, scores)]
    assert np.abs(found - needed).max() < 1e-12


def test_with_ties_retrieved_together_average_precision_is_scikit_learns():
    rng = np.random.default_rng(0)
    queries, database, classes = codes_and_classes(rng)
    found = average_precision(queries, database, classes, ties="threshold")
    distances = (queries[:, None] != database[None]).sum(axis=2)
    relevant = classes[0][:, None] == classes[1]
    needed = [average_precision_score(y, -d) for y, d in zip(relevant, distances)]
    assert np.abs(found - needed).max() < 1e-12


@pytest.mark.parametrize("denominator", ["retrieved", "min", "relevant"])
@pytest.mark.parametrize("top_k", [1, 7, 150])
@pytest.mark.parametrize("by", ["hamming", "precomputed"])
def test_stable_is_the_loop_over_a_stable_sort(denominator, top_k, by):
    rng = np.random.default_rng(0)
    queries, database, classes = codes_and_classes(rng)
    distances = (queries[:, None] != database[None]).sum(axis=2)
    needed = []
    for d, label in zip(distances, classes[0]):
        hits = (classes[1] == label)[np.argsort(d, kind="stable")]
        places = np.flatnonzero(hits[:top_k]) + 1
        divisor = {"retrieved": len(places), "min": min(hits.sum(), top_k), "relevant": hits.sum()}[denominator]
        needed.append(sum((i + 1) / place for i, place in enumerate(places)) / max(divisor, 1))
    if by == "precomputed":
        queries, database = -distances, None
    options = {"metric": by, "ties": "stable", "top_k": top_k}
    assert np.allclose(average_precision(queries, database, classes, denominator=denominator, **options), needed)
    hits = [
        (classes[1] == label)[np.argsort(d, kind="stable")][:top_k].sum() for d, label in zip(distances, classes[0])
    ]
    assert np.allclose(precision_at_k(queries, database, classes, **options), np.array(hits) / top_k)
    sizes = (classes[0][:, None] == classes[1]).sum(axis=1)
    assert np.allclose(recall_at_k(queries, database, classes, **options), hits / sizes)


def test_the_order_of_the_database_matters_only_under_stable():
    rng = np.random.default_rng(0)
    queries, database, classes = codes_and_classes(rng)
    shuffled = rng.permutation(len(database))
    for top_k, denominator in ((None, None), (20, "retrieved"), (20, "min")):
        for ties in TIES:
            if ties == "threshold" and top_k:
                continue
            options = {"ties": ties, "top_k": top_k, "denominator": denominator}
            as_given = average_precision(queries, database, classes, **options)
            again = average_precision(queries, database[shuffled], (classes[0], classes[1][shuffled]), **options)
            assert (as_given == again).all() == (ties != "stable")


def test_real_embeddings_of_codes_score_as_the_codes_do():
    rng = np.random.default_rng(0)
    queries, database, classes = codes_and_classes(rng, n_bits=13)
    signs = 2.0 * queries - 1.0, 2.0 * database - 1.0
    for ties in ("expected", "optimistic", "pessimistic"):
        needed = average_precision(queries, database, classes, ties=ties)
        for metric in ("cosine", "euclidean", "dot"):
            assert (average_precision(*signs, classes, metric=metric, ties=ties) == needed).all()


def test_perfect_and_reversed_rankings_have_known_values():
    scores = np.array([[5.0, 4.0, 3.0, 2.0, 1.0]])
    for ties in TIES:
        options = {"metric": "precomputed", "ties": ties}
        assert average_precision(scores, None, [[1, 1, 0, 0, 0]], **options)[0] == pytest.approx(1, abs=1e-15)
        assert average_precision(-scores, None, [[1, 1, 0, 0, 0]], **options)[0] == pytest.approx((1 / 4 + 2 / 5) / 2)


@pytest.mark.parametrize("metric", ["hamming", "cosine", "euclidean"])
def test_threads_do_not_change_a_bit(metric):
    rng = np.random.default_rng(0)
    Q, D = rng.normal(1.0, 1.0, (31, 20)), rng.normal(1.0, 1.0, (200, 20))
    D[20:40] = D[7]
    if metric == "hamming":
        Q, D = Q > 1, D > 1
    classes = rng.integers(0, 3, 31), rng.integers(0, 3, 200)
    alone = average_precision(Q, D, classes, metric=metric)
    for n_jobs in (2, 3, -1):
        assert (average_precision(Q, D, classes, metric=metric, n_jobs=n_jobs) == alone).all()


CHANCE = [
    ("map", mean_average_precision, {}),
    ("map@20", mean_average_precision, {"top_k": 20, "denominator": "retrieved"}),
    ("map@20", mean_average_precision, {"top_k": 20, "denominator": "min"}),
    ("map@20", mean_average_precision, {"top_k": 20, "denominator": "relevant"}),
    ("precision@7", mean_precision_at_k, {"top_k": 7}),
    ("hit_rate@3", mean_hit_rate_at_k, {"top_k": 3}),
    ("ndcg@10", mean_ndcg_at_k, {"top_k": 10}),
    ("ndcg", mean_ndcg_at_k, {"gain": "linear"}),
    ("wap", mean_weighted_average_precision, {}),
    ("reciprocal_rank", mean_reciprocal_rank, {}),
    ("first_rank", mean_first_rank, {}),
    ("median_rank", median_first_rank, {}),
]


@pytest.mark.parametrize(("name", "measure", "options"), CHANCE)
def test_chance_level_is_what_a_ranking_in_which_all_tie_scores(name, measure, options):
    rng = np.random.default_rng(0)
    labels = rng.random((12, 5)) < 0.4, rng.random((150, 5)) < 0.4
    labels[0][3:5] = False
    tied = {"queries": np.ones((12, 150)), "database": None, "relevance": labels, "metric": "precomputed"}
    rules = {rule: value for rule, value in options.items() if rule != "top_k"}
    with pytest.warns(UndefinedMetricWarning, match="3 of 12 queries"):
        needed = measure(**tied, **options)
    with pytest.warns(UndefinedMetricWarning, match="3 of 12 queries"):
        assert chance_level(labels, name, **rules) == pytest.approx(needed, abs=1e-12)
    classes = rng.integers(0, 3, 150)
    itself = {"queries": np.ones((150, 150)), "database": None, "metric": "precomputed", "exclude_self": True}
    needed = measure(**itself, relevance=(classes, classes), **options)
    assert chance_level((classes, classes), name, **rules, exclude_self=True) == pytest.approx(needed, abs=1e-12)


def test_chance_level_is_what_random_rankings_score_on_average():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 500), rng.integers(0, 3, 60)
    values = average_precision(rng.random((500, 60)), None, classes, metric="precomputed")
    assert abs(values.mean() - chance_level(classes)) < 4 * values.std() / np.sqrt(500)
    assert chance_level("paired", n_queries=3, n_database=3) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_queries_without_a_relevant_item_follow_the_rule():
    scores, relevant = np.array([[3.0, 2.0, 1.0]] * 3), np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]])
    of = {"queries": scores, "database": None, "relevance": relevant, "metric": "precomputed"}
    for measure, mean, values, options in (
        (average_precision, mean_average_precision, [0.5, 1.0], {}),
        (precision_at_k, mean_precision_at_k, [0.5, 0.5], {"top_k": 2}),
        (recall_at_k, mean_recall_at_k, [0.0, 1.0], {"top_k": 1}),
    ):
        for rule, filled in (("skip", np.nan), ("nan", np.nan), ("zero", 0.0)):
            found = measure(**of, **options, no_relevant=rule)
            assert np.array_equal(found, [values[0], filled, values[1]], equal_nan=True)
        assert mean(**of, **options, no_relevant="zero") == pytest.approx(sum(values) / 3)
        assert np.isnan(mean(**of, **options, no_relevant="nan"))
        with pytest.warns(UndefinedMetricWarning, match="1 of 3 queries have no relevant item"):
            assert mean(**of, **options) == pytest.approx(sum(values) / 2)
        with pytest.raises(ValueError, match="the first is query 1"):
            mean(**of, **options, no_relevant="raise")


def test_a_mean_over_no_query_is_an_error_and_over_all_no_warning():
    of = {"queries": np.ones((2, 3)), "database": None, "metric": "precomputed"}
    with pytest.raises(ValueError, match="2 of 2 queries have no relevant item"):
        mean_average_precision(**of, relevance=np.zeros((2, 3)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mean_average_precision(**of, relevance=np.ones((2, 3)))


def test_queries_that_retrieve_nothing_relevant_follow_their_own_rule():
    scores, relevant = np.array([[3.0, 2.0, 1.0]] * 3), np.array([[0, 0, 1], [0, 0, 0], [0, 1, 0]])
    options = {"metric": "precomputed", "top_k": 2, "denominator": "retrieved", "ties": "stable"}
    zero = average_precision(scores, None, relevant, **options)
    assert np.array_equal(zero, [0.0, np.nan, 0.5], equal_nan=True)
    for no_relevant, values, mean in (
        ("zero", [np.nan, 0.0, 0.5], 0.25),
        ("nan", [np.nan, np.nan, 0.5], np.nan),
    ):
        rules = {"none_retrieved": "skip", "no_relevant": no_relevant}
        assert np.array_equal(average_precision(scores, None, relevant, **options, **rules), values, equal_nan=True)
        found = mean_average_precision(scores, None, relevant, **options, **rules)
        assert np.array_equal(found, mean, equal_nan=True)


def test_weights_of_queries_weigh_their_values_in_the_mean():
    scores, relevant = np.array([[3.0, 2.0, 1.0]] * 3), np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]])
    of = {"queries": scores, "database": None, "relevance": relevant, "metric": "precomputed"}
    with pytest.warns(UndefinedMetricWarning):
        assert mean_average_precision(**of, sample_weight=[3, 5, 1]) == pytest.approx((3 * 0.5 + 1) / 4)
    for weights in ([1, 2], [1, -1, 1], [0, 0, 0], [1, np.nan, 1]):
        with pytest.raises(ValueError, match="one weight >= 0 for each of the 3 queries"):
            mean_average_precision(**of, no_relevant="zero", sample_weight=weights)
    with pytest.raises(ValueError, match="weight"):
        mean_average_precision(**of, sample_weight=[0, 1, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_k": 5}, "needs a denominator, one of 'retrieved'.*'min'.*'relevant'"),
        ({"denominator": "min"}, "needs a cutoff"),
        ({"top_k": 5, "denominator": "R"}, "retrieved, min, relevant"),
        ({"top_k": 0, "denominator": "min"}, "top_k=0 must be a whole number, 1 or more"),
        ({"top_k": -1, "denominator": "min"}, "1 or more"),
        ({"top_k": 2.0, "denominator": "min"}, "whole number"),
        ({"top_k": True, "denominator": "min"}, "whole number"),
        ({"top_k": 151, "denominator": "min"}, "top_k=151 is more than the 150 items"),
        ({"ties": "random"}, "expected, optimistic, pessimistic, stable, reversed, threshold"),
        ({"ties": "threshold", "top_k": 5, "denominator": "min"}, "no cutoff"),
        ({"no_relevant": "drop"}, "skip, zero, nan, raise"),
        ({"none_retrieved": "nan"}, "zero, skip"),
        ({"none_retrieved": "skip"}, "denominator='retrieved'"),
        ({"none_retrieved": "skip", "top_k": 5, "denominator": "retrieved"}, "ties='stable'"),
        ({"metric": "manhattan"}, "hamming, cosine"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(options, message):
    queries, database, classes = codes_and_classes(np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        mean_average_precision(queries, database, classes, **options)


def test_precision_and_recall_need_a_cutoff_within_the_database():
    queries, database, classes = codes_and_classes(np.random.default_rng(0))
    for measure in (precision_at_k, recall_at_k, mean_precision_at_k, mean_recall_at_k):
        for options, message in (
            ({"top_k": None}, "needs a cutoff"),
            ({"top_k": 0}, "1 or more"),
            ({"top_k": 151}, "more than the 150"),
            ({"top_k": 5, "ties": "threshold"}, "average precision without a cutoff"),
        ):
            with pytest.raises(ValueError, match=message):
                measure(queries, database, classes, **options)
    with pytest.raises(ValueError, match="more than the 149"):
        precision_at_k(database, database, (classes[1], classes[1]), top_k=150, exclude_self=True)


EVERY_MEASURE = [
    (metrics.precision_at_k, {"top_k": 3}),
    (metrics.recall_at_k, {"top_k": 3}),
    (metrics.f1_at_k, {"top_k": 3}),
    (metrics.hit_rate_at_k, {"top_k": 3}),
    (metrics.acg_at_k, {"top_k": 3}),
    (metrics.ndcg_at_k, {}),
    (metrics.weighted_average_precision, {}),
    (metrics.reciprocal_rank, {}),
    (metrics.first_rank, {}),
    (metrics.median_first_rank, {}),
    (metrics.precision_curve, {}),
    (metrics.recall_curve, {}),
    (metrics.cmc_curve, {}),
    (metrics.interpolated_precision, {}),
    (metrics.precision_recall_by_rank, {}),
]


@pytest.mark.parametrize(("measure", "options"), EVERY_MEASURE)
def test_every_measure_refuses_what_it_cannot_mean(measure, options):
    queries, database, classes = codes_and_classes(np.random.default_rng(0))
    for wrong, message in (
        ({"ties": "threshold"}, "has no value; it exists for average precision without a cutoff"),
        ({"ties": "random"}, "expected, optimistic, pessimistic, stable, reversed, threshold"),
        ({"no_relevant": "drop"}, "skip, zero, nan, raise"),
        ({"metric": "manhattan"}, "hamming, cosine"),
    ):
        with pytest.raises(ValueError, match=message):
            measure(queries, database, classes, **options, **wrong)
    with pytest.raises(ValueError, match="2 of 12 queries have no relevant item"):
        measure(queries, database, ([9, 9, *classes[0][2:]], classes[1]), no_relevant="raise", **options)
    if "top_k" in options:
        for top_k, message in ((None, "needs a cutoff"), (0, "1 or more"), (True, "whole"), (151, "more than the 150")):
            with pytest.raises(ValueError, match=message):
                measure(queries, database, classes, top_k=top_k)


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        (metrics.precision_curve, {"cutoffs": [1, 151]}, "cutoffs=151 is more than the 150"),
        (metrics.recall_curve, {"cutoffs": [0, 1]}, "1 or more"),
        (metrics.cmc_curve, {"cutoffs": [1.5]}, "whole number"),
        (metrics.precision_recall_by_rank, {"cutoffs": []}, "at least one"),
        (metrics.precision_curve, {"cutoffs": 5}, "list of whole numbers"),
        (metrics.interpolated_precision, {"n_levels": 1}, "2 or more"),
        (metrics.interpolated_precision, {"n_levels": 1.0}, "whole number"),
        (metrics.ndcg_at_k, {"gain": "square"}, "exponential, linear"),
        (metrics.weighted_average_precision, {"top_k": 5}, "WAP@5 needs a denominator"),
        (metrics.weighted_average_precision, {"top_k": 5, "denominator": "retrieved"}, "min, relevant"),
        (metrics.first_rank, {"no_relevant": "zero"}, "best of all in mean rank"),
        (metrics.median_first_rank, {"no_relevant": "zero"}, "best of all in median rank"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(measure, options, message):
    queries, database, classes = codes_and_classes(np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        measure(queries, database, classes, **options)


def test_a_gain_that_overflows_is_refused_by_name():
    grades = np.array([[0, 1001]])
    options = {"metric": "precomputed"}
    with pytest.raises(ValueError, match="overflows at grade 1001; choose gain='linear'"):
        metrics.ndcg_at_k([[0.0, 1.0]], None, grades, **options)
    assert metrics.ndcg_at_k([[0.0, 1.0]], None, grades, gain="linear", **options)[0] == 1


def test_weighted_average_precision_of_single_labels_is_average_precision():
    queries, database, classes = codes_and_classes(np.random.default_rng(0))
    for ties in ("expected", "optimistic", "pessimistic", "stable", "reversed"):
        weighted = metrics.weighted_average_precision(queries, database, classes, ties=ties)
        assert np.allclose(weighted, average_precision(queries, database, classes, ties=ties), rtol=0, atol=1e-13)


def test_skipped_queries_are_warned_of_at_the_callers_line():
    scores, relevant = np.array([[3.0, 2.0, 1.0]] * 3), np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]])
    for measure in (mean_average_precision, mean_reciprocal_rank, metrics.cmc_curve, metrics.precision_recall_by_rank):
        with pytest.warns(UndefinedMetricWarning, match="1 of 3 queries") as caught:
            measure(scores, None, relevant, metric="precomputed")
        assert [warning.filename for warning in caught] == [__file__]


def test_a_median_between_places_is_lowered_and_means_over_orders_are_left_alone():
    scores = np.array([[4.0, 3.0, 2.0, 1.0]] * 4)
    relevant = np.eye(4, dtype=int)[[0, 0, 2, 3]]  # places 1, 1, 3, 4: the median is between 1 and 3
    assert median_first_rank(scores, None, relevant, metric="precomputed") == 2
    relevant = np.eye(4, dtype=int)[[0, 1, 2, 3]]
    assert median_first_rank(scores, None, relevant, metric="precomputed", ties="stable") == 2
    tied = np.array([[4.0, 4.0, 2.0, 1.0]] * 4)
    assert median_first_rank(tied, None, relevant, metric="precomputed") == 2.25  # of 1.5, 1.5, 3, 4
    with_nan = {"no_relevant": "nan", "metric": "precomputed"}
    assert np.isnan(median_first_rank(scores, None, relevant * (np.arange(4) < 3)[:, None], **with_nan))
    with pytest.raises(ValueError, match="leave out sample_weight"):
        chance_level(np.eye(2), "median_rank", sample_weight=[1, 2])
