"""What predicts bits from features: any scikit-learn classifier or regressor, one for each bit or one for all."""

import numpy as np
from scipy.special import logit
from sklearn.base import clone, is_regressor
from sklearn.utils import get_tags

__all__ = ["BitFunctions", "gives_log_odds", "seeded"]


class BitFunctions:
    """Predictors of the k bits of a code from the features of one modality.

    A bit that never changes is not learned: its score is 1 or -1. The others go to one estimator where it takes
    several outputs, else to a clone each.

    Attributes
    ----------
    varies : ndarray (k,) of bool
    constant_scores : ndarray (k,)
    estimators : list
        One for all bits that vary, or one for each.
    """

    def __init__(self, template):
        self.template = template

    def fit(self, Z, B):
        """Learn the codes ``B`` (n, k), bool, from features ``Z`` (n, d)."""
        self.varies = B.any(axis=0) & ~B.all(axis=0)
        self.constant_scores = np.where(B[0], 1.0, -1.0)
        targets = B[:, self.varies]
        targets = np.where(targets, 1.0, -1.0) if is_regressor(self.template) else targets.astype(int)
        if _takes_several_outputs(self.template) and targets.shape[1] > 1:
            self.estimators = [clone(self.template).fit(Z, targets)]
        else:
            self.estimators = [clone(self.template).fit(Z, bit) for bit in targets.T]
        return self

    def scores(self, Z):
        """Return scores (n, k) of features ``Z`` (n, d), positive where a bit is set."""
        scores = np.tile(self.constant_scores, (len(Z), 1))
        if self.estimators:
            together = len(self.estimators) < self.varies.sum()
            columns = [_scores(estimator, Z, together) for estimator in self.estimators]
            scores[:, self.varies] = np.column_stack(columns)
        return scores


def gives_log_odds(estimator):
    """Whether its scores are log-odds: those of regressors and of margins without probabilities are not."""
    return not is_regressor(estimator) and hasattr(estimator, "predict_proba")


def seeded(estimator, seed):
    """Return a clone in which every ``random_state`` left at None is ``seed``."""
    estimator = clone(estimator)
    names = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**{name: seed for name in names if estimator.get_params()[name] is None})


def _takes_several_outputs(estimator):
    """Whether it learns from a matrix of targets."""
    tags = get_tags(estimator)
    several_bits = tags.classifier_tags is not None and tags.classifier_tags.multi_label
    return several_bits or tags.target_tags.multi_output


def _scores(estimator, Z, several):
    """Scores of a fitted estimator: (n, j) if it learned several bits, else (n,)."""
    if is_regressor(estimator):
        return estimator.predict(Z)
    if hasattr(estimator, "decision_function"):
        return estimator.decision_function(Z)
    p = estimator.predict_proba(Z)
    if isinstance(p, list):  # forests and neighbours give both classes of each bit
        p = np.column_stack([both[:, 1] for both in p])
    elif not several:
        p = p[:, 1]
    smallest = np.finfo(np.float64).eps
    return logit(np.clip(p, smallest, 1 - smallest))
