"""Run the cells of a suite side by side and keep each as it finishes."""

import os
import platform
from contextlib import closing

import sklearn

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
        What to run.
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
        Of all cells, those of earlier runs too; a cell that failed is a row with its error.

    Raises
    ------
    ValueError
        A dataset refuses its options, or the folder holds other files; raised, like the next, before any fit.
    OSError
        The folder cannot be written, or a file of a dataset is missing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, run_suite
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     results = run_suite(suite, folder, n_jobs=1)
    >>> [(row["direction"], row["value"] > 3 * row["chance"]) for row in results.rows if row["label"] == "PLS"]
    [('image->text', True), ('text->image', True)]
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

    Parameters
    ----------
    suite : Suite
        What is to be run.
    folder : ResultsFolder
        Where earlier results lie; it need not exist.
    fresh : bool
        Count no result as good.

    Returns
    -------
    list of Cell
        In the suite's order.

    Raises
    ------
    ValueError, OSError
        A dataset refuses its options, or a file of it is missing.

    Examples
    --------
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, ResultsFolder, Suite, pending_cells
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4, 8))
    >>> [cell.size for cell in pending_cells(suite, ResultsFolder("not yet there"))]
    [4, 8]
    """
    cells = suite.cells()
    digests = check_datasets(cells)
    return [cell for cell in cells if fresh or not _is_good(folder.read(cell.key), digests[cell.data])]


def _is_good(result, dataset_digest):
    """Whether a stored result, or None, has scores on the data of this digest."""
    return result is not None and not result["error"] and result.get("dataset_digest") == dataset_digest


def run_cells(cells, folder, *, n_jobs=-1, timeout=None):
    """Run cells in parallel and store each as it finishes.

    Results travel to this process, which alone writes: workers need not see its disk.

    Parameters
    ----------
    cells : list of Cell
        Those of `pending_cells`, for example.
    folder : ResultsFolder
        Where results and tracebacks go; prepared.
    n_jobs : int
        Processes; -1: all cores.
    timeout : float, optional
        Seconds a cell.

    Yields
    ------
    label : str
        Of the method whose cell is stored.
    error : str or None
        Why it failed, where it did.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from shallow_cmr.experiment import DatasetEntry, MethodEntry, ResultsFolder, Suite, run_cells
    >>> suite = Suite((DatasetEntry("topics", {"n_train": 100}),), (MethodEntry("PLS"),), sizes=(4,))
    >>> with TemporaryDirectory() as folder:
    ...     list(run_cells(suite.cells(), ResultsFolder(folder).prepare(), n_jobs=1))
    [('PLS', None)]
    """
    asker = code_digest(), os.getpid(), sklearn.get_config()
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
    """Return `place` and the result of a cell, in a worker; `asker` tells of the process that asks for it.

    That is its code's digest, its number, and its configuration of scikit-learn. The latter's own way to hand this on
    would restore, in the thread of one cell, what becomes of warnings in all others.
    """
    code, process, configuration = asker
    end_with_parent(process)
    if code_digest() != code:  # a cluster may have another version installed: its numbers are not those of the key
        return place, failed(f"the worker on {platform.node()} has other code than the process that asked; install it")
    with sklearn.config_context(**configuration):
        return place, run_cell(cell, timeout)
