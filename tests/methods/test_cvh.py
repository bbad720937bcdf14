import numpy as np
import pytest
from scipy import linalg

from shallow_cmr import CCA, CVH, load_wikipedia, make_paired_gaussians
from shallow_cmr.checks.sample import sample
from shallow_cmr.metrics import mean_average_precision


def _data():
    return make_paired_gaussians(300, 9, 7, correlations=(0.9, 0.7, 0.5), random_state=0)


def test_with_pairs_as_similarity_it_is_thresholded_cca():
    data = _data()
    codes = CVH(5, reg=0.1).fit(data.X, data.y).transform_image(data.X)
    np.testing.assert_array_equal(codes, CCA(5, reg=0.1).fit(data.X, data.y).transform_image(data.X) > 0)


def _relaxation(X, y, S):
    """The eigenproblem of the paper written out with an n x n similarity: (values, W_x, W_y) ascending."""
    D = np.diag(S.sum(axis=1))
    within = 3 * D - 2 * S  # twice the Laplacian plus D
    M = np.block([[X.T @ within @ X, -X.T @ S @ y], [-y.T @ S @ X, y.T @ within @ y]])
    values, vectors = linalg.eigh(M, linalg.block_diag(X.T @ X, y.T @ y))
    return values, vectors[: X.shape[1]], vectors[X.shape[1] :]


@pytest.mark.parametrize("similarity", ["pairs", "labels"])
def test_it_solves_the_relaxation_of_the_paper_with_its_n_by_n_similarity(similarity):
    train, _ = sample()
    X, y = train.X - train.X.mean(axis=0), train.y - train.y.mean(axis=0)
    L = np.eye(5)[train.labels]
    S = L @ np.diag(1 / L.sum(axis=0)) @ L.T if similarity == "labels" else np.eye(len(X))
    np.testing.assert_allclose(S.sum(axis=1), 1)
    W_x, W_y = _relaxation(X, y, S)[1:]
    cvh = CVH(4, reg=0, similarity=similarity).fit(train.X, train.y, train.labels)
    for expected, found in ((W_x, cvh.x_weights_), (W_y, cvh.y_weights_)):
        scale = np.linalg.norm(found, axis=0) / np.linalg.norm(expected[:, :4], axis=0)
        np.testing.assert_allclose(np.abs(expected[:, :4] * scale), np.abs(found), atol=1e-6)


def test_directions_without_variance_do_not_win():
    data = _data()
    doubled = np.hstack([data.y, data.y[:, :2]])  # a view of rank 7 in 9 dimensions
    plain, redundant = CVH(4).fit(data.X, data.y), CVH(4).fit(data.X, doubled)
    agreement = plain.transform_text(data.y) == redundant.transform_text(doubled)
    assert agreement.mean() > 0.97


def test_bits_beyond_the_rank_are_refused_or_constant():
    data = _data()
    with pytest.raises(ValueError, match=r'n_bits=32 is more than the 7 dimensions .*rank_policy="fill"'):
        CVH(32).fit(data.X, data.y)
    with pytest.warns(UserWarning, match="only 7 of 32 bits"):
        filled = CVH(32, rank_policy="fill").fit(data.X, data.y)
    codes = filled.transform_text(data.y)
    np.testing.assert_array_equal(codes[:, :7], CVH(7).fit(data.X, data.y).transform_text(data.y))
    assert not codes[:, 7:].any()


def test_label_similarity_has_one_dimension_less_than_classes():
    train, _ = sample()
    with pytest.raises(ValueError, match="n_bits=5 is more than the 4 dimensions in which the 5 classes differ"):
        CVH(5, similarity="labels").fit(train.X, train.y, train.labels)
    with pytest.raises(ValueError, match="single class"):
        CVH(1, similarity="labels").fit(train.X, train.y, np.zeros(120, dtype=int))


def test_a_class_without_items_changes_nothing():
    train, _ = sample()
    codes = [
        CVH(4, similarity="labels").fit(train.X, train.y, np.eye(c)[train.labels]).transform_text(train.y)
        for c in (5, 7)
    ]
    np.testing.assert_array_equal(*codes)


def test_constant_bits_are_there_in_a_stream_too():
    data = _data()
    with pytest.warns(UserWarning, match="only 7 of 16"):
        whole = CVH(16, rank_policy="fill").fit(data.X, data.y)
    chunked = CVH(16, rank_policy="fill").partial_fit(data.X[:50], data.y[:50]).partial_fit(data.X[50:], data.y[50:])
    np.testing.assert_array_equal(whole.transform_text(data.y), chunked.transform_text(data.y))


def test_label_similarity_needs_a_label_for_every_item():
    train, _ = sample()
    indicator = np.eye(5, dtype=int)[train.labels]
    indicator[7] = 0
    with pytest.raises(ValueError, match="label for every item"):
        CVH(4, similarity="labels").fit(train.X, train.y, indicator)
    with pytest.raises(ValueError, match=r"learns from labels: call fit\(X, y, labels\)"):
        CVH(4, similarity="labels").fit(train.X, train.y)


def test_later_chunks_may_bring_new_classes():
    train, test = sample()
    first = train.labels < 3
    whole = CVH(4, similarity="labels").fit(train.X, train.y, train.labels)
    chunked = CVH(4, similarity="labels")
    for rows in (first, ~first):
        chunked.partial_fit(train.X[rows], train.y[rows], train.labels[rows])
    np.testing.assert_array_equal(whole.transform_text(test.y), chunked.transform_text(test.y))


def test_wikipedia(wikipedia_folder):
    data = load_wikipedia(wikipedia_folder, prepared="centre")
    cvh = CVH(n_bits=8, reg=1e-4).fit(data.train.X, data.train.y)
    images, texts = cvh.transform(data.test.X, data.test.y)
    database_images, database_texts = cvh.transform(data.train.X, data.train.y)
    relevance = (data.test.labels, data.train.labels)
    assert mean_average_precision(images, database_texts, relevance) == pytest.approx(0.1895, abs=0.004)
    assert mean_average_precision(texts, database_images, relevance) == pytest.approx(0.1864, abs=0.004)
