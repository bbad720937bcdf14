"""Figures: they draw the numbers they are given, a method looks the same in all, what is missing stays out."""

import json
from itertools import product

import numpy as np
import pytest

from shallow_cmr.experiment import Results
from shallow_cmr.reporting import (
    as_png,
    as_svg,
    dataset_plots,
    leaderboards,
    plot_class_scores,
    plot_precision_at_n,
    plot_precision_recall,
    plot_scaling,
    plot_score_against_costs,
    plot_score_against_size,
    run_plots,
    write_outputs,
)
from shallow_cmr.reporting.figures.canvas import method_styles
from shallow_cmr.reporting.figures.data import (
    class_scores,
    cost_points,
    extreme_classes,
    mean_curves,
    scaling_series,
    shown_sizes,
)

WAYS = ("image->text", "text->image")


def cell(label, size, split, value, *, dataset="made up", data=("loader", {}), seconds=0.1, n_train=300, **held):
    """A cell whose rows carry what the figures read; `held` adds curves or classes to its result."""
    shared = {"label": label, "method": label, "parameters": f"{label}()", "dataset": dataset, "split": split}
    shared |= {"n_dimensions": size, "seed": None}
    row = {**shared, "measure": "mAP@all", "value": value, "chance": 0.1, "error": None, "n_queries": 100}
    row |= {"n_train": n_train, "fit_cpu_seconds": seconds, "fit_seconds": seconds, "bytes_per_item": 4 * size}
    rows = [{**row, "direction": way} for way in WAYS]
    return {**shared, "data": json.dumps(data), "result": {"rows": rows, "per_query": {}, **held}}


def results(cells):
    """Results of cells."""
    plan = {"title": "", "description": "", "protocol": "a protocol", "methods": []}
    return Results(plan, [row for each in cells for row in each["result"]["rows"]], cells)


def curves_of(level, n=(1, 10, 100)):
    """Curves of both directions that start at a level."""
    curve = {"recall": [0.0, 0.5, 1.0], "precision": [level, level / 2, 0.1]}
    curve |= {"n": list(n), "precision_at_n": [level, level / 2, level / 4]}
    return dict.fromkeys(WAYS, curve)


def classes_of(level):
    """Class-wise scores of both directions."""
    return {way: {"hard": level / 4, "easy": level, "middling": level / 2} for way in WAYS}


def full(labels=("first", "second", "third $x$"), sizes=(8, 16), **more):
    """Results that hold everything that a figure draws."""
    return results(
        [
            cell(label, size, split, level, curves=curves_of(level), classes=classes_of(level), **more)
            for place, label in enumerate(labels)
            for size, split in product(sizes, (0, 1))
            for level in [0.8 - 0.1 * place + 0.001 * size + 0.02 * split]
        ]
    )


def drawn(figure, label, panel=0):
    """The line of a label in a panel."""
    (line,) = [line for line in figure.axes[panel].lines if line.get_label() == label and len(line.get_xdata())]
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def test_curves_draw_the_mean_over_splits_at_the_best_size():
    data = full()
    (board,) = leaderboards(data)
    curves = mean_curves(board, data)
    x, y = drawn(plot_precision_recall(curves), "first")
    level = 0.8 + 0.016 + 0.01  # size 16 is better, splits differ by .02
    assert x.tolist() == [0, 0.5, 1]
    assert y == pytest.approx([level, level / 2, 0.1])
    x, y = drawn(plot_precision_at_n(curves), "second", panel=1)
    assert x.tolist() == [1, 10, 100]
    assert y == pytest.approx([level - 0.1, (level - 0.1) / 2, (level - 0.1) / 4])


def curve_over_splits(*curves):
    """The mean of one method's curves on so many splits."""
    data = results([cell("only", 8, split, 0.5, curves={WAYS[0]: curve}) for split, curve in enumerate(curves)])
    return mean_curves(leaderboards(data)[0], data)["only"][WAYS[0]]


def test_precision_and_recall_are_averaged_at_the_same_places_of_the_rankings():
    one = {"recall": [0.1, 0.5, 1.0], "precision": [0.9, 0.4, 0.1]}
    two = {"recall": [0.2, 0.7, 1.0], "precision": [0.7, 0.4, 0.3]}
    curve = curve_over_splits(one, two)
    assert curve["recall"] == pytest.approx([0.15, 0.6, 1])
    assert curve["precision"] == pytest.approx([0.8, 0.4, 0.2])
    shorter = {"recall": [0.0, 0.8], "precision": [1.0, 0.2]}
    curve = curve_over_splits(one, shorter)
    assert curve["recall"] == [0.1, 0.5]
    assert curve["precision"] == pytest.approx([(0.9 + 0.9) / 2, (0.4 + 0.5) / 2])


