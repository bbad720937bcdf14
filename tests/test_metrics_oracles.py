"""Other people's numbers: scikit-learn, trec_eval, ranx, and loops from the definition of published protocols."""

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from shallow_cmr import evaluate_embeddings
from shallow_cmr.metrics import (
    average_precision,
    hit_rate_at_k,
    mean_precision_at_k,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
    reciprocal_rank,
)
from shallow_cmr.protocol import PROTOCOLS, Protocol


def codes_and_labels(rng, n_queries=25, n_database=300, n_bits=10, n_labels=6):
    """Return codes with many ties and label sets, for queries and a database sorted by label: where ties matter."""
    queries, database = rng.random((n_queries, n_bits)) > 0.4, rng.random((n_database, n_bits)) > 0.6
    query_labels, labels = rng.random((n_queries, n_labels)) < 0.25, rng.random((n_database, n_labels)) < 0.2
    query_labels[3] = False  # a query that nothing is relevant to
    order = np.lexsort(labels.T)
    return queries, database[order], query_labels, labels[order]


@pytest.mark.parametrize("k", [1, 5, 40, None])
@pytest.mark.parametrize("n_values", [3, 10, 10**9])
def test_ndcg_with_linear_gain_is_scikit_learns(k, n_values):
    rng = np.random.default_rng(0)
    scores, grades = rng.integers(0, n_values, (30, 40)) / 7, rng.integers(0, 4, (30, 40))
    found = ndcg_at_k(scores, None, grades, metric="precomputed", top_k=k, gain="linear")
    needed = [ndcg_score(y[None], s[None], k=k) for y, s in zip(grades, scores)]
    assert np.abs(found - needed).max() < 1e-12


def test_ndcg_with_exponential_gain_is_scikit_learns_of_those_gains():
    rng = np.random.default_rng(0)
    scores, grades = rng.integers(0, 5, (30, 40)), rng.integers(0, 6, (30, 40))
    found = ndcg_at_k(scores, None, grades, metric="precomputed", top_k=7)
    needed = [ndcg_score(2.0 ** y[None] - 1, s[None], k=7) for y, s in zip(grades, scores)]
    assert np.abs(found - needed).max() < 1e-12


# Loops from the definition of the published protocols.


def ranked_relevance(query, database, query_labels, labels):
    distances = (database != query).sum(axis=1)
    return ((labels & query_labels).any(axis=1))[np.argsort(distances, kind="stable")]


def seph_loop(queries, database, query_labels, labels):
    """mAP over the whole ranking; queries without a relevant item are left out."""
    values = []
    for q, l_q in zip(queries, query_labels):
        ranks = np.flatnonzero(ranked_relevance(q, database, l_q, labels)) + 1
        if len(ranks):
            values.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    return np.mean(values)


def dcmh_loop(queries, database, query_labels, labels):
    """The same sum, divided by all queries."""
    total = 0.0
    for q, l_q in zip(queries, query_labels):
        ranks = np.flatnonzero(ranked_relevance(q, database, l_q, labels)) + 1
        if len(ranks):
            total += np.mean(np.arange(1, len(ranks) + 1) / ranks)
    return total / len(queries)


def hashnet_loop(queries, database, query_labels, labels, k):
    """mAP over the first k, divided by the hits there; queries that retrieve none are left out."""
    values = []
    for q, l_q in zip(queries, query_labels):
        hits = ranked_relevance(q, database, l_q, labels)[:k]
        if hits.any():
            precision = np.cumsum(hits) / np.arange(1, k + 1)
            values.append((precision * hits).sum() / hits.sum())
    return np.mean(values)


