"""Grid search of a cell: on training items alone, by the protocol's score, its cost told."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_suite import load_tiny, scores_of, small_suite

from shallow_cmr import CCA, CVH, datasets
from shallow_cmr.datasets import load_openclipart
from shallow_cmr.evaluation import evaluate
from shallow_cmr.experiment import MethodEntry, run_suite
from shallow_cmr.experiment.tuning import training_folds, tune
from shallow_cmr.protocol import Protocol, get_protocol

pytestmark = pytest.mark.usefixtures("tiny")
TUNED = MethodEntry("CCA", parameters={"power": 1}, tune={"reg": [1e-3, 1.0, 100.0]})


def build_cca(values):
    """A CCA of two components with these parameters."""
    return CCA(n_components=2, **values)


def test_the_best_candidate_is_that_of_a_search_by_hand():
    data, protocol = load_tiny(), get_protocol("heldout")
    grid = [{"reg": reg, "power": power} for reg in (1e-3, 1, 100) for power in (0, 1)]
    found = tune(build_cca, grid, data, protocol, 3)
    for candidate in found.candidates:
        scores = []
        for fold in training_folds(data, 3):
            model = CCA(n_components=2, **candidate["parameters"]).fit(fold.train.X, fold.train.y)
            scores.append(model.score(fold.test.X, fold.test.y, labels=fold.test.labels))
        assert candidate["score"] == pytest.approx(np.mean(scores), abs=1e-12)
    assert found.chosen == max(found.candidates, key=lambda candidate: candidate["score"])["parameters"]
    assert [candidate["parameters"] for candidate in found.candidates] == grid
    assert found.n_fits == 18
    assert found.seconds > 0


def test_folds_hold_every_training_item_out_once_and_no_test_item():
    data = load_tiny()
    folds = training_folds(data, 4)
    held_out = np.concatenate([fold.test_index for fold in folds])
    assert sorted(held_out.tolist()) == list(range(50))
    for fold in folds:
        assert len(fold) == 50
        assert np.array_equal(fold.X, data.train.X)
        assert np.array_equal(fold.labels, data.train.labels)
        assert sorted([*fold.train_index, *fold.test_index]) == list(range(50))
        assert len(fold.test_index) in (12, 13)


def test_items_with_the_same_text_are_held_out_together():
    data = load_openclipart()
    texts = np.array(data.texts)[data.train_index]
    assert len(set(texts)) < len(texts)
    for fold in training_folds(data, 3):
        assert not set(texts[fold.train_index]) & set(texts[fold.test_index])
        assert len(fold.test_index) > 300


def test_groups_of_the_dataset_go_before_its_texts():
    grouped = replace(load_tiny(), groups=np.arange(80) // 10, texts=[str(i) for i in range(80)])
    for fold in training_folds(grouped, 5):
        assert fold.test_index.tolist() == list(range(fold.test_index[0], fold.test_index[0] + 10))


def test_folds_depend_on_nothing_but_the_data():
    one, other = training_folds(load_tiny(), 3), training_folds(load_tiny(), 3)
    assert [fold.test_index.tolist() for fold in one] == [fold.test_index.tolist() for fold in other]


@pytest.mark.parametrize("database", ["test", "train", "rest"])
def test_test_items_have_no_say(database):
    data, protocol = load_tiny(), Protocol("mine", database=database)
    X, y = np.array(data.X), np.array(data.y)
    X[50:], y[50:] = 1e3, -1e3
    other = replace(data, X=X, y=y, labels=np.r_[data.labels[:50], np.zeros(30, dtype=int)])
    grid = [{"reg": reg} for reg in (1e-3, 1, 100)]
    assert tune(build_cca, grid, data, protocol, 3).candidates == tune(build_cca, grid, other, protocol, 3).candidates


def test_the_headline_of_the_protocol_decides_and_less_may_be_better():
    data = load_tiny()
    grid = [{"reg": reg} for reg in (1e-3, 0.1, 1, 100)]
    ranks = tune(build_cca, grid, data, Protocol("mine", measures=("first_rank", "map")), 3)
    alone, folds = Protocol("alone", measures=("first_rank",)), training_folds(data, 3)
    by_hand = [
        np.mean([row["value"] for fold in folds for row in evaluate(build_cca(values), fold, alone)]) for values in grid
    ]
    assert [candidate["score"] for candidate in ranks.candidates] == pytest.approx(by_hand, abs=1e-12)
    assert ranks.chosen == grid[int(np.argmin(by_hand))]


def test_equal_scores_go_to_the_first_candidate():
    grid = [{"reg": 1.0}, {"reg": 1}, {"reg": 1e-3}]
    found = tune(build_cca, grid, load_tiny(), get_protocol("heldout"), 3)
    assert found.candidates[0]["score"] == found.candidates[1]["score"]
    assert type(tune(build_cca, grid[:2], load_tiny(), get_protocol("heldout"), 3).chosen["reg"]) is float


def test_supervised_candidates_get_the_labels():
    found = tune(
        lambda values: CVH(n_bits=2, **values),
        [{"similarity": "pairs"}, {"similarity": "labels"}],
        load_tiny(),
        get_protocol("heldout"),
        3,
    )
    pairs, labels = (candidate["score"] for candidate in found.candidates)
    assert None not in (pairs, labels)
    assert pairs != labels


def test_a_failing_candidate_loses_and_tells_why():
    def build(values):
        return CCA(n_components=values["n_components"])

    grid = [{"n_components": 40}, {"n_components": 2}]
    found = tune(build, grid, load_tiny(), get_protocol("heldout"), 3)
    assert found.chosen == {"n_components": 2}
    assert found.candidates[0]["score"] is None
    assert found.candidates[0]["error"].startswith("ValueError: n_components=40")
    with pytest.raises(ValueError, match="none of the 1 candidates could be scored: ValueError: n_components=40"):
        tune(build, grid[:1], load_tiny(), get_protocol("heldout"), 3)


def test_a_tuned_cell_is_the_chosen_estimator_on_the_whole_training_set(tmp_path):
    suite = small_suite(TUNED, splits=(0,), sizes=(2,))
    results = run_suite(suite, tmp_path, n_jobs=1)
    (cell,) = results.cells
    tuning = cell["result"]["tuning"]
    chosen = tune(lambda values: CCA(2, power=1, **values), TUNED.grid, load_tiny(), get_protocol("heldout"), 3)
    assert tuning["chosen"] == chosen.chosen
    expected = evaluate(CCA(2, power=1, **chosen.chosen), load_tiny())
    rows = [row for row in results.rows if row["label"] != "chance"]
    assert [row["value"] for row in rows] == [row["value"] for row in expected]
    assert {row["parameters"] for row in rows} == {expected[0]["parameters"]} == {cell["parameters"]}
    for row in rows:
        assert row["tuned"] == f"reg={chosen.chosen['reg']!r}"
        assert row["tune_fits"] == 9
        assert row["tune_seconds"] == tuning["seconds"] > 0


def test_nothing_tuned_costs_nothing(tmp_path):
    results = run_suite(small_suite(MethodEntry("PLS"), splits=(0,)), tmp_path, n_jobs=1)
    rows = [row for row in results.rows if row["label"] != "chance"]
    assert {(row["tuned"], row["tune_seconds"], row["tune_fits"]) for row in rows} == {(None, None, None)}


def test_the_plan_says_what_is_to_be_tuned(tmp_path):
    results = run_suite(small_suite(TUNED, splits=(0,), sizes=(2,)), tmp_path, n_jobs=1)
    (method,) = results.plan["methods"]
    assert method["calls"] == ["CCA(n_components=2, power=1), tuned: reg in [0.001, 1.0, 100.0]"]


def test_a_failed_search_is_a_failed_cell(tmp_path):
    results = run_suite(small_suite(replace(TUNED, sizes=(40,)), splits=(0,)), tmp_path, n_jobs=1)
    (row,) = results.failures
    assert row["error"].startswith("ValueError: none of the 3 candidates could be scored: ValueError: n_components=40")


def test_keys_differ_by_grid_and_folds():
    def key(entry, folds=3):
        suite = replace(small_suite(entry, splits=(0,), sizes=(2,)), tune_folds=folds)
        return suite.cells()[0].key

    shorter = replace(TUNED, tune={"reg": [1.0]})
    fixed = replace(TUNED, tune={}, parameters={"power": 1, "reg": 1.0})
    assert len({key(TUNED), key(shorter), key(fixed), key(TUNED, 4)}) == 4
    assert key(fixed) == key(fixed, 4)


def test_warnings_of_candidates_that_are_not_chosen_are_not_kept(tmp_path):
    entry = MethodEntry("CVH", tune={"rank_policy": ["fill"]}, sizes=(20,))
    results = run_suite(small_suite(entry, splits=(0,)), tmp_path, n_jobs=1)
    (warning,) = results.cells[0]["result"]["warnings"]
    assert "of 20 bits" in warning


def test_a_killed_search_starts_again_with_the_same_end(tmp_path):
    suite = small_suite(TUNED, splits=(0, 1))
    whole = run_suite(suite, tmp_path, n_jobs=1)
    (tmp_path / "cells" / f"{suite.cells()[2].key}.json").unlink()
    again = run_suite(suite, tmp_path, n_jobs=1)
    assert scores_of(again) == scores_of(whole)
    assert again.digest == whole.digest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tune": {"rge": [1]}}, "unknown parameter of CCA to tune .*: 'rge'; did you mean 'reg'. known: power, reg"),
        ({"tune": {"power": [0, 1]}, "parameters": {"power": 1}}, "to tune .those set are not open.: 'power'"),
        ({"tune": {"n_components": [1, 2]}}, "to tune .*: 'n_components'"),
        ({"tune": {"reg": 1}}, "reg in tune is a list of one or more values to try, got 1"),
        ({"tune": {"reg": []}}, r"reg in tune is a list of one or more values to try, got \[\]"),
        ({"tune": {"reg": [1, -1]}}, "'reg' parameter of CCA must be .* Got -1"),
    ],
)
def test_a_wrong_grid_is_refused_when_the_suite_is_made(options, message):
    with pytest.raises(ValueError, match=message):
        small_suite(MethodEntry("CCA", **options))


@pytest.mark.parametrize("folds", [0, 1, 2.5, True])
def test_two_folds_are_the_least(folds):
    with pytest.raises(ValueError, match="tune_folds are whole numbers from 2"):
        replace(small_suite(), tune_folds=folds)


def test_more_folds_than_groups_are_a_failure_with_its_reason(tmp_path):
    suite = replace(small_suite(TUNED, splits=(0,), sizes=(2,)), tune_folds=51)
    (row,) = run_suite(suite, tmp_path, n_jobs=1).failures
    assert row["error"] == "ValueError: tune_folds=51 is more than the 50 groups of training items; take fewer."


def test_label_sets_can_be_tuned_on(monkeypatch, tmp_path):
    data = load_tiny()
    L = np.eye(4, dtype=int)[data.labels]
    L[::3, 3] = 1
    sets = replace(data, labels=L, class_names=())
    monkeypatch.setitem(datasets.LOADERS, "tiny", lambda *, split=0: sets)
    results = run_suite(small_suite(TUNED, splits=(0,), sizes=(2,)), tmp_path, n_jobs=1)
    assert results.failures == []
    assert results.rows[0]["tune_fits"] == 9
