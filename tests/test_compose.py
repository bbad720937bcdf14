import numpy as np
import pytest
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shallow_cmr import CCA, CVH, CrossModalPipeline
from shallow_cmr.checks.sample import sample

TRAIN, TEST = sample()
WORDS = np.array(["red rose", "blue boat sea", "green leaf tree", "grey stone", "white cloud sky"])


def test_it_is_the_steps_by_hand():
    pipeline = CrossModalPipeline(PCA(5), StandardScaler(), CCA(3)).fit(TRAIN.X, TRAIN.y)
    image, text = PCA(5).fit(TRAIN.X), StandardScaler().fit(TRAIN.y)
    by_hand = CCA(3).fit(image.transform(TRAIN.X), text.transform(TRAIN.y))
    np.testing.assert_allclose(
        pipeline.transform_image(TEST.X), by_hand.transform_image(image.transform(TEST.X)), atol=1e-10
    )
    np.testing.assert_allclose(
        pipeline.transform_text(TEST.y), by_hand.transform_text(text.transform(TEST.y)), atol=1e-10
    )


def test_raw_texts_work_and_codes_stay_boolean():
    texts = list(WORDS[TRAIN.labels])
    pipeline = CrossModalPipeline(None, TfidfVectorizer(), CVH(3)).fit(TRAIN.X, texts, TRAIN.labels)
    assert pipeline.transform_text(["red tree"]).dtype == bool
    assert pipeline.score(TEST.X, list(WORDS[TEST.labels]), TEST.labels) > 0.5


def test_both_sides_are_searched_over():
    text = make_pipeline(TfidfVectorizer(), TruncatedSVD(4, random_state=0))
    pipeline = CrossModalPipeline(PCA(5), text, CCA(2))
    grid = {
        "image__n_components": [3, 5],
        "text__tfidfvectorizer__sublinear_tf": [True, False],
        "estimator__reg": [0.1],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(TRAIN.X, list(WORDS[TRAIN.labels]))
    assert set(search.best_params_) == set(grid)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_chunks_go_through_when_every_step_can_take_them():
    text = HashingVectorizer(n_features=64)
    texts = list(WORDS[TRAIN.labels])
    chunked = CrossModalPipeline(None, text, CCA(3))
    for rows in (slice(0, 50), slice(50, None)):
        chunked.partial_fit(TRAIN.X[rows], texts[rows])
    whole = CrossModalPipeline(None, text, CCA(3)).partial_fit(TRAIN.X, texts)
    np.testing.assert_allclose(chunked.transform_image(TEST.X), whole.transform_image(TEST.X), atol=1e-8)
    assert not hasattr(CrossModalPipeline(PCA(3), text, CCA(3)), "partial_fit")


def test_a_failed_chunk_leaves_every_step_as_it_was():
    pipeline = CrossModalPipeline(StandardScaler(), None, CCA(2)).partial_fit(TRAIN.X, TRAIN.y)
    before = pipeline.transform_image(TEST.X)
    with pytest.raises(ValueError, match="NaN"):
        pipeline.partial_fit(TRAIN.X + 100, np.full_like(TRAIN.y, np.nan))
    np.testing.assert_array_equal(pipeline.transform_image(TEST.X), before)


def test_what_is_no_method_is_refused():
    with pytest.raises(TypeError, match="is no cross-modal method"):
        CrossModalPipeline(None, None, PCA(2)).fit(TRAIN.X, TRAIN.y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        CrossModalPipeline(None, None, CCA(2)).fit(TRAIN.X, TRAIN.y[:7])


def test_features_are_named_and_counted_by_the_first_step():
    pipeline = CrossModalPipeline(PCA(5), None, CCA(2)).fit(TRAIN.X, TRAIN.y)
    assert (pipeline.n_features_in_, pipeline.n_text_features_in_) == (8, 6)
    assert list(pipeline.get_feature_names_out()) == ["cca0", "cca1"]


def test_passthrough_is_another_word_for_none():
    one, other = (CrossModalPipeline(step, step, CCA(2)).fit(TRAIN.X, TRAIN.y) for step in (None, "passthrough"))
    np.testing.assert_array_equal(one.transform_text(TEST.y), other.transform_text(TEST.y))


def test_the_text_side_is_named_in_its_errors():
    pipeline = CrossModalPipeline(StandardScaler(), StandardScaler(), CCA(2)).fit(TRAIN.X, TRAIN.y)
    with pytest.raises(ValueError, match="text side: X has 8 features, but StandardScaler is expecting 6"):
        pipeline.transform_text(TEST.X)
