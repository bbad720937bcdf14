"""Run the parts of a reproduction: each is a suite with a results folder of its own, where a stopped run goes on."""

from pathlib import Path

from shallow_cmr.experiment import ResultsFolder, load_results, pending_cells, run_cells, write_plan

__all__ = ["OUTPUTS", "environments_of", "finished_results", "prepare_parts", "run_parts"]

#: Files of tables, beside the folders of the parts.
OUTPUTS = ("repro.md", "repro.csv")


def prepare_parts(reproduction, path, *, data=None):
    """Plan every part below a folder.

    Parameters
    ----------
    reproduction : Reproduction
    path : str or path
        A part is kept in the folder of its name below it.
    data : str or path, optional
        The folder that holds the dataset's files; left out: where its loader looks.

    Returns
    -------
    list of (list of Cell, ResultsFolder)
        What there is to compute, one pair a part.
    n_cells : int
        Cells in all.

    Raises
    ------
    OSError
        A file of the dataset is missing, or nothing can be written below `path`.
    ValueError
        The folder, or that of a part, holds other files.
    """
    _refuse_others(Path(path), [part.name for part in reproduction.parts])
    suites = {part.name: reproduction.suite(part, data) for part in reproduction.parts}
    folders = {name: ResultsFolder(Path(path) / name) for name in suites}
    pending = {name: pending_cells(suite, folders[name]) for name, suite in suites.items()}
    for name, suite in suites.items():
        write_plan(suite, folders[name].prepare())
    return [(pending[name], folders[name]) for name in suites], sum(len(suite.cells()) for suite in suites.values())


def _refuse_others(path, parts):
    """Raise unless a folder is new, or holds nothing but what a run of these parts leaves there."""
    found = sorted(entry.name for entry in path.glob("*") if not entry.name.startswith("."))
    other = [name for name in found if name not in (*parts, *OUTPUTS)]
    if other:
        raise ValueError(
            f"{path} holds files (such as {other[0]}) that no repro wrote; choose a new or an empty folder"
        )


def run_parts(work, *, n_jobs=-1):
    """Compute what `prepare_parts` found pending; yield ``(label, error or None)`` as cells finish.

    Parameters
    ----------
    work : list of (list of Cell, ResultsFolder)
    n_jobs : int
        Processes; -1: all cores.
    """
    for cells, folder in work:
        yield from run_cells(cells, folder, n_jobs=n_jobs)


def finished_results(reproduction, path):
    """Return the `Results` of every part below a folder, by the part's name."""
    return {part.name: load_results(Path(path) / part.name) for part in reproduction.parts}


def environments_of(results):
    """Return what made some results: one dict for each environment, without its date.

    Parameters
    ----------
    results : dict of str to Results
    """
    found = [facts for part in results.values() for facts in part.environments]
    kept = [tuple((name, value) for name, value in facts.items() if name not in ("cells", "date")) for facts in found]
    return [dict(facts) for facts in dict.fromkeys(kept)]