@pytest.mark.filterwarnings("ignore:.*queries have no relevant item")
@pytest.mark.parametrize("seed", range(3))
def test_seph_dcmh_and_hashnet_are_the_loops_of_their_definition(seed):
    data = codes_and_labels(np.random.default_rng(seed))
    queries, database, *labels = data
    for name, loop, options in (
        ("seph", seph_loop, ()),
        ("dcmh", dcmh_loop, ()),
        ("hashnet@5", hashnet_loop, (5,)),
        ("hashnet@200", hashnet_loop, (200,)),
    ):
        scores = evaluate_embeddings(queries, database, tuple(labels), name)
        [value] = scores.means.values()
        assert value == pytest.approx(loop(*data, *options), abs=1e-12)
        assert scores.n_without_relevant == (labels[0].sum(axis=1) == 0).sum() > 0


# trec_eval breaks ties by document id, highest first: ids in the order of the database make it ties="reversed".


def as_runs(scores, grades):
    """Return relevance judgements and rankings as the dictionaries of pytrec_eval and ranx."""
    ids = [f"d{i:05d}" for i in range(scores.shape[1])]
    judged = {f"q{i:02d}": dict(zip(ids, row.tolist())) for i, row in enumerate(grades)}
    return judged, {f"q{i:02d}": dict(zip(ids, row.tolist())) for i, row in enumerate(scores.astype(float))}


TREC_FORMS = {
    "map": (average_precision, {}),
    "map_cut_10": (average_precision, {"top_k": 10, "denominator": "relevant"}),
    "P_10": (precision_at_k, {"top_k": 10}),
    "recall_10": (recall_at_k, {"top_k": 10}),
    "success_5": (hit_rate_at_k, {"top_k": 5}),
    "recip_rank": (reciprocal_rank, {}),
    "ndcg": (ndcg_at_k, {"gain": "linear"}),
    "ndcg_cut_10": (ndcg_at_k, {"top_k": 10, "gain": "linear"}),
}


@pytest.mark.parametrize("name", TREC_FORMS)
def test_trec_is_trec_eval_query_by_query_ties_included(name):
    pytrec_eval = pytest.importorskip("pytrec_eval", reason="pytrec_eval is not installed")
    rng = np.random.default_rng(0)
    scores, grades = rng.integers(0, 12, (40, 90)), rng.integers(0, 4, (40, 90)) * (rng.random((40, 90)) < 0.3)
    judged, run = as_runs(scores, grades)
    measure, options = TREC_FORMS[name]
    rules = {"ties": PROTOCOLS["trec"].ties, "no_relevant": PROTOCOLS["trec"].no_relevant}
    found = measure(scores, None, grades, metric="precomputed", **options, **rules)
    results = pytrec_eval.RelevanceEvaluator(judged, {name.replace("_cut_", "_cut.").replace("P_", "P.")}).evaluate(run)
    assert np.abs(found - [results[f"q{i:02d}"][name] for i in range(40)]).max() < 1e-12


def test_the_trec_protocol_is_trec_evals_mean():
    pytrec_eval = pytest.importorskip("pytrec_eval", reason="pytrec_eval is not installed")
    rng = np.random.default_rng(0)
    scores, grades = rng.integers(0, 12, (40, 90)), rng.integers(0, 2, (40, 90)) * (rng.random((40, 90)) < 0.2)
    grades[5] = 0
    judged, run = as_runs(scores, grades)
    results = pytrec_eval.RelevanceEvaluator(judged, {"map"}).evaluate(run)
    found = evaluate_embeddings(scores, None, grades, "trec", metric="precomputed").means["mAP@all"]
    assert found == pytest.approx(np.mean([results[f"q{i:02d}"]["map"] for i in range(40)]), abs=1e-12)


