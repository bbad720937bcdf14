import pickle
import tracemalloc

import numpy as np
import pytest
from scipy import linalg, sparse
from sklearn.metrics.pairwise import laplacian_kernel

from shallow_cmr import CCA, KCCA, load_wikipedia, make_paired_gaussians
from shallow_cmr.base.kernel import KernelProjection
from shallow_cmr.checks import check_laws
from shallow_cmr.checks.sample import Pairs, similarity
from shallow_cmr.kernels import centre_gram, kernel_matrix, kmeans_anchors
from shallow_cmr.kernels.functions import chi2_distances
from shallow_cmr.metrics import mean_average_precision
from shallow_cmr.real_valued.kcca import solve_kcca


def _data(n=200, p=7, q=7, seed=0):
    return make_paired_gaussians(n, p, q, correlations=(0.9, 0.7, 0.5)[: min(p, q)], random_state=seed)


def _grams(n=150, p=6, kernel="rbf"):
    data = _data(n, p, p)
    K_x, K_y = kernel_matrix(data.X + 5, data.X + 5, kernel), kernel_matrix(data.y + 5, data.y + 5, kernel)
    centre_gram(K_x), centre_gram(K_y)
    return K_x, K_y


def _up_to_sign(one, other, tolerance):
    signs = np.sign((one * other).sum(axis=0))
    np.testing.assert_allclose(one, other * signs, atol=tolerance * np.abs(one).max())


@pytest.mark.parametrize("reg", [1e-1, 4e-3, 1e-4, 1e-6])
@pytest.mark.parametrize(("kernel", "p"), [("rbf", 6), ("rbf", 1), ("linear", 6), ("polynomial", 3), ("cosine", 6)])
def test_the_solution_satisfies_the_stationarity_conditions(kernel, p, reg):
    K_x, K_y = _grams(p=p, kernel=kernel)
    k = 3 if p > 1 else 2
    A_x, A_y, rho = solve_kcca(K_x, K_y, k, reg)
    ridge_x, ridge_y = reg * np.trace(K_x), reg * np.trace(K_y)
    F_x, F_y = K_x @ A_x, K_y @ A_y
    scale = np.abs(F_x).max()
    # The gradient of the Lagrangian is K (...), so it may be compared before the multiplication by K.
    np.testing.assert_allclose(F_y, (F_x + ridge_x * A_x) * rho, atol=1e-6 * scale)
    np.testing.assert_allclose(F_x, (F_y + ridge_y * A_y) * rho, atol=1e-6 * scale)
    np.testing.assert_allclose(F_x.T @ (F_x + ridge_x * A_x), len(K_x) * np.eye(k), atol=1e-5 * len(K_x))
    np.testing.assert_allclose(F_y.T @ (F_y + ridge_y * A_y), len(K_x) * np.eye(k), atol=1e-5 * len(K_x))


@pytest.mark.parametrize("reg", [1e-2, 1e-4])
def test_correlations_are_those_of_a_dense_generalised_eigensolver(reg):
    K_x, K_y = _grams()
    S_x, S_y = (np.linalg.solve(K + reg * np.trace(K) * np.eye(len(K)), K) for K in (K_x, K_y))
    expected = np.sqrt(np.sort(linalg.eigvals(S_x @ S_y).real)[::-1][:20])
    np.testing.assert_allclose(solve_kcca(K_x, K_y, 20, reg)[2], expected, atol=1e-9)


def test_the_solver_leaves_its_input_alone_unless_told_otherwise():
    K_x, K_y = _grams()
    given = K_x.copy(), K_y.copy()
    kept = solve_kcca(K_x, K_y, 3)
    np.testing.assert_array_equal((K_x, K_y), given)
    for one, other in zip(kept, solve_kcca(K_x, K_y, 3, overwrite=True), strict=True):
        np.testing.assert_array_equal(one, other)


def test_kernels_spoiled_by_rounding_are_solved_all_the_same():
    rng = np.random.default_rng(0)
    K_x, K_y = _grams(kernel="linear")
    noise = rng.normal(size=K_x.shape) * 1e-13 * np.trace(K_x)
    noise = noise + noise.T
    centre_gram(noise)
    A_x, A_y, rho = solve_kcca(K_x + noise, K_y, 3, 1e-2)
    B_x, B_y, expected = solve_kcca(K_x, K_y, 3, 1e-2)
    np.testing.assert_allclose(rho, expected, atol=1e-8)
    _up_to_sign(K_x @ A_x, K_x @ B_x, 1e-6)
    _up_to_sign(K_y @ A_y, K_y @ B_y, 1e-6)


