"""The statistics: closed forms, scipy where it has the same, and the error rates that they promise."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from shallow_cmr.statistics import (
    CORRECTIONS,
    adjust_p_values,
    average_ranks,
    cliques,
    critical_difference,
    friedman_test,
    paired_t_test,
    resampled_t_test,
)

# AUC of four variants of C4.5 on 14 data sets: table 6 of Demšar (2006). Of two entries printed .975 that rank 2 and 3,
# the better one got a digit more here.
DEMSAR = [
    *[[0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967]],
    *[[0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931]],
    *[[0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875]],
    *[[1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669]],
    *[[0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970]],
]


def test_the_paired_test_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.3, size=40), rng.normal(size=40)
    ours, theirs = paired_t_test(a - b), stats.ttest_rel(a, b)
    assert (ours.statistic, ours.p_value) == (pytest.approx(theirs.statistic), pytest.approx(theirs.pvalue))
    assert (ours.difference, ours.standard_error) == (pytest.approx((a - b).mean()), pytest.approx(stats.sem(a - b)))


def test_the_correction_of_overlapping_splits_in_numbers():
    test = resampled_t_test([0.1, 0.2, 0.3], n_train=300, n_test=100)
    assert test.standard_error == pytest.approx(0.1 * np.sqrt(1 / 3 + 1 / 3))
    # t with two degrees of freedom has the distribution function 1/2 + t / (2 sqrt(2 + t²)).
    t = 0.2 / test.standard_error
    assert test.p_value == pytest.approx(1 - t / np.sqrt(2 + t**2))
    assert test.n == 3


def test_without_test_items_in_common_the_corrected_test_is_the_paired_one():
    d = np.random.default_rng(1).normal(size=7)
    nearly = resampled_t_test(d, n_train=1e15, n_test=1)
    assert nearly.p_value == pytest.approx(paired_t_test(d).p_value)
    assert resampled_t_test(d, 3, 1).p_value > paired_t_test(d).p_value


@pytest.mark.parametrize("test", [paired_t_test, lambda d: resampled_t_test(d, 3, 1)])
def test_order_and_scale_do_not_matter_and_sides_swap_with_the_sign(test):
    d = np.random.default_rng(2).normal(size=9) + 0.5
    one = test(d)
    assert test(d[::-1]).p_value == pytest.approx(one.p_value)
    assert test(1000 * d).p_value == pytest.approx(one.p_value)
    assert (test(-d).difference, test(-d).p_value) == (-one.difference, one.p_value)


def test_a_difference_that_never_changes_is_certain_and_none_is_none():
    assert (paired_t_test([0.5, 0.5]).p_value, paired_t_test([0.5, 0.5]).statistic) == (0.0, np.inf)
    assert paired_t_test([-0.5, -0.5]).statistic == -np.inf
    none = resampled_t_test([0.0, 0.0, 0.0], 3, 1)
    assert (none.difference, none.statistic, none.p_value) == (0.0, 0.0, 1.0)
    assert paired_t_test([0.5, 0.5 + 1e-9, 0.5]).p_value < 1e-15


def test_the_paired_test_agrees_with_randomisation_on_skewed_scores():
    rng = np.random.default_rng(3)
    easy = rng.beta(0.6, 1.5, size=300)  # average precisions: many near 0, some near 1
    d = np.clip(easy + rng.normal(-0.004, 0.12, 300), 0, 1) - easy
    flipped = (rng.choice([-1, 1], size=(4000, 300)) * d).mean(axis=1)
    p_value = np.mean(np.abs(flipped) >= abs(d.mean()))
    assert 0.005 < p_value < 0.2
    assert paired_t_test(d).p_value == pytest.approx(p_value, abs=4 * np.sqrt(p_value / 4000))


def splits_of_the_same_items(rng, n_items=40, n_test=10, n_splits=5):
    """Mean differences (n_splits,) of two methods that do not differ, over random splits of the same items."""
    of_item = rng.normal(size=n_items)
    return [of_item[rng.permutation(n_items)[:n_test]].mean() for _ in range(n_splits)]


def test_splits_that_share_items_fool_the_plain_test_and_not_the_corrected_one():
    rng = np.random.default_rng(4)
    runs = [splits_of_the_same_items(rng) for _ in range(2000)]
    corrected = np.mean([resampled_t_test(d, 30, 10).p_value <= 0.05 for d in runs])
    plain = np.mean([paired_t_test(d).p_value <= 0.05 for d in runs])
    deviation = np.sqrt(0.05 * 0.95 / 2000)
    assert abs(corrected - 0.05) < 3 * deviation
    assert plain > 0.12


@pytest.mark.parametrize("given", [[], [0.1], [[0.1, 0.2]], [0.1, np.nan], [0.1, np.inf]])
def test_too_few_or_missing_differences_are_refused(given):
    with pytest.raises(ValueError, match="two finite differences or more"):
        paired_t_test(given)


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-3, 1), (np.nan, 1)])
def test_splits_without_items_are_refused(sizes):
    with pytest.raises(ValueError, match="greater than 0"):
        resampled_t_test([0.1, 0.2], *sizes)


def test_holm_by_hand():
    # 4 × .005, 3 × .01, then 2 × .03 = .06, which .04 × 1 may not fall below.
    assert adjust_p_values([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjust_p_values([0.7, 0.6]).tolist() == [1.0, 1.0]


def test_benjamini_hochberg_by_hand():
    # p(i) m / i, none above a later one: .005 · 4, .01 · 2, min(.03 · 4/3, .04), .04.
    assert adjust_p_values([0.01, 0.04, 0.03, 0.005], "Benjamini-Hochberg") == pytest.approx([0.02, 0.04, 0.04, 0.02])


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_adjusted_p_values_keep_the_order_and_are_never_smaller(correction):
    p = np.random.default_rng(5).uniform(size=50) ** 3
    adjusted = adjust_p_values(p, correction)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[p.argsort()]) >= 0).all()
    shuffled = np.random.default_rng(6).permutation(50)
    assert (adjust_p_values(p[shuffled], correction) == adjusted[shuffled]).all()


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_one_comparison_needs_no_correction_and_none_has_none(correction):
    assert adjust_p_values([0.03], correction).tolist() == [0.03]
    assert adjust_p_values([], correction).tolist() == []


def test_holm_lies_between_benjamini_hochberg_and_bonferroni():
    p = np.random.default_rng(7).uniform(size=30) ** 2
    holm = adjust_p_values(p)
    assert (adjust_p_values(p, "Benjamini-Hochberg") <= holm + 1e-15).all()
    assert (holm <= np.minimum(30 * p, 1)).all()


def test_holm_keeps_the_chance_of_any_false_finding():
    rng = np.random.default_rng(8)
    false = [min(adjust_p_values(2 * stats.norm.sf(abs(rng.normal(size=10))))) <= 0.05 for _ in range(2000)]
    assert np.mean(false) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize(
    ("p", "correction", "message"),
    [
        ([0.1], "holm", "one of Holm, Benjamini-Hochberg"),
        ([1.1], "Holm", r"in \[0, 1\]"),
        ([np.nan], "Holm", r"in \[0, 1\]"),
    ],
)
def test_unknown_corrections_and_impossible_p_values_are_refused(p, correction, message):
    with pytest.raises(ValueError, match=message):
        adjust_p_values(p, correction)


def the_best_loses_its_place(rng, means, n_splits=5, share=0.25):
    """Whether the first of several methods, which is the best, is told apart from the one that looks best."""
    scores = means + np.sqrt(share) * rng.normal(size=len(means))
    scores = scores + np.sqrt(1 - share) * rng.normal(size=(n_splits, len(means)))  # correlated over the splits
    leader = scores.mean(axis=0).argmax()
    others = [j for j in range(len(means)) if j != leader]
    p = [resampled_t_test(scores[:, leader] - scores[:, j], 1 - share, share).p_value for j in others]
    return leader != 0 and adjust_p_values(p)[others.index(0)] <= 0.05


@pytest.mark.parametrize("means", [[0, 0], [0] * 5, [0, 0, -1.5, -1.5, -1.5], [0, -0.2, -0.4, -0.6]])
def test_the_truly_best_is_not_parted_from_the_leader_although_that_is_picked_afterwards(means):
    rng = np.random.default_rng(9)
    errors = [the_best_loses_its_place(rng, np.array(means, float)) for _ in range(600)]
    assert np.mean(errors) <= 0.05


def test_average_ranks_share_ties_and_add_up():
    ranks = average_ranks([[0.9, 0.8, 0.8, 0.1], [0.2, 0.2, 0.2, 0.2]])
    assert ranks.tolist() == [(1 + 2.5) / 2, 2.5, 2.5, (4 + 2.5) / 2]
    assert ranks.sum() == 4 * 5 / 2


def test_ranks_see_only_the_order_within_a_data_set():
    scores = np.random.default_rng(10).normal(size=(6, 4))
    harder = np.exp(scores * np.arange(1, 7)[:, None])
    assert (average_ranks(harder) == average_ranks(scores)).all()
    assert friedman_test(harder) == friedman_test(scores)


def test_the_example_of_demsar():
    ranks = average_ranks(DEMSAR)
    assert ranks.round(3).tolist() == [3.143, 2.0, 2.893, 1.964]
    k, n = 4, len(DEMSAR)
    without_ties = 12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4)
    assert round(without_ties, 2) == 9.28  # the paper's, which leaves ties alone
    test = friedman_test(DEMSAR)
    assert test.statistic > without_ties
    assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, 3))
    assert round(critical_difference(4, 14), 2) == 1.25
    assert cliques(ranks, critical_difference(4, 14)) == [[3, 1, 2, 0]]
    assert cliques(ranks, critical_difference(4, 14, level=0.1)) == [[3, 1, 2], [2, 0]]


def test_without_ties_friedman_is_the_textbook_formula():
    scores = np.random.default_rng(11).normal(size=(8, 5))
    ranks = average_ranks(scores)
    assert friedman_test(scores).statistic == pytest.approx(12 * 8 / 30 * ((ranks**2).sum() - 5 * 36 / 4))


def test_methods_tied_everywhere_do_not_differ():
    assert friedman_test([[0.5, 0.5, 0.5], [0.1, 0.1, 0.1]]).p_value == 1.0


@pytest.mark.parametrize(
    ("level", "table"),
    [
        (0.05, [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]),
        (0.10, [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920]),
    ],
)
def test_the_critical_values_are_those_of_the_printed_table(level, table):
    # Table 5 of Demšar (2006), for 2 to 10 methods; printed values are off by 1 in the last digit here and there.
    for k, q in enumerate(table, start=2):
        assert critical_difference(k, 1, level) == pytest.approx(q * np.sqrt(k * (k + 1) / 6), rel=4e-4)


def test_two_methods_have_the_critical_value_of_the_normal_distribution():
    assert critical_difference(2, 1) == pytest.approx(stats.norm.ppf(0.975))


def test_the_critical_difference_shrinks_with_data_sets_and_grows_with_methods():
    assert critical_difference(5, 40) == pytest.approx(critical_difference(5, 10) / 2)
    assert all(one < two for one, two in pairwise(critical_difference(k, 3) for k in range(2, 30)))


def test_cliques_hold_all_that_lie_close_and_nothing_else():
    rng = np.random.default_rng(12)
    for difference in (0.01, 0.3, 1.0, 9.0):
        ranks = rng.uniform(1, 8, size=12)
        groups = cliques(ranks, difference)
        together = {(i, j) for group in groups for i in group for j in group if i != j}
        close = {(i, j) for i in range(12) for j in range(12) if i != j and abs(ranks[i] - ranks[j]) < difference}
        assert together == close
        assert not any(set(one) <= set(two) for one in groups for two in groups if one is not two)


def test_ranks_a_critical_difference_apart_do_differ():
    assert cliques([1.0, 2.0, 2.5], 1.0) == [[1, 2]]
    assert cliques([2.0, 2.0], 0.5) == [[0, 1]]


def test_a_missing_score_is_named():
    scores = [[0.1, 0.2, 0.3], [0.1, np.nan, 0.3]]
    for function in (average_ranks, friedman_test):
        with pytest.raises(ValueError, match="method 1 has no score on data set 1"):
            function(scores)


def test_too_little_to_rank_is_refused():
    for scores in ([[0.1, 0.2, 0.3]], [[0.1, 0.2], [0.3, 0.4]]):
        with pytest.raises(ValueError, match="2 data sets and 3 methods"):
            friedman_test(scores)
    with pytest.raises(ValueError, match="got shape"):
        average_ranks([0.1, 0.2])
    for given in ((1, 5), (4, 0), (4, 5, 1.0)):
        with pytest.raises(ValueError, match="a critical difference needs"):
            critical_difference(*given)
