import numpy as np
import pytest
from scipy import linalg
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from shallow_cmr import CMFH, CrossMoments, load_wikipedia, make_paired_gaussians
from shallow_cmr.hashing.collective_factorisation import Factorisation, solve_cmfh
from shallow_cmr.metrics import mean_average_precision

WEIGHT, MU, GAMMA = 0.3, 5.0, 0.02


def _views(n=150):
    """Centred views of unequal weight, small enough for the published sweeps to end."""
    data = make_paired_gaussians(n, 6, 4, correlations=(0.9, 0.7, 0.5), random_state=0)
    return tuple(0.1 * (Z - Z.mean(axis=0)) for Z in (data.X, data.y))


def _problem(X, y):
    Z = np.hstack([X, y])
    return Factorisation(Z.T @ Z, X.shape[1], WEIGHT, MU, GAMMA)


def _objective(X, y, V, U_x, U_y, P_x, P_y):
    """The objective as the paper writes it, over n rows."""
    square = lambda M: np.sum(M**2)  # noqa: E731
    return (
        WEIGHT * square(X - V @ U_x)
        + (1 - WEIGHT) * square(y - V @ U_y)
        + MU * (square(V - X @ P_x) + square(V - y @ P_y))
        + GAMMA * sum(map(square, (V, U_x, U_y, P_x, P_y)))
    )


def _published_sweeps(X, y, k, n_sweeps, rng):
    """Sweeps of the paper over n rows from its random start: V, U_x, U_y, P_x, P_y."""
    V, eye = rng.uniform(size=(len(X), k)), np.eye(k)
    for _ in range(n_sweeps):
        U_x, U_y = (linalg.solve(V.T @ V + GAMMA / a * eye, V.T @ Z) for Z, a in ((X, WEIGHT), (y, 1 - WEIGHT)))
        P_x, P_y = (linalg.solve(Z.T @ Z + GAMMA / MU * np.eye(Z.shape[1]), Z.T @ V) for Z in (X, y))
        left = WEIGHT * X @ U_x.T + (1 - WEIGHT) * y @ U_y.T + MU * (X @ P_x + y @ P_y)
        V = left @ linalg.inv(WEIGHT * U_x @ U_x.T + (1 - WEIGHT) * U_y @ U_y.T + (2 * MU + GAMMA) * eye)
    return V, U_x, U_y, P_x, P_y


@pytest.mark.parametrize("k", [2, 5, 12])
def test_it_reaches_the_objective_of_the_published_sweeps_over_n_rows(k):
    X, y = _views()
    reference = min(
        _objective(X, y, *_published_sweeps(X, y, k, 1500, np.random.default_rng(seed))) for seed in range(2)
    )
    found = solve_cmfh(_problem(X, y), k, tol=1e-9)[2][-1]
    np.testing.assert_allclose(found, reference, rtol=1e-5)


def test_every_quantity_from_moments_is_that_over_rows():
    X, y = _views()
    problem, rng = _problem(X, y), np.random.default_rng(0)
    A = rng.normal(size=(10, 3))
    SA, V = problem.S @ A, np.hstack([X, y]) @ A
    U, P = problem.loadings(A, SA), problem.hash_functions(SA)
    for Z, rows, alpha in ((X, slice(6), WEIGHT), (y, slice(6, None), 1 - WEIGHT)):
        np.testing.assert_allclose(U[rows].T, Ridge(GAMMA / alpha, fit_intercept=False).fit(V, Z).coef_.T, atol=1e-8)
        np.testing.assert_allclose(P[rows], Ridge(GAMMA / MU, fit_intercept=False).fit(Z, V).coef_.T, atol=1e-8)
    expected = _objective(X, y, V, U[:6].T, U[6:].T, P[:6], P[6:])
    np.testing.assert_allclose(problem.objective(A, SA, U, P), expected)
    np.testing.assert_allclose(problem.unexplained, WEIGHT * np.sum(X**2) + (1 - WEIGHT) * np.sum(y**2))


