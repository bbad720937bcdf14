"""Grid search of a cell: on its training items alone, by what the protocol measures."""

from dataclasses import dataclass
from statistics import fmean
from time import perf_counter

import numpy as np
from sklearn.model_selection import GroupKFold

from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.datasets.splitting import groups_of
from shallow_cmr.evaluation import evaluate

__all__ = ["Tuning", "training_folds", "tune"]


@dataclass(frozen=True)
class Tuning:
    """What a grid search found and cost.

    Parameters
    ----------
    chosen : dict
        Values of the tuned parameters.
    candidates : list of dict
        In the order of the grid: ``parameters``, ``score`` (None where a fit failed) and ``error``.
    n_fits : int
    seconds : float
        Wall time of all of it.
    """

    chosen: dict
    candidates: list
    n_fits: int
    seconds: float


def tune(build, grid, dataset, protocol, n_folds):
    """Choose the candidate with the best mean of the protocol's headline over folds of the training items.

    Each fold asks with its held-out items as `evaluate` does, both directions and with the labels; equal scores go to
    the candidate that comes first. Features that were prepared on the training items (as those of the bundled sets
    are: principal components, scales) have seen the held-out items of a fold, but no test item.

    Parameters
    ----------
    build : callable
        Returns the estimator of a candidate.
    grid : list of dict
        Candidates.
    dataset : CrossModalDataset
    protocol : Protocol
    n_folds : int

    Returns
    -------
    Tuning

    Raises
    ------
    ValueError
        No candidate could be fitted and scored; the message is that of the first.
    """
    start = perf_counter()
    protocol = protocol.with_measure(protocol.measures[0])
    folds = training_folds(dataset, n_folds)
    candidates = [{"parameters": values, **_score(build(values), folds, protocol)} for values in grid]
    scores = [candidate["score"] for candidate in candidates if candidate["score"] is not None]
    if not scores:
        raise ValueError(f"none of the {len(grid)} candidates could be scored: {candidates[0]['error']}")
    best = min(scores) if protocol.get_measures()[0].lower_is_better else max(scores)
    chosen = next(candidate["parameters"] for candidate in candidates if candidate["score"] == best)
    return Tuning(chosen, candidates, len(grid) * n_folds, perf_counter() - start)


def training_folds(dataset, n_folds):
    """Return datasets of the training items alone, each with another part of them held out as its test items.

    Items of a group are held out together: those that share an entry of ``dataset.groups`` where it has any, otherwise
    those with the same text. Folds depend on nothing else, so that all methods and sizes meet the same.

    Parameters
    ----------
    dataset : CrossModalDataset
    n_folds : int

    Returns
    -------
    list of CrossModalDataset

    Raises
    ------
    ValueError
        Fewer groups than folds.
    """
    train = dataset.train
    groups = groups_of(dataset)[train.index]
    n_groups = len(np.unique(groups))
    if n_folds > n_groups:
        raise ValueError(f"tune_folds={n_folds} is more than the {n_groups} groups of training items; take fewer.")
    splitter = GroupKFold(n_folds, shuffle=True, random_state=0)
    return [
        CrossModalDataset(train.X, train.y, train.labels, kept, held_out, name=dataset.name)
        for kept, held_out in splitter.split(groups, groups=groups)
    ]


def _score(estimator, folds, protocol):
    """Return the mean score of an estimator over the folds, or its error."""
    try:
        values = [row["value"] for fold in folds for row in evaluate(estimator, fold, protocol)]
    except Exception as error:
        return {"score": None, "error": f"{type(error).__name__}: {error}"}
    return {"score": fmean(values), "error": None}
