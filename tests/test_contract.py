"""What the base promises to every method: inputs, errors, containers, routing. Tried on CCA and CVH."""

import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shallow_cmr import CCA, CVH
from shallow_cmr.checks.sample import sample

TRAIN, TEST = sample()


# --- inputs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert",
    [
        np.asfortranarray,
        lambda Z: np.repeat(Z, 2, axis=1)[:, ::2],
        lambda Z: Z[::-1][::-1],
        lambda Z: Z.astype(">f8"),
        lambda Z: Z.tolist(),
        pd.DataFrame,
        sparse.csr_array,
        sparse.csc_matrix,
        sparse.coo_array,
        np.ma.asarray,
    ],
)
def test_every_container_of_the_same_numbers_gives_the_same_embedding(convert):
    reference = CCA(3).fit(TRAIN.X, TRAIN.y).transform_image(TEST.X)
    cca = CCA(3).fit(convert(TRAIN.X), convert(TRAIN.y))
    np.testing.assert_allclose(cca.transform_image(convert(TEST.X)), reference, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float16, np.float32])
def test_every_number_type_works_like_floats(dtype):
    X, y = TRAIN.X.astype(dtype), TRAIN.y.astype(dtype)
    expected = CCA(3).fit(X.astype(np.float64), y.astype(np.float64)).transform_text(y.astype(np.float64))
    found = CCA(3).fit(X, y).transform_text(y)
    assert found.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_single_text_feature_may_be_a_vector():
    cca = CCA(1).fit(TRAIN.X, TRAIN.y[:, 0])
    np.testing.assert_array_equal(cca.transform_text(TEST.y[:, 0]), cca.transform_text(TEST.y[:, :1]))
    assert cca.n_text_features_in_ == 1


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (np.where(TRAIN.X > 30, np.nan, TRAIN.X), TRAIN.y, ValueError, "X contains NaN"),
        (TRAIN.X, np.where(TRAIN.y > 25, np.inf, TRAIN.y), ValueError, "y contains infinity"),
        (TRAIN.X, pd.DataFrame(TRAIN.y).mask(TRAIN.y > 25), ValueError, "y contains NaN"),
        (np.ma.masked_greater(TRAIN.X, 30), TRAIN.y, ValueError, "masked entries"),
        (TRAIN.X[:50], TRAIN.y, ValueError, r"inconsistent numbers of samples: \[50, 120\]"),
        (TRAIN.X[:0], TRAIN.y[:0], ValueError, "0 sample"),
        (TRAIN.X[:1], TRAIN.y[:1], ValueError, "minimum of 2"),
        (TRAIN.X[:, :0], TRAIN.y, ValueError, "0 feature"),
        (TRAIN.X, TRAIN.y[:, :0], ValueError, "0 feature"),
        (TRAIN.X[:, 0], TRAIN.y, ValueError, "Reshape"),
        (TRAIN.X[None], TRAIN.y, ValueError, "dim 3"),
        (TRAIN.X.astype(complex), TRAIN.y, ValueError, "Complex"),
        (np.full((120, 3), "red"), TRAIN.y, ValueError, "X holds strings"),
        (TRAIN.X, TRAIN.labels.astype(str), ValueError, "class labels go to labels="),
        (TRAIN.X, None, ValueError, "requires y to be passed"),
        (TRAIN.X, np.ones_like(TRAIN.y), ValueError, "y has no variance"),
        (TRAIN.X * 1e160, TRAIN.y, ValueError, "overflows float64; scale the features"),
    ],
)
def test_bad_data_are_named(X, y, error, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        with pytest.raises(error, match=message):
            CCA(2).fit(X, y)


def test_class_labels_passed_as_texts_are_recognised_where_they_break():
    with (
        pytest.warns(UserWarning, match="pass them as labels="),
        pytest.raises(ValueError, match=r"n_components=2 is more than the 1 dimensions.*they go to labels="),
    ):
        CCA(2).fit(TRAIN.X, TRAIN.labels)
    with pytest.warns(UserWarning, match="pass them as labels="):
        CCA().fit(TRAIN.X, TRAIN.labels)


class _Tensor(np.ndarray):
    requires_grad = True


def test_a_tensor_that_records_gradients_is_refused():
    with pytest.raises(TypeError, match=r"detach\(\)"):
        CCA(2).fit(TRAIN.X.view(_Tensor), TRAIN.y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "n_components"),
        ({"n_components": -1}, "n_components"),
        ({"n_components": 2.7}, "n_components"),
        ({"n_components": "3"}, "n_components"),
        ({"n_components": True}, "n_components"),
        ({"reg": -1e-3}, "reg"),
        ({"power": -1}, "power"),
    ],
)
def test_bad_parameters_are_named_with_their_range(parameters, message):
    with pytest.raises(ValueError, match=f"The '{message}' parameter of CCA must be"):
        CCA(**parameters).fit(TRAIN.X, TRAIN.y)


