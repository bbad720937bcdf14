import numpy as np
import pytest
from scipy import linalg, optimize
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from shallow_cmr.kernel_logistic import KernelLogisticRegression, bounded_directions, solve_kernel_logistic
from shallow_cmr.kernels import kernel_matrix


def _data(n=200, k=4):
    """Features (n, 3) and k bits that they nearly decide, of quite different priors."""
    rng = np.random.default_rng(0)
    X = rng.normal(loc=(5.0, -3.0, 0.0), size=(n, 3))
    angles = np.sin(2 * (X - X.mean(axis=0)) @ rng.normal(size=(3, k)))
    return X, angles + 0.3 * rng.normal(size=(n, k)) > [-0.6, 0.0, 0.3, 0.8]


def _kernels():
    X, B = _data()
    return kernel_matrix(X, X[:40], bandwidth=6.0), kernel_matrix(X[:40], X[:40], bandwidth=6.0), B


def test_in_the_new_coordinates_the_bound_on_the_curvature_is_the_identity():
    Phi, K, _ = _kernels()
    M, penalty = bounded_directions(Phi, K, reg=0.05)
    np.testing.assert_allclose(M.T @ (Phi.T @ Phi / 4 + 2 * 0.05 * K) @ M, np.eye(M.shape[1]), atol=1e-6)
    np.testing.assert_allclose(M.T @ (0.05 * K) @ M, np.diag(penalty), atol=1e-6)


@pytest.mark.parametrize(("dtype", "tol", "error"), [(np.float64, 1e-6, 1e-4), (np.float32, 1e-2, 0.2)])
def test_all_bits_at_once_equal_scikit_learn_one_by_one(dtype, tol, error):
    Phi, K, B = _kernels()
    A, _, slope = solve_kernel_logistic(Phi, K, B, reg=0.01, tol=tol, dtype=dtype)
    assert slope <= tol
    values, E = linalg.eigh(K)
    F = Phi @ (E / np.sqrt(values))
    for bit, scores in zip(B.T, (Phi @ A).T):
        oracle = LogisticRegression(C=1 / (2 * 0.01), fit_intercept=False, tol=1e-8, max_iter=10_000).fit(F, bit)
        np.testing.assert_allclose(scores, oracle.decision_function(F), atol=error)


def test_the_solution_is_stationary_in_the_dual_weights():
    Phi, K, B = _kernels()
    A = solve_kernel_logistic(Phi, K, B, reg=0.1, tol=1e-8, dtype=np.float64)[0]
    signs = np.where(B, 1.0, -1.0)

    def objective(a, b):
        return np.logaddexp(0, -b * (Phi @ a)).sum() + 0.1 * a @ K @ a

    for a, b in zip(A.T, signs.T):
        slope = -Phi.T @ (b * expit(-b * (Phi @ a))) + 2 * 0.1 * K @ a
        assert np.abs(slope).max() < 1e-5
        assert np.abs(optimize.approx_fprime(a, objective, 1e-6, b)).max() < 1e-2


def test_a_larger_reg_is_smoother():
    X, B = _data()
    norms = [
        np.abs(KernelLogisticRegression(reg=reg, random_state=0).fit(X, B).decision_function(X)).mean()
        for reg in (0.001, 0.1, 10.0)
    ]
    assert norms[0] > 1.5 * norms[1] > 2 * norms[2]


def test_one_bit_has_classes_and_many_bits_are_an_indicator():
    X, B = _data()
    names = np.where(B[:, 0], "yes", "no")
    single, several = KernelLogisticRegression(random_state=0), KernelLogisticRegression(random_state=0)
    single.fit(X, names), several.fit(X, B)
    np.testing.assert_array_equal(single.predict(X) == "yes", several.predict(X)[:, 0] == 1)
    np.testing.assert_allclose(single.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_allclose(single.predict_proba(X)[:, 1], several.predict_proba(X)[:, 0], atol=0.02)
    assert np.mean(several.predict(X) == B) > 0.75


def test_anchors_are_items_or_centres_and_never_more_than_items():
    X, B = _data()
    drawn = KernelLogisticRegression(n_anchors=30, random_state=0).fit(X, B).anchors_
    assert len(drawn) == 30
    assert all((anchor == X).all(axis=1).any() for anchor in drawn)
    centres = KernelLogisticRegression(anchors="kmeans", n_anchors=30, random_state=0).fit(X, B).anchors_
    assert len(centres) == 30
    assert not any((anchor == X).all(axis=1).any() for anchor in centres[:3])
    np.testing.assert_array_equal(KernelLogisticRegression(n_anchors=10_000).fit(X, B).anchors_, X)


def test_blocks_of_rows_do_not_matter(monkeypatch):
    X, B = _data()
    model = KernelLogisticRegression(random_state=0).fit(X, B)
    whole = model.decision_function(X)
    monkeypatch.setattr("shallow_cmr.kernel_logistic.BLOCK_ROWS", 7)
    np.testing.assert_allclose(model.decision_function(X), whole, rtol=1e-8, atol=1e-9)


def test_stopping_early_warns_and_names_the_cure():
    X, B = _data()
    with pytest.warns(ConvergenceWarning, match="stopped after 2 iterations .* raise max_iter"):
        KernelLogisticRegression(max_iter=2, reg=1e-4).fit(X, B)


def test_errors_say_what_is_needed():
    X, B = _data()
    with pytest.raises(ValueError, match="Only binary classification"):
        KernelLogisticRegression().fit(X, np.arange(len(X)) % 3)
    with pytest.raises(ValueError, match='choose "random" or "kmeans"'):
        KernelLogisticRegression(anchors="all").fit(X, B)


@pytest.mark.filterwarnings("ignore")
def test_it_is_a_scikit_learn_classifier():
    from sklearn.utils.estimator_checks import estimator_checks_generator

    for model, check in estimator_checks_generator(KernelLogisticRegression()):
        if check.func.__name__ != "check_array_api_input":  # needs an environment variable
            check(model)
