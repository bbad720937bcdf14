"""Results: a folder read back as rows."""

from dataclasses import dataclass

from shallow_cmr.experiment.store import ResultsFolder

__all__ = ["Results", "load_results"]


@dataclass(frozen=True)
class Results:
    """What a results folder holds.

    Parameters
    ----------
    plan : dict
        ``title``, ``description``, ``protocol`` (its line), ``methods``, ``cells``.
    rows : list of dict
        One a cell and direction; a failed cell is one row with ``error``; chance has its own rows.
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
    cells = [{**cell, "result": folder.read(cell["key"])} for cell in plan["cells"]]
    rows = [row for cell in cells for row in _rows(cell)]
    return Results(plan, [*rows, *_chance_rows(rows)], cells)


def _where(dataset, splits):
    """Return ``openclipart, splits 0, 1``."""
    if splits == [None]:
        return dataset
    return f"{dataset}, split{'s' if len(splits) > 1 else ''} {', '.join(map(str, splits))}"


def _rows(cell):
    """Return the tidy rows of a stored cell; one row with the error where it failed."""
    shared = {name: cell[name] for name in cell if name not in ("key", "data", "result")}
    result = cell["result"] or {"rows": [], "error": "not computed yet: run the same bench again"}
    if result["error"]:
        return [{**shared, "direction": None, "value": None, "chance": None, "error": result["error"]}]
    return [{**row, **shared, "measure": row["measure"], "error": None} for row in result["rows"]]


def _chance_rows(rows):
    """Return one row of chance a dataset, split, direction and measure."""
    kept = ("dataset", "image_features", "text_features", "split", "direction", "measure", "chance", "protocol")
    kept += ("n_queries", "n_without_relevant")
    chance = {}
    for row in rows:
        if row["chance"] is not None:
            shared = {name: row[name] for name in kept}
            own = {"label": "chance", "method": "chance", "n_dimensions": None, "seed": None, "error": None}
            chance[row["dataset"], row["split"], row["direction"], row["measure"]] = {
                **shared,
                **own,
                "value": row["chance"],
            }
    return list(chance.values())
