import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from shallow_cmr.moments import CrossMoments


def _pairs(n=60, offset=5.0):
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(n, 3))
    X = Z @ rng.normal(size=(3, 5)) + rng.normal(size=(n, 5)) + offset
    return X, Z @ rng.normal(size=(3, 4)) + rng.normal(size=(n, 4)) - offset, rng.integers(3, size=n)


def _assert_equal(a, b, tolerance=1e-10):
    assert a.n == b.n
    for name in ("mean_x", "mean_y", "S_xx", "S_yy", "S_xy"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=tolerance, atol=tolerance * a.n)
    if a.labels is not None:
        assert a.labels.classes == b.labels.classes
        for name in ("sums", "S_xl", "S_yl", "S_ll"):
            one, other = getattr(a.labels, name), getattr(b.labels, name)
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * a.n)


def test_moments_are_the_covariances():
    X, y, _ = _pairs()
    moments = CrossMoments.from_arrays(X, y)
    whole = np.cov(np.hstack([X, y]).T, bias=True)
    np.testing.assert_allclose(moments.C_xx, whole[:5, :5], atol=1e-12)
    np.testing.assert_allclose(moments.C_yy, whole[5:, 5:], atol=1e-12)
    np.testing.assert_allclose(moments.C_xy, whole[:5, 5:], atol=1e-12)


@pytest.mark.parametrize("labelled", [False, True])
def test_chunks_merge_to_the_whole_in_any_order(labelled):
    X, y, labels = _pairs()
    chunks = [slice(40, 60), slice(0, 1), slice(1, 40)]
    parts = [CrossMoments.from_arrays(X[c], y[c], labels[c] if labelled else None) for c in chunks]
    whole = CrossMoments.from_arrays(X, y, labels if labelled else None)
    merged = parts[0].merge(parts[1]).merge(parts[2])
    if labelled:  # classes keep the order in which they came
        order = [merged.labels.classes.index(key) for key in whole.labels.classes]
        assert sorted(order) == [0, 1, 2]
        np.testing.assert_allclose(merged.labels.S_xl[:, order], whole.labels.S_xl, atol=1e-10)
        np.testing.assert_allclose(merged.labels.S_ll[np.ix_(order, order)], whole.labels.S_ll, atol=1e-12)
    else:
        _assert_equal(merged, whole)


def test_updating_changes_nothing_in_place():
    X, y, _ = _pairs()
    moments = CrossMoments.from_arrays(X[:30], y[:30])
    before = moments.S_xy.copy()
    moments.update(X[30:], y[30:])
    np.testing.assert_array_equal(moments.S_xy, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_offset_of_a_million_does_no_harm(dtype):
    X, y, _ = _pairs(n=5000, offset=1e6)
    X, y = X.astype(dtype), y.astype(dtype)
    exact = CrossMoments.from_arrays(X.astype(np.float64) - 1e6, y.astype(np.float64) + 1e6)
    whole = CrossMoments.from_arrays(X, y)
    chunked = CrossMoments.from_arrays(X[:1234], y[:1234]).update(X[1234:], y[1234:])
    for moments in (whole, chunked):
        np.testing.assert_allclose(moments.S_xx, exact.S_xx, rtol=1e-8, atol=1e-6)
        np.testing.assert_allclose(moments.S_xy, exact.S_xy, rtol=1e-8, atol=1e-6)


@pytest.mark.parametrize("sides", [(True, True), (True, False), (False, True)])
def test_sparse_features_give_the_moments_of_the_dense_ones(sides):
    X, y, labels = _pairs()
    X, y = np.where(X > 5, X, 0), np.where(y > -5, y, 0)
    given = [sparse.csr_array(Z) if as_sparse else Z for Z, as_sparse in zip((X, y), sides, strict=True)]
    _assert_equal(CrossMoments.from_arrays(*given, labels), CrossMoments.from_arrays(X, y, labels))


@pytest.mark.parametrize("sides", [(False, False), (True, True), (True, False), (False, True)])
def test_cross_moments_alone_are_part_of_the_whole(sides):
    X, y, labels = _pairs()
    X, y = np.where(X > 5, X, 0), np.where(y > -5, y, 0)
    given = [sparse.csr_array(Z) if as_sparse else Z for Z, as_sparse in zip((X, y), sides, strict=True)]
    whole, cross = (CrossMoments.from_arrays(*given, labels, within=within) for within in (True, False))
    for one, other in zip(whole.variances, cross.variances, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    np.testing.assert_allclose(whole.S_xy, cross.S_xy, atol=1e-9)
    chunked = CrossMoments.from_arrays(*(Z[:20] for Z in given), within=False).update(*(Z[20:] for Z in given))
    np.testing.assert_allclose(chunked.S_xx, np.diag(whole.S_xx), rtol=1e-10)
    np.testing.assert_allclose(chunked.S_xy, whole.S_xy, atol=1e-9)


def test_sparse_features_are_never_densified():
    X = sparse.random(50_000, 400, density=0.001, format="csr", random_state=0)
    tracemalloc.start()
    CrossMoments.from_arrays(X, X[:, :300])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000 * 400 * 8 / 5


def test_label_moments_are_sums_of_centred_features_over_label_shares():
    X, y, _ = _pairs()
    indicator = np.random.default_rng(1).integers(2, size=(60, 4))
    shares = indicator / np.maximum(indicator.sum(axis=1, keepdims=True), 1)
    labels = CrossMoments.from_arrays(X, y, indicator).labels
    np.testing.assert_allclose(labels.S_xl, (X - X.mean(axis=0)).T @ shares, atol=1e-10)
    np.testing.assert_allclose(labels.S_yl, (y - y.mean(axis=0)).T @ shares, atol=1e-10)
    np.testing.assert_allclose(labels.S_ll, shares.T @ shares, atol=1e-12)
    np.testing.assert_allclose(labels.sums, shares.sum(axis=0), atol=1e-12)


def test_constant_features_are_told_from_those_that_vary_a_little():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.full(50, 0.1), np.full(50, 1e6) + 1e-13 * rng.normal(size=50), rng.normal(size=50) * 1e-9])
    x_mask, y_mask = CrossMoments.from_arrays(X, X[:, 2:]).constant_features()
    assert x_mask.tolist() == [True, True, False]
    assert y_mask.tolist() == [False]


