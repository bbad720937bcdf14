import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise

from shallow_cmr.kernels import (
    KERNELS,
    Kernel,
    centre_gram,
    gram_rank,
    icd_map,
    incomplete_cholesky,
    kernel_matrix,
    kmeans_anchors,
    mean_squared_distance,
    natural_bandwidth,
    nystroem_map,
    order_by_content,
    random_anchors,
)


def _histograms(n=60, d=7, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((n, d)) < 0.3, 0.0, rng.gamma(1.0, size=(n, d))) + np.eye(d)[0] * 2


def test_kernels_equal_those_of_scikit_learn():
    X, Z = _histograms(), _histograms(20, seed=1)
    theirs = {
        "rbf": pairwise.rbf_kernel(X, Z, gamma=1 / 3.0),
        "chi2": pairwise.chi2_kernel(X, Z, gamma=1 / 3.0),
        "polynomial": pairwise.polynomial_kernel(X, Z, degree=2, gamma=1 / 3.0, coef0=0.5),
        "cosine": pairwise.cosine_similarity(X, Z),
        "linear": pairwise.linear_kernel(X, Z),
    }
    assert sorted(theirs) == sorted(KERNELS)
    for kernel, expected in theirs.items():
        ours = kernel_matrix(X, Z, kernel, bandwidth=3.0, degree=2, coef0=0.5)
        np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-13, err_msg=kernel)


def test_the_gram_matrix_of_many_items_is_that_of_its_blocks():
    X = _histograms(700)
    for kernel in ("chi2", "rbf"):
        whole = kernel_matrix(X, X, kernel, bandwidth=2.0)
        np.testing.assert_allclose(whole, kernel_matrix(X, X.copy(), kernel, bandwidth=2.0), atol=1e-12)
        np.testing.assert_allclose(whole, whole.T, atol=1e-12)


@pytest.mark.parametrize("kernel", ["rbf", "polynomial", "cosine", "linear"])
def test_sparse_features_give_the_kernel_of_the_dense_ones(kernel):
    X, Z = _histograms(), _histograms(20, seed=1)
    dense = kernel_matrix(X, Z, kernel)
    for A, B in ((sparse.csr_array(X), sparse.csr_array(Z)), (X, sparse.csr_array(Z)), (sparse.csr_array(X), Z)):
        np.testing.assert_allclose(kernel_matrix(A, B, kernel), dense, atol=1e-12)


def test_float32_features_are_compared_in_double_precision():
    X = _histograms().astype(np.float32)
    for Z in (X, sparse.csr_array(X)):
        K = kernel_matrix(Z, Z, "polynomial")
        np.testing.assert_allclose(K, kernel_matrix(X.astype(float), X.astype(float), "polynomial"), rtol=1e-12)


def test_a_row_of_zeros_has_cosine_zero_with_everything():
    X = _histograms()
    X[3] = 0
    assert (kernel_matrix(X, X, "cosine")[3] == 0).all()