@pytest.mark.parametrize("solver", ["exact", "nystroem", "icd"])
def test_a_linear_kernel_is_cca(solver):
    data, new = _data(), _data(50, seed=1)
    # reg is relative to the trace here and to the mean variance there.
    kcca = KCCA(3, kernel="linear", reg=0.01, solver=solver, landmarks=30, random_state=0).fit(data.X, data.y)
    cca = CCA(3, reg=0.07).fit(data.X, data.y)
    np.testing.assert_allclose(kcca.correlations_, cca.correlations_, atol=1e-9)
    for ours, theirs in zip(kcca.transform(new.X, new.y), cca.transform(new.X, new.y), strict=True):
        _up_to_sign(theirs, ours, 1e-7)


@pytest.mark.parametrize("solver", ["exact", "nystroem", "icd"])
def test_a_quadratic_kernel_is_cca_on_products_of_features(solver):
    data, new = _data(p=3, q=3), _data(50, p=3, q=3, seed=1)
    X, y, new_X, new_y = data.X + 1, data.y - 2, new.X + 1, new.y - 2

    def products(Z, scale):
        Z = Z / np.sqrt(scale)
        return np.column_stack([np.einsum("ni,nj->nij", Z, Z).reshape(len(Z), -1), np.sqrt(2.0) * Z])

    scales = [np.mean(np.sum(Z**2, axis=1)) for Z in (X, y)]
    kcca = KCCA(4, kernel="polynomial", degree=2, reg=0.01, solver=solver, random_state=0).fit(X, y)
    cca = CCA(4, reg=0.12).fit(products(X, scales[0]), products(y, scales[1]))
    explicit = cca.transform(products(new_X, scales[0]), products(new_y, scales[1]))
    for ours, theirs in zip(kcca.transform(new_X, new_y), explicit, strict=True):
        _up_to_sign(theirs, ours, 1e-6)


@pytest.mark.parametrize("kernel", ["rbf", "chi2", "cosine", "polynomial"])
@pytest.mark.parametrize("solver", ["nystroem", "icd"])
def test_with_all_items_as_landmarks_nothing_is_approximated(solver, kernel):
    data, new = _data(), _data(50, seed=1)
    move = [np.abs(Z) + 0.1 for Z in (data.X, data.y, new.X, new.y)]
    exact = KCCA(5, kernel=kernel).fit(*move[:2])
    whole = KCCA(5, kernel=kernel, solver=solver, landmarks=200).fit(*move[:2])
    np.testing.assert_allclose(whole.correlations_, exact.correlations_, atol=1e-7)
    for one, other in zip(exact.transform(*move[2:]), whole.transform(*move[2:]), strict=True):
        # Directions below 1e-10 of the largest are dropped, and the polynomial kernel is dominated by its mean.
        _up_to_sign(one, other, 1e-4 if kernel == "polynomial" else 1e-6)


