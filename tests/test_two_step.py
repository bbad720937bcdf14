import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from shallow_cmr.base.bit_functions import BitFunctions
from shallow_cmr.base.two_step import TwoStepHasher
from shallow_cmr.checks import check_laws
from shallow_cmr.checks.sample import sample


class AboveMean(TwoStepHasher):
    """Bit j is set where the j-th text feature that varies lies above its mean: codes that need no labels."""

    def __init__(self, n_bits=4, *, hash_function=None, max_samples=None, random_state=None):
        self.n_bits = n_bits
        self.hash_function = hash_function
        self.max_samples = max_samples
        self.random_state = random_state

    def _learn_codes(self, X, y, labels):
        varying = y[:, np.ptp(y, axis=0) > 0]
        return (varying > varying.mean(axis=0))[:, np.arange(self.n_bits) % varying.shape[1]]


def _fitted(hash_function=None, **parameters):
    train, test = sample()
    return AboveMean(hash_function=hash_function, **parameters).fit(train.X, train.y), train, test


@pytest.mark.parametrize("hash_function", [None, LogisticRegression()])
def test_laws(hash_function):
    assert [result for result in check_laws(AboveMean(hash_function=hash_function)) if result.status == "failed"] == []


@pytest.mark.parametrize(
    "hash_function",
    [
        GaussianNB(),
        KNeighborsClassifier(),
        RandomForestClassifier(20),
        MLPClassifier((8,), solver="lbfgs", max_iter=10_000),
        RidgeClassifier(),
        make_pipeline(PolynomialFeatures(2), Ridge()),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.parametrize("n_bits", [1, 4])
def test_any_classifier_or_regressor_predicts_the_bits(hash_function, n_bits):
    hasher, train, test = _fitted(hash_function, n_bits=n_bits, random_state=0)
    truth = test.y[:, :n_bits] > train.y[:, :n_bits].mean(axis=0)
    assert np.mean(hasher.transform_text(test.y) == truth) > 0.8
    assert np.mean(hasher.transform_image(test.X) == truth) > 0.75
    assert np.mean(hasher.transform_pair(test.X, test.y) == truth) > 0.8


def test_bits_are_signs_of_the_scores_of_the_hash_functions_on_scaled_features():
    hasher, train, test = _fitted(Ridge())
    Z = (train.X - train.X.mean(axis=0)) / np.sqrt(train.X.var(axis=0).mean())
    ridge = Ridge().fit(Z, np.where(train.y[:, :4] > train.y[:, :4].mean(axis=0), 1, -1))
    new = (test.X - train.X.mean(axis=0)) / np.sqrt(train.X.var(axis=0).mean())
    np.testing.assert_array_equal(hasher.transform_image(test.X), ridge.predict(new) > 0)


def test_an_estimator_of_several_outputs_learns_all_bits_and_any_other_one_each():
    together, each = _fitted(Ridge())[0], _fitted(LogisticRegression())[0]
    assert (len(together.x_hash_.estimators), len(each.x_hash_.estimators)) == (1, 4)
    rng = np.random.default_rng(0)
    Z, B = rng.normal(size=(50, 3)), rng.random((50, 4)) > 0.5
    for j in range(4):
        alone = BitFunctions(Ridge()).fit(Z, B[:, [j]]).scores(Z)
        np.testing.assert_allclose(alone[:, 0], BitFunctions(Ridge()).fit(Z, B).scores(Z)[:, j], atol=1e-12)


@pytest.mark.parametrize("hash_function", [LogisticRegression(), GaussianNB(), KNeighborsClassifier(15)])
def test_fusion_of_classifiers_is_bayes_rule_for_independent_modalities(hash_function):
    hasher, _, test = _fitted(hash_function, random_state=0)
    p_x, p_y = expit(hasher._project(test.X, "x")), expit(hasher._project(test.y, "y"))
    prior = hasher.priors_
    expected = p_x * p_y / prior > (1 - p_x) * (1 - p_y) / (1 - prior)
    np.testing.assert_array_equal(hasher.transform_pair(test.X, test.y), expected)
    np.testing.assert_allclose(hasher.prior_log_odds_, logit(prior))


@pytest.mark.parametrize("hash_function", [Ridge(), RidgeClassifier()])
def test_scores_that_are_no_log_odds_are_added_without_a_prior(hash_function):
    hasher, _, test = _fitted(hash_function)
    total = hasher._project(test.X, "x") + hasher._project(test.y, "y")
    np.testing.assert_array_equal(hasher.transform_pair(test.X, test.y), total > 0)
    assert not hasher.prior_log_odds_.any()


@pytest.mark.parametrize("n_constant", [2, 3])
@pytest.mark.parametrize("hash_function", [Ridge(), LogisticRegression(), KNeighborsClassifier()])
def test_a_bit_of_one_class_stays_constant(hash_function, n_constant):
    class Partly(AboveMean):
        def _learn_codes(self, X, y, labels):
            B = super()._learn_codes(X, y, labels)
            B[:, 0], B[:, 1:n_constant] = True, False
            return B

    train, test = sample()
    hasher = Partly(3, hash_function=hash_function).fit(train.X, train.y)
    for codes in (hasher.transform_image(test.X), hasher.transform_pair(test.X, test.y)):
        assert codes[:, 0].all()
        assert not codes[:, 1:n_constant].any()
        assert n_constant == 3 or 0.1 < codes[:, 2].mean() < 0.9


def test_items_beyond_max_samples_are_coded_by_the_hash_functions():
    hasher, train, _ = _fitted(max_samples=70, random_state=0)
    fused = hasher.transform_pair(train.X, train.y)
    as_learned = (train.y[:, :4] > train.y[:, :4].mean(axis=0)) == hasher.training_codes_
    coded = (fused == hasher.training_codes_).all(axis=1)
    assert 50 <= coded.sum() < 120
    assert as_learned.mean() > 0.8
    whole = _fitted(max_samples=None)[0]
    np.testing.assert_array_equal(whole.training_codes_, train.y[:, :4] > train.y[:, :4].mean(axis=0))


def test_the_seed_reaches_the_hash_functions_that_have_none():
    one, two, other = (
        _fitted(RandomForestClassifier(5), random_state=seed)[0].x_hash_.estimators[0] for seed in (0, 0, 1)
    )
    assert one.random_state == two.random_state != other.random_state
    assert _fitted(RandomForestClassifier(5, random_state=3))[0].x_hash_.estimators[0].random_state == 3


@pytest.mark.parametrize("unit", [1e160, 1e-160])
def test_extreme_units_do_not_matter(unit):
    hasher, train, test = _fitted()
    far = AboveMean().fit(train.X * unit, train.y)
    np.testing.assert_array_equal(far.transform_image(test.X * unit), hasher.transform_image(test.X))


def test_errors_say_what_to_pass():
    train, _ = sample()
    for wrong, cure in (
        (Ridge, r"an instance: Ridge\(\)"),
        (StandardScaler(), r"LogisticRegression\(\) or Ridge\(\), or None for Ridge"),
        ("ridge", r"LogisticRegression\(\) or Ridge\(\)"),
    ):
        with pytest.raises(TypeError, match=cure):
            AboveMean(hash_function=wrong).fit(train.X, train.y)
    with pytest.raises(ValueError, match="y has no variance"):
        AboveMean().fit(train.X, np.full_like(train.y, 0.1))


def test_codes_must_be_bool():
    class Signs(AboveMean):
        def _learn_codes(self, X, y, labels):
            return np.sign(y - y.mean(axis=0))

    train, _ = sample()
    with pytest.raises(TypeError, match=r"must return bool codes \(120, k\), not float64"):
        Signs().fit(train.X, train.y)
    with pytest.raises(TypeError, match="must define _learn_codes"):
        TwoStepHasher().fit(train.X, train.y)


def test_the_hash_function_that_was_passed_stays_unfitted():
    ridge = Ridge()
    _fitted(ridge)
    assert vars(ridge) == vars(clone(ridge))
