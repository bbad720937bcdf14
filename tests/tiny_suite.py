"""A small suite on made-up data, for the tests of experiments."""

import numpy as np

from shallow_cmr.datasets import CrossModalDataset
from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite
from shallow_cmr.reporting import to_csv
from shallow_cmr.reporting.tables import SCORE_COLUMNS


def load_tiny(shift=0.0, *, split=0):
    """Two views of three classes with 4-dimensional truth; another split is another draw."""
    rng = np.random.default_rng(split)
    classes = rng.integers(0, 3, 80)
    Z = 3 * rng.normal(size=(3, 4))[classes] + rng.normal(size=(80, 4))
    X, y = Z @ rng.normal(size=(4, 6)) + 5 + shift, Z @ rng.normal(size=(4, 5)) - 3
    rows, noise = np.arange(80), rng.normal(size=(80, 5))
    return CrossModalDataset(
        X, y + 0.1 * noise, classes, rows[:50], rows[50:], name="tiny", class_names="abc", split=split, n_splits=2
    )


def small_suite(*methods, splits=(0, 1), sizes=(1, 2)):
    """A suite on the tiny data."""
    methods = methods or (MethodEntry("CCA", parameters={"reg": 0.1}), MethodEntry("PLS"), MethodEntry("CVH"))
    return Suite((DatasetEntry("tiny", splits=splits),), methods, sizes)


def scores_of(results):
    """The text of results.csv."""
    return to_csv(results.rows, SCORE_COLUMNS)
