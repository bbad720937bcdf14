"""The plan of a run: what was asked for, written before anything is computed."""

__all__ = ["write_plan"]


def write_plan(suite, folder):
    """Record what is about to be run in the `ResultsFolder`. Where it ran, each cell says itself."""
    cells = suite.cells()
    protocols = {cell.dataset.label: str(cell.protocol) for cell in cells}
    folder.write_plan({
        "title": suite.title,
        "description": suite.description,
        "protocol": str(cells[0].protocol),
        "protocols": protocols,
        "methods": [_describe(method, [cell for cell in cells if cell.method == method]) for method in suite.methods],
        "cells": [_identity(cell) for cell in cells],
    })  # fmt: skip


def _identity(cell):
    """Return what the plan says of one cell."""
    return {
        "key": cell.key,
        "data": cell.data,
        "traceback": f"errors/{cell.traceback_file}",
        "label": cell.method.label,
        "method": cell.method.name,
        "parameters": cell.call,
        "n_dimensions": cell.size,
        "dataset": cell.dataset.label,
        "split": cell.split,
        "seed": cell.seed,
        "protocol": cell.protocol.name,
        "measure": cell.protocol.measure,
    }


def _describe(method, cells):
    """Return label, name, note, supervision and the constructor calls of a method, one a size."""
    calls = list(dict.fromkeys(cell.call for cell in cells))
    return {
        "label": method.label,
        "name": method.name,
        "note": method.note,
        "supervision": _supervision(cells[0].build()),
        "calls": calls,
    }


def _supervision(estimator):
    """Return the supervision of an estimator with its parameters: some learn from labels only when told to."""
    if estimator._learns_from_labels():
        return "supervised"
    return "unsupervised" if estimator.supervision == "supervised" else estimator.supervision