def test_every_step_is_a_minimum_in_its_block():
    X, y = _views()
    problem, rng = _problem(X, y), np.random.default_rng(0)
    A = rng.normal(size=(10, 3))
    U, P = rng.normal(size=(10, 3)), rng.normal(size=(10, 3))
    value = lambda A, U, P: problem.objective(A, problem.S @ A, U, P)  # noqa: E731
    best_A, best_U = problem.latent(U, P), problem.loadings(A, problem.S @ A)
    best_P, C = problem.hash_functions(problem.S @ A), problem.balance(A, problem.S @ A, U, P)
    mixed = lambda C: value(A @ C, U @ linalg.inv(C).T, P @ C)  # noqa: E731
    for step in (1e-3, 1e-1, 1.0):
        D = step * rng.normal(size=(10, 3))
        assert value(best_A, U, P) < value(best_A + D, U, P)
        assert value(A, best_U, P) < value(A, best_U + D, P)
        assert value(A, U, best_P) < value(A, U, best_P + D)
        assert mixed(C) < mixed(C @ linalg.expm(step * rng.normal(size=(3, 3)) + step * np.eye(3) / 7))
    assert mixed(C) < value(A, U, P)


@pytest.mark.parametrize("units", [1.0, 1e4])
def test_balanced_sweeps_converge_where_the_blocks_alone_creep(units):
    X, y = (Z * units for Z in _views())
    problem = _problem(X, y)
    objective = solve_cmfh(problem, 3, tol=1e-12, max_iter=1000)[2]
    assert np.all(np.diff(objective) <= 1e-9 * objective[0])
    assert np.sum(objective > 1.001 * objective[-1]) < 15


def test_latent_factors_come_on_uncorrelated_axes_the_strongest_first():
    X, y = _views()
    problem = _problem(X, y)
    A, _, _ = solve_cmfh(problem, 4)
    VV = A.T @ problem.S @ A
    np.testing.assert_allclose(VV, np.diag(np.diag(VV)), atol=1e-8 * VV[0, 0])
    assert np.all(np.diff(np.diag(VV)) < 0)


def test_the_rotation_leaves_the_objective_and_all_similarities_of_factors():
    X, y = _views()
    models = [CMFH(12, random_state=seed).fit(X, y) for seed in (0, 1)] + [CMFH(12, rotation="itq").fit(X, y)]
    for model in models[1:]:
        np.testing.assert_array_equal(model.objective_, models[0].objective_)
        for name in ("x_weights_", "y_weights_", "x_pair_weights_"):
            W, W_0 = getattr(model, name), getattr(models[0], name)
            np.testing.assert_allclose(W @ W.T, W_0 @ W_0.T, atol=1e-8 * np.abs(W @ W.T).max())
    assert not np.array_equal(models[0].transform_image(X), models[1].transform_image(X))


def test_pairs_are_coded_by_the_v_step_and_hash_functions_imitate_it():
    X, y = _views()
    model = CMFH(4, weight=WEIGHT, mu=MU, gamma=GAMMA, tol=1e-14, max_iter=1000, random_state=0).fit(X, y)
    V = X @ model.x_pair_weights_ + y @ model.y_pair_weights_
    np.testing.assert_array_equal(model.transform_pair(X + 0, y), V > 0)
    P_x, P_y = (Ridge(GAMMA / MU, fit_intercept=False).fit(Z, V).coef_.T for Z in (X, y))
    np.testing.assert_allclose(model.x_weights_, P_x, atol=1e-9)
    U_x, U_y = (Ridge(GAMMA / a, fit_intercept=False).fit(V, Z).coef_.T for Z, a in ((X, WEIGHT), (y, 1 - WEIGHT)))
    left = WEIGHT * X @ U_x.T + (1 - WEIGHT) * y @ U_y.T + MU * (X @ P_x + y @ P_y)
    right = WEIGHT * U_x @ U_x.T + (1 - WEIGHT) * U_y @ U_y.T + (2 * MU + GAMMA) * np.eye(4)
    np.testing.assert_allclose(left @ linalg.inv(right), V, atol=1e-4 * np.abs(V).max())


def test_a_learned_rotation_brings_the_factors_closer_to_signs():
    X, y = _views()
    agreement = {}
    for name, model in (("itq", CMFH(8, rotation="itq")), ("random", CMFH(8, random_state=0))):
        model.fit(X, y)
        V = X @ model.x_pair_weights_ + y @ model.y_pair_weights_
        agreement[name] = np.abs(V).sum() / np.linalg.norm(V)
    assert agreement["itq"] > 1.03 * agreement["random"]


