"""The law of tied items: every closed form is what going through all orders of the tied items gives."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import hypergeom

from shallow_cmr.metrics import average_precision, precision_at_k, recall_at_k
from shallow_cmr.metrics.tied import hypergeometric

DENOMINATORS = ("retrieved", "min", "relevant")
OVER_ORDERS = {"expected": np.mean, "optimistic": np.max, "pessimistic": np.min}


def random_case(rng):
    """Return levels (n,), smaller is better, of at most 6 items, and their relevance: one at least."""
    n = rng.integers(1, 7)
    levels = rng.integers(0, rng.integers(1, 4), n)
    relevant = rng.random(n) < rng.choice([0.2, 0.5, 0.8])
    relevant[rng.integers(n)] = True
    return levels, relevant


def all_orders(levels, relevant):
    """Return the relevance of the ranked items for each order of the tied ones, bool (n_orders, n)."""
    groups = [relevant[levels == level] for level in np.unique(levels)]
    return np.array([np.concatenate(order) for order in product(*(list(permutations(g)) for g in groups))])


def average_precisions(ranked, k, denominator):
    """Return average precision by its definition for each ranking (n_orders, n)."""
    n = ranked.shape[1]
    precision = np.cumsum(ranked, axis=1) / np.arange(1, n + 1)
    R, retrieved = ranked.sum(axis=1), ranked[:, :k].sum(axis=1)
    divisor = {None: R, "relevant": R, "min": np.minimum(R, k), "retrieved": retrieved}[denominator]
    return (precision * ranked)[:, :k].sum(axis=1) / np.maximum(divisor, 1)


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
    """Eighty small rankings with ties, by each of the roads that rank: arguments, relevance, all orders."""
    rng = np.random.default_rng(0)
    listed = []
    for _ in range(80):
        levels, relevant = random_case(rng)
        queries, database, metric = request.param(levels)
        listed.append(((queries, database, relevant[None]), {"metric": metric}, all_orders(levels, relevant)))
    return listed


@pytest.mark.parametrize("ties", OVER_ORDERS)
def test_average_precision_is_the_mean_best_or_worst_over_all_orders_of_tied_items(cases, ties):
    for arguments, options, ranked in cases:
        found = average_precision(*arguments, **options, ties=ties)
        assert found == pytest.approx(OVER_ORDERS[ties](average_precisions(ranked, ranked.shape[1], None)), abs=1e-12)


@pytest.mark.parametrize("denominator", DENOMINATORS)
@pytest.mark.parametrize("ties", OVER_ORDERS)
def test_average_precision_at_every_cutoff_is_that_over_all_orders_of_tied_items(cases, ties, denominator):
    for arguments, options, ranked in cases:
        for k in range(1, ranked.shape[1] + 1):
            found = average_precision(*arguments, **options, ties=ties, top_k=k, denominator=denominator)
            needed = OVER_ORDERS[ties](average_precisions(ranked, k, denominator))
            assert found == pytest.approx(needed, abs=1e-12)


@pytest.mark.parametrize("ties", OVER_ORDERS)
def test_precision_and_recall_at_every_cutoff_are_those_over_all_orders_of_tied_items(cases, ties):
    for arguments, options, ranked in cases:
        for k in range(1, ranked.shape[1] + 1):
            hits = OVER_ORDERS[ties](ranked[:, :k].sum(axis=1))
            precision = precision_at_k(*arguments, **options, ties=ties, top_k=k)
            recall = recall_at_k(*arguments, **options, ties=ties, top_k=k)
            assert precision == pytest.approx(hits / k, abs=1e-12)
            assert recall == pytest.approx(hits / ranked[0].sum(), abs=1e-12)


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
