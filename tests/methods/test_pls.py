import numpy as np
import pytest
from sklearn.cross_decomposition import PLSSVD

from shallow_cmr import CCA, PLS, CrossMoments, load_wikipedia, make_paired_gaussians
from shallow_cmr.metrics import mean_average_precision


def _data():
    return make_paired_gaussians(300, 9, 7, correlations=(0.9, 0.7, 0.5), random_state=0)


def test_directions_are_orthonormal_and_diagonalise_the_cross_covariance():
    data = _data()
    pls = PLS(5).fit(data.X, data.y)
    C_xy = np.cov(np.hstack([data.X, data.y]).T, bias=True)[:9, 9:]
    for W in (pls.x_weights_, pls.y_weights_):
        np.testing.assert_allclose(W.T @ W, np.eye(5), atol=1e-10)
    np.testing.assert_allclose(pls.x_weights_.T @ C_xy @ pls.y_weights_, np.diag(pls.covariances_), atol=1e-10)


def test_it_is_the_plssvd_of_scikit_learn():
    data = _data()
    theirs = PLSSVD(n_components=5, scale=False).fit(data.X, data.y)
    ours = PLS(5).fit(data.X, data.y)
    for mine, other in zip(ours.transform(data.X, data.y), theirs.transform(data.X, data.y), strict=True):
        np.testing.assert_allclose(np.abs(mine), np.abs(other), atol=1e-9)


def test_it_is_cross_modal_factor_analysis():
    """No other pair of rotations brings the modalities closer."""
    data, rng = _data(), np.random.default_rng(1)
    X, y = data.X[:, :7] - data.X[:, :7].mean(axis=0), data.y - data.y.mean(axis=0)
    pls = PLS(7).fit(X, y)
    best = np.linalg.norm(X @ pls.x_weights_ - y @ pls.y_weights_)
    for step in (0.01, 0.1, 1.0):
        U, V = (np.linalg.qr(W + step * rng.normal(size=W.shape))[0] for W in (pls.x_weights_, pls.y_weights_))
        signs = [np.sign(np.sum(W * Q, axis=0)) for W, Q in ((pls.x_weights_, U), (pls.y_weights_, V))]
        assert np.linalg.norm(X @ (U * signs[0]) - y @ (V * signs[1])) > best


def test_cross_moments_suffice_where_cca_needs_more():
    data = _data()
    moments = CrossMoments.from_arrays(data.X, data.y, within=False)
    one, other = PLS(5).fit(data.X, data.y), PLS(5).fit_moments(moments)
    np.testing.assert_allclose(one.x_weights_, other.x_weights_, atol=1e-12)
    np.testing.assert_allclose(PLS(5).fit_moments(CrossMoments.from_arrays(data.X, data.y)).x_weights_, one.x_weights_)
    with pytest.raises(ValueError, match="within=True"):
        CCA(5).fit_moments(moments)


def test_a_dependent_column_adds_no_rank():
    data = _data()
    y = np.column_stack([data.y, 1e3 * (data.y[:, 0] + data.y[:, 1])])
    assert PLS().fit(data.X, y).rank_ == 7
    with pytest.raises(ValueError, match="n_components=8 is more than the 7 dimensions"):
        PLS(8).fit(data.X, y)


def test_wikipedia(wikipedia_folder):
    data = load_wikipedia(wikipedia_folder, prepared="zscore")
    images, texts = PLS(n_components=9).fit(data.train.X, data.train.y).transform(data.test.X, data.test.y)
    relevance = (data.test.labels, data.test.labels)
    assert mean_average_precision(images, texts, relevance) == pytest.approx(0.2455, abs=0.003)
    assert mean_average_precision(texts, images, relevance) == pytest.approx(0.1947, abs=0.003)
