"""A suite: which methods, on which data, at which sizes, under which protocol."""

from dataclasses import dataclass, replace
from itertools import product

from shallow_cmr.base.sklearn_internals import check_parameters
from shallow_cmr.experiment.cell import Cell
from shallow_cmr.experiment.checking import (
    SuiteError,
    located,
    require_distinct,
    require_known,
    require_whole_numbers,
)
from shallow_cmr.protocol import get_protocol

__all__ = ["Suite"]


@dataclass(frozen=True)
class Suite:
    """Datasets x methods x sizes x seeds under one protocol. Checked when made, but for the data: they are not loaded.

    Parameters
    ----------
    datasets : tuple of DatasetEntry
    methods : tuple of MethodEntry
    sizes : tuple of int
        Numbers of dimensions (real-valued methods) or bits (hashing).
    protocol : str or Protocol
        A preset's name, or a protocol of your own (in TOML a table of its fields). A dataset may have its own.
    seeds : tuple of int
        For methods that draw random numbers; the others run once.
    tune_folds : int
        Folds of the grid search of methods that ask for one, 2 or more.
    title, description : str
        Head the report.

    Raises
    ------
    ValueError
        A label or number twice, a number that is none, a parameter outside its range, an unknown protocol.
    """

    datasets: tuple
    methods: tuple
    sizes: tuple
    protocol: object = "heldout"
    seeds: tuple = (0,)
    tune_folds: int = 3
    title: str = "Cross-modal retrieval baselines"
    description: str = ""

    def __post_init__(self):
        for name in ("datasets", "methods", "sizes", "seeds"):
            if not getattr(self, name):
                raise SuiteError(f"a suite needs at least one entry in {name!r}", name)
        for kind in ("methods", "datasets"):
            labels = [entry.label for entry in getattr(self, kind)]
            require_distinct(labels, f"the label {{}} stands for two {kind} of the suite; give one another label", kind)
        require_whole_numbers("sizes", self.sizes, 1, "sizes")
        require_whole_numbers("seeds", self.seeds, 0, "seeds")
        require_whole_numbers("tune_folds", [self.tune_folds], 2, "tune_folds")
        with located("protocol"):
            get_protocol(self.protocol)
        known = [entry.label for entry in self.datasets]
        for place, method in enumerate(self.methods):
            require_known("label of a dataset", method.datasets, known, "methods", place, "datasets")
            self._check_parameters(method, "methods", place)

    def _check_parameters(self, method, *where):
        """Raise unless every parameter that a method may be built with is in its range."""
        for size, seed in self._runs(method):
            with located(*where, "parameters"):
                check_parameters(method.build(size, seed))
            for candidate in method.grid:
                with located(*where, "tune"):
                    check_parameters(method.build(size, seed, candidate))

    def _runs(self, method):
        """Return the pairs (size, seed) of a method on one split."""
        return list(product(method.sizes or self.sizes, self.seeds if method.draws_random_numbers else (None,)))

    def cells(self):
        """Return every `Cell`, the cells of one split next to each other."""
        return [
            Cell(method, dataset, get_protocol(dataset.protocol or self.protocol), size, seed, split, self.tune_folds)
            for dataset in self.datasets
            for split in dataset.splits or (None,)
            for method in self.methods
            if dataset.label in (method.datasets or [dataset.label])
            for size, seed in self._runs(method)
        ]

    def only(self, names):
        """Return the suite with the methods whose label or name is in `names`."""
        known = [name for method in self.methods for name in (method.label, method.name)]
        require_known("method of the suite", names, dict.fromkeys(known))
        kept = tuple(method for method in self.methods if {method.label, method.name} & set(names))
        return replace(self, methods=kept)
