"""Example queries of the report: stored ranked lists, dressed with pictures and keywords."""

from base64 import b64encode
from collections import defaultdict

import numpy as np

from shallow_cmr.labels import encode_labels

__all__ = ["example_sections", "item_facts"]

_N_QUERIES, _N_ITEMS = 6, 8  # of the many that are stored, these few are shown


def example_sections(board, results, dataset, n_methods=2):
    """Return the example queries of the best methods.

    Parameters
    ----------
    board : Leaderboard
    results : Results
    dataset : CrossModalDataset
    n_methods : int
        So many methods from the top.

    Returns
    -------
    list of dict
        ``label``, ``call`` and ``directions``: ``{direction: [{"query": item, "items": [item with hit]}]}``. Empty
        where the dataset has nothing to look at.
    """
    if not (dataset.titles or dataset.texts or dataset.thumbnails):
        return []
    sections = []
    for line in board.lines[:n_methods]:
        cell = _shown_cell(line, board, results)
        if cell:
            directions = {
                direction: [_dress(example, dataset) for example in _of_classes(examples, dataset)]
                for direction, examples in cell["result"]["examples"].items()
            }
            sections.append({"label": line.label, "call": cell["parameters"], "directions": directions})
    return sections


def _shown_cell(line, board, results):
    """Return the cell at the size where the method does best, on the first split, or None."""
    cells = [
        cell
        for cell in results.cells
        if cell["label"] == line.label and cell["dataset"] == board.dataset and (cell["result"] or {}).get("examples")
    ]
    means = defaultdict(float)
    for (size, _), summary in line.values.items():
        means[size] += summary.mean
    return max(cells, key=lambda cell: means[cell["n_dimensions"]], default=None)


def _of_classes(examples, dataset):
    """Return the first example of each of a few classes, spread over all that occur."""
    columns = encode_labels(dataset.labels[[example["query"] for example in examples]]).L.tocsc()
    first = [columns.indices[start] for start, stop in zip(columns.indptr, columns.indptr[1:]) if stop > start]
    chosen = np.linspace(0, len(first) - 1, min(_N_QUERIES, len(first))).round().astype(int)
    return [examples[row] for row in dict.fromkeys(first[j] for j in chosen)]


def _dress(example, dataset):
    """Return a query and its ranked items with what the page shows of them."""
    ranked = [(index, hit == "1") for index, hit in zip(example["items"], example["hits"])][:_N_ITEMS]
    return {
        "query": item_facts(example["query"], dataset),
        "items": [{**item_facts(index, dataset), "hit": hit} for index, hit in ranked],
        "n_hits": sum(hit for _, hit in ranked),
    }


def item_facts(index, dataset):
    """Return title, keywords, classes and picture of one item of the dataset."""
    picture = dataset.thumbnail(index)
    return {
        "title": dataset.titles[index] if dataset.titles else f"item {index}",
        "text": dataset.texts[index] if dataset.texts else f"text {index}",
        "picture": f"data:image/webp;base64,{b64encode(picture).decode('ascii')}" if picture else None,
        "class_name": _class_name(index, dataset),
    }


def _class_name(index, dataset):
    """Return the names of an item's classes."""
    encoded = encode_labels(dataset.labels[[index]])
    classes = [encoded.classes[j] for j in encoded.L.indices]
    return ", ".join(str(dataset.class_names[j]) if dataset.class_names else f"class {j}" for j in classes)
