"""Average ranks over data sets: what is ranked, what is left out, and the diagram that shows it."""

import numpy as np
import pytest
from scipy import stats

from shallow_cmr.experiment import Results
from shallow_cmr.reporting import (
    as_png,
    as_svg,
    leaderboards,
    plot_critical_difference,
    rank_methods,
    ranks_to_markdown,
    write_outputs,
)
from shallow_cmr.statistics import average_ranks, critical_difference

WAYS = ("image->text", "text->image")


def over_splits(scores, *, dataset, measure="mAP@all"):
    """Rows of ``{label: [score of each split]}`` in both directions."""
    shared = {"n_dimensions": 8, "seed": None, "chance": 0.1, "error": None, "n_queries": 100, "n_train": 300}
    shared |= {"dataset": dataset, "measure": measure, "method": "CCA", "parameters": "CCA()"}
    return [
        {**shared, "label": label, "split": split, "direction": way, "value": value}
        for label, values in scores.items()
        for split, value in enumerate(values)
        for way in WAYS
    ]


def results(rows):
    """Results of rows."""
    return Results({"title": "", "description": "", "protocol": "a protocol", "methods": []}, rows, [])


def over_datasets(tables):
    """Leaderboards of ``{dataset: {label: score}}`` with two splits each."""
    rows = []
    for dataset, scores in tables.items():
        rows += over_splits({label: [value, value + 0.01] for label, value in scores.items()}, dataset=dataset)
    return leaderboards(results(rows))


THREE = {
    "one": {"a": 0.9, "b": 0.8, "c": 0.7, "sometimes": 0.95},
    "two": {"a": 0.6, "b": 0.5, "c": 0.55},
    "three": {"a": 0.6, "b": 0.7, "c": 0.3},
}


def test_ranks_are_averaged_over_data_sets_and_what_is_not_on_all_is_left_out_by_name():
    ranking = rank_methods(over_datasets(THREE))
    assert dict(zip(ranking.labels, ranking.ranks)) == pytest.approx({"a": 4 / 3, "b": 2, "c": 8 / 3})
    assert ranking.labels == ["a", "b", "c"]
    assert ranking.left_out == ["sometimes"]
    assert ranking.critical_difference == critical_difference(3, 3)
    assert ranking.cliques == [["a", "b", "c"]]
    expected = stats.friedmanchisquare(*np.transpose([[t["a"], t["b"], t["c"]] for t in THREE.values()]))
    assert ranking.friedman.p_value == pytest.approx(expected.pvalue)
    assert "every data set: sometimes." in ranking.caption
    assert "3 data sets give these tests little power" in ranking.caption
    assert "no method differs from another" in ranking.caption


def test_ranks_count_from_the_lowest_where_lower_is_better():
    rows = over_splits({"a": [9.0], "b": [3.0], "c": [5.0]}, dataset="one", measure="mean rank")
    rows += over_splits({"a": [9.0], "b": [4.0], "c": [3.0]}, dataset="two", measure="mean rank")
    ranking = rank_methods(leaderboards(results(rows)))
    assert dict(zip(ranking.labels, ranking.ranks)) == {"b": 1.5, "c": 1.5, "a": 3.0}


def test_data_sets_may_be_scored_by_different_measures_under_their_own_protocols():
    rows = over_splits({"a": [9.0], "b": [3.0], "c": [5.0]}, dataset="one", measure="mean rank")
    rows += over_splits({"a": [0.1], "b": [0.4], "c": [0.3]}, dataset="two")
    data = results(rows)
    data.plan["protocols"] = {"one": "a protocol of its own"}
    boards = leaderboards(data)
    assert [board.protocol for board in boards] == ["a protocol of its own", "a protocol"]
    ranking = rank_methods(boards)
    assert dict(zip(ranking.labels, ranking.ranks)) == {"b": 1, "c": 2, "a": 3}
    assert "over 2 data sets by mean rank or mAP@all (mean" in ranking.caption


def test_the_caption_says_when_no_difference_could_ever_be_found():
    caption = rank_methods(over_datasets({name: THREE[name] for name in ("one", "two")})).caption
    assert critical_difference(3, 2) > 2
    assert "With 2 data sets no two of 3 methods can be told apart, however they rank." in caption
    many = {f"set {j}": {"a": 0.9, "b": 0.8, "c": 0.7 + 0.001 * j} for j in range(11)}
    caption = rank_methods(over_datasets(many)).caption
    assert "power" not in caption
    assert "told apart" not in caption
    assert "p < .001" in caption


