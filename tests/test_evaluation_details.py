"""What an evaluation keeps for pictures: curves, means by class, ranked lists; each as the measures say it."""

import json

import numpy as np
import pytest

from shallow_cmr import CCA, CVH
from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.evaluation import DIRECTIONS, evaluate_queries
from shallow_cmr.evaluation.curves import retrieval_curves
from shallow_cmr.evaluation.lists import N_RANKED, spread_over_classes
from shallow_cmr.metrics import mean_by_class, mean_precision_at_k, precision_recall_by_rank
from shallow_cmr.protocol import Protocol
from shallow_cmr.ranking import Ranking


def small_dataset(labels=None, **options):
    """Two noisy views of class centres, not zero-mean: 60 items to learn from, 40 to ask with."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 100)
    Z = rng.normal(size=(3, 4))[classes] + 0.6 * rng.normal(size=(100, 4))
    X, y = Z @ rng.normal(size=(4, 6)) + 5, Z @ rng.normal(size=(4, 5)) - 3
    labels = classes if labels is None else labels
    return CrossModalDataset(X, y, labels, np.arange(60), np.arange(60, 100), name="small", **options)


@pytest.mark.parametrize("model", [CCA(n_components=3), CVH(n_bits=3)])
def test_the_curves_are_those_of_the_metrics(model):
    data = small_dataset()
    curves = evaluate_queries(model, data).curves["image->text"]
    fitted = model.fit(data.train.X, data.train.y)
    pair = fitted.transform_image(data.test.X), fitted.transform_text(data.test.y)
    relevance = data.test.labels, data.test.labels
    places = np.unique(np.geomspace(1, 40, 30).round().astype(int))
    expected = precision_recall_by_rank(*pair, relevance, cutoffs=places)
    assert curves["recall"] == pytest.approx(expected.recall, abs=5e-6)
    assert curves["precision"] == pytest.approx(expected.precision, abs=5e-6)
    assert curves["n"] == [1, 2, 3, 5, 7, 10, 20, 30]
    at_n = [mean_precision_at_k(*pair, relevance, top_k=n) for n in curves["n"]]
    assert curves["precision_at_n"] == pytest.approx(at_n, abs=5e-6)


def test_curves_end_where_everything_is_found():
    curves = evaluate_queries(CVH(n_bits=2), small_dataset(), "training_database").curves
    for curve in curves.values():
        assert curve["recall"][-1] == 1
        assert np.all(np.diff(curve["recall"]) > 0)
        assert len(curve["recall"]) == len(curve["precision"])


@pytest.mark.parametrize("ties", ["expected", "optimistic", "pessimistic", "stable", "threshold"])
def test_curves_follow_the_rule_for_ties(ties):
    scores, relevant = [[1.0, 1.0, 0.0]], [[0, 1, 0]]
    curves = retrieval_curves(Ranking(scores, None, relevant, metric="precomputed"), Protocol("mine", ties=ties))
    first = {"expected": 0.5, "optimistic": 1, "pessimistic": 0, "stable": 0, "threshold": 0.5}[ties]
    assert curves["precision_at_n"] == pytest.approx([first, 1 / 2, 1 / 3], abs=5e-6)
    assert curves["recall"] == [first, 1, 1]


@pytest.mark.parametrize(("no_relevant", "first"), [("skip", 1), ("zero", 0.5)])
def test_curves_let_out_the_queries_that_the_protocol_lets_out(no_relevant, first):
    ranking = Ranking([[1.0, 0.0], [1.0, 0.0]], None, [[1, 0], [0, 0]], metric="precomputed")
    curves = retrieval_curves(ranking, Protocol("mine", no_relevant=no_relevant))
    assert curves["precision_at_n"] == [first, first / 2]


def test_class_means_are_those_of_the_headline():
    data = small_dataset(class_names=("cat", "dog", "egg"))
    evaluation = evaluate_queries(CCA(n_components=3), data, Protocol("mine", measures=("ndcg@5", "map")))
    for direction in DIRECTIONS:
        expected = mean_by_class(evaluation.per_query[direction], data.test.labels)
        assert evaluation.classes[direction] == dict(zip(("cat", "dog", "egg"), expected.values()))
        weighted = np.average(list(expected.values()), weights=np.bincount(data.test.labels))
        headline = next(row for row in evaluation.rows if row["direction"] == direction)
        assert weighted == pytest.approx(headline["value"], abs=1e-12)


def test_a_query_of_several_classes_counts_in_each_and_empty_classes_are_left_out():
    L = np.zeros((100, 4), dtype=int)
    L[np.arange(100), np.arange(100) % 2] = 1
    L[::5, 2] = 1
    evaluation = evaluate_queries(CCA(n_components=3), small_dataset(labels=L))
    for direction in DIRECTIONS:
        values = evaluation.per_query[direction]
        expected = {f"class {j}": values[L[60:, j] == 1].mean() for j in range(3)}
        assert evaluation.classes[direction] == pytest.approx(expected, abs=1e-15)


def test_lists_cover_every_query_once_and_show_as_many_items_as_there_are():
    data = small_dataset()
    examples = evaluate_queries(CVH(n_bits=2), data, n_examples=500).examples
    for direction in DIRECTIONS:
        assert [example["query"] for example in examples[direction]] == data.test_index.tolist()
        assert all(len(example["items"]) == len(example["hits"]) == N_RANKED for example in examples[direction])
    few = CrossModalDataset(data.X, data.y, data.labels, np.arange(60), np.arange(60, 66), name="few")
    (example, *_) = evaluate_queries(CCA(n_components=3), few, n_examples=1).examples["image->text"]
    assert sorted(example["items"]) == few.test_index.tolist()


def test_equal_items_are_listed_in_the_order_of_the_database():
    data = small_dataset()
    cvh = CVH(n_bits=2).fit(data.train.X, data.train.y)
    distances = (cvh.transform_text(data.test.y)[:, None] != cvh.transform_image(data.test.X)).sum(axis=2)
    examples = evaluate_queries(CVH(n_bits=2), data, n_examples=40).examples["text->image"]
    for example, row in zip(examples, distances):
        assert example["items"] == (60 + np.lexsort((np.arange(40), row)))[:N_RANKED].tolist()


def test_long_lists_are_made_in_blocks_with_the_same_result(monkeypatch):
    whole = evaluate_queries(CCA(n_components=3), small_dataset(), n_examples=40).examples
    monkeypatch.setattr("shallow_cmr.evaluation.lists._BLOCK_PAIRS", 70)
    assert evaluate_queries(CCA(n_components=3), small_dataset(), n_examples=40).examples == whole


def test_no_lists_are_made_unless_asked_for():
    assert evaluate_queries(CCA(n_components=3), small_dataset()).examples == {name: [] for name in DIRECTIONS}


def test_few_queries_are_spread_evenly_over_the_classes():
    labels = np.repeat([0, 1, 2, 3], [50, 2, 30, 18])
    chosen = spread_over_classes(labels, 20)
    assert np.bincount(labels[chosen]).tolist() == [6, 2, 6, 6]
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    assert spread_over_classes(labels, 1000).tolist() == list(range(100))


def test_items_without_a_class_come_last():
    indicator = np.array([[0, 0], [1, 0], [1, 1], [0, 0], [0, 1]])
    assert spread_over_classes(indicator, 2).tolist() == [1, 2]
    assert spread_over_classes(indicator, 4).tolist() == [0, 1, 2, 4]


def test_details_are_plain_json():
    evaluation = evaluate_queries(CVH(n_bits=2), small_dataset(), n_examples=5)
    stored = {"curves": evaluation.curves, "classes": evaluation.classes, "examples": evaluation.examples}
    assert json.loads(json.dumps(stored)) == stored
