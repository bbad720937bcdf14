"""Evaluation: the rows say what a computation by hand says."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import UndefinedMetricWarning

from shallow_cmr import CCA, CVH
from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.evaluation import DIRECTIONS, evaluate, evaluate_queries, size_parameter
from shallow_cmr.metrics import mean_average_precision
from shallow_cmr.protocol import Protocol


def small_dataset(*, labels=None, n=90, n_train=60):
    """Two noisy views of class centres, not zero-mean."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, n)
    Z = rng.normal(size=(3, 4))[classes] + 0.6 * rng.normal(size=(n, 4))
    X = Z @ rng.normal(size=(4, 6)) + 0.3 * rng.normal(size=(n, 6)) + 5
    y = Z @ rng.normal(size=(4, 5)) + 0.3 * rng.normal(size=(n, 5)) - 3
    rows = np.arange(n)
    labels = classes if labels is None else labels
    return CrossModalDataset(X, y, labels, rows[:n_train], rows[n_train:], name="small", class_names="abc")


def average_precisions(scores, relevant):
    """AP of each query from its definition; scores (n_q, n_d) without ties."""
    values = []
    for row, hits in zip(scores, relevant):
        hits = hits[np.argsort(-row)]
        values.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
    return np.array(values)


def cosines(A, B):
    """Cosine similarities (n_a, n_b)."""
    return (A / np.linalg.norm(A, axis=1, keepdims=True)) @ (B / np.linalg.norm(B, axis=1, keepdims=True)).T


def as_text(hits):
    """Hits as examples keep them."""
    return "".join("1" if hit else "0" for hit in hits)


def test_evaluate_equals_a_computation_by_hand():
    data = small_dataset()
    cca = CCA(n_components=3).fit(data.train.X, data.train.y)
    images, texts = cca.transform_image(data.test.X), cca.transform_text(data.test.y)
    relevant = data.test.labels[:, None] == data.test.labels
    rows = evaluate(CCA(n_components=3), data)
    assert [row["direction"] for row in rows] == list(DIRECTIONS)
    assert rows[0]["value"] == pytest.approx(average_precisions(cosines(images, texts), relevant).mean(), abs=1e-12)
    assert rows[1]["value"] == pytest.approx(average_precisions(cosines(texts, images), relevant).mean(), abs=1e-12)


def test_the_mean_of_the_queries_is_the_row():
    evaluation = evaluate_queries(CCA(n_components=3), small_dataset())
    for row in evaluation.rows:
        assert row["value"] == pytest.approx(evaluation.per_query[row["direction"]].mean(), abs=1e-15)
        assert len(evaluation.per_query[row["direction"]]) == row["n_queries"] == 30


def test_chance_is_the_closed_form():
    data = small_dataset()
    n, R = 30, np.bincount(data.test.labels)[data.test.labels]
    H = np.sum(1 / np.arange(1, n + 1))
    beta = (R - 1) / (n - 1)
    expected = np.mean((n * beta + (1 - beta) * H) / n)
    assert [row["chance"] for row in evaluate(CCA(n_components=2), data)] == pytest.approx([expected] * 2, abs=1e-12)


def test_the_estimator_and_the_data_stay_as_they_were():
    data, estimator = small_dataset(), CCA(n_components=2)
    before = [data.X.copy(), data.y.copy(), data.labels.copy()]
    evaluate(estimator, data)
    assert vars(estimator) == vars(clone(estimator))
    assert all(np.array_equal(old, new) for old, new in zip(before, [data.X, data.y, data.labels]))


def test_rows_say_how_many_queries_have_nothing_to_find():
    labels = np.r_[np.arange(89) % 2, 2]  # class 2 occurs once, as the last test item
    data = small_dataset(labels=labels)
    assert [row["n_without_relevant"] for row in evaluate(CCA(n_components=2), data)] == [0, 0]
    with pytest.warns(UndefinedMetricWarning, match="1 of 30 queries have no relevant item"):
        evaluation = evaluate_queries(CCA(n_components=2), data, "training_database")
    assert [row["n_without_relevant"] for row in evaluation.rows] == [1, 1]
    assert np.isnan(evaluation.per_query["image->text"][-1])
    assert all(np.isfinite(row["value"]) for row in evaluation.rows)


