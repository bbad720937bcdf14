"""Run one cell: load, tune, fit, score. Whatever happens, a result comes back."""

import traceback

from shallow_cmr.evaluation import evaluate_queries
from shallow_cmr.experiment.deadline import OutOfTime, time_limit
from shallow_cmr.experiment.environment import environment
from shallow_cmr.experiment.loading import load_dataset
from shallow_cmr.experiment.quiet import quiet_worker
from shallow_cmr.experiment.tuning import tune

__all__ = ["failed", "run_cell"]

N_EXAMPLES = 500  # queries a direction whose ranked lists are kept for the report, on a dataset's first split
_NOTHING = {
    **{"rows": [], "per_query": {}, "curves": {}, "classes": {}, "examples": {}, "tuning": None, "warnings": []},
    **{"error": None, "traceback": None, "dataset_digest": None},
}


def run_cell(cell, timeout=None):
    """Fit and score one cell; an exception becomes part of the result.

    Parameters
    ----------
    cell : Cell
    timeout : float, optional
        Seconds after which the cell is given up; loading its data does not count.

    Returns
    -------
    dict
        * ``rows``: one a direction and measure, those of `evaluate` and ``tuned`` (the chosen values as a text),
          ``tune_seconds`` and ``tune_fits``, None where nothing is tuned;
        * ``per_query``: by direction the headline's value of each query, None where undefined;
        * ``curves``, ``classes``, ``examples``: as in `shallow_cmr.evaluation.Evaluation`; examples on the dataset's
          first split alone, where there is anything to look at;
        * ``tuning``: None, or what the grid search found (``chosen``, ``candidates``, ``n_fits``, ``seconds``);
        * ``warnings``; ``error`` and ``traceback``, None or text;
        * where the numbers come from: ``dataset_digest`` and ``environment``.
    """
    result = dict(_NOTHING)
    with quiet_worker() as warned:
        try:
            dataset = load_dataset(cell.data)
            result["dataset_digest"] = dataset.digest
            with time_limit(timeout):
                result |= _scored(cell, dataset)
        except (Exception, OutOfTime) as error:
            name = "TimeoutError" if isinstance(error, OutOfTime) else type(error).__name__
            result |= {"error": f"{name}: {error}", "traceback": traceback.format_exc()}
    # The environment is the cell's own: a later run may finish this one's folder elsewhere.
    return result | {"warnings": list(dict.fromkeys(warned)), "environment": environment()}


def failed(error):
    """Return the result of a cell that could not be run."""
    return _NOTHING | {"error": error, "environment": environment()}


def _scored(cell, dataset):
    """Return what the result says of scores."""
    tuning = _tuned(cell, dataset)
    chosen = tuning.chosen if tuning else {}
    to_look_at = dataset.titles or dataset.texts or dataset.thumbnails
    n_examples = N_EXAMPLES if cell.is_shown and to_look_at else 0
    evaluation = evaluate_queries(cell.build(chosen), dataset, cell.protocol, n_examples=n_examples)
    columns = {
        "tuned": ", ".join(f"{name}={value!r}" for name, value in chosen.items()) or None,
        "tune_seconds": tuning and tuning.seconds,
        "tune_fits": tuning and tuning.n_fits,
    }
    return {
        "rows": [row | columns for row in evaluation.rows],
        "per_query": {name: _with_null(values) for name, values in evaluation.per_query.items()},
        "curves": evaluation.curves,
        "classes": evaluation.classes,
        "examples": evaluation.examples,
        "tuning": tuning and vars(tuning),
    }


def _tuned(cell, dataset):
    """Return the `Tuning` of a cell, None where its method leaves nothing open."""
    if not cell.method.tune:
        return None
    with quiet_worker():  # candidates that are not chosen may warn of what they like
        return tune(cell.build, cell.method.grid, dataset, cell.protocol, cell.tune_folds)


def _with_null(values):
    """Return a list of floats with None for NaN, which JSON does not know."""
    return [None if value != value else float(value) for value in values]