def test_precisions_among_the_first_are_averaged_at_the_same_numbers_as_far_as_all_reach():
    one = {"n": [1, 10, 100], "precision_at_n": [0.4, 0.2, 0.1]}
    two = {"n": [1, 4, 40], "precision_at_n": [0.8, 0.4, 0.2]}
    curve = curve_over_splits(one, two)
    assert curve["n"] == [1, 10]
    assert curve["precision_at_n"] == pytest.approx([0.6, (0.2 + np.interp(10, [4, 40], [0.4, 0.2])) / 2])


def test_methods_are_shown_at_the_best_of_the_sizes_that_most_have():
    cells = [cell("grows", size, 0, 0.1 + size / 100) for size in (8, 16, 32)]
    cells += [cell("falls", size, 0, 0.5 - size / 100) for size in (8, 16)]
    cells += [cell("elsewhere", 64, 0, 0.9)]
    (board,) = leaderboards(results(cells))
    assert shown_sizes(board) == {"grows": 16, "falls": 8, "elsewhere": 64}


def test_labels_name_the_size_where_methods_are_shown_at_several():
    cells = [cell("grows", s, 0, 0.1 + s / 100, curves=curves_of(0.5)) for s in (8, 16)]
    cells += [cell("falls", s, 0, 0.5 - s / 100, curves=curves_of(0.5)) for s in (8, 16)]
    data = results(cells)
    plots = {plot.name: plot for plot in dataset_plots(leaderboards(data)[0], data)}
    assert plots["precision_recall"].caption == "Means over queries and splits, each method at the size in brackets."
    labels = [line.get_label() for line in plots["precision_recall"].draw("light").axes[0].lines]
    assert labels == ["falls (8)", "grows (16)"]


def test_a_method_looks_the_same_in_every_figure_although_one_lacks_a_rival():
    data = full()
    for each in data.cells:
        if each["label"] == "first":
            del each["result"]["curves"]
    (board,) = leaderboards(data)
    curves = mean_curves(board, data)
    figures = [plot_score_against_size(board), plot_precision_recall(curves), plot_precision_at_n(curves)]
    figures.append(plot_score_against_costs(cost_points(board, data), "mAP"))
    looks = {
        (line.get_color(), line.get_marker(), line.get_linestyle())
        for figure in figures
        for line in figure.axes[0].lines
        if line.get_label() == "second"
    }
    assert len(looks) == 1


def looks(plots):
    """How methods look, {label: its looks in all figures}."""
    found = {}
    for line in [line for plot in plots if plot.name != "classes" for line in plot.draw("light").axes[0].lines]:
        look = line.get_color(), line.get_marker(), line.get_linestyle()
        found.setdefault(line.get_label().partition(" (")[0], set()).add(look)
    return found


def test_a_method_looks_the_same_on_every_dataset_whatever_its_rank_and_at_whatever_size_it_is_best():
    levels = {"one": {"a": 0.6, "b": 0.5, "c": 0.4}, "other": {"c": 0.6, "a": 0.3}}
    data = results(
        [
            cell(
                label,
                size,
                0,
                level + 0.001 * size * (1 if label == "a" else -1),
                dataset=dataset,
                curves=curves_of(0.5),
            )
            for dataset, of_labels in levels.items()
            for label, level in of_labels.items()
            for size in (8, 16)
        ]
    )
    plots = [plot for board in leaderboards(data) for plot in dataset_plots(board, data)]
    assert [plot.name for plot in plots].count("precision_recall") == 2
    found = looks(plots)
    assert [len(found[label]) for label in "abc"] == [1, 1, 1]
    assert len(set.union(*(found[label] for label in "abc"))) == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_twenty_eight_methods_look_different(theme):
    styles = method_styles(range(28), theme).values()
    assert len({(style["color"], style["linestyle"]) for style in styles}) == 28
    assert len({(style["color"], style["marker"]) for style in styles}) == 28


def test_costs_are_drawn_against_the_mean_score_of_both_directions():
    data = full()
    (board,) = leaderboards(data)
    points = cost_points(board, data)
    assert points["first"][1] == pytest.approx(
        {"size": 16, "score": 0.826, "fit_cpu_seconds": 0.1, "bytes_per_item": 64}
    )
    time, memory = plot_score_against_costs(points, "mAP").axes
    assert {time.get_xscale(), memory.get_xscale()} == {"log"}
    assert {line.get_xdata()[0] for line in memory.lines if len(line.get_xdata()) == 1} == {32, 64}
    sizes = {line.get_xdata()[0]: line.get_markersize() for line in memory.lines if len(line.get_xdata()) == 1}
    assert sizes[32] < sizes[64]