def test_a_learned_rotation_leaves_nothing_to_chance_and_samples_many_rows():
    data = make_paired_gaussians(6000, 6, 4, correlations=(0.9, 0.7), random_state=0)
    one, other = (CMFH(6, rotation="itq", normalize_views=True).fit(data.X, data.y) for _ in range(2))
    np.testing.assert_array_equal(one.x_weights_, other.x_weights_)


def test_learning_in_chunks_exists_for_the_random_rotation_alone():
    X, y = _views()
    moments = CrossMoments.from_arrays(X, y)
    one, other = CMFH(8, random_state=0).fit(X, y), CMFH(8, random_state=0).fit_moments(moments)
    np.testing.assert_array_equal(one.transform_pair(X, y), other.transform_pair(X, y))
    assert hasattr(CMFH(), "partial_fit")
    assert not hasattr(CMFH(rotation="itq"), "partial_fit")
    assert not hasattr(CMFH(rotation="itq"), "fit_moments")


def test_normalized_views_are_free_of_units_and_of_sample_size():
    X, y = _views()
    codes = CMFH(6, normalize_views=True, random_state=0).fit(X, y).transform_pair(X, y)
    other = CMFH(6, normalize_views=True, random_state=0).fit(1e4 * X, 1e-3 * y)
    twice = CMFH(6, normalize_views=True, random_state=0).fit(np.vstack([X, X]), np.vstack([y, y]))
    np.testing.assert_array_equal(other.transform_pair(1e4 * X, 1e-3 * y), codes)
    np.testing.assert_array_equal(twice.transform_pair(X, y), codes)


def test_a_view_may_have_no_weight():
    X, y = _views()
    model = CMFH(4, weight=0.0, normalize_views=True, random_state=0).fit(X, y)
    assert np.isfinite(model.objective_).all()
    assert model.score(X, y) > 0.05


@pytest.mark.parametrize(("name", "value"), [("weight", 1.5), ("mu", 0), ("gamma", 0.0), ("weight", -0.1)])
def test_parameters_out_of_range_are_refused(name, value):
    X, y = _views()
    with pytest.raises(ValueError, match=f"The '{name}' parameter of CMFH must be a float .*Got {value}"):
        CMFH(**{name: value}).fit(X, y)


def test_it_warns_of_too_few_sweeps_and_of_features_too_small():
    X, y = _views()
    with pytest.warns(ConvergenceWarning, match="not converged in 2 sweeps; raise max_iter or tol"):
        CMFH(4, max_iter=2, normalize_views=True).fit(X, y)
    with pytest.warns(UserWarning, match="features are small next to mu and gamma"):
        CMFH(4).fit(1e-4 * X, 1e-4 * y)


@pytest.mark.parametrize(
    ("rotation", "n_bits", "own", "unified"),
    [
        ("random", 16, (0.219, 0.205), (0.209, 0.494)),
        ("random", 32, (0.228, 0.221), (0.218, 0.512)),
        ("random", 64, (0.245, 0.236), (0.232, 0.526)),
        ("itq", 16, (0.248, 0.237), (0.246, 0.526)),
        ("itq", 32, (0.259, 0.255), (0.257, 0.539)),
        ("itq", 64, (0.262, 0.258), (0.262, 0.543)),
    ],
)
def test_wikipedia(wikipedia_folder, rotation, n_bits, own, unified):
    data, scores = load_wikipedia(wikipedia_folder, prepared="centre"), []
    relevance = (data.test.labels, data.train.labels)
    for seed in range(3 if rotation == "random" else 1):
        model = CMFH(n_bits, rotation=rotation, random_state=seed).fit(data.train.X, data.train.y)
        assert model.objective_[-1] == pytest.approx(97.728, abs=0.001)
        images, texts = model.transform(data.test.X, data.test.y)
        database = model.transform(data.train.X, data.train.y)
        both = model.transform_pair(data.train.X, data.train.y)
        pairs = ((images, database[1]), (texts, database[0]), (images, both), (texts, both))
        scores.append([mean_average_precision(*pair, relevance) for pair in pairs])
    found = np.mean(scores, axis=0)
    assert np.all(found[:2] > np.array(own) - 0.012)
    assert np.all(found[2:] > np.array(unified) - 0.02)
    assert np.all(found < np.array([*own, *unified]) + 0.03)  # more would be another protocol