def test_unknown_policies_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'rank_policy' parameter of CVH must be a str among \{.*'fill'.*\}"):
        CVH(4, rank_policy="pad").fit(TRAIN.X, TRAIN.y)


def test_constant_columns_are_reported_once_and_ignored():
    X = np.insert(TRAIN.X, 2, 7.0, axis=1)
    with pytest.warns(UserWarning, match=r"X has 1 constant column\(s\), ignored: 2\.") as caught:
        cca = CCA(3).fit(X, TRAIN.y)
    assert len(caught) == 1
    assert not cca.x_weights_[2].any()


@pytest.mark.parametrize("labels", [TRAIN.labels[:5], [np.nan] * 120])
def test_bad_labels_are_refused_even_by_methods_that_ignore_them(labels):
    with pytest.raises(ValueError, match="labels"):
        CCA(2).fit(TRAIN.X, TRAIN.y, labels)


def test_sparse_labels_are_neither_changed_nor_need_to_be_writeable():
    indicator = sparse.csr_array(np.eye(5)[TRAIN.labels])
    indicator.data[3] = 0  # stored, and not to be dropped from the caller's matrix
    entries = indicator.nnz
    CCA(2).fit(TRAIN.X, TRAIN.y, indicator)
    assert indicator.nnz == entries == len(indicator.data)
    indicator.data.flags.writeable = False
    CCA(2).fit(TRAIN.X, TRAIN.y, indicator)


def test_moments_are_taken_from_moments_only():
    with pytest.raises(TypeError, match="fit_moments takes CrossMoments, not str"):
        CCA().fit_moments("moments")


# --- state -------------------------------------------------------------------------------------------------------


def test_an_unfitted_model_says_so():
    for call in (CCA().transform_image, CCA().transform_text):
        with pytest.raises(NotFittedError, match="not fitted"):
            call(TEST.X)


def test_a_stream_in_which_nothing_varies_yet_says_so():
    cca = CCA(2).partial_fit(TRAIN.X[:1], TRAIN.y[:1])
    with pytest.raises(NotFittedError, match=r"the 1 sample\(s\) .* do not vary"):
        cca.transform_image(TEST.X)


def test_names_that_come_or_go_are_noticed_on_both_sides():
    X, y = pd.DataFrame(TRAIN.X).add_prefix("pixel"), pd.DataFrame(TRAIN.y).add_prefix("word")
    named, plain = CCA(2).fit(X, y), CCA(2).fit(TRAIN.X, TRAIN.y)
    with pytest.warns(UserWarning, match="y does not have valid feature names"):
        named.transform_text(TRAIN.y)
    with pytest.warns(UserWarning, match="y has valid feature names"):
        plain.transform_text(y)


