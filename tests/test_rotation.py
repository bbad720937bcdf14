import numpy as np
import pytest

from shallow_cmr.rotation import learn_rotation, random_rotation, sample_rows


@pytest.mark.parametrize(("r", "k"), [(1, 1), (4, 4), (3, 10)])
def test_rows_of_a_rotation_are_orthonormal(r, k):
    rng = np.random.default_rng(0)
    for R in (random_rotation(r, k, rng), learn_rotation(rng.normal(size=(50, r)) + 1.0, k, rng)[0]):
        assert R.shape == (r, k)
        np.testing.assert_allclose(R @ R.T, np.eye(r), atol=1e-12)


def test_a_further_dimension_turns_none_of_the_others():
    one, more = (random_rotation(r, 8, np.random.default_rng(0)) for r in (3, 7))
    np.testing.assert_array_equal(one, more[:3])


def test_random_rotations_are_uniform():
    """Entries of a uniform orthogonal matrix have mean 0 and variance 1/k; without fixed signs the mean is not 0."""
    rng = np.random.default_rng(0)
    R = np.array([random_rotation(4, 4, rng) for _ in range(2000)])
    np.testing.assert_allclose(R.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose((R**2).mean(axis=0), 0.25, atol=0.03)


def test_the_loss_is_the_distance_to_signs_and_never_rises():
    V = np.random.default_rng(0).normal(size=(200, 5)) * [3, 2, 1, 1, 0.5]
    losses = []
    for sweeps in range(1, 12):
        R, loss = learn_rotation(V, 8, np.random.default_rng(1), max_iter=sweeps)
        losses.append(loss[-1])
        assert np.linalg.norm(np.where(V @ R > 0, 1, -1) - V @ R) ** 2 <= loss[-1] + 1e-9
    assert len(loss) == 11
    assert np.all(np.diff(loss) <= 1e-9)
    np.testing.assert_allclose(loss, losses)
    B = np.where(V @ learn_rotation(V, 8, np.random.default_rng(1), max_iter=10)[0] > 0, 1, -1)
    np.testing.assert_allclose(loss[-1], np.linalg.norm(B - V @ R) ** 2)


def test_a_rotated_hypercube_is_turned_back():
    rng = np.random.default_rng(0)
    B = np.where(rng.normal(size=(300, 4)) > 0, 1.0, -1.0)
    V = B @ random_rotation(4, 4, rng)
    assert min(learn_rotation(V, 4, np.random.default_rng(seed))[1][-1] for seed in range(5)) < 1e-9


def test_rows_are_sampled_only_where_there_are_many():
    rng = np.random.default_rng(0)
    assert sample_rows(5000, rng) == slice(None)
    rows = sample_rows(12_000, rng)
    assert len(np.unique(rows)) == len(rows) == 5000
    assert rows.max() > 11_000