def test_a_cost_that_is_not_known_has_no_panel():
    data = full()
    for row in data.rows:
        del row["bytes_per_item"]
    (board,) = leaderboards(data)
    (panel,) = plot_score_against_costs(cost_points(board, data), "mAP").axes
    assert panel.get_xlabel() == "seconds of one fit (CPU)"


def growing(loader="grows", labels=("quick", "slow")):
    """Results of one loader at three sizes of the training set."""
    return results(
        [
            cell(
                *(label, 8, split, 0.5),
                dataset=f"{loader} ({n})",
                data=(loader, {"n": n}),
                n_train=n,
                seconds=(n / 1000) ** (place + 1),
            )
            for place, label in enumerate(labels)
            for n in (1000, 4000, 16000)
            for split in (0, 1)
        ]
    )


def test_times_are_drawn_by_training_items_with_a_line_for_proportional_growth():
    data = growing()
    series = scaling_series(leaderboards(data), data)["grows"]
    figure = plot_scaling(series)
    x, y = drawn(figure, "slow")
    assert x.tolist() == [1000, 4000, 16000]
    assert y == pytest.approx([1, 16, 256])
    x, y = drawn(figure, "proportional to n")
    assert y[1] / y[0] == pytest.approx(x[1] / x[0]) == 16
    assert [plot.name for plot in run_plots(leaderboards(data), data)] == ["scaling"]


def test_datasets_of_other_loaders_or_of_one_size_tell_nothing_of_growth():
    one, two = growing("one"), growing("two")
    cells = [each for each in one.cells if "(1000)" in each["dataset"]]
    cells += [each for each in two.cells if "(16000)" in each["dataset"]]
    data = results(cells)
    assert scaling_series(leaderboards(data), data) == {}


def test_times_at_a_size_that_only_some_datasets_have_are_left_out():
    data = growing(labels=("quick",))
    extra = cell("quick", 64, 0, 0.5, dataset="grows (1000)", data=("grows", {"n": 1000}), n_train=1000, seconds=99)
    data = results([*data.cells, extra])
    assert scaling_series(leaderboards(data), data)["grows"]["quick"][0] == (1000, 1)


def test_classes_stand_from_the_easiest_and_carry_their_numbers():
    data = full()
    (board,) = leaderboards(data)
    scores = class_scores(board, data)
    assert scores["first"]["image->text"]["easy"] == pytest.approx(0.826)
    left, right = plot_class_scores(scores, "mAP").axes
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["easy", "middling", "hard"]
    assert [text.get_text() for text in left.texts[:3]] == [".83", ".41", ".21"]
    assert np.asarray(right.images[0].get_array())[1] == pytest.approx([0.726, 0.363, 0.1815])


def test_a_class_that_a_method_lacks_is_an_empty_cell():
    scores = {"a": {WAYS[0]: {"one": 0.5, "two": 0.25}}, "b": {WAYS[0]: {"one": 0.5}}, "c": {}}
    (panel,) = plot_class_scores(scores, "mAP").axes
    assert np.isnan(np.ma.filled(panel.images[0].get_array(), np.nan)[1, 1])
    assert len(panel.texts) == 3
    assert [tick.get_text() for tick in panel.get_yticklabels()] == ["a", "b"]


def test_many_classes_are_colours_alone():
    scores = {"a": {WAYS[0]: {f"class {j}": j / 40 for j in range(40)}}}
    (panel,) = plot_class_scores(scores, "mAP").axes
    assert len(panel.texts) == 0


def test_older_results_have_the_figure_of_their_scores_alone():
    data = results([cell("old", 8, 0, 0.5)])
    for row in data.rows:
        for name in ("n_train", "fit_cpu_seconds", "bytes_per_item"):
            del row[name]
    boards = leaderboards(data)
    assert [plot.name for plot in dataset_plots(boards[0], data)] == ["figure"]
    assert run_plots(boards, data) == []


