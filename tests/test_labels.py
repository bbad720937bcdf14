import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from shallow_cmr.labels import encode_labels


@pytest.mark.parametrize(
    "labels",
    [
        [0, 2, 1, 2],
        np.array([0.0, 2.0, 1.0, 2.0]),
        np.array(["a", "c", "b", "c"]),
        pd.Categorical(["a", "c", "b", "c"]),
        pd.Series(["a", "c", "b", "c"]),
        [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]],
        np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]], dtype=bool),
        sparse.csc_array(np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])),
    ],
)
def test_every_usual_form_is_the_same_indicator(labels):
    np.testing.assert_array_equal(encode_labels(labels).L.toarray(), [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])


def test_shares_sum_to_one_or_to_nothing():
    shares = encode_labels([[1, 1, 0], [0, 0, 0], [0, 0, 1]]).row_shares.toarray()
    np.testing.assert_allclose(shares, [[0.5, 0.5, 0], [0, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0.5, 1.0], TypeError, "real numbers, not classes"),
        ([np.nan, 1.0], ValueError, "NaN"),
        ([None, "a"], ValueError, "missing"),
        ([[0, 2], [1, 0]], ValueError, "only 0 and 1"),
        ([[0, np.nan], [1, 0]], ValueError, "only 0 and 1"),
        ([["a", "b"], ["b", "a"]], TypeError, "zeros and ones"),
        (np.zeros((2, 2, 2)), ValueError, "3 dimensions"),
        ([1, 2, 3], ValueError, "2 samples"),
        ([[1], [2]], ValueError, r"labels.ravel\(\)"),
        (np.array([1, "a"], dtype=object), TypeError, "mix strings and numbers"),
        (np.array([pd.NA, 1], dtype=object), ValueError, "missing"),
    ],
)
def test_what_are_no_labels_is_refused(labels, error, message):
    with pytest.raises(error, match=message):
        encode_labels(labels, n_samples=2)
