"""Run the cells of a suite side by side and keep each as it finishes."""

import os
import platform
from contextlib import closing

from shallow_cmr.experiment.backends import as_they_finish
from shallow_cmr.experiment.cell import code_digest
from shallow_cmr.experiment.loading import check_datasets
from shallow_cmr.experiment.orphans import end_with_parent
from shallow_cmr.experiment.plan import write_plan
from shallow_cmr.experiment.results import load_results
from shallow_cmr.experiment.running import failed, run_cell
from shallow_cmr.experiment.store import ResultsFolder

__all__ = ["pending_cells", "run_cells", "run_suite"]


def run_suite(suite, path, *, n_jobs=-1, fresh=False, timeout=None):
    """Run every cell of a suite that `path` does not hold yet.

    Parameters
    ----------
    suite : Suite
    path : str or path
        Results folder: a new or empty one, or that of an earlier run.
    n_jobs : int
        Processes; -1: all cores. Each uses one BLAS thread. Threads, or the workers of a cluster, inside
        ``joblib.parallel_config(...)``: scores do not depend on who computes them.
    fresh : bool
        Compute cells again that are there already.
    timeout : float, optional
        Seconds after which a cell becomes a failure; only processes can keep to it.

    Returns
    -------
    Results

    Raises
    ------
    ValueError
        A dataset refuses its options, or the folder holds other files; raised, like the next, before any fit.
    OSError
        The folder cannot be written, or a file of a dataset is missing.
    """
    folder = ResultsFolder(path)
    pending = pending_cells(suite, folder, fresh=fresh)
    write_plan(suite, folder.prepare())
    for _ in run_cells(pending, folder, n_jobs=n_jobs, timeout=timeout):
        pass
    return load_results(path)


def pending_cells(suite, folder, *, fresh=False):
    """Return the cells of `suite` without a good result in the `ResultsFolder`; failed ones are tried again.

    A result is good if it was made from the data that are there now; so every dataset is loaded, once.

    Raises
    ------
    ValueError, OSError
        A dataset refuses its options, or a file of it is missing.
    """
    cells = suite.cells()
    digests = check_datasets(cells)
    return [cell for cell in cells if fresh or not _is_good(folder.read(cell.key), digests[cell.data])]


def _is_good(result, dataset_digest):
    """Whether a stored result, or None, has scores on the data of this digest."""
    return result is not None and not result["error"] and result.get("dataset_digest") == dataset_digest


def run_cells(cells, folder, *, n_jobs=-1, timeout=None):
    """Run cells in parallel and store each; yield ``(label, error or None)`` as they finish.

    Results travel to this process, which alone writes: workers need not see its disk.

    Parameters
    ----------
    cells : list of Cell
    folder : ResultsFolder
    n_jobs : int
        Processes; -1: all cores.
    timeout : float, optional
        Seconds a cell.
    """
    asker = code_digest(), os.getpid()
    calls = [(place, cell, timeout, asker) for place, cell in enumerate(cells)]
    with closing(as_they_finish(_run, calls, n_jobs)) as finished:
        for place, result in finished:
            cell = cells[place]
            folder.write_traceback(cell.traceback_file, _told(cell, result))
            folder.write(cell.key, result)
            yield cell.method.label, result["error"]


def _told(cell, result):
    """Return what people read of a failure, None where there is none."""
    if not result["error"]:
        return None
    split = "" if cell.split is None else f", split {cell.split}"
    head = f"{cell.call} on {cell.dataset.label}{split}"
    return "\n".join([head, *result["warnings"], "", result["traceback"] or result["error"]])


def _run(place, cell, timeout, asker):
    """Return `place` and the result of a cell, in a worker; `asker` is code and number of the process that asks."""
    code, process = asker
    end_with_parent(process)
    if code_digest() != code:  # a cluster may have another version installed: its numbers are not those of the key
        return place, failed(f"the worker on {platform.node()} has other code than the process that asked; install it")
    return place, run_cell(cell, timeout)
