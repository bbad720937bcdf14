"""Results: a folder read back as rows."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from shallow_cmr.experiment.store import ResultsFolder

__all__ = ["Results", "load_results"]

# What a digest tells: what was run and what came out, nothing of how long it took and on which machine.
_SCORES = (
    *("label", "method", "parameters", "tuned", "n_dimensions", "dataset", "split", "seed", "direction", "protocol"),
    *("measure", "value", "pessimistic", "optimistic", "chance", "n_queries", "n_without_relevant", "error"),
)
_NOT_IN_ROWS = ("key", "data", "result", "traceback")


@dataclass(frozen=True)
class Results:
    """What a results folder holds.

    Parameters
    ----------
    plan : dict
        ``title``, ``description``, ``protocol`` (its line; ``protocols`` by dataset), ``methods``, ``cells``.
    rows : list of dict
        One a cell, direction and measure; a failed cell is one row with ``error`` and ``traceback``, the name of a
        file in the folder; chance has its own rows.
    cells : list of dict
        Each planned cell (``label``, ``dataset``, ``split`` ...) with its ``result`` or None.
    """

    plan: dict
    rows: list
    cells: list

    @property
    def failures(self):
        """Rows of cells that raised or were not run."""
        return [row for row in self.rows if row["error"]]

    @property
    def failure_groups(self):
        """Failures as ``(constructor call, where, error)``: the same one on several splits is told once."""
        splits = {}
        for row in self.failures:
            splits.setdefault((row["parameters"], row["dataset"], row["error"]), {})[row["split"]] = None
        return [(call, _where(dataset, list(found)), error) for (call, dataset, error), found in splits.items()]

    @property
    def environments(self):
        """What made the cells: one dict for each environment, with the number of its cells and its first to last date.

        A folder may be finished by another machine or version than began it.
        """
        dates = {}
        for cell in self.cells:
            facts = dict((cell["result"] or {}).get("environment", {}))
            date = facts.pop("date", None)
            if date:
                dates.setdefault(tuple(facts.items()), []).append(date)
        return [
            {"cells": str(len(found)), "date": " to ".join(dict.fromkeys((min(found), max(found)))), **dict(facts)}
            for facts, found in dates.items()
        ]

    @cached_property
    def digest(self):
        """SHA-256 over the scores to their last bit, as 64 hexadecimal digits; seconds and machines stay out.

        Runs of a suite agree in it however they were interrupted and whoever computed their cells.
        """
        scores = [[row.get(name) for name in _SCORES] for row in self.rows]
        return hashlib.sha256(json.dumps(scores).encode()).hexdigest()

    def protocol_of(self, dataset):
        """Return the line of the protocol that a dataset, by its label, was scored under."""
        return self.plan.get("protocols", {}).get(dataset, self.plan["protocol"])


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
    ValueError
        Another version of the package wrote it.
    """
    folder = ResultsFolder(path)
    plan = folder.read_plan()
    cells = [_finished(cell, folder.read(cell["key"])) for cell in plan["cells"]]
    rows = [row for cell in cells for row in _rows(cell)]
    return Results(plan, [*rows, *_chance_rows(rows)], cells)


def _finished(cell, result):
    """Return a planned cell with its result; of what was tuned, the call shows what was chosen."""
    chosen = result["rows"][0]["parameters"] if result and result["rows"] else cell["parameters"]
    return {**cell, "parameters": chosen, "result": result}


def _where(dataset, splits):
    """Return ``openclipart, splits 0, 1``."""
    if splits == [None]:
        return dataset
    return f"{dataset}, split{'s' if len(splits) > 1 else ''} {', '.join(map(str, splits))}"


def _rows(cell):
    """Return the tidy rows of a stored cell; one row with the error where it failed."""
    shared = {name: cell[name] for name in cell if name not in _NOT_IN_ROWS}
    result = cell["result"] or {"rows": [], "error": "not computed yet: run the same bench again"}
    if result["error"]:
        told = {"error": result["error"], "traceback": cell["traceback"] if cell["result"] else None}
        return [{**shared, "direction": None, "value": None, "chance": None, **told}]
    return [{**row, **shared, "measure": row["measure"], "error": None} for row in result["rows"]]


def _chance_rows(rows):
    """Return one row of chance a dataset, split, direction and measure."""
    kept = ("dataset", "image_features", "text_features", "split", "direction", "measure", "chance", "protocol")
    kept += ("n_train", "n_test", "n_queries", "n_without_relevant")
    own = {"label": "chance", "method": "chance", "n_dimensions": None, "seed": None, "error": None}
    chance = {}
    for row in rows:
        if row["chance"] is not None:
            shared = {name: row[name] for name in kept}
            place = row["dataset"], row["split"], row["direction"], row["measure"]
            chance[place] = {**shared, **own, "value": row["chance"]}
    return list(chance.values())
