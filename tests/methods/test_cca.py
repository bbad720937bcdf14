import numpy as np
import pytest
from sklearn.cross_decomposition import CCA as NipalsCCA

from shallow_cmr import CCA, CrossMoments, load_wikipedia, make_paired_gaussians
from shallow_cmr.metrics import mean_average_precision
from shallow_cmr.real_valued.cca import solve_cca


def _data(n=400, seed=0):
    return make_paired_gaussians(n, 9, 7, correlations=(0.9, 0.7, 0.5), random_state=seed)


def test_the_solution_satisfies_the_stationarity_conditions():
    data = _data()
    moments = CrossMoments.from_arrays(data.X, data.y)
    W_x, W_y, rho = solve_cca(moments.C_xx, moments.C_yy, moments.C_xy, 7)
    np.testing.assert_allclose(W_x.T @ moments.C_xx @ W_x, np.eye(7), atol=1e-8)
    np.testing.assert_allclose(W_y.T @ moments.C_yy @ W_y, np.eye(7), atol=1e-8)
    np.testing.assert_allclose(moments.C_xy @ W_y, moments.C_xx @ W_x * rho, atol=1e-8)
    np.testing.assert_allclose(moments.C_xy.T @ W_x, moments.C_yy @ W_y * rho, atol=1e-8)


def test_correlations_are_those_of_the_projections():
    data = _data()
    cca = CCA(reg=0).fit(data.X, data.y)
    x_scores, y_scores = cca.transform(data.X, data.y)
    found = [np.corrcoef(x_scores[:, j], y_scores[:, j])[0, 1] for j in range(7)]
    np.testing.assert_allclose(found, cca.correlations_, atol=1e-8)


def test_many_samples_reveal_the_population_correlations():
    data = _data(n=40_000)
    np.testing.assert_allclose(CCA(3).fit(data.X, data.y).correlations_, [0.9, 0.7, 0.5], atol=0.02)


def test_correlations_are_those_of_scikit_learn_converged():
    data = _data()
    theirs = NipalsCCA(n_components=3, tol=1e-12, max_iter=5000).fit(data.X, data.y)
    x_scores, y_scores = theirs.transform(data.X, data.y)
    found = [np.corrcoef(x_scores[:, j], y_scores[:, j])[0, 1] for j in range(3)]
    np.testing.assert_allclose(CCA(3, reg=0).fit(data.X, data.y).correlations_, found, atol=1e-5)


def test_without_a_ridge_any_change_of_basis_leaves_the_correlations():
    data, rng = _data(), np.random.default_rng(1)
    A, B = rng.normal(size=(9, 9)), rng.normal(size=(7, 7))
    one, other = CCA(reg=0).fit(data.X, data.y), CCA(reg=0).fit(data.X @ A + 3, data.y @ B)
    np.testing.assert_allclose(one.correlations_, other.correlations_, atol=1e-8)


def test_the_ridge_is_relative_to_the_mean_variance():
    data = _data()
    moments = CrossMoments.from_arrays(data.X, data.y)
    ridges = [0.3 * np.trace(C) / len(C) * np.eye(len(C)) for C in (moments.C_xx, moments.C_yy)]
    rho = solve_cca(moments.C_xx + ridges[0], moments.C_yy + ridges[1], moments.C_xy, 3)[2]
    np.testing.assert_allclose(CCA(3, reg=0.3).fit(data.X, data.y).correlations_, rho, rtol=1e-10)


def test_power_scales_the_axes_by_the_correlations():
    data = _data()
    plain, weighted = CCA(3).fit(data.X, data.y), CCA(3, power=2).fit(data.X, data.y)
    expected = plain.transform_text(data.y) * plain.correlations_**2
    np.testing.assert_allclose(weighted.transform_text(data.y), expected, atol=1e-10)


def test_partial_fit_over_chunks_equals_fit():
    data = _data()
    whole, chunked = CCA(5).fit(data.X, data.y), CCA(5)
    for start in range(0, 400, 37):
        chunked.partial_fit(data.X[start : start + 37], data.y[start : start + 37])
    np.testing.assert_allclose(chunked.x_weights_, whole.x_weights_, atol=1e-10)
    np.testing.assert_allclose(chunked.y_weights_, whole.y_weights_, atol=1e-10)


def test_fit_moments_equals_fit():
    data = _data()
    moments = CrossMoments.from_arrays(data.X[:100], data.y[:100]).update(data.X[100:], data.y[100:])
    one, other = CCA(3).fit_moments(moments), CCA(3).fit(data.X, data.y)
    np.testing.assert_allclose(one.transform_image(data.X), other.transform_image(data.X), atol=1e-10)


def test_a_growing_stream_keeps_what_its_rank_allows():
    data = _data()
    cca = CCA(5).partial_fit(data.X[:1], data.y[:1])
    cca.partial_fit(data.X[1:4], data.y[1:4])
    assert cca.transform_image(data.X).shape == (400, 3)
    assert cca.partial_fit(data.X[4:], data.y[4:]).transform_image(data.X).shape == (400, 5)


def test_more_components_than_the_rank_are_refused_by_name():
    data = _data()
    y = np.column_stack([data.y, data.y[:, 0] + data.y[:, 1]])
    with pytest.raises(ValueError, match=r"n_components=8 is more than the 7 dimensions .*\(400, 9\).*\(400, 8\)"):
        CCA(8).fit(data.X, y)
    assert CCA().fit(data.X, y).transform_text(y).shape == (400, 7)


def test_more_features_than_samples_stay_finite_and_perfect_correlations_are_reported():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 50)) + 1, rng.normal(size=(20, 40)) - 1
    with pytest.warns(UserWarning, match="in-sample correlations reach 1, which says nothing"):
        cca = CCA(reg=0).fit(X, y)
    assert np.isfinite(cca.transform_image(X)).all()
    with pytest.warns(UserWarning, match="too few samples"):
        CCA().fit(X, y)
    assert CCA(reg=0.5).fit(X, y).correlations_[0] < 0.99


def test_without_a_ridge_the_units_of_single_columns_do_not_matter():
    data = _data()
    units = 10.0 ** np.arange(-6, 3)
    plain, scaled = CCA(7, reg=0).fit(data.X, data.y), CCA(7, reg=0).fit(data.X * units, data.y)
    found, expected = scaled.transform_image(data.X * units), plain.transform_image(data.X)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-6)


def test_a_ridge_lost_in_rounding_is_none():
    data = _data()
    twice = np.hstack([data.X, data.X])
    found = CCA(3, reg=1e-18).fit(twice, data.y).correlations_
    np.testing.assert_allclose(found, CCA(3, reg=0).fit(data.X, data.y).correlations_, atol=1e-8)


@pytest.mark.parametrize(
    ("cca", "image_to_text", "text_to_image"),
    [(CCA(n_components=7, reg=1e-4), 0.246, 0.201), (CCA(n_components=9, reg=0.1, power=1), 0.266, 0.2175)],
)
def test_wikipedia(wikipedia_folder, cca, image_to_text, text_to_image):
    data = load_wikipedia(wikipedia_folder, prepared="zscore")
    cca.fit(data.train.X, data.train.y)
    images, texts = cca.transform(data.test.X, data.test.y)
    relevance = (data.test.labels, data.test.labels)
    assert mean_average_precision(images, texts, relevance) == pytest.approx(image_to_text, abs=0.003)
    assert mean_average_precision(texts, images, relevance) == pytest.approx(text_to_image, abs=0.003)