def test_nystroem_on_all_items_agrees_with_exact_to_rounding():
    data, new = _data(p=20, q=20), _data(50, p=20, q=20, seed=1)
    exact = KCCA(5).fit(data.X, data.y)
    whole = KCCA(5, solver="nystroem").fit(data.X, data.y)
    np.testing.assert_allclose(whole.correlations_, exact.correlations_, atol=1e-12)
    for one, other in zip(exact.transform(new.X, new.y), whole.transform(new.X, new.y), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("solver", ["nystroem", "icd"])
def test_a_fifth_of_the_items_as_landmarks_keeps_the_correlation_on_new_items(solver):
    data = _data(1200, p=10, q=10)
    train, new = slice(0, 500), slice(500, None)

    def held_out(kcca):
        x_scores, y_scores = kcca.fit(data.X[train], data.y[train]).transform(data.X[new], data.y[new])
        return sum(np.corrcoef(x_scores[:, j], y_scores[:, j])[0, 1] for j in range(3))

    assert held_out(KCCA(3, solver=solver, landmarks=100, random_state=0)) > 0.98 * held_out(KCCA(3))


@pytest.mark.parametrize("solver", ["nystroem", "icd"])
def test_the_chi2_kernel_on_landmarks_never_compares_all_items_with_all(solver, monkeypatch):
    shapes = []

    def recorded(X, Z):
        shapes.append((len(X), len(Z)))
        return chi2_distances(X, Z)

    monkeypatch.setattr("shallow_cmr.kernels.functions.chi2_distances", recorded)
    data = _data(500)
    KCCA(3, kernel="chi2", solver=solver, landmarks=20, random_state=0).fit(np.abs(data.X), np.abs(data.y))
    assert sum(n * m for n, m in shapes) < 2 * (3 * 500 * 20 + 64 * 500)


def test_items_are_centred_with_the_means_of_training():
    data = _data()
    for solver in ("exact", "nystroem"):
        kcca = KCCA(3, solver=solver, landmarks=50, random_state=0).fit(data.X, data.y)
        for embedding in kcca.transform(data.X, data.y):
            np.testing.assert_allclose(embedding.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(kcca.transform_text(data.y[:10] + 3), kcca.transform_text(data.y + 3)[:10])


def test_any_dual_weights_act_on_features_centred_by_the_means_of_training():
    class Arbitrary(KernelProjection):
        def _solve_gram(self, K_x, K_y, k):
            return np.cos(np.arange(len(K_x) * k)).reshape(-1, k) + 1, np.ones((len(K_y), k))

    data, new = _data(), _data(50, seed=1)
    X, new_X = data.X + 2, new.X + 2
    # The linear kernel from zero, divided by the mean squared norm.
    found = Arbitrary(2, kernel="polynomial", degree=1, coef0=0).fit(X, data.y).transform_image(new_X)
    A = np.cos(np.arange(400)).reshape(-1, 2) + 1
    expected = (new_X - X.mean(axis=0)) @ (X - X.mean(axis=0)).T @ A / np.mean(np.sum(X**2, axis=1))
    _up_to_sign(expected, found, 1e-10)


def test_precomputed_kernels_give_what_their_kernel_gives():
    data, new = _data(q=5), _data(50, q=5, seed=1)
    K_x, K_y = laplacian_kernel(data.X, gamma=0.1), kernel_matrix(data.y, data.y)
    given = KCCA(3, kernel="precomputed").fit(K_x, K_y)
    computed = KCCA(3, kernel=lambda X, Z: laplacian_kernel(X, Z, gamma=0.1), text_kernel="rbf").fit(data.X, data.y)
    new_K_x, new_K_y = laplacian_kernel(new.X, data.X, gamma=0.1), kernel_matrix(new.y, data.y)
    expected = computed.transform(new.X, new.y)
    for one, other in zip(given.transform(new_K_x, new_K_y), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    assert given.rank_ == computed.rank_ == 199
    mixed = KCCA(3, kernel="precomputed", text_kernel="rbf").fit(K_x, data.y)
    np.testing.assert_allclose(mixed.transform_text(new.y), expected[1], atol=1e-9)


def test_the_bandwidth_multiplies_the_mean_squared_distance():
    data = _data()
    K = [np.exp(-((Z[:, None] - Z) ** 2).sum(axis=2)) for Z in (data.X, data.y)]
    K_x, K_y = (G ** (1 / (0.5 * np.mean(-np.log(G)))) for G in K)
    expected = KCCA(3, kernel="precomputed").fit(K_x, K_y).correlations_
    np.testing.assert_allclose(KCCA(3, bandwidth=0.5).fit(data.X, data.y).correlations_, expected, atol=1e-9)


def test_power_scales_the_axes_by_the_correlations():
    data = _data()
    plain, weighted = KCCA(3).fit(data.X, data.y), KCCA(3, power=2).fit(data.X, data.y)
    expected = plain.transform_text(data.y) * plain.correlations_**2
    np.testing.assert_allclose(weighted.transform_text(data.y), expected, atol=1e-10)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_on_given_landmarks_chunks_in_any_order_equal_the_whole(form):
    data = _data()
    landmarks = tuple(kmeans_anchors(Z, 20, random_state=0) for Z in (data.X, data.y))
    kcca = KCCA(3, solver="nystroem", landmarks=landmarks)
    whole = KCCA(3, solver="nystroem", landmarks=landmarks).fit(form(data.X), form(data.y))
    for rows in (slice(150, 200), slice(0, 1), slice(1, 150)):
        kcca.partial_fit(form(data.X[rows]), form(data.y[rows]))
    np.testing.assert_allclose(kcca.transform_image(data.X), whole.transform_image(data.X), atol=1e-8)
    np.testing.assert_allclose(kcca.transform_text(data.y), whole.transform_text(data.y), atol=1e-8)


def test_the_first_chunk_fixes_drawn_landmarks():
    data = _data()
    kcca = KCCA(3, solver="nystroem", landmarks=20, random_state=0).partial_fit(data.X[:80], data.y[:80])
    first = kcca.x_map_.landmarks
    kcca.partial_fit(data.X[80:], data.y[80:])
    np.testing.assert_array_equal(kcca.x_map_.landmarks, first)
    assert kcca.moments_.n == 200
    rows = {row.tobytes() for row in data.X[:80]}
    assert len(first) == 20
    assert all(row.tobytes() in rows for row in first)


def test_blocks_of_items_give_the_moments_of_the_whole(monkeypatch):
    data = _data()
    kcca = KCCA(3, solver="nystroem", landmarks=20, random_state=0)
    whole = kcca.fit(data.X, data.y).transform_image(data.X)
    monkeypatch.setattr("shallow_cmr.base.kernel_features._BLOCK_ROWS", 33)
    np.testing.assert_allclose(kcca.fit(data.X, data.y).transform_image(data.X), whole, atol=1e-10)


def test_only_features_of_low_rank_learn_in_chunks():
    assert not hasattr(KCCA(), "partial_fit")
    assert hasattr(KCCA(solver="nystroem"), "partial_fit")
    assert hasattr(KCCA(solver="icd"), "partial_fit")
    data = _data()
    kcca = KCCA(3, solver="nystroem").fit(data.X, data.y)
    assert not hasattr(kcca, "moments_")
    with pytest.warns(UserWarning, match="keeps no moments"):
        kcca.partial_fit(data.X, data.y)


def test_unspecified_components_are_ten_or_the_rank():
    data = _data(p=6)
    assert KCCA().fit(data.X, data.y).transform_image(data.X).shape == (200, 10)
    assert KCCA(kernel="linear").fit(data.X, data.y).transform_image(data.X).shape == (200, 6)
    assert KCCA(kernel="linear", solver="icd").fit(data.X, data.y).transform_image(data.X).shape == (200, 6)
    assert KCCA().fit(data.X[:5], data.y[:5]).transform_image(data.X).shape == (200, 4)


def test_more_components_than_the_rank_are_refused_by_name():
    data = _data(p=6)
    for kcca, rank in ((KCCA(kernel="linear"), 6), (KCCA(), 199), (KCCA(solver="nystroem", landmarks=40), 40)):
        assert kcca.fit(data.X, data.y).rank_ == rank
        with pytest.raises(ValueError, match=rf"the {rank} dimensions that the kernel features of X \(200, 6"):
            kcca.set_params(n_components=rank + 1).fit(data.X, data.y)
    assert kcca.set_params(n_components=40).fit(data.X, data.y).transform_text(data.y).shape == (200, 40)


def test_a_kernel_that_is_constant_once_centred_is_refused():
    data = _data()
    with pytest.raises(ValueError, match="a kernel is constant over the items"):
        KCCA(kernel="cosine").fit(data.X, np.abs(data.y[:, :1]) + 1)
    for solver in ("exact", "icd"):
        with pytest.raises(ValueError, match="y has no variance"):
            KCCA(solver=solver).fit(data.X, np.full_like(data.y, 0.1))


@pytest.mark.parametrize("solver", ["exact", "nystroem", "icd"])
def test_sparse_text_is_compared_without_being_densified(solver):
    data = _data()
    y = np.where(np.abs(data.y) > 0.7, data.y, 0)
    kcca = KCCA(3, text_kernel="cosine", solver=solver, landmarks=60, random_state=0)
    dense = kcca.fit(data.X, y).transform_text(y)
    np.testing.assert_allclose(kcca.fit(data.X, sparse.csr_array(y)).transform_text(sparse.csr_array(y)), dense)
    assert sparse.issparse(kcca.y_map_.landmarks)
    with pytest.raises(TypeError, match="does not accept sparse y"):
        KCCA(text_kernel="chi2").fit(data.X, sparse.csr_array(y))


def test_the_exact_solver_holds_two_kernels_and_no_third():
    data = _data(n=1000)
    tracemalloc.start()
    KCCA(5).fit(data.X, data.y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.6 * 8 * 1000**2


def test_a_model_keeps_its_own_training_items():
    data = _data()
    X = data.X.copy()
    kcca = KCCA(3).fit(X, data.y)
    before = kcca.transform_image(data.X)
    X[:] = 0
    np.testing.assert_array_equal(kcca.transform_image(data.X), before)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(kcca)).transform_image(data.X), before)


def test_what_does_not_fit_the_solver_is_refused():
    data, K = _data(), np.eye(200)
    negative = np.diag(np.where(np.arange(200) < 20, -1.0, 1.0))
    landmarks = data.X[:20], data.y[:20]
    for kcca, arguments, message in (
        (KCCA(reg=0), (data.X, data.y), "needs reg > 0"),
        (KCCA(bandwidth=0), (data.X, data.y), "bandwidth=0.* must be positive"),
        (KCCA(kernel="gauss"), (data.X, data.y), "'kernel' parameter of KCCA must be"),
        (KCCA(kernel="chi2"), (data.X, data.y), "Negative values in data"),
        (KCCA(kernel="precomputed"), (K[:50], K[:50]), r"X \(50, 200\) is not square"),
        (KCCA(kernel="precomputed"), (K, K + np.eye(200, k=1)), "y is not symmetric"),
        (KCCA(kernel="precomputed"), (negative, K), "not positive semidefinite"),
        (KCCA(kernel="precomputed", solver="icd"), (K, K), 'precomputed ones need solver="exact"'),
        (KCCA(solver="icd", landmarks=landmarks), (data.X, data.y), "give the number of landmarks"),
        (KCCA(solver="nystroem", landmarks=landmarks[:1]), (data.X, data.y), "1 arrays of landmarks"),
        (KCCA(solver="nystroem", landmarks=landmarks), (data.X[:, :5], data.y), "landmarks of X have 7 features, X 5"),
    ):
        with pytest.raises(ValueError, match=message):
            kcca.fit(*arguments)


def test_too_many_items_for_gram_matrices_are_told_the_remedy(monkeypatch):
    monkeypatch.setattr("shallow_cmr.base.kernel_features._MAX_BYTES", 8 * 199**2)
    data = _data()
    with pytest.raises(ValueError, match=r'two 200 x 200 kernels .*; use solver="nystroem"'):
        KCCA().fit(data.X, data.y)


def test_correlations_of_one_are_reported():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 40)), rng.normal(size=(30, 40))
    with pytest.warns(UserWarning, match="in-sample correlation of 1"):
        KCCA(2, reg=1e-11).fit(X, y)


