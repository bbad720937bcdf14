"""Run the cells of a suite on several cores, keep each as it finishes, and read the whole back as rows."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sklearn.utils.parallel import Parallel, delayed

from shallow_cmr.experiment.cell import run_cell
from shallow_cmr.experiment.environment import environment
from shallow_cmr.experiment.store import ResultsFolder, write_atomically

__all__ = ["Results", "load_results", "pending_cells", "run_cells", "run_suite", "write_plan"]

PLAN = "run.json"


@dataclass(frozen=True)
class Results:
    """What a results folder holds.

    Parameters
    ----------
    plan : dict
        ``title``, ``description``, ``protocol`` (its line), ``methods``, ``environment``, ``cells``.
    rows : list of dict
        One a cell and direction; a failed cell is one row with ``error``; chance has its own rows.
    cells : list of dict
        Each planned cell (``label``, ``dataset``, ``options``, ``size`` ...) with its ``result`` or None.
    """

    plan: dict
    rows: list
    cells: list

    @property
    def failures(self):
        """Rows of cells that raised or were not run."""
        return [row for row in self.rows if row["error"]]


def run_suite(suite, path, *, n_jobs=-1, fresh=False):
    """Run every cell of a suite that `path` does not hold yet.

    Parameters
    ----------
    suite : Suite
    path : str or path
        Results folder.
    n_jobs : int
        Processes; -1: all cores. Each uses one BLAS thread.
    fresh : bool
        Compute cells again that are there already.

    Returns
    -------
    Results

    Raises
    ------
    OSError
        The folder cannot be written; raised before any fit.
    """
    folder = ResultsFolder(path).prepare()
    write_plan(suite, folder)
    for _ in run_cells(pending_cells(suite, folder, fresh=fresh), folder, n_jobs=n_jobs):
        pass
    return load_results(path)


def pending_cells(suite, folder, *, fresh=False):
    """Return the cells of `suite` without a good result in the `ResultsFolder`; failed ones are tried again."""
    results = ((cell, None if fresh else folder.read(cell.key)) for cell in suite.cells())
    return [cell for cell, result in results if result is None or result["error"]]


def run_cells(cells, folder, *, n_jobs=-1):
    """Run cells in parallel and store each; yield ``(label, error or None)`` as they finish.

    Parameters
    ----------
    cells : list of Cell
    folder : ResultsFolder
    n_jobs : int
        Processes; -1: all cores.
    """
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)
    yield from parallel(delayed(_run_and_store)(cell, folder) for cell in cells)


def _run_and_store(cell, folder):
    """Run one cell in a worker and store it there, so that it outlives the parent."""
    result = run_cell(cell)
    folder.write(cell.key, result)
    return cell.method.label, result["error"]


def write_plan(suite, folder):
    """Record what is about to be run, and where, in ``run.json``."""
    cells = suite.cells()
    plan = {
        "title": suite.title,
        "description": suite.description,
        "protocol": str(cells[0].protocol),
        "methods": [_describe(method, cells) for method in suite.methods],
        "environment": environment(),
        "cells": [_identity(cell) for cell in cells],
    }
    write_atomically(folder.path / PLAN, json.dumps(plan, indent=1))


def load_results(path):
    """Read a results folder back.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Results
        Rows in the suite's order, whatever order the cells finished in.

    Raises
    ------
    FileNotFoundError
        The folder holds no run.
    """
    plan_file = Path(path) / PLAN
    if not plan_file.is_file():
        raise FileNotFoundError(f"{path} holds no results ({PLAN} is missing); run `shallow-cmr bench` first")
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    folder = ResultsFolder(path)
    cells = [{**cell, "result": folder.read(cell["key"])} for cell in plan["cells"]]
    rows = [row for cell in cells for row in _rows(cell)]
    return Results(plan, [*rows, *_chance_rows(rows)], cells)


def _identity(cell):
    """Return what the plan says of one cell."""
    return {
        "key": cell.key,
        "label": cell.method.label,
        "method": cell.method.name,
        "parameters": _call(cell),
        "n_dimensions": cell.size,
        "dataset": _dataset_name(cell),
        "loader": cell.dataset,
        "options": cell.options,
        "split": cell.options.get("split"),
        "seed": cell.seed,
        "protocol": cell.protocol.name,
    }


def _dataset_name(cell):
    """Return the dataset's name with its options, as two entries of a suite may differ in them alone."""
    options = [f"{name}={value}" for name, value in cell.options.items() if name != "split"]
    return f"{cell.dataset} ({', '.join(options)})" if options else cell.dataset


def _call(cell):
    """Return the constructor call on one line."""
    return re.sub(r"\s+", " ", repr(cell.build()))


def _describe(method, cells):
    """Return label, name, note and the constructor calls of a method, one a size."""
    calls = dict.fromkeys(_call(cell) for cell in cells if cell.method.label == method.label)
    return {"label": method.label, "name": method.name, "note": method.note, "calls": list(calls)}


def _rows(cell):
    """Return the tidy rows of a stored cell; one row with the error where it failed."""
    shared = {name: cell[name] for name in cell if name not in ("key", "loader", "options", "result")}
    result = cell["result"] or {"rows": [], "error": "not computed yet: run the same bench again"}
    if result["error"]:
        return [{**shared, "direction": None, "value": None, "chance": None, "error": result["error"]}]
    return [{**row, **shared, "error": None} for row in result["rows"]]


def _chance_rows(rows):
    """Return one row of chance a dataset, split and direction."""
    kept = ("dataset", "image_features", "text_features", "split", "direction", "measure", "chance", "protocol")
    kept += ("n_queries", "n_without_relevant")
    chance = {}
    for row in rows:
        if row["chance"] is not None:
            shared = {name: row[name] for name in kept}
            own = {"label": "chance", "method": "chance", "n_dimensions": None, "seed": None, "error": None}
            chance[row["dataset"], row["split"], row["direction"]] = {**shared, **own, "value": row["chance"]}
    return list(chance.values())
