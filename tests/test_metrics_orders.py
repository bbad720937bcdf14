"""The law of tied items: every closed form is what going through all orders of the tied items gives."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import hypergeom

from shallow_cmr import metrics
from shallow_cmr.metrics import average_precision, hit_rate_at_k, interpolated_precision, reciprocal_rank
from shallow_cmr.metrics.tied import hypergeometric

DENOMINATORS = ("retrieved", "min", "relevant")
BEST = {"expected": np.mean, "optimistic": np.max, "pessimistic": np.min}
LOWEST = {"expected": np.mean, "optimistic": np.min, "pessimistic": np.max}


def random_case(rng):
    """Return levels (n,), smaller is better, of at most 6 items, and their grades 0 to 3, one of them more than 0."""
    n = rng.integers(1, 7)
    levels = rng.integers(0, rng.integers(1, 4), n)
    grades = rng.integers(1, 4, n) * (rng.random(n) < rng.choice([0.2, 0.5, 0.8]))
    grades[rng.integers(n)] = rng.integers(1, 4)
    return levels, grades


def all_orders(levels, grades):
    """Return the grades of the ranked items for each order of the tied ones (n_orders, n)."""
    groups = [grades[levels == level] for level in np.unique(levels)]
    return np.array([np.concatenate(order) for order in product(*(list(permutations(g)) for g in groups))])


def as_scores(levels):
    return -levels[None].astype(float), None, "precomputed"


def as_codes(levels):
    """A zero code, and items with as many bits set as their level."""
    return np.zeros((1, 3), dtype=bool), np.arange(3) < levels[:, None], "hamming"


def as_vectors(levels):
    """Unit vectors whose angle to the query grows with the level."""
    angles = 0.7 * levels
    return np.array([[2.0, 0.0]]), np.stack([np.cos(angles), np.sin(angles)], axis=1), "cosine"


@pytest.fixture(params=[as_scores, as_codes, as_vectors])
def cases(request):
    """Eighty small rankings with ties, by each road that ranks: arguments, options, grades in all orders, levels."""
    rng = np.random.default_rng(0)
    listed = []
    for _ in range(80):
        levels, grades = random_case(rng)
        queries, database, metric = request.param(levels)
        listed.append(((queries, database, grades[None]), {"metric": metric}, all_orders(levels, grades), levels))
    return listed


# Definitions: the value of each ranking, from the grades of its items (n_orders, n) and the cutoff.


def hits(ranked, k):
    return (ranked > 0)[:, :k].sum(axis=1)


def average_precisions(ranked, k, denominator=None):
    relevant = ranked > 0
    precision = np.cumsum(relevant, axis=1) / np.arange(1, ranked.shape[1] + 1)
    return (precision * relevant)[:, :k].sum(axis=1) / _divisor(ranked, k, denominator)


def weighted_average_precisions(ranked, k, denominator=None):
    gain = np.cumsum(ranked, axis=1) / np.arange(1, ranked.shape[1] + 1)
    return (gain * (ranked > 0))[:, :k].sum(axis=1) / _divisor(ranked, k, denominator)


def _divisor(ranked, k, denominator):
    R = hits(ranked, ranked.shape[1])
    return np.maximum({"min": np.minimum(R, k), "retrieved": hits(ranked, k)}.get(denominator, R), 1)


def f1(ranked, k):
    precision, recall = hits(ranked, k) / k, hits(ranked, k) / hits(ranked, ranked.shape[1])
    both = precision + recall
    return np.divide(2 * precision * recall, both, out=np.zeros(len(ranked)), where=both > 0)


def first_places(ranked):
    return (ranked > 0).argmax(axis=1) + 1


def ndcg(ranked, k, gain):
    def dcg(grades):
        gains = 2.0**grades - 1 if gain == "exponential" else grades
        return (gains / np.log2(np.arange(2, grades.shape[1] + 2)))[:, :k].sum(axis=1)

    return dcg(ranked) / dcg(-np.sort(-ranked, axis=1))


AT_K = {
    "precision_at_k": lambda ranked, k: hits(ranked, k) / k,
    "recall_at_k": lambda ranked, k: hits(ranked, k) / hits(ranked, ranked.shape[1]),
    "f1_at_k": f1,
    "hit_rate_at_k": lambda ranked, k: 1.0 * (hits(ranked, k) > 0),
    "reciprocal_rank": lambda ranked, k: np.where(first_places(ranked) <= k, 1 / first_places(ranked), 0),
    "acg_at_k": lambda ranked, k: ranked[:, :k].sum(axis=1) / k,
}
WITHOUT_CUTOFF = {
    "average_precision": lambda ranked: average_precisions(ranked, ranked.shape[1]),
    "weighted_average_precision": lambda ranked: weighted_average_precisions(ranked, ranked.shape[1]),
    "reciprocal_rank": lambda ranked: 1 / first_places(ranked),
    "ndcg_at_k": lambda ranked: ndcg(ranked, ranked.shape[1], "exponential"),
}


@pytest.mark.parametrize("ties", BEST)
@pytest.mark.parametrize("name", WITHOUT_CUTOFF)
def test_measures_are_the_mean_best_or_worst_over_all_orders_of_tied_items(cases, name, ties):
    for arguments, options, ranked, _ in cases:
        found = getattr(metrics, name)(*arguments, **options, ties=ties)
        assert found == pytest.approx(BEST[ties](WITHOUT_CUTOFF[name](ranked)), abs=1e-12)


@pytest.mark.parametrize("ties", BEST)
@pytest.mark.parametrize("name", AT_K)
def test_measures_at_every_cutoff_are_those_over_all_orders_of_tied_items(cases, name, ties):
    for arguments, options, ranked, _ in cases:
        for k in range(1, ranked.shape[1] + 1):
            found = getattr(metrics, name)(*arguments, **options, ties=ties, top_k=k)
            assert found == pytest.approx(BEST[ties](AT_K[name](ranked, k)), abs=1e-12)


@pytest.mark.parametrize("ties", BEST)
@pytest.mark.parametrize(
    ("name", "definition", "denominator"),
    [
        *(("average_precision", average_precisions, denominator) for denominator in DENOMINATORS),
        *(("weighted_average_precision", weighted_average_precisions, d) for d in ("min", "relevant")),
    ],
)
def test_averages_at_every_cutoff_are_those_over_all_orders(cases, name, definition, denominator, ties):
    for arguments, options, ranked, _ in cases:
        for k in range(1, ranked.shape[1] + 1):
            found = getattr(metrics, name)(*arguments, **options, ties=ties, top_k=k, denominator=denominator)
            assert found == pytest.approx(BEST[ties](definition(ranked, k, denominator)), abs=1e-12)


@pytest.mark.parametrize("ties", BEST)
@pytest.mark.parametrize("gain", ["exponential", "linear"])
def test_ndcg_at_every_cutoff_is_that_over_all_orders_of_tied_items(cases, gain, ties):
    for arguments, options, ranked, _ in cases:
        for k in range(1, ranked.shape[1] + 1):
            found = metrics.ndcg_at_k(*arguments, **options, ties=ties, top_k=k, gain=gain)
            assert found == pytest.approx(BEST[ties](ndcg(ranked, k, gain)), abs=1e-12)


@pytest.mark.parametrize("ties", LOWEST)
def test_the_first_rank_is_the_mean_lowest_or_highest_over_all_orders(cases, ties):
    for arguments, options, ranked, _ in cases:
        found = metrics.first_rank(*arguments, **options, ties=ties)
        assert found == pytest.approx(LOWEST[ties](first_places(ranked)), abs=1e-12)


@pytest.mark.parametrize("ties", BEST)
def test_curves_are_the_measures_at_each_cutoff(cases, ties):
    for arguments, options, ranked, _ in cases:
        n = ranked.shape[1]
        for name, at_k in (("precision_curve", "precision_at_k"), ("recall_curve", "recall_at_k")):
            curve = getattr(metrics, name)(*arguments, **options, ties=ties, cutoffs=range(1, n + 1))
            needed = [BEST[ties](AT_K[at_k](ranked, k)) for k in range(1, n + 1)]
            assert curve.values[0] == pytest.approx(needed, abs=1e-12)
        cmc = metrics.cmc_curve(*arguments, **options, ties=ties)
        assert cmc.mean == pytest.approx([BEST[ties](AT_K["hit_rate_at_k"](ranked, k)) for k in cmc.at], abs=1e-12)


def interpolated(hit_counts, n_levels):
    """Return interpolated precision by definition (n_levels,), from the hits among the first 1, 2, ... items."""
    places, R = np.arange(1, len(hit_counts) + 1), hit_counts[-1]
    reached = [hit_counts * (n_levels - 1) >= level * R - 1e-9 for level in range(n_levels)]
    return [(hit_counts / places)[where].max() for where in reached]


@pytest.mark.parametrize("n_levels", [2, 5, 11])
def test_interpolated_precision_is_bounded_by_that_of_all_orders_and_that_of_the_expected_curve(cases, n_levels):
    for arguments, options, ranked, _ in cases:
        found = {
            ties: interpolated_precision(*arguments, **options, ties=ties, n_levels=n_levels).values[0] for ties in BEST
        }
        counts = np.cumsum(ranked > 0, axis=1)
        by_order = np.array([interpolated(row, n_levels) for row in counts])
        assert found["optimistic"] == pytest.approx(by_order.max(axis=0), abs=1e-12)
        assert found["pessimistic"] == pytest.approx(by_order.min(axis=0), abs=1e-12)
        assert found["expected"] == pytest.approx(interpolated(counts.mean(axis=0), n_levels), abs=1e-12)


@pytest.mark.parametrize("order", ["stable", "reversed"])
def test_broken_ties_are_one_of_the_orders(cases, order):
    for arguments, options, _, levels in cases:
        grades, n = arguments[2][0], len(levels)
        step = 1 if order == "stable" else -1
        ranking = grades[::step][np.argsort(levels[::step], kind="stable")][None]
        for name, definition in WITHOUT_CUTOFF.items():
            found = getattr(metrics, name)(*arguments, **options, ties=order)
            assert found == pytest.approx(definition(ranking), abs=1e-12)
        for name, definition in AT_K.items():
            for k in range(1, n + 1):
                found = getattr(metrics, name)(*arguments, **options, ties=order, top_k=k)
                assert found == pytest.approx(definition(ranking, k), abs=1e-12)
        found = interpolated_precision(*arguments, **options, ties=order).values[0]
        assert found == pytest.approx(interpolated(np.cumsum(ranking[0] > 0), 11), abs=1e-12)


@pytest.mark.parametrize("denominator", DENOMINATORS)
def test_long_groups_at_the_cutoff_agree_with_shuffled_orders(denominator):
    rng = np.random.default_rng(0)
    levels, relevant = np.repeat([0, 1, 2], [30, 300, 70]), rng.random(400) < 0.3
    k, orders = 130, []
    for _ in range(4000):
        shuffled = rng.permutation(400)
        orders.append(relevant[shuffled][np.argsort(levels[shuffled], kind="stable")])
    values = average_precisions(np.array(orders), k, denominator)
    found = average_precision(
        -levels[None], None, relevant[None], metric="precomputed", top_k=k, denominator=denominator
    )
    assert abs(found[0] - values.mean()) < 4 * values.std() / np.sqrt(len(values))
    bounds = [
        average_precision(
            -levels[None], None, relevant[None], metric="precomputed", top_k=k, denominator=denominator, ties=ties
        )[0]
        for ties in ("pessimistic", "optimistic")
    ]
    assert bounds[0] < values.min() < values.max() < bounds[1]


@pytest.mark.parametrize(("n", "r", "m"), [(1, 1, 1), (7, 3, 5), (60, 59, 58), (5000, 700, 3000), (180000, 9, 50000)])
def test_hypergeometric_probabilities_agree_with_scipy(n, r, m):
    x, P = hypergeometric(n, r, m)
    assert P.sum() == pytest.approx(1, abs=1e-12)
    assert np.allclose(P, hypergeom(n, r, m).pmf(x), rtol=1e-7, atol=1e-12)
    assert P @ x == pytest.approx(m * r / n, rel=1e-12)


@pytest.mark.parametrize(("n", "r", "k"), [(1000, 1, 7), (5000, 700, 3), (5000, 3, 700), (180_000, 9, 50_000)])
def test_in_one_long_group_hit_rate_and_reciprocal_rank_follow_the_hypergeometric(n, r, k):
    relevant = np.arange(n)[None] < r
    tied = {"queries": np.zeros((1, n)), "database": None, "relevance": relevant, "metric": "precomputed"}
    assert hit_rate_at_k(**tied, top_k=k)[0] == pytest.approx(1 - hypergeom(n, r, k).pmf(0), rel=1e-9)
    # the first place is i with the probability that none of i - 1 is relevant, and one of i is
    none = hypergeom(n, r, np.arange(k + 1)).pmf(0)
    assert reciprocal_rank(**tied, top_k=k)[0] == pytest.approx((-np.diff(none)) @ (1 / np.arange(1, k + 1)), rel=1e-6)
