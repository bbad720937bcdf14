"""evaluate_embeddings: all measures of a protocol from one pass are what each measure alone gives."""

import tracemalloc

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from shallow_cmr import evaluate_embeddings, metrics
from shallow_cmr.metrics import chance_level, mean_by_class
from shallow_cmr.protocol import Protocol, get_protocol

ALL = ("map", "map@7", "precision@5", "recall@5", "f1@5", "hit_rate@3", "ndcg", "ndcg@10", "acg@4", "wap", "wap@6")
ALL += ("reciprocal_rank", "reciprocal_rank@2", "first_rank", "median_rank")


def embeddings_and_labels(rng, n_queries=20, n_database=90):
    queries, database = rng.normal(1.0, 1.0, (n_queries, 9)), rng.normal(0.5, 1.0, (n_database, 9))
    database[40:60] = database[3]
    return queries, database, (rng.random((n_queries, 5)) < 0.4, rng.random((n_database, 5)) < 0.3)


def alone(name, queries, database, relevance, ties):
    """Return the mean of one measure, by the function named after it."""
    key, _, k = name.partition("@")
    functions = {"map": "mean_average_precision", "wap": "mean_weighted_average_precision"}
    functions |= {"median_rank": "median_first_rank", "first_rank": "mean_first_rank"}
    functions |= {"reciprocal_rank": "mean_reciprocal_rank"}
    options = {"top_k": int(k)} if k else {}
    if k and key in ("map", "wap"):
        options["denominator"] = "relevant"
    function = getattr(metrics, functions.get(key, f"mean_{key}_at_k"))
    return function(queries, database, relevance, ties=ties, no_relevant="skip", **options)


@pytest.mark.filterwarnings("ignore:.*queries have no relevant item")
@pytest.mark.parametrize("ties", ["expected", "optimistic", "pessimistic", "stable", "reversed"])
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_one_pass_gives_what_each_measure_gives_alone(ties, binary, n_jobs):
    queries, database, labels = embeddings_and_labels(np.random.default_rng(0))
    if binary:
        queries, database = queries > 1, database > 1
    protocol = Protocol("all", measures=ALL, denominator="relevant", ties=ties)
    scores = evaluate_embeddings(queries, database, labels, protocol, n_jobs=n_jobs)
    for name, measure in zip(ALL, protocol.get_measures()):
        assert scores.means[measure.name] == alone(name, queries, database, labels, ties)
        worst, best = (alone(name, queries, database, labels, bound) for bound in ("pessimistic", "optimistic"))
        assert scores.bounds[measure.name] == (worst, best)
        options = {"denominator": "relevant"} if name in ("map@7", "wap@6") else {}
        assert scores.chance[measure.name] == pytest.approx(chance_level(labels, name, **options), abs=1e-12)


@pytest.mark.parametrize("ties", ["expected", "stable"])
def test_the_bounds_enclose_the_value(ties):
    queries, database, labels = embeddings_and_labels(np.random.default_rng(0))
    labels[0][:, 0] = labels[1][:5, 0] = True
    protocol = Protocol("all", measures=ALL, denominator="relevant", ties=ties)
    scores = evaluate_embeddings(queries[:, :3] > 1, database[:, :3] > 1, labels, protocol)
    for name, value in scores.means.items():
        low, high = sorted(scores.bounds[name])
        assert low <= value <= high
        assert low < high


def test_the_threshold_convention_is_scored_alone():
    queries, database, labels = embeddings_and_labels(np.random.default_rng(0))
    scores = evaluate_embeddings(queries > 1, database > 1, labels, Protocol("t", ties="threshold", no_relevant="zero"))
    options = {"ties": "threshold", "no_relevant": "zero"}
    assert scores.means["mAP@all"] == metrics.mean_average_precision(queries > 1, database > 1, labels, **options)


def test_scores_print_as_a_table_with_the_line_to_quote():
    rng = np.random.default_rng(0)
    codes, classes = rng.random((30, 6)) > 0.4, rng.integers(0, 3, 30)
    scores = evaluate_embeddings(codes, codes, (classes, classes), "seph")
    first, numbers, line = repr(scores).splitlines()
    low, high = scores.bounds["mAP@all"]
    assert first == (
        f"mAP@all {scores.means['mAP@all']:.3f} (ties {low:.3f} to {high:.3f}; chance {scores.chance['mAP@all']:.3f})"
    )
    assert numbers == "30 queries, 0 without a relevant item; 30 database items"
    assert line == str(get_protocol("seph"))


def test_a_frame_holds_one_row_a_measure_and_the_line():
    queries, database, _ = embeddings_and_labels(np.random.default_rng(0), 30, 30)
    scores = evaluate_embeddings(queries, database, "paired", "image_caption")
    frame = scores.to_frame()
    assert frame["measure"].tolist() == list(scores.means)
    assert frame["value"].tolist() == list(scores.means.values())
    assert (frame["n_queries"] == 30).all()
    assert frame.attrs["protocol"] == str(get_protocol("image_caption"))


def test_queries_with_nothing_to_find_are_counted_and_warned_of_once():
    queries, database, labels = embeddings_and_labels(np.random.default_rng(0))
    labels[0][2:5] = False
    n_without = int((labels[0].sum(axis=1) == 0).sum())
    with pytest.warns(UndefinedMetricWarning, match=f"{n_without} of 20 queries have no relevant item") as caught:
        scores = evaluate_embeddings(queries, database, labels, Protocol("two", measures=("map", "ndcg")))
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert scores.n_without_relevant == n_without
    assert np.isnan(scores.per_query["mAP@all"]).sum() == n_without
    with pytest.raises(ValueError, match="the first is query 1"):
        evaluate_embeddings(queries[1:], database, (labels[0][1:], labels[1]), "rasiwasia")


