"""Experiments: a suite is cells, a cell is one fit and its scores, results are rows."""

from shallow_cmr.experiment.backends import run_on
from shallow_cmr.experiment.cell import Cell
from shallow_cmr.experiment.entries import DatasetEntry, MethodEntry
from shallow_cmr.experiment.environment import environment
from shallow_cmr.experiment.loading import load_dataset
from shallow_cmr.experiment.plan import write_plan
from shallow_cmr.experiment.results import Results, load_results
from shallow_cmr.experiment.runner import pending_cells, run_cells, run_suite
from shallow_cmr.experiment.running import run_cell
from shallow_cmr.experiment.store import ResultsFolder
from shallow_cmr.experiment.suite import Suite
from shallow_cmr.experiment.suite_file import packaged_suites, read_suite

__all__ = [
    "Cell",
    "DatasetEntry",
    "MethodEntry",
    "Results",
    "ResultsFolder",
    "Suite",
    "environment",
    "load_dataset",
    "load_results",
    "packaged_suites",
    "pending_cells",
    "read_suite",
    "run_cell",
    "run_cells",
    "run_on",
    "run_suite",
    "write_plan",
]