def test_every_figure_is_written_and_numbered_by_data_set(tmp_path, monkeypatch):
    monkeypatch.setattr("shallow_cmr.reporting.outputs.render_report", lambda *_: "")
    first, second = full(sizes=(8,)), full(("first", "second"), sizes=(8,), dataset="other")
    written = {path.name for path in write_outputs(results(first.cells + second.cells), tmp_path)}
    names = ("figure", "precision_recall", "precision_at_n", "costs", "classes")
    files = [f"{name}{number}.{kind}" for name in names for number in ("", "2") for kind in ("png", "svg")]
    assert set(files) <= written


def test_figures_draw_in_both_shapes_on_the_ground_of_their_theme():
    data = full(sizes=(8,))
    plots = [*dataset_plots(leaderboards(data)[0], data), *run_plots(leaderboards(growing()), growing())]
    assert len(plots) == 6
    for place, plot in enumerate(plots):
        figure = plot.draw("dark", stacked=place % 2 == 0)
        assert "#171a1f" in as_svg(figure)
        wide, narrow = (plot.draw("light", stacked=stacked).get_figwidth() for stacked in (False, True))
        assert wide > 2 * narrow


def test_a_figure_is_the_same_bytes_each_time():
    data = full(sizes=(8,))
    scores = class_scores(leaderboards(data)[0], data)
    one, two = (plot_class_scores(scores, "mAP", "dark", stacked=True) for _ in range(2))
    assert (as_svg(one), as_png(one)) == (as_svg(two), as_png(two))


def test_of_very_many_classes_the_map_shows_the_easiest_and_the_hardest():
    scores = {"a": {WAYS[0]: {f"class {j}": j / 40 for j in range(41)}}, "b": {WAYS[0]: {"class 7": 0.4}, WAYS[1]: {}}}
    shown, n_classes = extreme_classes(scores, 10)
    assert n_classes == 41
    assert list(shown["a"][WAYS[0]]) == [f"class {j}" for j in (40, 39, 38, 37, 36, 4, 3, 2, 1, 0)]
    assert shown["b"] == {WAYS[0]: {}, WAYS[1]: {}}
    assert extreme_classes(scores, 41) == (scores, 41)


@pytest.mark.parametrize("stacked", [False, True])
def test_what_the_map_of_classes_leaves_out_is_said_within_the_figure(stacked):
    scores = {f"class number {j}": j / 100 for j in range(96)}
    data = results([cell("a", 8, 0, 0.5, classes=dict.fromkeys(WAYS, scores))])
    plots = {plot.name: plot for plot in dataset_plots(leaderboards(data)[0], data)}
    figure = plots["classes"].draw("light", stacked=stacked)
    figure.draw_without_rendering()
    assert plots["classes"].caption.endswith(f"{figure.get_supxlabel()}.")
    assert figure.get_supxlabel() == "the 10 easiest and the 10 hardest of 96 classes"
    (note,) = [text for text in figure.texts if text.get_text() == figure.get_supxlabel()]
    box = note.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width


@pytest.mark.parametrize("stacked", [False, True])
def test_no_label_of_the_map_of_classes_meets_another(stacked):
    rng = np.random.default_rng(0)
    names = [f"a class named {j}" for j in range(13)]
    scores = {
        f"method {place}": {way: dict(zip(names, rng.uniform(size=13).tolist())) for way in WAYS} for place in range(11)
    }
    figure = plot_class_scores(scores, "mAP", stacked=stacked)
    figure.draw_without_rendering()
    for panel in figure.axes:
        boxes = [text.get_window_extent() for text in [*panel.texts, *panel.get_yticklabels()] if text.get_visible()]
        assert not any(one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[:place])


LONG = [f"a method with a name that goes on and on, variant {'x' * 60} {place}" for place in range(9)]


@pytest.mark.parametrize("stacked", [False, True])
def test_names_without_end_leave_room_for_the_figure_and_each_method_in_the_legend(stacked):
    names = [f"<img src=x onerror=alert({j})> and more of the same" for j in range(13)]
    data = full(LONG, sizes=(8,))
    for each in data.cells:
        each["result"]["classes"] = {way: dict.fromkeys(names, 0.5) for way in WAYS}
    plots = dataset_plots(leaderboards(data)[0], data)
    for plot in plots:
        figure = plot.draw("light", stacked=stacked)
        figure.draw_without_rendering()
        inside = figure.get_window_extent()
        for panel in figure.axes:
            assert panel.get_window_extent().width > 0.2 * inside.width / (1 if stacked else len(figure.axes))
            assert panel.get_window_extent().height > 0.1 * inside.height
        for legend in figure.legends:
            box = legend.get_window_extent()
            assert len(legend.get_texts()) >= 9
            assert box.x0 >= 0
            assert box.x1 <= inside.x1