def test_where_the_protocol_skips_by_what_is_retrieved_there_are_no_bounds():
    rng = np.random.default_rng(0)
    codes, classes = rng.random((30, 6)) > 0.4, rng.integers(0, 9, 30)
    scores = evaluate_embeddings(codes, ~codes, (classes, classes), "hashnet@3")
    assert np.isnan(scores.bounds["mAP@3"]).all()
    assert "ties" not in repr(scores).splitlines()[0]
    assert np.isnan(scores.per_query["mAP@3"]).any()


def test_a_set_that_queries_itself_and_given_scores_can_be_evaluated():
    rng = np.random.default_rng(0)
    codes, classes = rng.random((40, 6)) > 0.4, rng.integers(0, 3, 40)
    one = evaluate_embeddings(codes, codes, (classes, classes), exclude_self=True)
    scores = -(codes[:, None] != codes).sum(axis=2)
    other = evaluate_embeddings(scores, None, (classes, classes), metric="precomputed", exclude_self=True)
    assert one.rows() == other.rows()
    assert one.n_database == 39


def test_means_by_class_weigh_classes_alike():
    rng = np.random.default_rng(0)
    codes, classes = rng.random((40, 6)) > 0.4, np.repeat(["a", "b"], [30, 10])
    values = evaluate_embeddings(codes, codes, (classes, classes)).per_query["mAP@all"]
    by_class = mean_by_class(values, classes)
    assert by_class == pytest.approx({"a": values[:30].mean(), "b": values[30:].mean()})
    labels = rng.random((40, 4)) < 0.4
    labels[:, 3] = False
    values[:5] = np.nan
    by_label = mean_by_class(values, labels)
    assert [by_label[c] for c in range(3)] == pytest.approx([np.nanmean(values[labels[:, c]]) for c in range(3)])
    assert np.isnan(by_label[3])
    for wrong in (classes[:5], np.ones((39, 2))):
        with pytest.raises(ValueError, match="but there are 40 values"):
            mean_by_class(values, wrong)
    with pytest.raises(ValueError, match="one value a query"):
        mean_by_class([[1.0]], ["a"])


def test_the_engine_is_named_and_changes_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    codes, classes = rng.random((40, 6)) > 0.4, rng.integers(0, 3, 40)
    plain = evaluate_embeddings(codes, codes, (classes, classes))
    assert plain.engine == "numpy"
    pytest.importorskip("numba", reason="numba is not installed: pip install 'shallow_cmr[fast]'")
    signs = 2.0 * codes - 1
    plain_signs = evaluate_embeddings(signs, signs, (classes, classes))
    monkeypatch.setattr("shallow_cmr.ranking.hamming._MANY_PAIRS", 0)
    monkeypatch.setattr("shallow_cmr.ranking.whole._LONG_ROWS", 0)
    for Z, without in ((codes, plain), (signs, plain_signs)):
        fast = evaluate_embeddings(Z, Z, (classes, classes))
        assert fast.engine == "numba"
        assert fast.means == without.means
        assert (fast.per_query["mAP@all"] == without.per_query["mAP@all"]).all()
    assert evaluate_embeddings(codes, codes, (classes, classes), "seph").engine == "numpy"


def test_memory_stays_within_a_block():
    rng = np.random.default_rng(0)
    queries, database = rng.random((300, 64)) > 0.5, rng.random((100_000, 64)) > 0.5
    classes = rng.integers(0, 10, 300), rng.integers(0, 10, 100_000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    evaluate_embeddings(queries, database, classes, Protocol("all", measures=("map", "ndcg@100", "hit_rate@10")))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 40e6


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"metric": "manhattan"}, ValueError, "hamming, cosine, correlation, euclidean, dot, precomputed"),
        ({"protocol": "held-out"}, ValueError, "must be a Protocol or one of heldout, training_database, seph"),
        ({"protocol": "hashnet"}, ValueError, "leaves its cutoff open"),
        ({"protocol": "hashnet@5"}, ValueError, "top_k=5 is more than the 4 items"),
        ({"protocol": "image_caption", "relevance": "paired"}, ValueError, "3 queries and 4 database items"),
        ({"protocol": "rasiwasia"}, ValueError, "dtype bool; give real embeddings"),
        ({"queries": np.ones((3, 6))}, ValueError, "database has shape .* dtype bool; give real embeddings"),
        ({"queries": np.ones((3, 5), dtype=bool)}, ValueError, "5 bits and database 6"),
        ({"database": np.ones((0, 6), dtype=bool)}, ValueError, "database are empty"),
        ({"relevance": ([0, 1, 1], [0, 1])}, ValueError, "given for 2 database items, but there are 4"),
        ({"relevance": (np.ones((3, 2)), np.ones((4, 3)))}, ValueError, "2 columns and database labels 3"),
        (
            {"queries": np.full((3, 4), np.nan), "database": None, "metric": "precomputed"},
            ValueError,
            "scores contain NaN",
        ),
    ],
)
def test_wrong_inputs_are_refused_by_name(arguments, error, message):
    given = {"queries": np.ones((3, 6), dtype=bool), "database": np.ones((4, 6), dtype=bool)}
    given |= {"relevance": ([0, 1, 1], [0, 1, 1, 0])} | arguments
    with pytest.raises(error, match=message):
        evaluate_embeddings(**given)
