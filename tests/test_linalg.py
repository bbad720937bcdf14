import numpy as np
import pytest

from shallow_cmr.linalg import flip_signs, inverse_square_root, numerical_rank, ridge_of, top_singular_triples


def _covariance(rng, d, rank, n=200):
    Z = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, d))
    return np.cov(Z.T, bias=True)


@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_an_inverse_square_root_whitens(ridge):
    C = _covariance(np.random.default_rng(0), 7, 7)
    B = inverse_square_root(C, ridge)
    np.testing.assert_allclose(B.T @ (C + ridge * np.eye(7)) @ B, np.eye(7), atol=1e-9)


def test_without_a_ridge_only_the_range_is_whitened():
    C = _covariance(np.random.default_rng(0), 7, 4)
    B = inverse_square_root(C)
    assert B.shape == (7, 4)
    np.testing.assert_allclose(B.T @ C @ B, np.eye(4), atol=1e-9)


@pytest.mark.parametrize("rank", [1, 3, 8])
def test_rank_is_found_whatever_the_units(rank):
    rng = np.random.default_rng(rank)
    C = _covariance(rng, 8, rank)
    units = 10.0 ** rng.integers(-6, 7, size=8)
    assert numerical_rank(C) == numerical_rank(C * np.outer(units, units)) == rank


def test_constant_columns_have_no_rank_and_no_say_in_the_ridge():
    C = np.zeros((5, 5))
    C[1, 1] = C[3, 3] = 2.0
    assert numerical_rank(C) == 2
    assert numerical_rank(np.zeros((3, 3))) == 0
    assert ridge_of(C, 0.5) == 1.0
    assert ridge_of(np.zeros((3, 3)), 0.5) == 0.0


@pytest.mark.parametrize("shape", [(30, 20), (20, 30)])
@pytest.mark.parametrize("k", [1, 4, 20])
def test_the_cheap_road_to_singular_triples_is_the_whole_decomposition(shape, k):
    A = np.random.default_rng(0).normal(size=shape)
    U, s, V = top_singular_triples(A, k)
    np.testing.assert_allclose(s, np.linalg.svd(A, compute_uv=False)[:k], rtol=1e-10)
    np.testing.assert_allclose(A @ V, U * s, atol=1e-9)
    for W in (U, V):
        np.testing.assert_allclose(W.T @ W, np.eye(k), atol=1e-8)


def test_tiny_singular_values_are_not_lost_to_squaring():
    rng = np.random.default_rng(0)
    U, V = (np.linalg.qr(rng.normal(size=(40, 40)))[0] for _ in range(2))
    s = 10.0 ** -np.arange(40.0)
    assert np.allclose(top_singular_triples(U * s @ V.T, 8)[1], s[:8], rtol=1e-7)


def test_signs_do_not_depend_on_the_sign_of_the_solution():
    rng = np.random.default_rng(0)
    W_x, W_y, signs = rng.normal(size=(6, 3)), rng.normal(size=(4, 3)), np.array([1, -1, -1])
    for one, other in zip(flip_signs(W_x, W_y), flip_signs(W_x * signs, W_y * signs), strict=True):
        np.testing.assert_array_equal(one, other)
