import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.linear_model import LinearRegression

from shallow_cmr import CrossMoments, RegressionPLS, load_wikipedia, make_paired_gaussians
from shallow_cmr.metrics import mean_average_precision
from shallow_cmr.real_valued.regression_pls import solve_regression_pls


def _data(n=300, p=9, q=7):
    return make_paired_gaussians(n, p, q, correlations=(0.9, 0.7, 0.5), random_state=0)


@pytest.mark.parametrize(("p", "q", "k"), [(9, 7, 7), (7, 9, 6), (70, 60, 10)])
def test_it_is_the_plsregression_of_scikit_learn_iterated_to_the_end(p, q, k):
    data = _data(400, p, q)
    theirs = PLSRegression(n_components=k, scale=False, tol=1e-25, max_iter=20_000).fit(data.X, data.y)
    ours = RegressionPLS(k).fit(data.X, data.y)
    signs = np.sign(np.sum(ours.x_weights_ * theirs.x_rotations_, axis=0))
    np.testing.assert_allclose(ours.x_weights_, theirs.x_rotations_ * signs, atol=1e-6)
    np.testing.assert_allclose(ours.y_weights_, theirs.y_loadings_ * signs, atol=1e-6)
    np.testing.assert_allclose(ours.predict(data.X), theirs.predict(data.X), atol=1e-6)


def test_the_similarity_is_that_of_predicted_and_given_text():
    data = _data()
    pls = RegressionPLS(4).fit(data.X, data.y)
    images, texts = pls.transform(data.X, data.y)
    predicted, given = pls.predict(data.X) - pls.y_mean_, data.y - pls.y_mean_
    np.testing.assert_allclose(images @ texts.T, predicted @ given.T, atol=1e-9)


def test_with_as_many_components_as_image_features_it_is_least_squares():
    data = _data(p=5, q=8)
    expected = LinearRegression().fit(data.X, data.y).predict(data.X)
    np.testing.assert_allclose(RegressionPLS(5).fit(data.X, data.y).predict(data.X), expected, atol=1e-8)


def test_scores_are_uncorrelated_and_loadings_are_their_regression_coefficients():
    data = _data()
    pls = RegressionPLS().fit(data.X, data.y)
    scores = pls.transform_image(data.X)
    np.testing.assert_allclose(scores.T @ scores, np.diag(np.sum(scores**2, axis=0)), atol=1e-8)
    np.testing.assert_allclose(pls.y_weights_, data.y.T @ scores / np.sum(scores**2, axis=0), atol=1e-9)


def test_one_text_feature_is_the_krylov_space_of_the_covariance():
    """The weights of PLS with one response span b, Cb, C²b ... (Helland, 1988)."""
    data = _data(q=1 + 2)
    moments = CrossMoments.from_arrays(data.X, data.y[:, :1])
    R, _ = solve_regression_pls(moments.C_xx, moments.C_xy, 3)
    krylov = np.column_stack([np.linalg.matrix_power(moments.C_xx, j) @ moments.C_xy for j in range(3)])
    angles = np.linalg.svd(np.linalg.qr(R)[0].T @ np.linalg.qr(krylov)[0])[1]
    np.testing.assert_allclose(angles, 1, atol=1e-9)


def test_components_end_where_nothing_is_left_to_explain():
    rng = np.random.default_rng(0)
    X = np.linalg.qr(np.column_stack([np.ones(40), rng.normal(size=(40, 4))]))[0][:, 1:] + 3.0
    with pytest.warns(UserWarning, match=r"left after 1 components, so n_components=2 gives 1"):
        pls = RegressionPLS(2).fit(X[:, :3], np.column_stack([X[:, 0], X[:, 3]]))
    assert pls.predict(X[:, :3]).shape == (40, 2)


def test_predictions_keep_single_precision():
    data = _data()
    single = RegressionPLS(3).fit(data.X, data.y).predict(data.X.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, RegressionPLS(3).fit(data.X, data.y).predict(data.X), atol=1e-4)


def test_wikipedia(wikipedia_folder):
    data = load_wikipedia(wikipedia_folder, prepared="zscore")
    pls = RegressionPLS(n_components=7).fit(data.train.X, data.train.y)
    images, texts = pls.transform(data.test.X, data.test.y)
    relevance = (data.test.labels, data.test.labels)
    assert mean_average_precision(images, texts, relevance) == pytest.approx(0.267, abs=0.003)
    assert mean_average_precision(texts, images, relevance) == pytest.approx(0.209, abs=0.003)