def test_with_too_few_data_sets_or_methods_there_is_a_sentence():
    sentence = "Average ranks need two data sets or more, and three methods or more with a score at every size of each"
    one = over_datasets({"one": THREE["one"]})
    assert ranks_to_markdown(one) == f"{sentence}; here are 1 and 4.\n"
    two = over_datasets({name: {"a": 0.5, "b": 0.4} for name in ("one", "two")})
    assert ranks_to_markdown(two) == f"{sentence}; here are 2 and 2.\n"
    with pytest.raises(ValueError, match="here are 0 and 0"):
        rank_methods([])


def test_average_ranks_in_markdown_stand_best_first_with_their_tests():
    markdown = ranks_to_markdown(over_datasets(THREE))
    assert markdown.index("| a | 1.33 |") < markdown.index("| b | 2.00 |") < markdown.index("| c | 2.67 |")
    assert "Friedman's test: χ²" in markdown


def ranking_of(n_methods, n_datasets, gap):
    """Ranks of so many methods whose scores lie `gap` apart but for noise."""
    rng = np.random.default_rng(4)
    scores = 0.5 - gap * np.arange(n_methods) + rng.normal(0, 0.01, (n_datasets, n_methods))
    names = [f"method {j}, a name as long as names may be and longer" for j in range(n_methods)]
    tables = {f"set {i}": dict(zip(names, line)) for i, line in enumerate(scores)}
    return rank_methods(over_datasets(tables)), scores


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize(("n_methods", "n_datasets"), [(3, 2), (11, 12), (20, 8)])
def test_the_diagram_shows_each_rank_and_no_two_names_meet(stacked, n_methods, n_datasets):
    ranking, scores = ranking_of(n_methods, n_datasets, 0.004)
    figure = plot_critical_difference(ranking, "dark", stacked=stacked)
    figure.draw_without_rendering()
    (panel,) = figure.axes
    dots = sorted(line.get_xdata()[0] for line in panel.lines if line.get_marker() == "o")
    assert dots == pytest.approx(sorted(average_ranks(scores)))
    names = [text for text in panel.texts if "method" in text.get_text()]
    assert len(names) == n_methods
    boxes = [text.get_window_extent() for text in panel.texts]
    assert not any(one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[:place])
    whole = figure.bbox
    assert all(box.x0 >= 0 and box.x1 <= whole.x1 and box.y0 >= 0 and box.y1 <= whole.y1 for box in boxes)


def test_the_bars_of_the_diagram_are_the_cliques_and_do_not_meet():
    ranking, _ = ranking_of(9, 30, 0.006)
    assert len(ranking.cliques) > 2
    (panel,) = plot_critical_difference(ranking).axes
    bars = [line for line in panel.lines if line.get_linewidth() == 4]
    rank = dict(zip(ranking.labels, ranking.ranks))
    spans = sorted((rank[group[0]], rank[group[-1]]) for group in ranking.cliques)
    drawn = sorted((bar.get_xdata()[0] + 0.032, bar.get_xdata()[1] - 0.032) for bar in bars)  # .4 % of eight ranks
    assert np.array(drawn) == pytest.approx(np.array(spans))
    for place, one in enumerate(bars):
        for two in bars[:place]:
            if one.get_ydata()[0] == two.get_ydata()[0]:
                (a, b), (c, d) = one.get_xdata(), two.get_xdata()
                assert b < c or d < a


def test_the_diagram_is_the_same_bytes_each_time():
    ranking = rank_methods(over_datasets(THREE))
    one, two = (plot_critical_difference(ranking, "dark", stacked=True) for _ in range(2))
    assert (as_svg(one), as_png(one)) == (as_svg(two), as_png(two))


def test_the_diagram_is_written_where_there_are_several_data_sets(tmp_path, monkeypatch):
    monkeypatch.setattr("shallow_cmr.reporting.outputs.render_report", lambda *_: "")  # its figures take seconds
    rows = [line for board in THREE for line in over_splits({k: [v] for k, v in THREE[board].items()}, dataset=board)]
    written = {path.name for path in write_outputs(results(rows), tmp_path)}
    assert {"critical_difference.png", "critical_difference.svg", "figure3.png"} <= written
    assert "**Average ranks**" in (tmp_path / "leaderboard.md").read_text(encoding="utf-8")
