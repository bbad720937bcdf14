"""The laws catch what they are for: methods with one planted fault each."""

import numpy as np
import pytest

from shallow_cmr.base import CrossModalEstimator, HashingMixin, MomentProjection
from shallow_cmr.checks import LAWS, check_laws
from shallow_cmr.real_valued.cca import solve_cca


class Sound(MomentProjection):
    """CCA with nothing wrong."""

    def __init__(self, n_components=None):
        self.n_components = n_components

    def _solve(self, moments, k):
        return solve_cca(moments.C_xx, moments.C_yy, moments.C_xy, k, 1e-3)[:2]


class SoundHasher(HashingMixin, Sound):
    """The same, thresholded."""

    def __init__(self, n_bits=4):
        self.n_bits = n_bits


class ForgetsToCentreNewRows(Sound):
    def _project(self, Z, side):
        return Z @ getattr(self, f"{side}_weights_")


class CentresTheTestBatch(Sound):
    def _project(self, Z, side):
        return (Z - Z.mean(axis=0)) @ getattr(self, f"{side}_weights_")


class ChangesItsInput(Sound):
    def fit(self, X, y, labels=None):
        X -= X.mean(axis=0)
        return super().fit(X, y, labels)


class ThirdValue(SoundHasher):
    def _finish(self, scores):
        return np.sign(np.where(np.abs(scores) < 0.1, 0.0, scores))


class LearnsSecretly(Sound):
    def _fit(self, X, y, labels):
        super()._fit(X, y, None)
        if labels is not None:
            self.x_weights_ = self.x_weights_ * np.arange(1, self.x_weights_.shape[1] + 1)


class RemembersTheFirstFit(Sound):
    def _forget(self):
        self.first_ = getattr(self, "x_weights_", None)
        for name in [name for name in vars(self) if name.endswith("_") and name != "first_"]:
            delattr(self, name)

    def _fit(self, X, y, labels):
        super()._fit(X, y, labels)
        if self.first_ is not None and self.first_.shape == self.x_weights_.shape:
            self.x_weights_ = (self.x_weights_ + self.first_) / 2


class LosesTheOldFit(Sound):
    def fit(self, X, y, labels=None):
        self._forget()
        return super().fit(X, y, labels)


class DependsOnOrder(Sound):
    def _fit(self, X, y, labels):
        super()._fit(X[:60], y[:60], labels)


class FillsBeyondTheRank(Sound):
    def _beyond_rank(self, wanted, rank, moments):
        return rank


class Guesses(CrossModalEstimator):
    rank_limited = False

    def __init__(self, n_components=4):
        self.n_components = n_components

    def _fit(self, X, y, labels):
        rng = np.random.default_rng(0)
        self.x_mean_, self.y_mean_ = X.mean(axis=0), y.mean(axis=0)
        self.x_weights_ = rng.normal(size=(X.shape[1], self.n_components))
        self.y_weights_ = rng.normal(size=(y.shape[1], self.n_components))

    def _project(self, Z, side):
        return (Z - getattr(self, f"{side}_mean_")) @ getattr(self, f"{side}_weights_")


class ObjectiveRises(Sound):
    def _fit(self, X, y, labels):
        super()._fit(X, y, labels)
        self.objective_ = np.array([3.0, 2.0, 2.5])


def _failed(estimator):
    return {result.law for result in check_laws(estimator) if result.status == "failed"}


@pytest.mark.parametrize("estimator", [Sound(), SoundHasher()])
def test_a_sound_method_passes(estimator):
    assert _failed(estimator) == set()


@pytest.mark.parametrize(
    ("estimator", "law"),
    [
        (ForgetsToCentreNewRows(), "translation does not matter"),
        (CentresTheTestBatch(), "a row is transformed alone"),
        (ChangesItsInput(), "inputs are not changed"),
        (ThirdValue(), "codes are boolean"),
        (LearnsSecretly(), "labels matter only when declared"),
        (RemembersTheFirstFit(), "refit forgets"),
        (LosesTheOldFit(), "a failed refit keeps the old fit"),
        (DependsOnOrder(), "sample order does not matter"),
        (FillsBeyondTheRank(), "too many components raise"),
        (Guesses(), "retrieval beats chance both ways"),
        (ObjectiveRises(), "the objective never rises"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, CrossModalEstimator) else None,
)
def test_a_planted_fault_breaks_its_law(estimator, law):
    assert law in LAWS
    assert law in _failed(estimator)


def test_a_declared_failure_is_told_apart_and_a_stale_declaration_fails():
    law = "translation does not matter"
    faulty = type("Declared", (ForgetsToCentreNewRows,), {"expected_failed_laws": {law: "planted"}})
    assert {r.status for r in check_laws(faulty()) if r.law == law} == {"expected failure"}
    stale = type("Stale", (Sound,), {"expected_failed_laws": {law: "planted"}})
    assert {r.status for r in check_laws(stale()) if r.law == law} == {"failed"}