@pytest.mark.parametrize(("database", "n_items"), [("test", 30), ("train", 60), ("rest", 60)])
def test_the_protocol_decides_which_items_are_ranked(database, n_items):
    data, protocol = small_dataset(), Protocol("mine", database=database)
    ranked = data.test if database == "test" else data.train
    cca = CCA(n_components=3).fit(data.train.X, data.train.y)
    scores = cosines(cca.transform_image(data.test.X), cca.transform_text(ranked.y))
    assert scores.shape == (30, n_items)
    expected = average_precisions(scores, data.test.labels[:, None] == ranked.labels).mean()
    assert evaluate(CCA(n_components=3), data, protocol)[0]["value"] == pytest.approx(expected, abs=1e-12)


def test_unified_codes_come_from_both_modalities():
    data, protocol = small_dataset(), Protocol("mine", database="train", codes="unified")
    cca = CCA(n_components=3).fit(data.train.X, data.train.y)
    scores = cosines(cca.transform_text(data.test.y), cca.transform_pair(data.train.X, data.train.y))
    expected = average_precisions(scores, data.test.labels[:, None] == data.train.labels).mean()
    assert evaluate(CCA(n_components=3), data, protocol)[1]["value"] == pytest.approx(expected, abs=1e-12)


def test_hashers_are_ranked_by_hamming_distance_with_ties_in_expectation():
    data = small_dataset()
    cvh = CVH(n_bits=3).fit(data.train.X, data.train.y)
    images, texts = cvh.transform_image(data.test.X), cvh.transform_text(data.test.y)
    distances = (images[:, None] != texts).sum(axis=2)
    relevant = data.test.labels[:, None] == data.test.labels
    rng = np.random.default_rng(0)
    orders = [average_precisions(-distances + 0.5 * rng.random(distances.shape), relevant).mean() for _ in range(400)]
    value = evaluate(CVH(n_bits=3), data)[0]["value"]
    assert abs(value - np.mean(orders)) < 4 * np.std(orders) / np.sqrt(len(orders))


def test_example_lists_are_the_first_items_of_the_ranking():
    data = small_dataset()
    cca = CCA(n_components=3).fit(data.train.X, data.train.y)
    scores = cosines(cca.transform_image(data.test.X), cca.transform_text(data.test.y))
    examples = evaluate_queries(CCA(n_components=3), data, n_examples=3).examples["image->text"]
    assert {data.labels[example["query"]] for example in examples} == {0, 1, 2}
    for example in examples:
        order = data.test.index[np.argsort(-scores[example["query"] - 60])]
        assert example["items"] == order[: len(example["items"])].tolist()
        assert example["hits"] == as_text(data.labels[example["items"]] == data.labels[example["query"]])


def test_indicator_labels_score_as_the_classes_they_encode():
    vector = small_dataset()
    indicator = small_dataset(labels=np.eye(3, dtype=int)[vector.labels])
    one, other = (
        evaluate_queries(CCA(n_components=3), vector, n_examples=2),
        evaluate_queries(CCA(n_components=3), indicator, n_examples=2),
    )
    assert [row["value"] for row in one.rows] == pytest.approx([row["value"] for row in other.rows], abs=1e-12)
    assert one.examples == other.examples


def test_a_supervised_choice_gets_the_labels():
    rows = evaluate(CVH(n_bits=2, similarity="labels"), small_dataset())
    assert all(row["value"] > row["chance"] for row in rows)


def test_an_estimator_without_a_size_is_refused_by_name():
    from sklearn.preprocessing import StandardScaler

    with pytest.raises(ValueError, match="StandardScaler has neither n_components nor n_bits"):
        size_parameter(StandardScaler())


def test_codes_learned_in_training_are_refused_where_there_are_none():
    protocol = Protocol("mine", database="train", codes="training")
    with pytest.raises(ValueError, match="'mine' ranks the codes learned in training, which CCA does not offer"):
        evaluate(CCA(n_components=2), small_dataset(), protocol)


def test_a_cutoff_is_named_and_lowers_chance_with_it():
    protocol = Protocol("mine", measures=("map@5",), denominator="relevant")
    rows = evaluate(CCA(n_components=2), small_dataset(), protocol)
    assert all(row["measure"] == "mAP@5" and row["chance"] < 0.2 for row in rows)


class Memory(CVH):
    """CVH that remembers codes of the training items: the complement of their images' codes."""

    def fit(self, X, y, labels=None):
        super().fit(X, y, labels)
        self.training_codes_ = ~self.transform_image(X)
        return self


