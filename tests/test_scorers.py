"""Scorers in scikit-learn: routed labels reach them, and what they score is what the measures say."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate
from sklearn.preprocessing import StandardScaler

from shallow_cmr import CCA, CVH, CrossModalPipeline, RetrievalScorer
from shallow_cmr.metrics import mean_average_precision, mean_first_rank, mean_ndcg_at_k
from shallow_cmr.protocol import Protocol


@pytest.fixture
def pairs():
    """Two noisy views of class centres, not zero-mean, and classes."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 90)
    Z = rng.normal(size=(3, 4))[classes] + 0.6 * rng.normal(size=(90, 4))
    X, y = (Z @ rng.normal(size=(4, d)) + 0.3 * rng.normal(size=(90, d)) + 5 for d in (6, 5))
    return X, y, classes


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def folds_by_hand(X, y, classes, value, estimator):
    """Return the value of each of three folds, by fitting and scoring without scikit-learn's machinery."""
    values = []
    for train, test in KFold(3).split(X):
        model = clone(estimator).fit(X[train], y[train])
        values.append(value(model.transform_image(X[test]), model.transform_text(y[test]), classes[test]))
    return values


@pytest.mark.usefixtures("routing")
def test_cross_validate_scores_several_measures_with_routed_labels(pairs):
    X, y, classes = pairs
    scoring = {
        "both": RetrievalScorer(),
        "forth": RetrievalScorer(direction="image->text"),
        "back": RetrievalScorer("ndcg@10", direction="text->image"),
        "rank": RetrievalScorer("first_rank", direction="image->text"),
    }
    found = cross_validate(CCA(n_components=2), X, y, cv=KFold(3), scoring=scoring, params={"labels": classes})

    def by_hand(value):
        return pytest.approx(folds_by_hand(X, y, classes, value, CCA(n_components=2)), abs=1e-12)

    assert found["test_forth"] == by_hand(lambda a, b, c: mean_average_precision(a, b, (c, c)))
    assert found["test_back"] == by_hand(lambda a, b, c: mean_ndcg_at_k(b, a, (c, c), top_k=10))
    assert found["test_rank"] == by_hand(lambda a, b, c: -mean_first_rank(a, b, (c, c)))
    assert found["test_both"] == by_hand(
        lambda a, b, c: (mean_average_precision(a, b, (c, c)) + mean_average_precision(b, a, (c, c))) / 2
    )


@pytest.mark.usefixtures("routing")
def test_the_default_scorer_is_the_estimators_own_score(pairs):
    X, y, classes = pairs
    options = {"cv": KFold(3), "params": {"labels": classes}}
    own = cross_val_score(CVH(n_bits=4), X, y, **options)
    assert cross_val_score(CVH(n_bits=4), X, y, scoring=RetrievalScorer(), **options) == pytest.approx(own, abs=1e-15)


@pytest.mark.usefixtures("routing")
def test_grid_search_chooses_by_the_scorer_and_reaches_into_a_pipeline(pairs):
    X, y, classes = pairs
    pipeline = CrossModalPipeline(image=StandardScaler(), text=StandardScaler(), estimator=CCA())
    grid = {"estimator__n_components": [1, 2, 4]}
    scorer = RetrievalScorer("precision@5")
    search = GridSearchCV(pipeline, grid, scoring=scorer, cv=KFold(3)).fit(X, y, labels=classes)
    means = []
    for k in grid["estimator__n_components"]:
        model = clone(pipeline).set_params(estimator__n_components=k)
        means.append(cross_val_score(model, X, y, scoring=scorer, cv=KFold(3), params={"labels": classes}).mean())
    assert search.cv_results_["mean_test_score"] == pytest.approx(means, abs=1e-15)
    assert search.best_score_ == pytest.approx(max(means), abs=1e-15)
    assert search.score(X, y, labels=classes) == scorer(search.best_estimator_, X, y, labels=classes)


@pytest.mark.parametrize("enabled", [False, True])
def test_pairs_need_no_labels_and_no_routing(pairs, enabled):
    X, y, _ = pairs
    scorer = RetrievalScorer("hit_rate@5", protocol="image_caption", direction="image->text")
    with sklearn.config_context(enable_metadata_routing=enabled):
        found = cross_val_score(CCA(n_components=2), X, y, scoring=scorer, cv=KFold(3))
        search = GridSearchCV(CCA(), {"n_components": [1, 2]}, scoring=scorer, cv=KFold(3)).fit(X, y)
    assert search.cv_results_["mean_test_score"][1] == pytest.approx(found.mean(), abs=1e-15)
    assert 5 / 30 < found.mean() < 1


def test_without_labels_the_scorer_says_how_they_come_to_it(pairs):
    X, y, classes = pairs
    with pytest.raises(ValueError, match=r"needs labels and got none.*enable_metadata_routing=True"):
        cross_val_score(CCA(n_components=2), X, y, scoring=RetrievalScorer(), cv=3, error_score="raise")
    with pytest.raises(ValueError, match="needs labels and got none"):
        GridSearchCV(CCA(), {"n_components": [2]}, scoring=RetrievalScorer(), cv=3, error_score="raise").fit(
            X, y, labels=classes
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measure": "mAP"}, "must be one of map, precision"),
        ({"measure": "map@5"}, "needs a denominator"),
        ({"direction": "image"}, "mean, image->text, text->image"),
        ({"protocol": "seph"}, "ranks database 'rest' with codes 'unified'"),
        ({"protocol": "unknown"}, "must be a Protocol or one of"),
        ({"measure": "median_rank", "protocol": "trec"}, "best of all in median rank"),
    ],
)
def test_a_scorer_that_cannot_be_meant_is_refused_when_made(arguments, message):
    with pytest.raises(ValueError, match=message):
        RetrievalScorer(**arguments)


def test_a_scorer_prints_as_what_it_scores():
    assert repr(RetrievalScorer()) == "RetrievalScorer('map', direction='mean')"
    scorer = RetrievalScorer("map@5", protocol=Protocol("own", measures=("map@9",), denominator="min"))
    assert repr(scorer) == "RetrievalScorer('map@5', direction='mean')"
    assert repr(RetrievalScorer("ndcg@3", protocol=scorer.protocol)) == "RetrievalScorer('ndcg@3', direction='mean')"
