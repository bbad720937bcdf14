"""The plain data that figures draw, gathered from results; what older results lack is left out."""

import json
from collections import defaultdict
from statistics import fmean

import numpy as np

from shallow_cmr.reporting.figures.costs import COSTS

__all__ = ["class_scores", "cost_points", "extreme_classes", "mean_curves", "scaling_series", "shown_sizes"]

_SCALES_FROM = 2  # times as many training items, from which on a line tells how the time grows


def shown_sizes(board):
    """Return ``{label: size}``: for each method the best of the sizes at which most methods were run.

    A method that was run at none of these is shown at the best of its own.
    """
    means = {line.label: {size: board.mean(line, (size, None)) for size in board.sizes} for line in board.lines}
    runs = {size: sum(found[size] is not None for found in means.values()) for size in board.sizes}
    most_run = [size for size in board.sizes if runs[size] == max(runs.values())]
    sign = -1 if board.lower_is_better else 1
    shown = {}
    for label, found in means.items():
        for sizes in (most_run, board.sizes):
            known = [size for size in sizes if found[size] is not None]
            if known and label not in shown:
                shown[label] = max(known, key=lambda size: sign * found[size])
    return shown


def mean_curves(board, results):
    """Return ``{label: {direction: {"recall", "precision", "n", "precision_at_n"}}}`` at the shown sizes.

    Means over splits and seeds: of recall and precision at the same places of the rankings, of the others at one N.
    """
    return {
        label: {direction: _mean_curve(curves) for direction, curves in found.items()}
        for label, found in _shown_results(board, results, "curves").items()
    }


def class_scores(board, results):
    """Return ``{label: {direction: {class name: value}}}`` at the shown sizes, means over splits and seeds."""
    return {
        label: {direction: _mean_by_name(scores) for direction, scores in found.items()}
        for label, found in _shown_results(board, results, "classes").items()
    }


def extreme_classes(scores, most):
    """Return class-wise scores of at most so many classes, the easiest and the hardest, and how many there are.

    Parameters
    ----------
    scores : dict
        As `class_scores` returns them.
    most : int

    Returns
    -------
    scores : dict
    n_classes : int
    """
    found = defaultdict(list)
    for by_direction in scores.values():
        for by_class in by_direction.values():
            for name, value in by_class.items():
                found[name].append(value)
    names = sorted(found, key=lambda name: -fmean(found[name]))
    kept = names if len(names) <= most else [*names[: most // 2], *names[len(names) - most // 2 :]]
    reduced = {
        label: {way: {name: row[name] for name in kept if name in row} for way, row in by_direction.items()}
        for label, by_direction in scores.items()
    }
    return reduced, len(names)


def _shown_results(board, results, key):
    """Return ``{label: {direction: [what the cells at the shown size hold under a key]}}``."""
    shown = shown_sizes(board)
    found = {line.label: defaultdict(list) for line in board.lines}
    for cell in results.cells:
        if cell["dataset"] == board.dataset and shown.get(cell["label"]) == cell["n_dimensions"]:
            for direction, value in ((cell["result"] or {}).get(key) or {}).items():
                found[cell["label"]][direction].append(value)
    return found


def _mean_curve(curves):
    """Return the mean of curves by the keys that they hold."""
    mean = {}
    for x, y in (("recall", "precision"), ("n", "precision_at_n")):
        points = [np.array([curve[x], curve[y]], dtype=float) for curve in curves if curve.get(y)]
        if points:
            by_place = x == "recall" and len({each.shape for each in points}) == 1
            drawn = np.mean(points, axis=0) if by_place else _mean_at_same(points)
            mean |= {x: drawn[0].tolist(), y: drawn[1].tolist()}
    return mean


def _mean_at_same(points):
    """Return the mean (2, n) of curves (2, n_i) at the x of the first, between the ends that all reach."""
    x = points[0][0]
    x = x[(x >= max(each[0, 0] for each in points)) & (x <= min(each[0, -1] for each in points))]
    return np.array([x, np.mean([np.interp(x, *each) for each in points], axis=0)])


def _mean_by_name(scores):
    """Return the mean of each class over the cells that score it."""
    found = defaultdict(list)
    for by_class in scores:
        for name, value in by_class.items():
            if value is not None:
                found[name].append(value)
    return {name: fmean(values) for name, values in found.items()}


def cost_points(board, results):
    """Return ``{label: [{"size", "score", "fit_cpu_seconds", "bytes_per_item"}]}``, one a size; costs where known."""
    rows = defaultdict(list)
    for row in results.rows:
        if row["dataset"] == board.dataset and row["measure"] == board.measure and row["value"] is not None:
            rows[row["label"], row["n_dimensions"]].append(row)
    points = {line.label: [] for line in board.lines}
    for line in board.lines:
        for size in board.sizes:
            score, found = board.mean(line, (size, None)), rows[line.label, size]
            if score is not None:
                costs = {cost: fmean(row[cost] for row in found) for cost in COSTS if _all_have(found, cost)}
                points[line.label].append({"size": size, "score": score, **costs})
    return points


def _all_have(rows, name):
    """Return whether each row has a number above 0, as a logarithmic axis needs, in a column."""
    return all((row.get(name) or 0) > 0 for row in rows)


def scaling_series(boards, results):
    """Return ``{loader: {label: [(n_train, seconds)]}}`` of the loaders whose datasets differ in size, a point each.

    Seconds are means over splits, seeds and the sizes that the method has on every one of these datasets.
    """
    loaders = defaultdict(dict)
    for cell in results.cells:
        loaders[json.loads(cell["data"])[0]][cell["dataset"]] = None
    found = {}
    for loader, datasets in loaders.items():
        series = {}
        for label in dict.fromkeys(line.label for board in boards for line in board.lines if board.dataset in datasets):
            series[label] = _times([row for row in results.rows if row["dataset"] in datasets], label)
        items = [n for points in series.values() for n, _ in points]
        if items and max(items) >= _SCALES_FROM * min(items):
            found[loader] = series
    return found


def _times(rows, label):
    """Return the (n_train, seconds) pairs of a method, one a dataset, over the sizes that it has on all of them."""
    found = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["label"] == label and row.get("n_train") and (row.get("fit_cpu_seconds") or 0) > 0:
            found[row["dataset"]][row["n_dimensions"]].append((row["n_train"], row["fit_cpu_seconds"]))
    shared = set.intersection(*map(set, found.values())) if found else set()
    pairs = [[pair for size in shared for pair in by_size[size]] for by_size in found.values()]
    return [tuple(map(fmean, zip(*each))) for each in pairs if each]
