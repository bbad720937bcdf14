"""Run the cells of a suite on several cores and keep each as it finishes."""

from sklearn.utils.parallel import Parallel, delayed

from shallow_cmr.experiment.cell import run_cell
from shallow_cmr.experiment.loading import check_datasets
from shallow_cmr.experiment.plan import write_plan
from shallow_cmr.experiment.results import load_results
from shallow_cmr.experiment.store import ResultsFolder

__all__ = ["pending_cells", "run_cells", "run_suite"]


def run_suite(suite, path, *, n_jobs=-1, fresh=False):
    """Run every cell of a suite that `path` does not hold yet.

    Parameters
    ----------
    suite : Suite
    path : str or path
        Results folder: a new or empty one, or that of an earlier run.
    n_jobs : int
        Processes; -1: all cores. Each uses one BLAS thread.
    fresh : bool
        Compute cells again that are there already.

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
    for _ in run_cells(pending, folder, n_jobs=n_jobs):
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
