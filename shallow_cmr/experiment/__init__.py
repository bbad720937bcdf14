"""Experiments: a suite is cells, a cell is one fit and its scores, results are rows."""

from shallow_cmr.experiment.cell import Cell, run_cell
from shallow_cmr.experiment.environment import environment
from shallow_cmr.experiment.runner import Results, load_results, pending_cells, run_cells, run_suite, write_plan
from shallow_cmr.experiment.store import ResultsFolder, write_atomically
from shallow_cmr.experiment.suite import DatasetEntry, MethodEntry, Suite, packaged_suites, read_suite

__all__ = [
    "Cell",
    "DatasetEntry",
    "MethodEntry",
    "Results",
    "ResultsFolder",
    "Suite",
    "environment",
    "load_results",
    "packaged_suites",
    "pending_cells",
    "read_suite",
    "run_cell",
    "run_cells",
    "run_suite",
    "write_atomically",
    "write_plan",
]
