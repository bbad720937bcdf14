"""Made-up pairs for suites: of any number, drawn anew by split, with something to find."""

import numpy as np
import pytest

from shallow_cmr import PLS, evaluate
from shallow_cmr.datasets import load_topics


@pytest.mark.parametrize("n_train", [2, 300])
def test_there_are_as_many_training_items_as_asked_for_and_always_as_many_to_ask_with(n_train):
    data = load_topics(n_train)
    assert (len(data.train), len(data.test)) == (n_train, 1000)
    assert data.X.dtype == data.y.dtype == np.float32
    assert np.all(data.y.sum(axis=1) == 20)


def test_a_split_is_a_draw_and_the_same_one_each_time():
    assert load_topics(50, split=1).digest == load_topics(50, split=1).digest
    assert len({load_topics(50, split=split).digest for split in range(4)}) == 4


@pytest.mark.filterwarnings("ignore:y has .* constant column")  # words so rare that none of these texts has them
def test_classes_are_of_equal_size_and_methods_find_them():
    data = load_topics(2000)
    assert np.bincount(data.labels).tolist() == [300] * 10
    assert all(row["value"] > 3 * row["chance"] for row in evaluate(PLS(n_components=8), data))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_train": 1}, "n_train=1 must be a whole number of at least 2"),
        ({"n_train": 10.5}, "n_train=10.5"),
        ({"n_train": True}, "n_train=True"),
        ({"split": 10}, "split=10 does not exist; the splits are 0 to 9"),
        ({"split": -1}, "split=-1"),
        ({"split": "a"}, "split='a'"),
    ],
)
def test_what_makes_no_data_set_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        load_topics(**options)