@pytest.mark.parametrize("database", ["train", "rest"])
def test_training_codes_are_those_of_the_training_items_in_their_order(database):
    data = small_dataset()
    shuffled = np.random.default_rng(1).permutation(60)
    data = CrossModalDataset(data.X, data.y, data.labels, shuffled, np.arange(60, 90), name="s", class_names="abc")
    cvh = CVH(n_bits=4).fit(data.train.X, data.train.y)
    codes, texts = ~cvh.transform_image(data.X[:60]), cvh.transform_text(data.test.y)
    needed = mean_average_precision(texts, codes, (data.test.labels, data.labels[:60]))
    rows = evaluate(Memory(n_bits=4), data, Protocol("mine", database=database, codes="training"))
    assert rows[1]["value"] == pytest.approx(needed, abs=1e-15)


def test_items_without_a_training_code_are_refused():
    data = small_dataset()
    smaller = CrossModalDataset(
        data.X, data.y, data.labels, np.arange(50), np.arange(60, 90), name="s", class_names="abc"
    )
    with pytest.raises(ValueError, match="10 of 60 database items were not seen in training"):
        evaluate(Memory(n_bits=4), smaller, Protocol("mine", database="rest", codes="training"))


def test_every_measure_of_the_protocol_is_a_row_a_direction_and_the_first_is_kept_by_query():
    protocol = Protocol("mine", measures=("ndcg@10", "map", "first_rank"))
    evaluation = evaluate_queries(CCA(n_components=3), small_dataset(), protocol)
    kinds = [(row["direction"], row["measure"]) for row in evaluation.rows]
    assert kinds == [(d, m) for d in DIRECTIONS for m in ("NDCG@10", "mAP@all", "mean rank")]
    for row in evaluation.rows[::3]:
        assert row["value"] == pytest.approx(evaluation.per_query[row["direction"]].mean(), abs=1e-15)
    alone = evaluate(CCA(n_components=3), small_dataset())
    assert [row["value"] for row in evaluation.rows[1::3]] == [row["value"] for row in alone]
    for row in evaluation.rows:
        low, high = sorted((row["pessimistic"], row["optimistic"]))
        assert low <= row["value"] <= high
        assert (row["n_database"], row["engine"]) == (30, "numpy")


def test_image_captions_look_for_the_other_half_alone():
    data = small_dataset()
    evaluation = evaluate_queries(CCA(n_components=3), data, "image_caption", n_examples=2)
    cca = CCA(n_components=3).fit(data.train.X, data.train.y)
    scores = cosines(cca.transform_image(data.test.X), cca.transform_text(data.test.y))
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    values = {row["measure"]: row["value"] for row in evaluation.rows if row["direction"] == "image->text"}
    assert values["hit rate@5"] == pytest.approx(np.mean(ranks < 5))
    assert values["median rank"] == np.floor(np.median(ranks)) + 1
    assert values["mean rank"] == pytest.approx(ranks.mean() + 1)
    for example in evaluation.examples["image->text"]:
        assert example["hits"] == as_text(item == example["query"] for item in example["items"])


@pytest.mark.parametrize("name", ["training_database", "seph", "dcmh", "hashnet@5", "trec"])
@pytest.mark.filterwarnings("ignore:.*queries have no relevant item")
def test_presets_run_on_a_dataset(name):
    rows = evaluate(CVH(n_bits=4), small_dataset(), name)
    assert all(row["value"] > row["chance"] and row["protocol"] == name for row in rows)


def test_what_cannot_be_evaluated_is_told():
    from sklearn.decomposition import PCA

    with pytest.raises(TypeError, match="no cross-modal method"):
        evaluate(PCA(2), small_dataset())
    with pytest.raises(TypeError, match=r"tuple, which has no split; make one with CrossModalDataset"):
        evaluate(CCA(2), (1, 2))


def test_sparse_label_sets_are_evaluated_like_dense_ones():
    from scipy import sparse

    data = small_dataset()
    one_hot = np.eye(int(data.labels.max()) + 1)[data.labels]
    rows = []
    for labels in (one_hot, sparse.csr_array(one_hot)):
        same = CrossModalDataset(data.X, data.y, labels, data.train_index, data.test_index, name="same")
        rows.append([row["value"] for row in evaluate(CCA(2), same, Protocol("mine", database="rest"))])
    assert rows[0] == rows[1]