@pytest.mark.parametrize("value", [0.1, 7.3, 19.9])
def test_a_constant_column_is_recognised_in_sparse_features_too(value):
    rng = np.random.default_rng(0)
    X = np.insert(np.abs(rng.normal(size=(1000, 5))) * (rng.random((1000, 5)) < 0.3), 2, value, axis=1)
    for within in (True, False):
        moments = CrossMoments.from_arrays(sparse.csr_array(X), X, within=within)
        assert [mask.tolist() for mask in moments.constant_features()] == [
            [False, False, True, False, False, False]
        ] * 2


def test_sparse_features_may_repeat_an_entry():
    repeated = sparse.csr_array((np.ones(5), np.array([0, 0, 1, 1, 0]), np.array([0, 2, 3, 5])), shape=(3, 2))
    y = np.arange(3.0)
    found, expected = CrossMoments.from_arrays(repeated, y), CrossMoments.from_arrays(repeated.toarray(), y)
    np.testing.assert_allclose(found.S_xx, expected.S_xx, atol=1e-12)


def test_what_cannot_be_computed_is_said_beforehand():
    X, y, labels = _pairs()
    with pytest.raises(ValueError, match="overflows float64; scale the features"):
        CrossMoments.from_arrays(X * 1e160, y)
    wide = sparse.csr_array((2, 100_000))
    with pytest.raises(ValueError, match=r"100000 features.*74.5 GiB.*TruncatedSVD"):
        CrossMoments.from_arrays(wide, y[:2])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        CrossMoments.from_arrays(X, y[:-1])
    with pytest.raises(ValueError, match="y contains NaN"):
        CrossMoments.from_arrays(X, np.full_like(y, np.nan))
    with pytest.raises(ValueError, match="minimum of 1"):
        CrossMoments.from_arrays(X[:0], y[:0])
    with pytest.raises(ValueError, match="gather both alike"):
        CrossMoments.from_arrays(X, y).merge(CrossMoments.from_arrays(X, y, within=False))
    narrow = CrossMoments.from_arrays(sparse.csr_array((2, 100_000)), y[:2], within=False)
    assert narrow.S_xy.shape == (100_000, 4)
    moments = CrossMoments.from_arrays(X, y)
    with pytest.raises(ValueError, match="of 5 and of 3 features"):
        moments.update(X[:, :3], y)
    with pytest.raises(ValueError, match="with every chunk or with none"):
        moments.update(X, y, labels)