RANX_FORMS = {
    "map": (average_precision, {}),
    "map@10": (average_precision, {"top_k": 10, "denominator": "relevant"}),
    "mrr": (reciprocal_rank, {}),
    "ndcg@10": (ndcg_at_k, {"top_k": 10, "gain": "linear"}),
    "ndcg_burges@10": (ndcg_at_k, {"top_k": 10, "gain": "exponential"}),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", RANX_FORMS)
def test_without_ties_every_measure_is_that_of_ranx(name):
    ranx = pytest.importorskip("ranx", reason="ranx is not installed")
    rng = np.random.default_rng(0)
    scores, grades = rng.random((20, 60)), rng.integers(0, 4, (20, 60)) * (rng.random((20, 60)) < 0.3)
    assert grades.any(axis=1).all()
    judged, run = as_runs(scores, grades)
    judged = {query: {item: grade for item, grade in row.items() if grade} for query, row in judged.items()}
    needed = ranx.evaluate(ranx.Qrels(judged), ranx.Run(run), name, return_mean=False)
    measure, options = RANX_FORMS[name]
    assert np.abs(measure(scores, None, grades, metric="precomputed", **options) - needed).max() < 1e-12


def test_image_caption_ranks_the_best_of_five_captions_as_the_loop_of_its_definition():
    rng = np.random.default_rng(0)
    images, n_captions = rng.normal(size=(40, 6)), 5
    captions = np.repeat(images, n_captions, axis=0) + 1.5 * rng.normal(size=(200, 6))
    ids = np.arange(40), np.repeat(np.arange(40), n_captions)
    scores = evaluate_embeddings(images, captions, ("ids", *ids), "image_caption")
    units = [Z / np.linalg.norm(Z, axis=1, keepdims=True) for Z in (images, captions)]
    ranks = []
    for i, row in enumerate(units[0] @ units[1].T):
        order = np.argsort(-row)
        ranks.append(min(np.flatnonzero(order == j)[0] for j in range(n_captions * i, n_captions * (i + 1))))
    ranks = np.array(ranks)
    needed = {f"hit rate@{k}": np.mean(ranks < k) for k in (1, 5, 10)}
    needed["hit rate sum@1,5,10"] = sum(needed.values())
    needed |= {"median rank": np.floor(np.median(ranks)) + 1, "mean rank": ranks.mean() + 1}
    assert scores.means == pytest.approx(needed, abs=1e-12)
    assert scores.means["median rank"] > 1


def test_shuffled_databases_of_184577_items_agree_with_the_closed_forms():
    """Monte Carlo with 16 bits, where thousands of items tie: the stable values scatter around the expected one."""
    rng = np.random.default_rng(0)
    queries, database = rng.random((20, 16)) > 0.5, rng.random((184_577, 16)) > 0.5
    classes, n_shuffles = (rng.integers(0, 10, 20), np.sort(rng.integers(0, 10, 184_577))), 12
    options = {"measures": ("map", "map@5000", "ndcg@100", "precision@1000"), "denominator": "relevant"}
    expected = evaluate_embeddings(queries, database, classes, Protocol("expected", **options))
    shuffled = []
    for _ in range(n_shuffles):
        order = rng.permutation(len(database))
        one = evaluate_embeddings(
            queries, database[order], (classes[0], classes[1][order]), Protocol("shuffled", ties="stable", **options)
        )
        shuffled.append(one.means)
    for name, mean in expected.means.items():
        values = np.array([means[name] for means in shuffled])
        assert abs(values.mean() - mean) < 4 * values.std(ddof=1) / np.sqrt(n_shuffles)
        assert expected.bounds[name][0] < values.min() < values.max() < expected.bounds[name][1]
    in_order = evaluate_embeddings(queries, database, classes, Protocol("sorted", ties="stable", **options))
    assert abs(in_order.means["P@1000"] - expected.means["P@1000"]) > 0.01  # so the order of a database matters


def test_precision_at_one_is_nearest_neighbour_accuracy():
    rng = np.random.default_rng(0)
    Z, classes = rng.normal(1.0, 1.0, (60, 4)), rng.integers(0, 3, 60)
    units = Z / np.linalg.norm(Z, axis=1, keepdims=True)
    similar = units @ units.T
    np.fill_diagonal(similar, -2)
    found = mean_precision_at_k(Z, Z, (classes, classes), top_k=1, exclude_self=True)
    assert found == pytest.approx(np.mean(classes[similar.argmax(axis=1)] == classes), abs=1e-12)
