"""The synthetic data: the truth that is returned is the truth of the sample."""

import numpy as np
import pytest
from scipy.sparse import issparse

from shallow_cmr.datasets import make_paired_gaussians, make_topics


def canonical_correlations(C_xx, C_yy, C_xy):
    """Return all canonical correlations, from the singular values of the whitened cross-covariance."""
    L_x, L_y = np.linalg.cholesky(C_xx), np.linalg.cholesky(C_yy)
    return np.linalg.svd(np.linalg.solve(L_x, np.linalg.solve(L_y, C_xy.T).T), compute_uv=False)


@pytest.mark.parametrize(("p", "q"), [(8, 5), (4, 9), (3, 3)])
def test_the_populations_canonical_correlations_are_the_given_ones_and_then_zeros(p, q):
    pairs = make_paired_gaussians(5, p, q, (0.8, 0.6, 0.1), random_state=0)
    found = canonical_correlations(pairs.C_xx, pairs.C_yy, pairs.C_xy)
    np.testing.assert_allclose(found, [0.8, 0.6, 0.1] + [0] * (min(p, q) - 3), atol=1e-12)


def test_the_true_weights_whiten_each_view_and_diagonalise_the_cross_covariance():
    pairs = make_paired_gaussians(5, 8, 6, (0.9, 0.5), random_state=1)
    W_x, W_y = pairs.image_weights, pairs.text_weights
    np.testing.assert_allclose(W_x.T @ pairs.C_xx @ W_x, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(W_y.T @ pairs.C_yy @ W_y, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(W_x.T @ pairs.C_xy @ W_y, np.diag([0.9, 0.5]), atol=1e-12)


def test_the_true_weights_are_no_principal_axes():
    pairs = make_paired_gaussians(5, 8, 6, random_state=1)
    axes = np.linalg.eigh(pairs.C_xx)[1]
    cosines = axes.T @ pairs.image_weights / np.linalg.norm(pairs.image_weights, axis=0)
    assert abs(cosines).max() < 0.95


@pytest.mark.parametrize("n", [2_000, 200_000])
def test_the_samples_moments_converge_to_the_populations(n):
    pairs = make_paired_gaussians(n, 6, 4, random_state=0)
    joint = np.cov(pairs.X, pairs.y, rowvar=False)
    expected = np.block([[pairs.C_xx, pairs.C_xy], [pairs.C_xy.T, pairs.C_yy]])
    # Entries are at most 4, so 5 standard errors of a covariance are within 5 * 4 * sqrt(2 / n).
    np.testing.assert_allclose(joint, expected, atol=30 / np.sqrt(n))
    np.testing.assert_allclose(pairs.X.mean(axis=0), pairs.image_mean, atol=10 / np.sqrt(n))
    np.testing.assert_allclose(pairs.y.mean(axis=0), pairs.text_mean, atol=10 / np.sqrt(n))


def test_the_samples_canonical_correlations_converge_to_the_given_ones():
    pairs = make_paired_gaussians(100_000, 6, 4, (0.9, 0.7, 0.5), random_state=0)
    joint = np.cov(pairs.X, pairs.y, rowvar=False)
    found = canonical_correlations(joint[:6, :6], joint[6:, 6:], joint[:6, 6:])
    np.testing.assert_allclose(found[:3], [0.9, 0.7, 0.5], atol=0.01)
    assert found[3] < 0.02


def test_the_means_are_far_from_zero():
    pairs = make_paired_gaussians(5, offset=100.0, random_state=0)
    assert pairs.image_mean.min() > 90
    assert pairs.text_mean.max() < -90


@pytest.mark.parametrize("make", [make_paired_gaussians, make_topics])
def test_the_seed_decides_the_sample(make):
    first, again, other = (make(random_state=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.X, again.X)
    assert abs(first.X - other.X).max() > 0
    assert abs(first.y - again.y).max() == 0


def test_topics_and_mixtures_are_distributions_and_the_class_is_the_main_topic():
    topics = make_topics(200, 6, random_state=0)
    for rows in (topics.mixtures, topics.words):
        assert rows.min() >= 0
        np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(topics.mixtures.argmax(axis=1), topics.labels)
    assert np.ptp(np.bincount(topics.labels)) <= 1


def test_images_and_texts_have_the_expectations_of_their_mixtures():
    topics = make_topics(4_000, 3, 5, 30, words_per_text=50, random_state=0)
    noise = topics.X - topics.mixtures @ topics.centres
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=5 / np.sqrt(4_000))
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.05)
    for c in range(3):
        rows = topics.labels == c
        expected = topics.mixtures[rows].mean(axis=0) @ topics.words
        found = topics.y[rows].mean(axis=0) / 50
        np.testing.assert_allclose(np.ravel(found), expected, atol=5 * 0.5 / np.sqrt(50 * rows.sum()))


def test_given_the_class_the_modalities_still_share_the_mixture_unless_it_is_pure():
    # Least squares undoes topics and centres: what is left is each item's mixture, as each modality tells it.
    def shared(purity):
        topics = make_topics(2_000, 3, 40, 60, words_per_text=300, purity=purity, random_state=0)
        by_image = topics.X @ np.linalg.pinv(topics.centres)
        by_text = topics.y @ np.linalg.pinv(topics.words)
        one_class = topics.labels == 0
        return np.corrcoef(by_image[one_class, 1], by_text[one_class, 1])[0, 1]

    assert shared(0.5) > 0.5
    assert abs(shared(1.0)) < 0.15


def test_dense_and_sparse_texts_hold_the_same_counts():
    sparse, dense = make_topics(random_state=0), make_topics(random_state=0, sparse=False)
    assert issparse(sparse.y)
    assert isinstance(dense.y, np.ndarray)
    np.testing.assert_array_equal(sparse.y.toarray(), dense.y)
    np.testing.assert_array_equal(dense.y.sum(axis=1), 20)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (make_paired_gaussians, {"n_samples": 0}, "n_samples=0"),
        (make_paired_gaussians, {"n_image_features": 2.5}, "n_image_features=2.5"),
        (make_paired_gaussians, {"n_text_features": 2}, "sequence of 1 to 2 numbers"),
        (make_paired_gaussians, {"correlations": ()}, "sequence of 1 to 10 numbers"),
        (make_paired_gaussians, {"correlations": (0.5, 1.0)}, r"must lie in \[0, 1\)"),
        (make_paired_gaussians, {"correlations": (0.5, 0.7)}, "the greatest first"),
        (make_paired_gaussians, {"correlations": (np.nan,)}, "must lie in"),
        (make_topics, {"n_classes": True}, "n_classes=True"),
        (make_topics, {"words_per_text": 0}, "words_per_text=0"),
        (make_topics, {"purity": 0.4}, "purity=0.4 must lie in"),
        (make_topics, {"noise": -1}, "noise=-1 must be at least 0"),
    ],
)
def test_impossible_sizes_and_truths_are_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)
