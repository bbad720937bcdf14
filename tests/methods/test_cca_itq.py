import numpy as np
import pytest

from shallow_cmr import CCA, CCAITQ, CVH, load_wikipedia, make_paired_gaussians
from shallow_cmr.metrics import mean_average_precision


def _data(n=300):
    return make_paired_gaussians(n, 9, 7, correlations=(0.9, 0.7, 0.5), random_state=0)


@pytest.mark.parametrize("n_bits", [3, 7, 20])
def test_it_is_a_rotation_of_cca_weighted_by_the_correlations(n_bits):
    """W R has the Gram matrices of W, within and across the modalities, whatever the rotation R."""
    data = _data()
    plain = CCA(min(n_bits, 7), power=1).fit(data.X, data.y)
    rotated = CCAITQ(n_bits, random_state=0).fit(data.X, data.y)
    assert rotated.x_weights_.shape == (9, n_bits)
    W, WR = (np.vstack([model.x_weights_, model.y_weights_]) for model in (plain, rotated))
    np.testing.assert_allclose(WR @ WR.T, W @ W.T, atol=1e-10)
    np.testing.assert_allclose(rotated.correlations_, plain.correlations_)


def test_the_learned_rotation_brings_items_closer_to_signs_than_random_ones():
    data = _data()
    plain = CCA(5, power=1).fit(data.X, data.y)
    V = np.vstack(plain.transform(data.X, data.y))
    rng = np.random.default_rng(0)
    rotations = (np.linalg.qr(rng.normal(size=(5, 5)))[0] for _ in range(50))
    losses = [np.linalg.norm(np.where(V @ R > 0, 1, -1) - V @ R) ** 2 for R in rotations]
    itq = CCAITQ(5, random_state=0).fit(data.X, data.y)
    assert itq.objective_[-1] < min(losses)
    assert itq.n_iter_ == len(itq.objective_)


def test_bits_beyond_the_rank_are_real_ones():
    """No bit is constant or a copy, and they add to what seven bits say; CVH can only refuse them."""
    data = _data(2000)
    with pytest.raises(ValueError, match="7 dimensions"):
        CVH(32).fit(data.X, data.y)
    scores = {}
    for n_bits in (7, 32):
        itq = CCAITQ(n_bits, random_state=0).fit(data.X, data.y)
        codes = itq.transform_text(data.y)
        assert len(np.unique(codes, axis=1).T) == n_bits
        assert np.all(np.abs(codes.mean(axis=0) - 0.5) < 0.1)
        scores[n_bits] = itq.score(data.X[:500], data.y[:500])
    assert scores[32] > 1.1 * scores[7]


def test_it_needs_rows_and_says_so():
    assert not hasattr(CCAITQ(), "partial_fit")
    assert not hasattr(CCAITQ(), "fit_moments")
    with pytest.raises(AttributeError) as error:
        CCAITQ().partial_fit  # noqa: B018
    assert "needs fit with all of them" in str(error.value.__cause__)


def test_many_pairs_are_sampled_for_the_rotation():
    data = _data(6000)
    one, other, again = (CCAITQ(8, random_state=seed).fit(data.X, data.y) for seed in (0, 1, 0))
    np.testing.assert_array_equal(one.x_weights_, again.x_weights_)
    assert not np.allclose(one.x_weights_, other.x_weights_)
    assert one.objective_[0] < 2 * 5000 * 8 * 2  # a loss over 5,000 pairs, not 6,000
    assert one.objective_[-1] > 0


@pytest.mark.parametrize(
    ("n_bits", "image_to_text", "text_to_image"), [(16, 0.232, 0.229), (32, 0.250, 0.244), (64, 0.254, 0.248)]
)
def test_wikipedia(wikipedia_folder, n_bits, image_to_text, text_to_image):
    data = load_wikipedia(wikipedia_folder, prepared="centre")
    relevance, forth, back = (data.test.labels, data.train.labels), [], []
    for seed in range(3):
        itq = CCAITQ(n_bits, random_state=seed).fit(data.train.X, data.train.y)
        images, texts = itq.transform(data.test.X, data.test.y)
        database_images, database_texts = itq.transform(data.train.X, data.train.y)
        forth.append(mean_average_precision(images, database_texts, relevance))
        back.append(mean_average_precision(texts, database_images, relevance))
    assert np.mean(forth) == pytest.approx(image_to_text, abs=0.012)
    assert np.mean(back) == pytest.approx(text_to_image, abs=0.012)
