"""Leaderboards as the page's tables show them, and what a database of training items adds to each method."""

import json

from shallow_cmr.protocol import PROTOCOLS
from shallow_cmr.reporting.notation import number, p_text
from shallow_cmr.reporting.tables.cells import columns_of, is_level, is_marked, lines_of, summary_of

__all__ = ["board_groups", "comparison_rows", "leak_rows", "ranks_training_items", "table_rows"]


def board_groups(boards, results):
    """Return lists of the leaderboards that were made from the same data, whatever splits, held-out items first.

    Parameters
    ----------
    boards : list of Leaderboard
    results : Results

    Returns
    -------
    list of list of Leaderboard
    """
    loaded = {cell["dataset"]: _without_split(cell["data"]) for cell in results.cells}
    groups = {}
    for board in boards:
        groups.setdefault(loaded.get(board.dataset, board.dataset), []).append(board)
    return [sorted(group, key=lambda board: ranks_training_items(board, results)) for group in groups.values()]


def _without_split(data):
    """Return what a cell's data were loaded from, less the split."""
    name, options = json.loads(data)
    return json.dumps([name, {key: value for key, value in options.items() if key != "split"}])


def ranks_training_items(board, results):
    """Tell whether the preset that a leaderboard was scored under ranks items which the methods were fitted on."""
    name = next((cell.get("protocol") for cell in results.cells if cell["dataset"] == board.dataset), None)
    return name in PROTOCOLS and PROTOCOLS[name].database != "test"


def table_rows(board, order):
    """Return the rows of a leaderboard.

    Parameters
    ----------
    board : Leaderboard
    order : list of str
        All labels, in the order of their colours.

    Returns
    -------
    list of dict
        ``label``; ``place``, the number of its colour (None: chance); ``complete``, whether it has every size;
        ``bar``, its mean in per cent of the largest; ``cells`` with the ``value`` to sort by, the texts ``mean`` and
        ``std``, and whether it is ``best`` of its column or ``level`` with it.
    """
    most = max((line.overall.mean for line in board.lines if line.overall), default=0)
    return [
        {
            "label": line.label,
            "place": _colour(board, line, order),
            "complete": line.complete or not line.values,
            "bar": round(100 * line.overall.mean / most, 1) if line.overall and most > 0 else 0,
            "cells": [_cell(board, line, column) for _, column in columns_of(board)],
        }
        for line in lines_of(board)
    ]


def _colour(board, line, order):
    """Return the number of a line's colour, None for chance."""
    return None if line is board.chance else order.index(line.label)


def _cell(board, line, column):
    """Return what is to be seen of a line in a column."""
    summary = summary_of(line, column)
    marks = {"best": is_marked(board, line, column), "level": is_level(board, line, column)}
    if summary is None:
        return {"value": None, "mean": "error" if line.errors else "–", "std": "", **marks}
    std = "" if summary.std is None else number(summary.std)
    return {"value": summary.mean, "mean": number(summary.mean), "std": std, **marks}


def comparison_rows(board):
    """Return the comparisons of the best method of the mean with each other one, as texts.

    Parameters
    ----------
    board : Leaderboard

    Returns
    -------
    list of dict
        ``method``, ``other``, ``difference``, ``p_value``, ``p_adjusted``, ``verdict``; empty where nothing was tested.
    """
    return [_comparison(line) for line in board.comparisons.with_best((None, None))]


def _comparison(line):
    """Return the texts of one comparison, dashes where nothing could be tested."""
    shared = {"method": line.method, "other": line.other, "verdict": line.verdict}
    if line.difference is None:
        return {**shared, "difference": "–", "p_value": "–", "p_adjusted": "–"}
    difference = f"{number(line.difference)} ± {number(line.standard_error)}"
    return {
        **shared,
        "difference": difference,
        "p_value": p_text(line.p_value),
        "p_adjusted": p_text(line.p_adjusted),
    }


def leak_rows(board, variant, methods, order):
    """Return each method's mean over held-out items beside that over the items it was fitted on.

    Parameters
    ----------
    board, variant : Leaderboard
        Under the two protocols.
    methods : list of dict
        Of the plan.
    order : list of str
        All labels, in the order of their colours.

    Returns
    -------
    list of dict
        ``label``, ``supervision``, ``place`` (None: chance), ``values`` and ``texts`` of the two means and their
        difference; the largest difference first, chance last.
    """
    supervision = {method["label"]: method["supervision"] for method in methods}
    other = {line.label: line for line in lines_of(variant)}
    rows = [
        _leak_row(line, other[line.label], _colour(board, line, order), supervision.get(line.label, ""))
        for line in lines_of(board)
        if line.overall and line.label in other and other[line.label].overall
    ]
    return sorted(rows, key=lambda row: (row["place"] is None, -row["values"][2]))


def _leak_row(line, other, place, supervision):
    """Return one row of the table of both protocols."""
    means = [line.overall.mean, other.overall.mean]
    values = [*means, means[1] - means[0]]
    texts = [*map(number, means), f"{'+' if values[2] >= 0.0005 else ''}{number(values[2])}"]
    return {"label": line.label, "supervision": supervision, "place": place, "values": values, "texts": texts}