def test_a_new_method_states_its_two_problems():
    data = _data()
    for solver, name in (("exact", "_solve_gram"), ("nystroem", "_solve")):
        with pytest.raises(TypeError, match=rf"KernelProjection must define {name}\("):
            KernelProjection(solver=solver).fit(data.X, data.y)


@pytest.mark.parametrize(
    "kcca",
    [
        KCCA(kernel="linear", power=1),
        KCCA(kernel="chi2"),
        KCCA(kernel="polynomial", text_kernel="cosine"),
        KCCA(solver="nystroem"),
        KCCA(solver="nystroem", landmarks=40),
        KCCA(solver="icd", landmarks=40, text_kernel="linear"),
    ],
    ids=repr,
)
def test_laws_hold_but_for_those_that_kernels_and_landmarks_rule_out(kcca):
    assert [result for result in check_laws(kcca) if result.status == "failed"] == []


def test_drawn_landmarks_do_not_depend_on_the_order_of_the_items():
    data, new = _data(), _data(50, seed=1)
    order = np.random.default_rng(0).permutation(200)
    for solver in ("nystroem", "icd"):
        one, other = (KCCA(3, solver=solver, landmarks=20, random_state=0) for _ in range(2))
        one.fit(data.X, data.y), other.fit(data.X[order], data.y[order])
        items = Pairs(new.X, new.y, None)
        np.testing.assert_allclose(similarity(one, items), similarity(other, items), atol=1e-7)


@pytest.mark.parametrize(
    ("kcca", "prepared", "image_to_text", "text_to_image"),
    [
        (KCCA(10), "centre", 0.2526, 0.2024),
        (KCCA(10, power=1), "centre", 0.2657, 0.2152),
        (KCCA(10, kernel="chi2"), None, 0.2655, 0.2157),
        (KCCA(10, kernel="chi2", power=1), None, 0.2736, 0.2278),
    ],
)
def test_wikipedia(wikipedia_folder, kcca, prepared, image_to_text, text_to_image):
    data = load_wikipedia(wikipedia_folder, prepared=prepared)
    images, texts = kcca.fit(data.train.X, data.train.y).transform(data.test.X, data.test.y)
    relevance = (data.test.labels, data.test.labels)
    assert mean_average_precision(images, texts, relevance) == pytest.approx(image_to_text, abs=0.002)
    assert mean_average_precision(texts, images, relevance) == pytest.approx(text_to_image, abs=0.002)
