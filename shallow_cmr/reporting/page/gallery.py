"""The gallery: for each method, direction and test query the best items, as the first split's cells hold them."""

import numpy as np

from shallow_cmr.reporting.page.arrays import packed
from shallow_cmr.reporting.page.items import has_something_to_see

__all__ = ["galleries"]


def galleries(boards, results, datasets, tables):
    """Return what the page's gallery shows.

    Parameters
    ----------
    boards : list of Leaderboard
    results : Results
    datasets : dict of str to CrossModalDataset
        Of the first split, by the name that rows carry.
    tables : ItemTables
        Gets the items.

    Returns
    -------
    list of dict
        One a leaderboard that has something to look at: ``title``, ``table`` (its number), ``measure``, ``chance`` and
        ``methods``, each with its ``label``, ``call`` and lists by direction. Scores are in per mille.
    """
    seen = [board for board in boards if board.dataset in datasets and has_something_to_see(datasets[board.dataset])]
    found = [_gallery(board, _first_split(board, results), tables.of(datasets[board.dataset])) for board in seen]
    return [gallery for gallery in found if gallery["methods"]]


def _gallery(board, cells, table):
    """Return the gallery of one leaderboard."""
    measure = board.measure
    shown = [(line, _best_size(board, line, cells)) for line in board.lines]
    return {
        "title": board.dataset,
        "table": table.number,
        "measure": measure.removeprefix("m") if measure.startswith("mAP") else measure,
        "methods": [_method(line, cell, table) for line, cell in shown if cell],
    }


def _method(line, cell, table):
    """Return the call of a method and its lists by direction."""
    size, result = cell["n_dimensions"], cell["result"]
    lists = {}
    for direction, examples in result["examples"].items():
        mean = line.values.get((size, direction))
        lists[direction] = {
            "mean": _per_mille(mean and mean.mean),
            "scores": _scores(result["per_query"].get(direction), examples, table.dataset),
            **_packed_lists(examples, table),
        }
    return {"label": line.label, "call": cell["parameters"], "lists": lists}


def _packed_lists(examples, table):
    """Return the queries, their items and which of these are relevant, items by their places in the table."""
    items = [place for example in examples for place in table.places(example["items"])]
    hits = [hit == "1" for example in examples for hit in example["hits"]]
    queries = table.places(example["query"] for example in examples)
    width = 2 if len(table.dataset) <= 2**16 else 4
    return {
        "n_items": len(examples[0]["items"]) if examples else 0,
        "item_bytes": width,
        "queries": packed(queries, f"u{width}"),
        "found": packed(items, f"u{width}"),
        "hits": packed(np.packbits(hits), "u1"),
    }


def _scores(scores, examples, dataset):
    """Return the stored score of each query in per mille, None where it has none."""
    if not scores or len(scores) != len(dataset.test_index):
        return [None] * len(examples)
    score_of = dict(zip(dataset.test_index.tolist(), scores))
    return [_per_mille(score_of.get(example["query"])) for example in examples]


def _per_mille(score):
    """Return a score as a whole number of thousandths, None for None."""
    return None if score is None else round(1000 * score)


def _first_split(board, results):
    """Return the cells of a leaderboard's first split that hold ranked lists."""
    cells = [
        cell
        for cell in results.cells
        if cell["dataset"] == board.dataset and any((cell["result"] or {}).get("examples", {}).values())
    ]
    return [cell for cell in cells if cell["split"] == cells[0]["split"]]


def _best_size(board, line, cells):
    """Return the cell of a method at the size where it does best in the mean of the directions, or None."""
    own = [cell for cell in cells if cell["label"] == line.label]
    sign = -1 if board.lower_is_better else 1
    means = {cell["n_dimensions"]: board.mean(line, (cell["n_dimensions"], None)) for cell in own}
    known = [cell for cell in own if means[cell["n_dimensions"]] is not None]
    return max(known, key=lambda cell: sign * means[cell["n_dimensions"]], default=None)