@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_mean_squared_distance_is_the_mean_over_all_pairs(as_sparse):
    X, Z = _histograms() + 5, _histograms(20, seed=1)
    given = [sparse.csr_array(A) if as_sparse else A for A in (X, Z)]
    assert mean_squared_distance(given[0]) == pytest.approx(np.mean(cdist(X, X) ** 2), rel=1e-12)
    assert mean_squared_distance(*given) == pytest.approx(np.mean(cdist(X, Z) ** 2), rel=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_at_the_natural_bandwidth_units_do_not_matter(kernel):
    X = _histograms()
    one, other = (kernel_matrix(A, A, kernel, bandwidth=natural_bandwidth(A, kernel)) for A in (X, X * 1e-8))
    np.testing.assert_allclose(one, other * (1e16 if kernel == "linear" else 1.0), rtol=1e-9)


def test_an_offset_of_a_million_does_no_harm_to_distances():
    X = _histograms()
    np.testing.assert_allclose(kernel_matrix(X + 1e6, X + 1e6), kernel_matrix(X, X), atol=1e-8)
    linear = Kernel("linear").scaled_to(X + 1e6)
    centred = X - X.mean(axis=0)
    np.testing.assert_allclose(linear(X + 1e6, X + 1e6), centred @ centred.T, atol=1e-7)


def test_the_linear_kernel_from_an_origin_is_the_same_for_sparse_features():
    X, Z = _histograms(), _histograms(20, seed=1)
    kernel = Kernel("linear").scaled_to(sparse.csr_array(X))
    expected = (X - X.mean(axis=0)) @ (Z - X.mean(axis=0)).T
    for A, B in ((sparse.csr_array(X), sparse.csr_array(Z)), (X, sparse.csr_array(Z)), (X, Z)):
        np.testing.assert_allclose(kernel(A, B), expected, atol=1e-12)


@pytest.mark.parametrize("function", KERNELS)
def test_a_scaled_gram_matrix_is_the_scaled_kernel_of_the_items(function):
    X = _histograms()
    kernel, K = Kernel(function, bandwidth=0.7).scaled_gram(X)
    np.testing.assert_allclose(K, Kernel(function, bandwidth=0.7).scaled_to(X)(X, X), atol=1e-12)
    if function in ("rbf", "chi2"):
        assert kernel.bandwidth == pytest.approx(0.7 * natural_bandwidth(X, function))
        assert -np.log(K).mean() * 0.7 == pytest.approx(1)  # the mean exponent


def test_centring_a_gram_matrix_centres_the_features():
    rng = np.random.default_rng(0)
    F, new, A = rng.normal(size=(300, 5)) + 3, rng.normal(size=(4, 5)) + 3, rng.normal(size=(300, 2))
    K, mean = F @ F.T, F.mean(axis=0)
    means = centre_gram(K)
    np.testing.assert_allclose(K, (F - mean) @ (F - mean).T, atol=1e-11)
    A -= A.mean(axis=0)
    np.testing.assert_allclose((new @ F.T - means) @ A, (new - mean) @ (F - mean).T @ A, atol=1e-10)


def test_the_rank_of_a_gram_matrix_is_that_of_the_features():
    rng = np.random.default_rng(0)
    F = rng.normal(size=(50, 6)) @ rng.normal(size=(6, 9)) * np.logspace(0, 3, 9)
    assert gram_rank(F @ F.T) == 6
    assert [gram_rank(F @ F.T, enough=k) for k in (2, 6, 7, 500)] == [2, 6, 6, 6]
    assert gram_rank(np.zeros((5, 5))) == gram_rank(np.zeros((5, 5)), enough=3) == 0


def test_incomplete_cholesky_reproduces_the_pivots_and_leaves_a_semidefinite_rest():
    K = kernel_matrix(_histograms(), _histograms())
    for rank in (5, 20, 60):
        pivots, R = incomplete_cholesky(K.diagonal(), lambda j: K[j], rank)
        assert len(set(pivots)) == len(pivots) == rank
        rest = K - R.T @ R
        np.testing.assert_allclose(rest[pivots], 0, atol=1e-10)
        assert np.linalg.eigvalsh(rest)[0] > -1e-10
    np.testing.assert_allclose(R.T @ R, K, atol=1e-9)


def test_every_pivot_is_the_item_that_those_before_explain_least():
    X = _histograms(200)
    kernel = Kernel().scaled_to(X)
    K = kernel(X, X)
    pivots = incomplete_cholesky(K.diagonal(), lambda j: K[j], 20)[0]
    for i in range(1, 20):
        F = nystroem_map(kernel, X[pivots[:i]])(X)
        residual = 1 - (F**2).sum(axis=1)
        assert residual[pivots[i]] > residual.max() - 1e-8


@pytest.mark.parametrize("function", KERNELS)
def test_nystroem_features_give_the_projection_on_the_landmarks(function):
    X = _histograms()
    kernel = Kernel(function).scaled_to(X)
    F = nystroem_map(kernel, X[:15])(X)
    K = kernel(X, X)
    expected = K[:, :15] @ np.linalg.pinv(K[:15, :15], rcond=1e-10) @ K[:15]
    np.testing.assert_allclose(F @ F.T, expected, atol=1e-7 * np.abs(K).max())
    np.testing.assert_allclose((F @ F.T)[:15, :15], K[:15, :15], atol=1e-7 * np.abs(K).max())


def test_landmarks_that_repeat_do_no_harm():
    X = _histograms()
    kernel = Kernel().scaled_to(X)
    once, twice = nystroem_map(kernel, X[:10])(X), nystroem_map(kernel, X[[*range(10), *range(5)]])(X)
    assert twice.shape == (60, 10)
    np.testing.assert_allclose(once @ once.T, twice @ twice.T, atol=1e-9)


def test_the_map_of_an_incomplete_cholesky_decomposition_gives_its_factor_on_the_items():
    X = _histograms(100)
    kernel = Kernel().scaled_to(X)
    K = kernel(X, X)
    R = incomplete_cholesky(K.diagonal(), lambda j: K[j], 25)[1]
    np.testing.assert_allclose(icd_map(kernel, X, 25)(X), R.T, atol=1e-9)


def test_a_map_works_in_blocks_of_any_size(monkeypatch):
    X = _histograms(100)
    for feature_map in (nystroem_map(Kernel(), X[:9]), nystroem_map(Kernel(), X[:9]).followed_by(np.ones((9, 2)))):
        whole = feature_map(X)
        monkeypatch.setattr("shallow_cmr.kernels.maps._BLOCK_BYTES", 1000)
        np.testing.assert_allclose(feature_map(X), whole, atol=1e-12)
        monkeypatch.undo()


def test_random_anchors_are_distinct_ascending_and_reproducible():
    drawn = random_anchors(100, 30, 0)
    assert len(set(drawn)) == 30
    assert drawn.min() >= 0
    assert drawn.max() < 100
    assert (np.diff(drawn) > 0).all()
    np.testing.assert_array_equal(drawn, random_anchors(100, 30, 0))
    assert (drawn != random_anchors(100, 30, 1)).any()
    counts = np.bincount(np.concatenate([random_anchors(10, 3, seed) for seed in range(1000)]), minlength=10)
    assert (np.abs(counts - 300) < 75).all()  # five standard deviations


def test_kmeans_anchors_are_the_means_of_the_items_nearest_to_them():
    X = _histograms(300)
    centres = kmeans_anchors(X, 6, random_state=0)
    nearest = cdist(X, centres).argmin(axis=1)
    means = np.array([X[nearest == j].mean(axis=0) for j in range(6)])
    np.testing.assert_allclose(centres, means, atol=1e-8)
    np.testing.assert_array_equal(centres, kmeans_anchors(X, 6, random_state=0))
    np.testing.assert_array_equal(kmeans_anchors(X, 1000), X)
    assert kmeans_anchors(np.repeat(X[:3], 10, axis=0), 5, random_state=0).shape == (5, 7)


@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_order_by_content_names_the_same_items_wherever_they_stand(as_sparse):
    X, y, shuffled = _histograms(), _histograms(seed=1), np.random.default_rng(2).permutation(60)
    form = sparse.csr_array if as_sparse else np.asarray
    order = order_by_content(form(X), form(y))
    again = order_by_content(form(X[shuffled]), form(y[shuffled]))
    np.testing.assert_array_equal(shuffled[again], order)
    if not as_sparse:
        np.testing.assert_array_equal(order_by_content(3 * X + 7, y / 2 - 1), order)


def test_what_is_no_kernel_is_refused():
    X = _histograms()
    with pytest.raises(ValueError, match=r"kernel='gauss' is unknown; choose one of chi2, cosine, linear"):
        kernel_matrix(X, X, "gauss")
    with pytest.raises(ValueError, match="bandwidth=0 must be positive"):
        kernel_matrix(X, X, bandwidth=0)
    with pytest.raises(ValueError, match="bandwidth=-1 must be positive"):
        Kernel(bandwidth=-1)
    with pytest.raises(ValueError, match="Negative values in data for the chi2 kernel"):
        kernel_matrix(X - 1, X, "chi2")
    with pytest.raises(TypeError, match="chi2 kernel does not accept sparse"):
        kernel_matrix(sparse.csr_array(X), X, "chi2")
    with pytest.raises(ValueError, match=r"returned shape \(60,\); for these two matrices it must be \(60, 60\)"):
        kernel_matrix(X, X, lambda A, B: A.sum(axis=1))
    with pytest.raises(ValueError, match="NaN or infinity"):
        kernel_matrix(X, X, lambda A, B: np.full((len(A), len(B)), np.nan))
