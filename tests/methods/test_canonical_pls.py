import numpy as np
import pytest
from scipy import linalg
from sklearn.cross_decomposition import PLSCanonical
from sklearn.preprocessing import StandardScaler

from shallow_cmr import PLS, CanonicalPLS, load_wikipedia, make_paired_gaussians
from shallow_cmr.deflation import DeflatedView, leading_singular_triple
from shallow_cmr.metrics import mean_average_precision


def _data(n=300, p=9, q=7):
    return make_paired_gaussians(n, p, q, correlations=(0.9, 0.7, 0.5), random_state=0)


@pytest.mark.parametrize(("p", "q", "k"), [(9, 7, 7), (7, 9, 6), (70, 60, 20), (60, 70, 20)])
def test_it_is_the_plscanonical_of_scikit_learn(p, q, k):
    data = _data(400, p, q)
    theirs = PLSCanonical(n_components=k, scale=False, algorithm="svd").fit(data.X, data.y)
    ours = CanonicalPLS(k).fit(data.X, data.y)
    for mine, other in ((ours.x_weights_, theirs.x_rotations_), (ours.y_weights_, theirs.y_rotations_)):
        signs = np.sign(np.sum(mine * other, axis=0))
        np.testing.assert_allclose(mine, other * signs, atol=1e-9)


def test_on_standardised_features_it_is_the_default_of_scikit_learn():
    data = _data()
    X, y = (StandardScaler().fit_transform(Z) for Z in (data.X, data.y))
    theirs = PLSCanonical(n_components=5, algorithm="svd").fit(data.X, data.y).transform(data.X, data.y)
    for mine, other in zip(CanonicalPLS(5).fit(X, y).transform(X, y), theirs, strict=True):
        scale = np.linalg.norm(mine, axis=0) / np.linalg.norm(other, axis=0)  # ddof of the deviations
        np.testing.assert_allclose(np.abs(mine), np.abs(other * scale), atol=1e-9)


def test_scores_of_a_modality_are_uncorrelated_and_pairs_have_the_reported_covariances():
    data = _data()
    pls = CanonicalPLS().fit(data.X, data.y)
    x_scores, y_scores = pls.transform(data.X, data.y)
    for scores in (x_scores, y_scores):
        C = scores.T @ scores / len(scores)
        np.testing.assert_allclose(C, np.diag(np.diag(C)), atol=1e-10)
    np.testing.assert_allclose(np.mean(x_scores * y_scores, axis=0), pls.covariances_, atol=1e-10)


def test_the_first_pair_is_that_of_pls():
    data = _data()
    one, other = CanonicalPLS(1).fit(data.X, data.y), PLS(1).fit(data.X, data.y)
    np.testing.assert_allclose(one.x_weights_, other.x_weights_, atol=1e-10)
    np.testing.assert_allclose(one.y_weights_, other.y_weights_, atol=1e-10)


def test_the_modalities_are_interchangeable():
    data = _data()
    one, other = CanonicalPLS(4).fit(data.X, data.y), CanonicalPLS(4).fit(data.y, data.X)
    np.testing.assert_allclose(np.abs(one.x_weights_), np.abs(other.y_weights_), atol=1e-10)


def test_it_says_where_no_covariance_is_left():
    rng = np.random.default_rng(0)
    X = np.linalg.qr(np.column_stack([np.ones(40), rng.normal(size=(40, 5))]))[0][:, 1:] + 3.0
    with pytest.warns(UserWarning, match=r"left after 1 components, so n_components=2 gives 1"):
        pls = CanonicalPLS(2).fit(X[:, :3], X[:, [0, 4]])
    assert pls.transform_text(X[:, [0, 4]]).shape == (40, 1)
    with pytest.raises(ValueError, match="no covariance at all"):
        CanonicalPLS(1).fit([[1.0, 1], [1, -1], [-1, 1], [-1, -1]], [1.0, -1, -1, 1])


@pytest.mark.parametrize("shape", [(12, 5), (90, 60), (60, 90)])
def test_the_leading_triple_is_that_of_the_whole_decomposition(shape):
    A = np.random.default_rng(0).normal(size=shape)
    u, s, v = leading_singular_triple(A)
    np.testing.assert_allclose(s, linalg.svdvals(A)[0], rtol=1e-13)
    np.testing.assert_allclose(A @ v, s * u, atol=1e-10)
    np.testing.assert_allclose(A.T @ u, s * v, atol=1e-10)


def test_the_leading_triple_is_found_where_all_singular_values_are_equal_or_few_are_not_zero():
    Q = np.linalg.qr(np.random.default_rng(0).normal(size=(80, 80)))[0]
    for A in (Q, np.outer(Q[0], Q[1]), Q[:, :60] * (1 - 1e-9 * np.arange(60)), np.zeros((70, 60))):
        u, s, v = leading_singular_triple(A)
        np.testing.assert_allclose(s, linalg.svdvals(A)[0], atol=1e-12)
        np.testing.assert_allclose(A @ v, s * u, atol=1e-10)
        np.testing.assert_allclose([u @ u, v @ v], 1)


def test_a_deflated_view_equals_deflated_rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 6)) @ rng.normal(size=(6, 6))
    view, left, scores = DeflatedView(X.T @ X / 50, 3), X.copy(), []
    for w in np.linalg.qr(rng.normal(size=(6, 3)))[0].T:
        w = w - view.W[:, : len(scores)] @ (view.W[:, : len(scores)].T @ w)
        t = left @ w
        np.testing.assert_allclose(view.take_out(w), left.T @ t / (t @ t), atol=1e-10)
        left = left - np.outer(t, left.T @ t / (t @ t))
        scores.append(t)
    np.testing.assert_allclose(X @ view.rotations(), np.array(scores).T, atol=1e-10)


def test_wikipedia(wikipedia_folder):
    data = load_wikipedia(wikipedia_folder, prepared="zscore")
    pls = CanonicalPLS(n_components=7).fit(data.train.X, data.train.y)
    images, texts = pls.transform(data.test.X, data.test.y)
    relevance = (data.test.labels, data.test.labels)
    assert mean_average_precision(images, texts, relevance) == pytest.approx(0.2476, abs=0.003)
    assert mean_average_precision(texts, images, relevance) == pytest.approx(0.1986, abs=0.003)