def test_each_side_is_checked_against_its_own_features():
    cca = CCA(2).fit(TRAIN.X, TRAIN.y)
    with pytest.raises(ValueError, match="y has 8 features, but CCA is expecting 6 text features"):
        cca.transform_text(TEST.X)
    with pytest.raises(ValueError, match="X has 6 features, but CCA is expecting 8 features"):
        cca.transform_image(TEST.y)
    with pytest.raises(ValueError, match="expecting 8 features"):
        CCA(2).partial_fit(TRAIN.X, TRAIN.y).partial_fit(TRAIN.X[:, :5], TRAIN.y)


def test_feature_names_are_checked_on_both_sides():
    X, y = pd.DataFrame(TRAIN.X).add_prefix("pixel"), pd.DataFrame(TRAIN.y).add_prefix("word")
    cca = CCA(2).fit(X, y)
    assert list(cca.feature_names_in_) == list(X.columns)
    assert list(cca.text_feature_names_in_) == list(y.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        cca.transform_image(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="text feature names should match"):
        cca.transform_text(y[y.columns[::-1]])
    assert not hasattr(cca.fit(TRAIN.X, TRAIN.y), "text_feature_names_in_")


def test_a_failed_chunk_leaves_the_stream_as_it_was():
    cca = CCA(2).partial_fit(TRAIN.X[:60], TRAIN.y[:60])
    before, n = cca.transform_text(TEST.y), cca.moments_.n
    with pytest.raises(ValueError, match="NaN"):
        cca.partial_fit(np.full_like(TRAIN.X, np.nan), TRAIN.y)
    np.testing.assert_array_equal(cca.transform_text(TEST.y), before)
    assert cca.moments_.n == n


def test_partial_fit_after_fit_says_that_it_starts_from_nothing():
    cca = CCA(2).fit(TRAIN.X, TRAIN.y)
    assert not hasattr(cca, "moments_")
    with pytest.warns(UserWarning, match="starts from nothing"):
        cca.partial_fit(TRAIN.X[:60], TRAIN.y[:60])
    assert cca.moments_.n == 60


def test_a_model_of_another_version_warns_when_it_is_loaded():
    state = CCA(2).fit(TRAIN.X, TRAIN.y).__getstate__()
    with pytest.warns(InconsistentVersionWarning, match=r"shallow_cmr 0\.0\.1"):
        CCA().__setstate__({**state, "_shallow_cmr_version": "0.0.1"})


# --- containers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", [CCA(2), CVH(2)])
def test_set_output_reaches_every_transform(estimator):
    X, y = pd.DataFrame(TEST.X), pd.DataFrame(TEST.y, index=np.arange(60)[::-1])
    plain = clone(estimator).fit(TRAIN.X, TRAIN.y)
    framed = clone(estimator).set_output(transform="pandas").fit(TRAIN.X, TRAIN.y)
    names = list(framed.get_feature_names_out())
    for expected, frame, index in (
        (plain.transform_image(TEST.X), framed.transform_image(TEST.X), range(60)),
        (plain.transform_text(TEST.y), framed.transform_text(y), y.index),
        (plain.transform_pair(TEST.X, TEST.y), framed.transform_pair(X, y), range(60)),
        (plain.transform(TEST.X), framed.transform(TEST.X), range(60)),
        (plain.transform(TEST.X, TEST.y)[0], framed.transform(X, y)[0], range(60)),
        (plain.transform(TEST.X, TEST.y)[1], framed.transform(X, y)[1], y.index),
    ):
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == names
        assert list(frame.index) == list(index)
        np.testing.assert_array_equal(frame.to_numpy(), expected)


def test_transform_pair_is_the_mean_of_both_sides_and_its_threshold_for_codes():
    cca, cvh = CCA(3).fit(TRAIN.X, TRAIN.y), CVH(3).fit(TRAIN.X, TRAIN.y)
    mean = sum(cca.transform(TEST.X, TEST.y)) / 2
    np.testing.assert_allclose(cca.transform_pair(TEST.X, TEST.y), mean, atol=1e-12)
    np.testing.assert_array_equal(cvh.transform_pair(TEST.X, TEST.y), mean > 0)


# --- scores and routing ------------------------------------------------------------------------------------------


def test_score_is_the_mean_of_both_directions_and_knows_pairs_from_classes():
    from shallow_cmr.metrics import mean_average_precision

    cca = CCA(3).fit(TRAIN.X, TRAIN.y)
    images, texts = cca.transform(TEST.X, TEST.y)
    for labels, relevance in ((None, "paired"), (TEST.labels, (TEST.labels, TEST.labels))):
        both = [mean_average_precision(a, b, relevance) for a, b in ((images, texts), (texts, images))]
        assert cca.score(TEST.X, TEST.y, labels=labels) == pytest.approx(np.mean(both), rel=1e-12)


def test_weights_of_queries_weigh():
    cca = CCA(3).fit(TRAIN.X, TRAIN.y)
    half = np.repeat([1.0, 0.0], 30)
    scores = [cca.score(TEST.X, TEST.y, TEST.labels, sample_weight=w) for w in (half, 1 - half, np.ones(60))]
    assert scores[0] != scores[1]
    assert np.mean(scores[:2]) == pytest.approx(scores[2], rel=1e-12)
    with_weights = make_pipeline(StandardScaler(), CCA(3)).fit(TRAIN.X, TRAIN.y)
    assert with_weights.score(TEST.X, TEST.y, sample_weight=half) > 0


def test_score_without_labels_after_fit_with_labels_warns():
    cca = CCA(3).fit(TRAIN.X, TRAIN.y, TRAIN.labels)
    with pytest.warns(UserWarning, match="enable_metadata_routing=True"):
        cca.score(TEST.X, TEST.y)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_with_routing_labels_reach_fit_and_score_in_a_grid_search(n_jobs):
    with sklearn.config_context(enable_metadata_routing=True):
        folds = list(StratifiedKFold(3).split(TRAIN.X, TRAIN.labels))
        search = GridSearchCV(CVH(2, similarity="labels"), {"n_bits": [2, 4]}, cv=folds, n_jobs=n_jobs)
        search.fit(TRAIN.X, TRAIN.y, labels=TRAIN.labels)
    fitted = CVH(4, similarity="labels").fit(*(Z[folds[0][0]] for Z in (TRAIN.X, TRAIN.y, TRAIN.labels)))
    expected = fitted.score(*(Z[folds[0][1]] for Z in (TRAIN.X, TRAIN.y, TRAIN.labels)))
    assert search.cv_results_["split0_test_score"][1] == pytest.approx(expected, rel=1e-12)


def test_without_routing_a_grid_search_scores_by_pairs_and_warns():
    search = GridSearchCV(CCA(), {"n_components": [2, 4]}, cv=3)
    with pytest.warns(UserWarning, match="only the item of the same pair counts"):
        search.fit(TRAIN.X, TRAIN.y, labels=TRAIN.labels)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_cross_validate_hands_labels_on():
    folds = list(StratifiedKFold(3).split(TRAIN.X, TRAIN.labels))
    with sklearn.config_context(enable_metadata_routing=True):
        found = cross_validate(CCA(3), TRAIN.X, TRAIN.y, params={"labels": TRAIN.labels}, cv=folds)["test_score"]
    for (train, test), score in zip(folds, found, strict=True):
        cca = CCA(3).fit(TRAIN.X[train], TRAIN.y[train])
        assert score == pytest.approx(cca.score(TRAIN.X[test], TRAIN.y[test], TRAIN.labels[test]), rel=1e-12)


def test_a_hasher_that_has_diverged_gives_no_codes():
    cvh = CVH(n_bits=2).fit(TRAIN.X, TRAIN.y)
    cvh.x_weights_[0, 0] = np.nan
    with pytest.raises(ValueError, match="CVH gave scores that are not numbers and have no sign: the fit has diverged"):
        cvh.transform_image(TEST.X)
